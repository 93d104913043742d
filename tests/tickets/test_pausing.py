"""Pausing (挂起, model 4): asked for by a dispatcher, approved by another, laid out anew from the resume."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core import clock
from core.errors import NotPermitted, Refused
from tests.factories.organization import MembershipFactory, Operator
from tests.factories.tickets import bring_to, clock_of, do, last_event, order_in, when
from tickets import consistency, tasks
from tickets.models import Pause, StageClock, Ticket, WorkOrder
from tickets.models.ticket import NOTHING_DUE
from tickets.models.time import Decision
from tickets.services.sweeping import sweep
from tickets.states import OrderStatus, Outcome, Stage, Status

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)
TAKEN, ASKED, PAUSED, OVER = when("11-23 09:00"), when("11-23 10:00"), when("11-23 11:00"), when("11-23 20:00")


@pytest.fixture
def order(operator: Operator) -> WorkOrder:
    """In handling since 09:30: the unit's work due 11-24 02:20, the whole course 11-24 09:00."""
    return order_in(OrderStatus.HANDLING, operator, accepted_at=TAKEN)


def pause(operator: Operator, ticket: Ticket, **data: Any) -> Ticket:
    """Asked for at 10:00, until 20:00; approved at 11:00."""
    do(ticket, "ask_pause", operator, at=ASKED, **({"until": OVER} | data))
    return do(ticket, "approve_pause", operator, at=PAUSED)


def code_of(call: Any, *args: Any, **data: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **data)
    return refused.value.code


def test_nothing_stands_still_before_the_approval(operator: Operator, order: WorkOrder) -> None:
    do(order.ticket, "ask_pause", operator, at=ASKED, until=OVER)
    assert not StageClock.objects.filter(paused_at__isnull=False).exists()
    ticket = do(order.ticket, "approve_pause", operator, at=PAUSED)
    assert ticket.is_paused
    assert ticket.next_due_at == NOTHING_DUE
    running = StageClock.objects.filter(ticket=ticket, outcome=Outcome.RUNNING)
    assert set(running.values_list("paused_at", "next_alert_at")) == {(PAUSED, None)}
    assert list(consistency.faults(ticket)) == []


def test_what_was_left_is_laid_out_from_the_resume(operator: Operator, order: WorkOrder) -> None:
    """Nine hours stood still: due 02:20 → 11:20, warned 00:38 → 09:38, the whole course 09:00 → 18:00."""
    pause(operator, order.ticket)
    with clock.frozen(OVER - SECOND):
        assert tasks.resume_due() == 0
    with clock.frozen(OVER):
        assert tasks.resume_due() == 1
        assert tasks.resume_due() == 0
    handle, total = clock_of(order.ticket, Stage.HANDLE), clock_of(order.ticket, Stage.TOTAL)
    assert (handle.due_at, handle.warn_at) == (when("11-24 11:20"), when("11-24 09:38"))
    assert (handle.next_alert_at, handle.original_due_at) == (handle.warn_at, handle.due_at)
    assert total.due_at == when("11-24 18:00")
    ticket = Ticket.objects.get(pk=order.ticket_id)
    assert (ticket.is_paused, ticket.next_due_at) == (False, handle.due_at)
    event = last_event(ticket)
    assert (event.action, event.actor) == ("resume", None)
    assert list(consistency.faults(ticket)) == []


def test_found_late_a_pause_still_ends_at_its_own_time(operator: Operator, order: WorkOrder) -> None:
    pause(operator, order.ticket)
    with clock.frozen(OVER + dt.timedelta(hours=3)):
        tasks.resume_due()
    assert clock_of(order.ticket, Stage.HANDLE).due_at == when("11-24 11:20")
    assert Pause.objects.get().ended_at == OVER


def test_a_dispatcher_ends_it_earlier(operator: Operator, order: WorkOrder) -> None:
    pause(operator, order.ticket)
    do(order.ticket, "resume", operator, at=when("11-23 12:00"))
    assert clock_of(order.ticket, Stage.HANDLE).due_at == when("11-24 03:20")
    assert code_of(do, order.ticket, "resume", operator, at=when("11-23 12:01")) == "not_paused"


def test_a_paused_clock_never_alerts_and_an_unpausable_one_still_does(operator: Operator, order: WorkOrder) -> None:
    StageClock.objects.filter(ticket=order.ticket, stage=Stage.TOTAL).update(is_pausable=False)
    pause(operator, order.ticket, until=when("11-29 20:00"))
    total = clock_of(order.ticket, Stage.TOTAL)
    assert (total.paused_at, total.due_at) == (None, when("11-24 09:00"))
    ticket = Ticket.objects.get(pk=order.ticket_id)
    assert ticket.next_due_at == total.due_at
    sweep(when("11-25 12:00"))
    assert {alert.clock.stage for alert in ticket.alerts.all()} == {Stage.TOTAL}


