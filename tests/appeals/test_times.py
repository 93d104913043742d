"""The times of an appeal: its legs, the whole, the regulator's deadline; to the second, worked out by hand (U-88)."""

from __future__ import annotations

import datetime as dt

import pytest

from core.errors import Refused
from tests.factories.appeals import act, attach_file, bring_appeal, second_officer, take_appeal
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, do, when
from tickets import consistency
from tickets.actions import actions_of
from tickets.clock_rows import clock_rows
from tickets.models import Ticket
from tickets.selectors import clocks_of
from tickets.services.sweeping import sweep
from tickets.states import Kind, Outcome, Stage, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
SECOND = dt.timedelta(seconds=1)


def due(ticket: Ticket, stage: Stage) -> dt.datetime:
    return clock_of(ticket, stage, work_order=None).due_at


def given(operator: Operator, *, received: str, at: str) -> Ticket:
    ticket = act(take_appeal(operator, at=when(received)), "dispatch", operator, at=when(at))
    act(ticket, "sign", operator, at=when(at))
    return act(ticket, "answer_customer", operator, at=when(at))


def test_u_88_over_spring_festival(operator: Operator) -> None:
    """Received Thursday 02-12 10:00: off are 02-15 to 02-23, Saturdays 02-14 and 02-28 are made up for.

    Dispatch: 14 h of the 12th and 10 h of the 13th. Branch from 02-13 09:00: 15 h, then the 14th, 24th and 25th whole
    (87 h), 9 h of the 26th. The seven working days are 02-13, 14, 24, 25, 26, 27 and 28. Group from 02-26 09:00: 15 h,
    the 27th whole (39 h), 9 h of the 28th."""
    ticket = take_appeal(operator, at=when("02-12 10:00"))
    assert due(ticket, Stage.DISPATCH) == when("02-13 10:00")
    assert due(ticket, Stage.TOTAL) == when("02-28 24:00")
    act(ticket, "dispatch", operator, at=when("02-13 09:00"))
    assert due(ticket, Stage.HANDLE) == when("02-26 09:00")
    act(ticket, "sign", operator, at=when("02-13 09:30"))
    act(ticket, "answer_customer", operator, at=when("02-25 09:00"))
    act(ticket, "report", operator, at=when("02-26 09:00"))
    assert due(ticket, Stage.REPLY) == when("02-28 09:00")


@pytest.mark.parametrize("late", [-SECOND, dt.timedelta(), SECOND])
def test_u_88_each_leg_is_late_by_the_second(operator: Operator, late: dt.timedelta) -> None:
    """National Day, as in SC-14: dispatch 09-30 15:00, branch from there 10-12 15:00, group 48 wdh from then: 9 h of
    10-12, the 13th, 15 h of the 14th."""
    expected = Outcome.BREACHED if late > dt.timedelta() else Outcome.MET
    ticket = act(take_appeal(operator, at=when("09-29 15:00")), "dispatch", operator, at=when("09-30 15:00") + late)
    assert clock_of(ticket, Stage.DISPATCH).outcome == expected
    act(ticket, "sign", operator, at=when("10-08 09:00"))
    act(ticket, "answer_customer", operator, at=when("10-12 09:00"))
    handle = clock_of(ticket, Stage.HANDLE).due_at
    assert handle == when("10-12 15:00") + late
    act(ticket, "report", operator, at=handle + late)
    assert clock_of(ticket, Stage.HANDLE).outcome == expected
    reply = clock_of(ticket, Stage.REPLY).due_at
    assert reply == when("10-14 15:00") + late + late
    act(ticket, "approve", operator, at=when("10-13 09:00"))
    act(ticket, "reply_regulator", operator, at=reply + late)
    assert clock_of(ticket, Stage.REPLY).outcome == expected
    assert clock_of(ticket, Stage.TOTAL).outcome == Outcome.MET  # 10-14 24:00


@pytest.mark.parametrize("at, outcome", [("10-14 24:00", Outcome.MET), ("10-15 00:00:01", Outcome.BREACHED)])
def test_u_88_the_seven_working_days_bind(operator: Operator, at: str, outcome: Outcome) -> None:
    ticket = given(operator, received="09-29 15:00", at="09-30 10:00")
    act(ticket, "report", operator, at=when("10-12 10:00"))
    act(ticket, "approve", operator, at=when("10-12 11:00"))
    act(ticket, "reply_regulator", operator, at=when(at))
    assert clock_of(ticket, Stage.TOTAL).outcome == outcome


