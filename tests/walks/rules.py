"""What holds for a ticket of any kind after every step, computed from its events and orders alone: for the random
walks. The clocks of complaints stand in `complaint_rules`, those of two tiers and their custody in `tier_rules`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

from tests.walks import complaint_rules, incidents, responsibility, supervision, tier_rules, times
from tests.walks.passages import FINAL, Passage, of_stage, rejected_before
from tickets import record
from tickets.models import Ticket
from tickets.models.ticket import NOTHING_DUE
from tickets.states import STATES_OF, WITH_ORDERS, Kind, OrderStatus, Outcome, Stage, Status

# The states out of which the system archives a ticket.
ARCHIVED_FROM = {
    Kind.COMPLAINT: {Status.CLOSED, Status.REVISITED},
    Kind.ESCALATION: {Status.CLOSED},
    Kind.APPEAL: set(),
}


def check(ticket: Ticket, at: dt.datetime) -> None:
    """Every rule at once. `at` is when the last step was made."""
    assert ticket.status in STATES_OF[Kind(ticket.kind)]
    _check_record(ticket)
    _check_rounds(ticket)
    _check_orders(ticket)
    incidents.check(ticket)
    supervision.check(ticket)
    responsibility.check(ticket)
    times.check(ticket)
    own = complaint_rules if ticket.kind == Kind.COMPLAINT else tier_rules
    expected = [] if ticket.status in FINAL else own.expected(ticket)
    assert Counter(_running(ticket)) == Counter(expected), f"clocks in {ticket.status}"
    own.check(ticket)
    for row in ticket.clocks.all():
        assert row.started_at <= at
        if row.outcome == Outcome.RUNNING:
            own.check_due(ticket, row)
        else:
            assert row.stopped_at is not None
            assert row.counted_seconds == own.counted(row)
            assert row.outcome == Outcome.CANCELLED or (row.outcome == Outcome.MET) == (row.stopped_at <= row.due_at)
    dues = [row.due_at for row in ticket.clocks.all() if row.outcome == Outcome.RUNNING]
    moving = [row.due_at for row in ticket.clocks.all() if row.outcome == Outcome.RUNNING and row.paused_at is None]
    assert ticket.next_due_at == min(moving, default=NOTHING_DUE)
    assert (ticket.quiet_from is not None) == (not dues and ticket.status in ARCHIVED_FROM[Kind(ticket.kind)])


def _check_record(ticket: Ticket) -> None:
    """The chain is whole, each event follows from the state before it, and time never runs backwards."""
    events = list(ticket.events.all())
    assert record.faults_of(ticket, events) == []
    assert events[-1].to_status == ticket.status
    for before, after in pairwise(events):
        assert after.from_status == before.to_status
        assert after.at >= before.at


def _check_rounds(ticket: Ticket) -> None:
    """One round is open: the last one made by a rework; nothing of an earlier round is still under way."""
    reworks = sum(event.action == "rework" for event in ticket.events.all())
    assert ticket.round == 1 + reworks
    assert all(row.round == ticket.round for row in ticket.clocks.all() if row.outcome == Outcome.RUNNING)
    assert all(order.round == ticket.round for order in ticket.work_orders.all() if order.is_open)


def _check_orders(ticket: Ticket) -> None:
    """Orders live only while their ticket is with the units; whoever passed one on waits for its result (U-41)."""
    for order in ticket.work_orders.all():
        if order.is_open:
            assert ticket.status in WITH_ORDERS, f"order {order.seq} is {order.status} while {ticket.status}"
            if order.parent is not None:
                waits = order.parent.status
                assert waits == OrderStatus.HANDLING, f"order {order.seq} has nobody to go back to: {waits}"
        handled = [row for row in of_stage(ticket, Stage.HANDLE) if row.work_order_id == order.pk]
        rejected = rejected_before(ticket, handled[0])
        first = rejected.attempt + 1 if rejected else 1
        assert [row.attempt for row in handled] == list(range(first, first + order.attempt))


def _running(ticket: Ticket) -> list[Passage]:
    seqs = {order.pk: order.seq for order in ticket.work_orders.all()}
    return [
        (row.stage, seqs[row.work_order_id] if row.work_order_id else None)
        for row in ticket.clocks.all()
        if row.outcome == Outcome.RUNNING
    ]
