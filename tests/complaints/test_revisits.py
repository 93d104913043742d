"""After closing: calling back, screening, rework, the archive (U-16, U-45, U-46, model 3.1 and 7)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.errors import NotPermitted, Refused
from organization.models import Membership
from organization.roles import Role
from tests.factories.organization import SINCE, Operator
from tests.factories.tickets import bring_to, clock_of, do, last_event, take_complaint, when
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

SECOND = dt.timedelta(seconds=1)
ACCEPTED = when("11-23 09:00")  # closed at 10:10


def closed(operator: Operator) -> Ticket:
    return bring_to("closed", operator, accepted_at=ACCEPTED)


def test_unreachable_is_not_satisfied(operator: Operator) -> None:
    ticket = do(closed(operator), "attempt_revisit", operator, at=when("11-24 10:00"))
    attempt = ticket.revisit_attempts.get()
    assert (ticket.status, attempt.result, attempt.satisfaction) == ("closed", "unreachable", "")
    assert clock_of(ticket, "revisit").outcome == "running"
    with pytest.raises(Refused) as refusal:
        do(ticket, "revisit", operator, at=when("11-24 11:00"), satisfaction="")
    assert refusal.value.code == "satisfaction_missing"


@pytest.mark.parametrize(
    "attempts, may",
    [
        (("11-24 10:00", "11-25 10:00"), False),
        (("11-24 10:00", "11-24 14:00", "11-24 18:00"), False),
        (("11-24 10:00", "11-24 14:00", "11-25 10:00"), True),
    ],
)
def test_giving_up_takes_three_attempts_on_two_days(operator: Operator, attempts: tuple[str, ...], may: bool) -> None:
    ticket = closed(operator)
    for at in attempts:
        do(ticket, "attempt_revisit", operator, at=when(at))
    if may:
        ticket = do(ticket, "revisit", operator, at=when("11-25 11:00"), give_up=True)
        assert (ticket.status, clock_of(ticket, "revisit").outcome) == ("revisited", "met")
        assert not ticket.revisit_attempts.exclude(satisfaction="").exists()
    else:
        with pytest.raises(Refused) as refusal:
            do(ticket, "revisit", operator, at=when("11-25 11:00"), give_up=True)
        assert refusal.value.code == "attempts_missing"


@pytest.mark.parametrize("at, outcome", [("11-30 24:00", "met"), ("12-01 00:00:01", "breached")])
def test_u_30_the_call_back_is_due_within_seven_days(operator: Operator, at: str, outcome: str) -> None:
    ticket = do(closed(operator), "revisit", operator, at=when(at))
    assert clock_of(ticket, "revisit").outcome == outcome


def test_the_caller_is_not_the_handler(operator: Operator) -> None:
    ticket = closed(operator)
    handler = operator.user("handler")
    Membership.objects.create(user=handler, unit=operator.js.centre, role=Role.REVISITOR, starts_on=SINCE)
    for act in ("attempt_revisit", "revisit"):
        with pytest.raises(NotPermitted):
            do(ticket, act, operator, by="handler", at=when("11-24 10:00"))
    assert do(ticket, "revisit", operator, at=when("11-24 10:00")).status == "revisited"


@pytest.mark.parametrize(
    "word, status",
    [
        ("very_satisfied", "revisited"),
        ("satisfied", "revisited"),
        ("fair", "revisited"),
        ("dissatisfied", "pending_screening"),
        ("very_dissatisfied", "pending_screening"),
    ],
)
def test_u_46_who_is_dissatisfied_is_screened(operator: Operator, word: str, status: str) -> None:
    ticket = do(closed(operator), "revisit", operator, at=when("11-24 10:00"), satisfaction=word)
    assert ticket.status == status


def test_sc_04_dissatisfied_reworked_satisfied_archived(operator: Operator) -> None:
    """Round 2 has its own clocks and orders; round 1's outcomes stay as they were."""
    ticket = closed(operator)
    first = list(ticket.clocks.exclude(stage="revisit").order_by("pk").values())
    do(ticket, "attempt_revisit", operator, at=when("11-24 10:00"))
    ticket = do(ticket, "revisit", operator, at=when("11-25 10:00"), satisfaction="dissatisfied", is_solved=False)
    assert ticket.status == "pending_screening"
    orders = [{"unit": operator.js.fixed_line, "demand": "重新检修"}]
    ticket = do(ticket, "rework", operator, at=when("11-25 11:00"), reason="处理不到位", orders=orders)
    assert (ticket.status, ticket.round, ticket.closed_at, ticket.closure_code) == ("handling", 2, None, "")
    total = clock_of(ticket, "total")
    assert (total.round, total.started_at, total.due_at) == (2, when("11-25 11:00"), when("11-26 11:00"))
    handle = clock_of(ticket, "handle")
    assert (handle.round, handle.attempt, handle.due_at) == (2, 1, when("11-26 04:00"))
    for act, at in (("claim", "11:10"), ("reply", "14:00"), ("approve", "14:10"), ("accept", "14:20")):
        ticket = do(ticket, act, operator, order=2, at=when(f"11-25 {at}"))
    assert (ticket.status, ticket.work_orders.get(seq=2).origin) == ("pending_answer", "rework")
    do(ticket, "answer", operator, at=when("11-25 15:00"))
    ticket = do(ticket, "revisit", operator, at=when("11-26 10:00"))
    assert do(ticket, "archive", operator, at=when("11-27 10:00")).status == "archived"
    assert list(ticket.clocks.filter(round=1).exclude(stage="revisit").order_by("pk").values()) == first
    assert [answer.round for answer in ticket.answers.order_by("pk")] == [1, 2]
    words = list(ticket.revisit_attempts.order_by("pk").values_list("round", "number", "satisfaction"))
    assert words == [(1, 1, ""), (1, 2, "dissatisfied"), (2, 1, "satisfied")]