def test_u_88_targets_are_shown_and_limit_nothing(operator: Operator) -> None:
    ticket = given(operator, received="09-29 15:00", at="09-30 10:00")
    act(ticket, "report", operator, at=when("10-12 10:00"))
    rows = {row.clock.stage: row for row in clock_rows(clocks_of(ticket), ticket.scheme_version.document)}
    assert [rows[stage].target for stage in ("dispatch", "handle", "reply", "total")] == [
        "即时",
        "24个工作日小时",
        "24个工作日小时",
        "",
    ]
    assert clock_of(ticket, Stage.HANDLE).outcome == Outcome.MET  # 96 hours, of which 24 were the target


def test_a_return_buys_no_time_and_review_costs_none(operator: Operator) -> None:
    """Reported 10-09 10:00: 14 h of 09-30, the 8th whole and 10 h are gone, 48 are left. Returned 10-12 10:00: 14 h of
    the 12th, the 13th, 10 h of the 14th. The group's leg is cancelled and begins anew with the next report."""
    ticket = given(operator, received="09-29 15:00", at="09-30 10:00")
    act(ticket, "report", operator, at=when("10-09 10:00"))
    ticket = act(ticket, "return_report", operator, at=when("10-12 10:00"))
    assert (ticket.status, ticket.holder, ticket.owner_unit) == (
        Status.HANDLING,
        operator.user("liaison"),
        operator.js.centre,
    )
    assert clock_of(ticket, Stage.REPLY).outcome == Outcome.CANCELLED
    assert due(ticket, Stage.HANDLE) == when("10-14 10:00")
    assert due(ticket, Stage.TOTAL) == when("10-14 24:00")
    act(ticket, "report", operator, at=when("10-13 10:00"))
    assert due(ticket, Stage.REPLY) == when("10-15 10:00")
    assert list(consistency.faults()) == []


def test_another_province_has_the_whole_time_the_same_again_what_it_left(operator: Operator) -> None:
    """浙江 from 10-08 10:00: 14 h, the 9th, 10th and 12th whole, 10 h of the 13th. 江苏 had used 14 + 10 h, so that
    from 10-09 10:00 on its 72 h end at the same instant."""
    ticket = given(operator, received="09-29 15:00", at="09-30 10:00")
    ticket = act(ticket, "redispatch", operator, at=when("10-08 10:00"))
    assert (ticket.province, due(ticket, Stage.HANDLE)) == (operator.zj.unit, when("10-13 10:00"))
    ticket = act(ticket, "redispatch", operator, at=when("10-09 10:00"), province=operator.js.unit)
    assert (ticket.province, due(ticket, Stage.HANDLE)) == (operator.js.unit, when("10-13 10:00"))
    assert ticket.status == Status.PENDING_SIGN


def test_the_regulators_deadline_is_a_clock_that_nothing_pauses(operator: Operator) -> None:
    """Set at intake, replaced with a reason, stopped by the reply; there is no act that pauses an appeal."""
    ticket = take_appeal(operator, at=when("09-29 15:00"), regulator_due_at=when("10-12 17:00"))
    first = clock_of(ticket, Stage.REGULATOR)
    assert (first.due_at, first.is_pausable, first.started_at) == (when("10-12 17:00"), False, when("09-29 15:00"))
    for reason, to in (("", "10-13 17:00"), ("来函", "09-29 14:00"), ("来函", "10-12 17:00")):
        with pytest.raises(Refused):
            act(ticket, "set_regulator_deadline", operator, due=when(to), reason=reason, at=when("09-30 09:00"))
    act(ticket, "set_regulator_deadline", operator, due=when("10-13 17:00"), reason="来函", at=when("09-30 09:00"))
    first.refresh_from_db()
    assert first.outcome == Outcome.CANCELLED
    assert clock_of(ticket, Stage.REGULATOR).due_at == when("10-13 17:00")
    assert not {"ask_pause", "approve_pause", "resume"} & actions_of(Kind.APPEAL).keys()
    act(ticket, "dispatch", operator, at=when("09-30 10:00"))
    act(ticket, "sign", operator, at=when("09-30 10:00"))
    act(ticket, "answer_customer", operator, at=when("09-30 10:00"))
    act(ticket, "report", operator, at=when("10-12 10:00"))
    act(ticket, "approve", operator, at=when("10-12 11:00"))
    act(ticket, "reply_regulator", operator, at=when("10-13 17:00") + SECOND)
    assert clock_of(ticket, Stage.REGULATOR).outcome == Outcome.BREACHED
    assert list(consistency.faults()) == []


