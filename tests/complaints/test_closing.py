"""Answering and closing: closure codes, clearance, interim replies, promises (model 3.1, 4 and 7, U-14, U-15, U-43)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.errors import Refused
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, do, load_unicom, when
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

SECOND = dt.timedelta(seconds=1)
ACCEPTED = when("11-23 09:00")  # the result is in at 10:00, the answer due at 11:50, the whole course at 11-24 09:00


def to_answer(operator: Operator) -> Ticket:
    return bring_to("pending_answer", operator, accepted_at=ACCEPTED)


def to_clear(operator: Operator) -> Ticket:
    """Three attempts on two days; "not reached" answered on 11-24 at 08:00, an hour before the course is due."""
    ticket = to_answer(operator)
    for at in ("11-23 11:00", "11-23 15:00", "11-24 07:50"):
        do(ticket, "record_attempt", operator, at=when(at))
    return do(ticket, "answer", operator, at=when("11-24 08:00"), closure_code="no_contact", attitude="not_reached")


def code_of(ticket: Ticket, act: str, operator: Operator, **data: Any) -> str:
    with pytest.raises(Refused) as refusal:
        do(ticket, act, operator, **data)
    return refusal.value.code


@pytest.mark.parametrize("code", ["resolved", "explained", "not_accepted"])
def test_an_answer_closes_and_opens_the_call_back(operator: Operator, code: str) -> None:
    """Closing stops all clocks and opens `revisit`; `not_accepted` closes too, under its own code (U-A4)."""
    ticket = do(to_answer(operator), "answer", operator, at=when("11-23 11:00"), closure_code=code)
    assert (ticket.status, ticket.closure_code) == ("closed", code)
    assert (ticket.answered_at, ticket.closed_at) == (when("11-23 11:00"),) * 2
    answer = ticket.answers.get()
    assert (answer.mode, answer.person_told, answer.attitude, answer.round) == ("phone", "张伟", "satisfied", 1)
    running = ticket.clocks.get(outcome="running")
    assert (running.stage, running.due_at, ticket.next_due_at) == ("revisit", when("11-30 24:00"), when("11-30 24:00"))
    assert (clock_of(ticket, "total").outcome, clock_of(ticket, "answer").outcome) == ("met", "met")


def test_a_late_answer_is_late_for_ever(operator: Operator) -> None:
    ticket = do(to_answer(operator), "answer", operator, at=when("11-24 09:00") + SECOND)
    assert (clock_of(ticket, "total").outcome, clock_of(ticket, "answer").outcome) == ("breached", "breached")
    exact = do(to_answer(operator), "answer", operator, at=when("11-24 09:00"))
    assert (clock_of(exact, "total").outcome, clock_of(exact, "answer").outcome) == ("met", "breached")


def test_unresolved_needs_a_plan_and_a_date_to_come(operator: Operator) -> None:
    ticket, at = to_answer(operator), when("11-23 11:00")
    plan, date = "更换主干光缆", when("12-05 18:00")
    unresolved: dict[str, Any] = {"at": at, "closure_code": "unresolved"}
    assert code_of(ticket, "answer", operator, **unresolved) == "plan_missing"
    assert code_of(ticket, "answer", operator, **unresolved, plan=plan) == "plan_missing"
    assert code_of(ticket, "answer", operator, **unresolved, promised_for=date) == "plan_missing"
    assert code_of(ticket, "answer", operator, **unresolved, plan=plan, promised_for=at) == "promise_past"
    closed = do(ticket, "answer", operator, **unresolved, plan=plan, promised_for=date)
    watch = clock_of(closed, "follow_up")
    assert (closed.status, watch.started_at, watch.due_at, watch.outcome) == ("closed", at, date, "running")


@pytest.mark.parametrize("late, outcome", [(dt.timedelta(), "met"), (SECOND, "breached")])
def test_a_promise_is_watched_until_it_is_kept(operator: Operator, late: dt.timedelta, outcome: str) -> None:
    date = when("12-05 18:00")
    data: dict[str, Any] = {"closure_code": "unresolved", "plan": "更换主干光缆", "promised_for": date}
    ticket = do(to_answer(operator), "answer", operator, at=when("11-23 11:00"), **data)
    ticket = do(ticket, "fulfil_promise", operator, at=date + late)
    assert (clock_of(ticket, "follow_up").outcome, ticket.status) == (outcome, "closed")
    assert code_of(ticket, "fulfil_promise", operator) == "no_promise"


def test_only_an_unresolved_closing_promises(operator: Operator) -> None:
    data: dict[str, Any] = {"plan": "更换主干光缆", "promised_for": when("12-05 18:00")}
    ticket = do(to_answer(operator), "answer", operator, at=when("11-23 11:00"), **data)
    assert (ticket.answers.get().promised_for, ticket.answers.get().plan) == (None, "")
    assert not ticket.clocks.filter(stage="follow_up").exists()


@pytest.mark.parametrize(
    "attempts",
    [
        [],
        ["11-23 11:00", "11-23 13:00", "11-23 23:59:59"],  # three, but on one day
        ["11-23 11:00", "11-24 08:00"],  # two days, but two
    ],
)
def test_not_reached_needs_three_attempts_on_two_days(operator: Operator, attempts: list[str]) -> None:
    ticket = to_answer(operator)
    for at in attempts:
        do(ticket, "record_attempt", operator, at=when(at))
    assert code_of(ticket, "answer", operator, at=when("11-24 08:30"), closure_code="no_contact") == "attempts_missing"
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_answer"


def test_cleared_the_course_is_judged_at_the_answer(operator: Operator) -> None:
    """The answer was in time; that the director cleared it a day later costs nothing."""
    ticket = to_clear(operator)
    assert (ticket.status, ticket.closed_at, ticket.closure_code) == ("pending_clearance", None, "")
    assert clock_of(ticket, "total").outcome == "running"
    ticket = do(ticket, "approve_clearance", operator, at=when("11-25 10:00"))
    total = clock_of(ticket, "total")
    assert (total.outcome, total.stopped_at) == ("met", when("11-24 08:00"))
    assert (ticket.status, ticket.closure_code) == ("closed", "no_contact")
    assert (ticket.closed_at, ticket.closed_by) == (when("11-25 10:00"), operator.user("director_centre"))
    assert ticket.answers.get().clearance == "approved"
    assert clock_of(ticket, "revisit").started_at == when("11-25 10:00")


@pytest.mark.parametrize("named, status", [(True, "handling"), (False, "pending_dispatch")])
def test_a_refused_clearance_sends_it_back(operator: Operator, named: bool, status: str) -> None:
    """Nothing is gained by it: the whole course never stopped (P-34, P-35)."""
    ticket = to_clear(operator)
    data: dict[str, Any] = {"orders": [{"unit": operator.js.fixed_line}]} if named else {}
    ticket = do(ticket, "refuse_clearance", operator, at=when("11-24 10:00"), **data)
    assert (ticket.status, ticket.answered_at, ticket.answers.get().clearance) == (status, None, "refused")
    total = clock_of(ticket, "total")
    assert (total.outcome, total.attempt, total.due_at) == ("running", 1, when("11-24 09:00"))
    assert ticket.work_orders.open().count() == int(named)


def test_a_scheme_may_want_clearance_for_a_level(operator: Operator) -> None:
    load_unicom(clearance={"codes": ["no_contact"], "levels": ["national"]})
    at = when("11-23 11:00")
    ticket = do(to_answer(operator), "reclassify", operator, at=at, level="national")
    assert do(ticket, "answer", operator, at=at).status == "pending_clearance"
    assert do(to_answer(operator), "answer", operator, at=at).status == "closed"


def test_u_15_an_interim_reply_closes_nothing(operator: Operator) -> None:
    """It may move the promise to the customer; no clock moves with it (U-44)."""
    ticket = bring_to("handling", operator, accepted_at=ACCEPTED)
    before = list(ticket.clocks.values_list("stage", "due_at", "outcome"))
    at, promise = when("11-23 18:00"), when("11-25 12:00")
    assert ticket.complaint_detail.promised_at == when("11-24 09:00")
    assert code_of(ticket, "interim_reply", operator, at=at, promised_for=at) == "promise_past"
    ticket = do(ticket, "interim_reply", operator, at=at, promised_for=promise)
    assert (ticket.status, ticket.answered_at, ticket.complaint_detail.promised_at) == ("handling", None, promise)
    assert list(ticket.clocks.values_list("stage", "due_at", "outcome")) == before
    assert (ticket.interim_replies.get().content, ticket.answers.count()) == ("维修人员已上路，今日内恢复", 0)


def test_attempts_of_an_earlier_round_do_not_count(operator: Operator) -> None:
    ticket = do(to_clear(operator), "approve_clearance", operator, at=when("11-24 10:00"))
    ticket = do(ticket, "revisit", operator, at=when("11-25 10:00"), satisfaction="dissatisfied", is_solved=False)
    orders = [{"unit": operator.js.fixed_line}]
    do(ticket, "rework", operator, at=when("11-25 11:00"), orders=orders)
    for act in ("claim", "reply", "approve", "accept"):
        do(ticket, act, operator, order=2, at=when("11-25 12:00"))
    data: dict[str, Any] = {"at": when("11-25 13:00"), "closure_code": "no_contact"}
    assert code_of(ticket, "answer", operator, **data) == "attempts_missing"