def test_rework_without_units_waits_for_dispatch(operator: Operator) -> None:
    ticket = do(bring_to("pending_screening", operator), "rework", operator)
    assert (ticket.status, ticket.round) == ("pending_dispatch", 2)
    assert (clock_of(ticket, "dispatch").round, clock_of(ticket, "dispatch").attempt) == (2, 1)
    ticket = do(ticket, "dispatch", operator)
    assert (ticket.status, ticket.work_orders.get(seq=2).round) == ("handling", 2)


def test_rework_ends_the_promise_of_the_round_before(operator: Operator) -> None:
    data: dict[str, Any] = {"closure_code": "unresolved", "plan": "更换光缆", "promised_for": when("12-20 18:00")}
    ticket = do(bring_to("pending_answer", operator), "answer", operator, **data)
    ticket = do(ticket, "revisit", operator, satisfaction="dissatisfied")
    assert clock_of(ticket, "follow_up").outcome == "running"
    ticket = do(ticket, "rework", operator)
    assert clock_of(ticket, "follow_up").outcome == "cancelled"


def test_dismissed_with_its_reason(operator: Operator) -> None:
    ticket = do(bring_to("pending_screening", operator), "dismiss", operator, reason="处理符合规范，客户要求超出政策")
    assert (ticket.status, ticket.round) == ("revisited", 1)
    why = ticket.notes.get(pk=last_event(ticket).data["why"])
    assert (why.text, why.by) == ("处理符合规范，客户要求超出政策", operator.user("dispatcher"))


@pytest.mark.parametrize("on_spot", [True, False])
def test_archived_a_day_after_nothing_is_due(operator: Operator, on_spot: bool) -> None:
    at = when("11-24 10:00")
    if on_spot:
        ticket = do(take_complaint(operator, at=ACCEPTED), "answer_on_spot", operator, at=at)
    else:
        ticket = do(closed(operator), "revisit", operator, at=at)
    with pytest.raises(Refused) as refusal:
        do(ticket, "archive", operator, at=when("11-25 10:00") - SECOND)
    assert refusal.value.code == "not_quiet"
    ticket = do(ticket, "archive", operator, at=when("11-25 10:00"))
    assert (ticket.status, ticket.archived_at) == ("archived", when("11-25 10:00"))
    assert not ticket.clocks.filter(outcome="running").exists()


def test_what_is_due_keeps_a_ticket_out_of_the_archive(operator: Operator) -> None:
    """A call-back that is owed, or a promise that is open, and be it overdue for weeks."""
    owed = closed(operator)
    data: dict[str, Any] = {"closure_code": "unresolved", "plan": "更换光缆", "promised_for": when("12-05 18:00")}
    promised = do(
        bring_to("pending_answer", operator, accepted_at=ACCEPTED),
        "answer",
        operator,
        at=when("11-23 18:00"),
        **data,
    )
    promised = do(promised, "revisit", operator, at=when("11-25 10:00"))
    for ticket in (owed, promised):
        with pytest.raises(Refused):
            do(ticket, "archive", operator, at=when("12-31 10:00"))
    do(promised, "fulfil_promise", operator, at=when("12-31 10:00"))
    assert do(promised, "archive", operator, at=when("12-31 10:00") + dt.timedelta(days=1)).status == "archived"


def test_out_of_the_archive_and_in_again(operator: Operator) -> None:
    ticket = do(bring_to("archived", operator, accepted_at=ACCEPTED), "unarchive", operator, at=when("12-01 10:00"))
    assert (ticket.status, ticket.archived_at, ticket.closure_code) == ("closed", None, "resolved")
    with pytest.raises(Refused):
        do(ticket, "archive", operator, at=when("12-02 10:00") - SECOND)
    assert do(ticket, "archive", operator, at=when("12-02 10:00")).status == "archived"