def test_u_07_the_chain_of_a_late_province(operator: Operator) -> None:
    """U-07b, U-90: warned before it is late; late, its centre is supervised; then the province, the group."""
    ticket = given(operator, received="09-29 15:00", at="09-30 10:00")
    row = clock_of(ticket, Stage.HANDLE)
    assert row.user == operator.user("liaison")
    sweep(row.warn_at - SECOND, limit=100)
    assert not row.alerts.exists()
    sweep(row.warn_at, limit=100)
    assert [alert.grade for alert in row.alerts.all()] == ["warning"]
    sweep(row.due_at + (row.due_at - row.started_at) * 3, limit=500)
    order = ticket.supervisions.get()
    assert (order.target_unit, order.grade) == (operator.js.centre, "raised")


def test_orders_below_are_due_with_the_province(operator: Operator) -> None:
    ticket = given(operator, received="09-29 15:00", at="09-30 10:00")
    act(ticket, "send_orders", operator, at=when("09-30 11:00"))
    order = clock_of(ticket, Stage.HANDLE, work_order__seq=1)
    assert order.due_at == due(ticket, Stage.HANDLE) == when("10-12 10:00")


def test_an_objection_goes_back_to_where_it_came_from(operator: Operator) -> None:
    for state in (Status.RECEIVED, Status.HANDLING):
        ticket = bring_appeal(state, operator)
        attach_file(ticket, "proof", operator.user("appeal_officer"))
        ticket = act(ticket, "object", operator, by="liaison" if state == Status.HANDLING else second_officer(operator))
        assert ticket.status == Status.PENDING_REVIEW
        assert clock_of(ticket, Stage.REPLY).outcome == Outcome.RUNNING
        ticket = act(ticket, "return_report", operator)
        assert ticket.status == state
        assert clock_of(ticket, Stage.REPLY).outcome == Outcome.CANCELLED
    assert list(consistency.faults()) == []


def test_the_province_has_a_returned_objection_of_the_group_in_its_own_hands(operator: Operator) -> None:
    """Who objected at the group becomes no holder of what the province goes on with, but is named as the author."""
    ticket = bring_appeal(Status.HANDLING, operator)
    attach_file(ticket, "proof", operator.user("appeal_officer"))
    ticket = act(ticket, "object", operator, by=second_officer(operator))
    assert ticket.reports.get().unit == operator.group_service
    ticket = act(ticket, "return_report", operator)
    assert (ticket.owner_unit, ticket.holder) == (operator.js.centre, None)


def test_the_regulator_is_answered_though_the_complaint_came_after_the_answer(operator: Operator) -> None:
    """Model 3.3: the original is found late, taken after the province had told the customer."""
    ticket = bring_appeal(Status.PENDING_REPLY, operator)
    below = bring_to(Status.HANDLING, operator)
    act(ticket, "link_original", operator, below=below.pk)
    assert act(ticket, "reply_regulator", operator).status == Status.REPLIED
    total = clock_of(below, Stage.TOTAL)
    assert (type(below).objects.get(pk=below.pk).status, total.stopped_at) == (Status.CLOSED, total.started_at)


def test_the_complaint_behind_waits_and_is_closed_with_the_same_answer(operator: Operator) -> None:
    """Model 1: no answer of its own meanwhile, no revisit of its own; its clocks run on."""
    below = bring_to(Status.PENDING_ANSWER, operator)
    ticket = bring_appeal(Status.PENDING_REPLY, operator, made_of=below)
    with pytest.raises(Refused) as refused:
        do(below, "answer", operator)
    assert refused.value.code == "answered_above"
    act(ticket, "reply_regulator", operator)
    below.refresh_from_db()
    assert (below.status, below.closure_code) == (Status.CLOSED, "resolved")
    assert below.answers.get().content == ticket.answers.get().content
    assert not below.clocks.filter(stage=Stage.REVISIT).exists()
    assert list(consistency.faults()) == []


def test_an_appeal_that_ends_frees_the_complaint(operator: Operator) -> None:
    below = bring_to(Status.PENDING_ANSWER, operator)
    ticket = bring_appeal(Status.HANDLING, operator, made_of=below)
    act(ticket, "revoke", operator)
    assert do(below, "answer", operator).status == Status.CLOSED
