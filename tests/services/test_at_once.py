"""Two people, or two workers, at the same moment, on PostgreSQL with connections of their own: one wins, the other is
told, nothing is lost or half done (architecture, "The one write path")."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from core import clock
from core.errors import Refused, Stale
from core.numbers import is_valid_number
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, order_in, take_complaint
from tests.services.at_once import at_once, second_meets_first
from tests.walks import reading, rules
from tickets.models import Ticket, TicketEvent
from tickets.record import faults_of
from tickets.states import OrderStatus, Outcome, Stage, Status
from tickets.tasks import archive_due
from tickets.workflow import perform

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen_clock")]


def act(ticket: Ticket, name: str, who: str, operator: Operator, **data: Any) -> Callable[[], Ticket]:
    """The act, to be done later in another thread."""
    return partial(perform, ticket.pk, name, by=operator.user(who), **data)


def dispatching(ticket: Ticket, who: str, operator: Operator, **data: Any) -> Callable[[], Ticket]:
    return act(ticket, "dispatch", who, operator, orders=[{"unit": operator.js.fixed_line, "role": "lead"}], **data)


def assert_whole(ticket: Ticket, *acts: str) -> Ticket:
    """Every rule of the walks holds, and the ticket's last events are `acts`."""
    found = reading.load(ticket.pk)
    rules.check(found, clock.now())
    assert [event.action for event in found.events.all()][-len(acts) :] == list(acts)
    return found


def test_the_second_of_two_dispatchers_is_told_who_and_when(operator: Operator) -> None:
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    first = dispatching(ticket, "dispatcher", operator, expected_version=ticket.version)
    second = dispatching(ticket, "dispatcher_b", operator, expected_version=ticket.version)
    won, lost = second_meets_first(first, second)
    assert won.status == Status.HANDLING
    assert isinstance(lost, Stale)
    assert (lost.who, lost.when) == (operator.users["dispatcher"].name, MONDAY_MORNING)
    after = assert_whole(ticket, "submit", "dispatch")
    assert after.version == ticket.version + 1
    assert [order.sent_by for order in after.work_orders.all()] == [operator.users["dispatcher"]]


def test_without_a_version_the_second_finds_the_state_changed(operator: Operator) -> None:
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    sending_back = act(ticket, "send_back", "dispatcher_b", operator, reason="资料不全")
    won, lost = second_meets_first(dispatching(ticket, "dispatcher", operator), sending_back)
    assert won.status == Status.HANDLING
    assert isinstance(lost, Refused)
    assert lost.code == "wrong_state"
    assert_whole(ticket, "submit", "dispatch")


def test_a_unit_gets_one_order_when_two_dispatch_to_it(operator: Operator) -> None:
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    won, lost = second_meets_first(
        dispatching(ticket, "dispatcher", operator), dispatching(ticket, "dispatcher_b", operator)
    )
    assert won.status == Status.HANDLING
    assert lost.code == "unit_busy"
    after = assert_whole(ticket, "submit", "dispatch")
    assert after.clocks.filter(stage=Stage.HANDLE, outcome=Outcome.RUNNING).count() == 1


@pytest.mark.parametrize("sends_version", [True, False])
def test_one_of_two_handlers_claims_the_order(operator: Operator, sends_version: bool) -> None:
    order = order_in(OrderStatus.SENT, operator)
    ticket: Ticket = order.ticket
    seen = {"order": order.seq, "expected_version": order.version if sends_version else None}
    won, lost = second_meets_first(
        act(ticket, "claim", "handler", operator, **seen), act(ticket, "claim", "handler_b", operator, **seen)
    )
    assert won.status == Status.HANDLING
    name = operator.users["handler"].name
    assert lost.code == ("stale" if sends_version else "claimed")
    assert name in lost.message
    after = assert_whole(ticket, "dispatch", "claim")
    taken = after.work_orders.get()
    assert (taken.assignee, taken.signed_by, taken.version) == (operator.users["handler"], operator.users["handler"], 2)