def test_an_answer_while_paused_resumes_first(operator: Operator, order: WorkOrder) -> None:
    """The result may come while the customer is away: its clock goes on at that instant and stops in time."""
    ticket = pause(operator, order.ticket)
    do(ticket, "reply", operator, order=1, at=when("11-23 15:00"))
    do(ticket, "approve", operator, order=1, at=when("11-23 16:00"))
    handle = clock_of(ticket, Stage.HANDLE)
    assert (handle.outcome, handle.due_at) == (Outcome.MET, when("11-24 07:20"))
    assert handle.counted_seconds == (PAUSED - when("11-23 09:20")).total_seconds()
    answer = clock_of(ticket, Stage.ANSWER)
    assert (answer.started_at, answer.paused_at) == (when("11-23 16:00"), when("11-23 16:00"))


@pytest.mark.parametrize(
    "until, due",
    [
        ("11-23 22:30", "11-24 09:00"),  # 23:20 by the limit alone
        ("11-24 07:00", "11-24 09:00"),  # 07:50
        ("11-23 19:00", "11-23 19:50"),
    ],
)
def test_nobody_is_called_at_night_because_of_a_pause(operator: Operator, until: str, due: str) -> None:
    """The answer has 2 h from 09:50, of which 50 minutes are left at the pause; quiet hours 21:00–09:00 (model 4)."""
    ticket = pause(operator, bring_to(Status.PENDING_ANSWER, operator, accepted_at=TAKEN), until=when(until))
    left = clock_of(ticket, Stage.ANSWER).due_at - PAUSED
    with clock.frozen(when(until)):
        tasks.resume_due()
    answer = clock_of(ticket, Stage.ANSWER)
    assert left == dt.timedelta(minutes=50)
    assert (answer.due_at, answer.original_due_at) == (when(due), when(due))


@pytest.mark.parametrize("ending", ["withdraw", "answer", "void", "send_back"])
def test_leaving_the_centre_ends_the_pause(operator: Operator, ending: str) -> None:
    state = {"answer": Status.PENDING_ANSWER, "send_back": Status.PENDING_DISPATCH}.get(ending, Status.HANDLING)
    ticket = pause(operator, bring_to(state, operator, accepted_at=when("11-23 07:00")))
    by = "supervisor" if ending == "void" else None
    ticket = do(ticket, ending, operator, by=by, at=when("11-23 12:00"))
    row = Pause.objects.get()
    assert (row.ended_at, ticket.is_paused) == (when("11-23 12:00"), False)
    assert not StageClock.objects.filter(paused_at__isnull=False).exists()
    if ending == "answer":
        assert clock_of(ticket, Stage.REVISIT).next_alert_at is not None
    assert list(consistency.faults(ticket)) == []


def test_what_was_asked_for_lapses_with_the_ticket(operator: Operator, order: WorkOrder) -> None:
    do(order.ticket, "ask_pause", operator, at=ASKED, until=OVER)
    do(order.ticket, "withdraw", operator, at=PAUSED)
    assert Pause.objects.get().decision == Decision.LAPSED


@pytest.mark.parametrize(
    "until, code",
    [
        (ASKED, "pause_past"),
        (ASKED + SECOND, None),
        (ASKED + dt.timedelta(days=30), None),
        (ASKED + dt.timedelta(days=30, seconds=1), "pause_long"),
    ],
)
def test_how_long_a_pause_may_be(operator: Operator, order: WorkOrder, until: dt.datetime, code: str | None) -> None:
    if code is None:
        do(order.ticket, "ask_pause", operator, at=ASKED, until=until)
    else:
        assert code_of(do, order.ticket, "ask_pause", operator, at=ASKED, until=until) == code


def test_one_at_a_time_and_nothing_is_approved_that_is_over(operator: Operator, order: WorkOrder) -> None:
    do(order.ticket, "ask_pause", operator, at=ASKED, until=OVER)
    assert code_of(do, order.ticket, "ask_pause", operator, at=PAUSED, until=OVER) == "pause_asked"
    assert code_of(do, order.ticket, "approve_pause", operator, at=OVER) == "pause_past"
    do(order.ticket, "refuse_pause", operator, at=OVER)
    assert code_of(do, order.ticket, "approve_pause", operator, at=OVER) == "no_pause"


def test_who_asked_does_not_decide_nor_does_the_director_of_a_unit_below(operator: Operator, order: WorkOrder) -> None:
    MembershipFactory(user=operator.user("dispatcher"), role="director", unit=operator.js.centre)
    do(order.ticket, "ask_pause", operator, by="dispatcher", at=ASKED, until=OVER)
    for user in ("dispatcher", "director"):
        with pytest.raises(NotPermitted):
            do(order.ticket, "approve_pause", operator, by=user, at=PAUSED)
    do(order.ticket, "approve_pause", operator, by="director_centre", at=PAUSED)
