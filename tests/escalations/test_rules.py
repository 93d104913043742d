"""What a report needs, what its review leads to, and what closes an escalated complaint (U-09, U-60, U-61, U-46)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.errors import NotPermitted, Refused
from organization.models import Membership, User
from organization.roles import Role
from tests.factories.escalations import NOT_REACHED, act, bring_escalation, mobile, walk
from tests.factories.organization import SINCE, Operator
from tests.factories.tickets import clock_of, when
from tickets.actions import actions_of
from tickets.consistency import faults
from tickets.models import Ticket
from tickets.record import faults_of
from tickets.states import Kind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def code_of(ticket: Ticket, name: str, operator: Operator, **options: Any) -> str:
    """The code with which an act is refused."""
    with pytest.raises(Refused) as refused:
        act(ticket, name, operator, **options)
    return refused.value.code


def both(operator: Operator, username: str, role: Role) -> User:
    """Somebody who has another role besides, over the whole."""
    user = operator.user(username)
    Membership.objects.create(user=user, unit=operator.group, role=role, starts_on=SINCE)
    return operator.user(username)


def test_u_09_no_report_without_an_answer_to_the_customer(operator: Operator) -> None:
    ticket = bring_escalation("handling", operator)
    assert code_of(ticket, "report", operator) == "customer_not_answered"
    act(ticket, "answer_customer", operator)
    ticket = act(ticket, "report", operator)
    report = ticket.reports.get()
    assert (ticket.status, report.version, report.unit, report.by) == (
        "pending_review",
        1,
        operator.js.centre,
        operator.user("liaison"),
    )
    assert (report.result, report.customer_told, report.measures) == (
        "更换入户光缆，网速恢复。",
        "已电话告知，客户满意。",
        "排查同批光缆。",
    )
    assert report.answer == ticket.answers.get()


@pytest.mark.parametrize("attempts, is_enough", [(0, False), (2, False), (3, True)])
def test_u_09_three_attempts_on_two_days_stand_for_the_answer(
    operator: Operator, attempts: int, is_enough: bool
) -> None:
    ticket = bring_escalation("handling", operator, accepted_at=when("11-16 09:00"))
    at = when("11-16 12:00")
    walk(ticket, NOT_REACHED[3 - attempts :], operator, at)
    if not is_enough:
        assert code_of(ticket, "report", operator) == "customer_not_answered"
        return
    act(ticket, "report", operator, at=when("11-18 09:00"))
    ticket = act(ticket, "approve", operator, at=when("11-18 10:00"))
    assert (ticket.closure_code, ticket.answered_at) == ("no_contact", None)
    assert list(faults(ticket)) == []


def test_not_reached_is_no_answer(operator: Operator) -> None:
    ticket = bring_escalation("handling", operator)
    assert code_of(ticket, "answer_customer", operator, closure_code="no_contact") == "closure_code"
    assert code_of(ticket, "answer_customer", operator, closure_code="unresolved") == "plan_missing"


def test_u_61_the_group_reviews_says_why_and_counts(operator: Operator) -> None:
    """U-90: each version stays as it was, with what was said to it; the returns are counted."""
    ticket = bring_escalation("pending_review", operator)
    assert code_of(ticket, "return_report", operator, remark=" ") == "remark_missing"
    act(ticket, "return_report", operator)
    act(ticket, "report", operator, measures="十二月底前完成整治。")
    ticket = act(ticket, "approve", operator, remark="同意")
    first, second = ticket.reports.order_by("version")
    assert (first.verdict, first.remark, first.measures) == ("returned", "未写明整改措施的完成时间", "排查同批光缆。")
    assert (second.version, second.verdict, second.remark) == (2, "approved", "同意")
    assert ticket.events.get(action="return_report").data["returns"] == 1
    assert faults_of(ticket, ticket.events.all()) == []


def test_u_61_a_return_buys_no_time_and_a_review_costs_none(operator: Operator) -> None:
    """7 wd from Monday 11-23 10:00: due 12-02 24:00. A day with the group moves it by a day, not more."""
    ticket = bring_escalation("pending_sign", operator, accepted_at=when("11-23 09:40"))
    before = clock_of(ticket, "handle")
    assert (before.started_at, before.due_at) == (when("11-23 10:00"), when("12-02 24:00"))
    act(ticket, "sign", operator, at=when("11-24 09:00"))
    act(ticket, "answer_customer", operator, at=when("11-24 10:00"))
    act(ticket, "report", operator, at=when("11-24 12:00"))
    act(ticket, "return_report", operator, at=when("11-25 12:00"))
    assert clock_of(ticket, "handle").due_at == when("12-03 24:00")


def test_nobody_reviews_or_calls_back_on_the_own_report(operator: Operator) -> None:
    """Model 7: the caller is not a handler."""
    user = both(operator, "liaison", Role.ESCALATION_OFFICER)
    ticket = bring_escalation("pending_review", operator)
    for name in ("approve", "return_report"):
        with pytest.raises(NotPermitted):
            act(ticket, name, operator, by=user)
    act(ticket, "approve", operator)
    for name in ("revisit", "attempt_revisit"):
        with pytest.raises(NotPermitted):
            act(ticket, name, operator, by=user)
    assert act(ticket, "revisit", operator).status == "closed"


def test_u_61_approval_closes_and_the_group_calls_back(operator: Operator) -> None:
    """U-45: within seven days; the whole course ends with what the customer was told."""
    ticket = bring_escalation("pending_revisit", operator)
    assert (ticket.closure_code, ticket.closed_by) == ("resolved", operator.user("escalation_officer"))
    assert clock_of(ticket, "revisit").unit == operator.group_centre
    assert act(ticket, "revisit", operator).status == "closed"
    assert clock_of(ticket, "revisit").outcome == "met"


def test_an_unresolved_matter_is_watched_and_not_archived_before_its_promise_is_kept(operator: Operator) -> None:
    plan: dict[str, Any] = {"closure_code": "unresolved", "plan": "改造线路", "promised_for": when("12-20 18:00")}
    ticket = bring_escalation("handling", operator)
    act(ticket, "answer_customer", operator, **plan)
    act(ticket, "report", operator)
    act(ticket, "approve", operator)
    ticket = act(ticket, "revisit", operator)
    assert (clock_of(ticket, "follow_up").due_at, ticket.quiet_from) == (when("12-20 18:00"), None)
    ticket = act(ticket, "fulfil_promise", operator, by="liaison", at=when("12-19 18:00"))
    assert clock_of(ticket, "follow_up").outcome == "met"
    assert code_of(ticket, "archive", operator, at=when("12-20 17:59")) == "not_quiet"
    assert act(ticket, "archive", operator, at=when("12-20 18:00")).status == "archived"


def test_u_46_dissatisfied_means_a_new_round_with_the_whole_limit(operator: Operator) -> None:
    """By the province that reported; or the handling was proper."""
    ticket = bring_escalation("pending_screening", operator)
    now = ticket.changed_at
    ticket = act(ticket, "rework", operator, at=now + dt.timedelta(hours=1))
    assert (ticket.status, ticket.round, ticket.closed_at, ticket.answered_at) == ("handling", 2, None, None)
    assert (ticket.owner_unit, ticket.holder) == (operator.js.centre, operator.user("liaison"))
    row = clock_of(ticket, "handle")
    assert (row.round, row.attempt, row.started_at) == (2, 1, now + dt.timedelta(hours=1))
    assert code_of(ticket, "report", operator) == "customer_not_answered"  # the answer of the round before is none
    assert list(faults(ticket)) == []
    other = act(bring_escalation("pending_screening", operator), "dismiss", operator)
    assert (other.status, other.round) == ("closed", 1)


def test_u_46_given_up_only_after_the_prescribed_attempts(operator: Operator) -> None:
    ticket = bring_escalation("pending_revisit", operator)
    assert code_of(ticket, "revisit", operator, give_up=True) == "attempts_missing"
    start = ticket.changed_at
    for hours in (1, 2, 26):
        act(ticket, "attempt_revisit", operator, at=start + dt.timedelta(hours=hours))
    assert act(ticket, "revisit", operator, at=start + dt.timedelta(hours=27), give_up=True).status == "closed"


def test_u_60_answered_on_the_spot_by_the_group(operator: Operator) -> None:
    ticket = act(bring_escalation("pending_dispatch", operator), "answer_on_spot", operator)
    assert (ticket.status, ticket.closure_code, ticket.province) == ("closed", "resolved", None)
    assert not ticket.clocks.filter(outcome="running").exists()
    assert list(faults(ticket)) == []


def test_a_draft_lacks_what_the_province_needs(operator: Operator) -> None:
    ticket = bring_escalation("draft", operator, business_type=None, complaint_type=None)
    assert code_of(ticket, "submit", operator) == "business_missing"


def test_a_province_cannot_stop_the_clock_of_the_group() -> None:
    """Decided: an escalated complaint is not paused."""
    assert {"ask_pause", "approve_pause", "resume"}.isdisjoint(actions_of(Kind.ESCALATION))


def test_merged_and_taken_apart_it_is_the_group_s_again(operator: Operator) -> None:
    older = bring_escalation("pending_dispatch", operator, accepted_at=when("11-20 09:00"))
    ticket = act(bring_escalation("handling", operator), "merge", operator, into=older.pk)
    assert (ticket.status, ticket.merged_into) == ("merged", older)
    ticket = act(ticket, "unmerge", operator)
    assert (ticket.status, ticket.owner_unit, ticket.province) == ("pending_dispatch", operator.group_centre, None)
    assert list(faults(ticket)) == []


def test_handed_over_among_the_officers_and_among_the_liaisons(operator: Operator) -> None:
    draft = bring_escalation("draft", operator)
    other = User.objects.create(username="officer_b", name="欧阳")
    Membership.objects.create(user=other, unit=operator.group_centre, role=Role.ESCALATION_OFFICER, starts_on=SINCE)
    act(draft, "hand_over", operator, receiver=other)
    assert act(draft, "confirm_hand_over", operator, by=other).holder == other
    assert code_of(draft, "hand_over", operator, by=other, receiver=operator.user("liaison")) == "receiver_blind"


def test_reclassified_the_province_has_another_limit_from_the_same_start(operator: Operator) -> None:
    """U-62: what turns out to be a mobile matter has three working days from its dispatch."""
    ticket = bring_escalation("pending_sign", operator, accepted_at=when("11-23 09:40"))
    act(ticket, "reclassify", operator, at=when("11-23 11:00"), **mobile())
    row = clock_of(ticket, "handle")
    assert (row.started_at, row.due_at) == (when("11-23 10:00"), when("11-26 24:00"))