def test_whoever_comes_first_one_of_many_wins(operator: Operator) -> None:
    """Without any order among them: six send the same form, one is taken, five are told."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    forms = [
        dispatching(ticket, who, operator, expected_version=ticket.version)
        for who in ("dispatcher", "dispatcher_b", "dispatcher", "dispatcher_b", "dispatcher", "dispatcher_b")
    ]
    done = at_once(*forms)
    assert sum(isinstance(one, Ticket) for one in done) == 1
    assert sum(isinstance(one, Stale) for one in done) == 5
    assert_whole(ticket, "submit", "dispatch")


def test_merging_from_both_ends_never_deadlocks(operator: Operator) -> None:
    """Both lock in ascending id; the younger goes into the older, the other way round is refused with words."""
    older = bring_to(Status.PENDING_DISPATCH, operator, accepted_at=MONDAY_MORNING - dt.timedelta(hours=2))
    for _time in range(5):
        younger = bring_to(Status.HANDLING, operator)
        began = time.monotonic()
        done = at_once(
            act(older, "merge", "dispatcher", operator, into=younger.pk),
            act(younger, "merge", "dispatcher_b", operator, into=older.pk),
        )
        assert time.monotonic() - began < 5
        refused, merged = done
        assert isinstance(refused, Refused)
        assert refused.code in ("younger", "not_open")
        assert merged.status == Status.MERGED
        assert_whole(younger, "dispatch", "merge")
    assert_whole(older, "submit")


def test_the_second_end_of_a_merger_waits_for_the_first(operator: Operator) -> None:
    older = bring_to(Status.PENDING_DISPATCH, operator, accepted_at=MONDAY_MORNING - dt.timedelta(hours=2))
    younger = bring_to(Status.PENDING_DISPATCH, operator)
    merged, refused = second_meets_first(
        act(younger, "merge", "dispatcher", operator, into=older.pk),
        act(older, "merge", "dispatcher_b", operator, into=younger.pk),
    )
    assert merged.status == Status.MERGED
    assert refused.code == "not_open"
    assert younger.number in refused.message
    assert_whole(younger, "submit", "merge")
    assert_whole(older, "submit")


def test_many_intakes_at_once_get_numbers_of_their_own(operator: Operator) -> None:
    def take_some(who: str) -> list[str]:
        return [take_complaint(operator, by=operator.user(who)).number for _number in range(5)]

    done = at_once(*[partial(take_some, who) for who in ("agent", "agent_hall", "agent2", "dispatcher") * 2])
    numbers = [number for part in done for number in part]
    assert len(numbers) == len(set(numbers)) == Ticket.objects.count() == 40
    assert all(is_valid_number(number) for number in numbers)
    assert all(faults_of(ticket, ticket.events.order_by("seq")) == [] for ticket in Ticket.objects.all())


def test_chains_stay_whole_when_many_write_to_one_ticket(operator: Operator) -> None:
    ticket = bring_to(Status.HANDLING, operator)
    before = ticket.event_count

    def note_down(who: str) -> None:
        for line in range(4):
            perform(ticket.pk, "add_note", by=operator.user(who), text=f"第{line}条")

    done = at_once(*[partial(note_down, who) for who in ("agent", "dispatcher", "dispatcher_b", "handler", "director")])
    assert done == [None] * 5
    after = assert_whole(ticket, *["add_note"] * 20)
    assert after.event_count == before + 20
    assert after.version == ticket.version


def test_two_workers_archive_once(operator: Operator, frozen_clock: clock.FrozenClock) -> None:
    tickets = [bring_to(Status.CLOSED, operator) for _number in range(3)]
    tickets += [bring_to(Status.REVISITED, operator) for _number in range(9)]
    frozen_clock.move_to(MONDAY_MORNING + dt.timedelta(days=2))
    counts = at_once(archive_due, archive_due)
    assert sum(counts) == 9  # three still wait for their revisit
    archivings = TicketEvent.objects.filter(action="archive")
    assert archivings.count() == archivings.values("ticket").distinct().count() == 9
    for ticket in tickets:
        assert_whole(ticket, "answer" if ticket.status == Status.CLOSED else "archive")
