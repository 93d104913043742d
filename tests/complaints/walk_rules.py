"""What holds for a complaint after every step, computed from its events and orders alone: for the random walks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from typing import Any

from django.db.models import Prefetch

from core.clock import SHANGHAI
from tests.complaints import walk_supervision, walk_times
from tickets import record
from tickets.models import StageClock, Ticket, TicketEvent, WorkOrder
from tickets.models.ticket import NOTHING_DUE
from tickets.states import (
    CLOSED,
    ENDED,
    ORDER_UNANSWERED,
    WITH_ORDERS,
    ClosureCode,
    OrderRole,
    OrderStatus,
    Outcome,
    Stage,
    Status,
)

HOUR = dt.timedelta(hours=1)
TOTAL_HOURS = {"general": 24, "provincial": 48, "national": 72}  # U-29
HANDLE_HOURS = {"general": (17, 17), "provincial": (41, 17), "national": (65, 41)}  # U-30, U-31: upper, lower bound
EXPEDITED = {"wcdma"}
FINAL = ENDED | {Status.ARCHIVED}

Passage = tuple[str, int | None]


def load(ticket_id: int) -> Ticket:
    """The ticket as it stands in the database, with everything that the rules read."""
    orders = WorkOrder.objects.select_related("unit", "parent__unit").order_by("seq")
    return (
        Ticket.objects.select_related("owner_unit", "accepting_unit", "complained_unit", "business_type")
        .prefetch_related(
            Prefetch("work_orders", orders),
            Prefetch("clocks", StageClock.objects.order_by("pk")),
            Prefetch("events", TicketEvent.objects.order_by("seq")),
            "answers",
            "pauses",
        )
        .get(pk=ticket_id)
    )


def fingerprint(ticket: Ticket) -> Any:
    """Every stored value of the ticket, its orders, clocks and events."""
    rows = [ticket, *ticket.work_orders.all(), *ticket.clocks.all(), *ticket.events.all(), *ticket.answers.all()]
    stored = [[(field.attname, getattr(row, field.attname)) for field in row._meta.concrete_fields] for row in rows]
    return [*stored, walk_supervision.stored(ticket)]


def check(ticket: Ticket, at: dt.datetime) -> None:
    """Every rule at once. `at` is when the last step was made."""
    _check_record(ticket)
    _check_rounds(ticket)
    _check_orders(ticket)
    walk_supervision.check(ticket)
    walk_times.check(ticket)
    assert Counter(_running(ticket)) == Counter(_expected(ticket)), f"clocks in {ticket.status}"
    _check_sums(ticket)
    for row in ticket.clocks.all():
        _check_clock(ticket, row, at)
    dues = [row.due_at for row in ticket.clocks.all() if row.outcome == Outcome.RUNNING]
    moving = [row.due_at for row in ticket.clocks.all() if row.outcome == Outcome.RUNNING and row.paused_at is None]
    assert ticket.next_due_at == min(moving, default=NOTHING_DUE)
    assert (ticket.quiet_from is not None) == (not dues and ticket.status in (Status.CLOSED, Status.REVISITED))


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
        handled = [row for row in _of(ticket, Stage.HANDLE) if row.work_order_id == order.pk]
        rejected = _rejected_before(ticket, handled[0])
        first = rejected.attempt + 1 if rejected else 1
        assert [row.attempt for row in handled] == list(range(first, first + order.attempt))


def _running(ticket: Ticket) -> list[Passage]:
    seqs = {order.pk: order.seq for order in ticket.work_orders.all()}
    return [
        (row.stage, seqs[row.work_order_id] if row.work_order_id else None)
        for row in ticket.clocks.all()
        if row.outcome == Outcome.RUNNING
    ]


def _expected(ticket: Ticket) -> list[Passage]:
    """The clocks that model 4 has running now (`unicom` has no limit for signing or instructing)."""
    if ticket.status in FINAL:
        return []
    if ticket.status in CLOSED:
        return _after_closing(ticket)
    own = {
        Status.DRAFT: [Stage.FILL],
        Status.PENDING_DISPATCH: [Stage.DISPATCH],
        Status.PENDING_ANSWER: [Stage.ANSWER],
        Status.HANDLING: [Stage.ANSWER] if _results_are_in(ticket) else [],
    }
    stages = [Stage.TOTAL, *own.get(Status(ticket.status), [])]
    handling = [order.seq for order in ticket.work_orders.all() if order.status in ORDER_UNANSWERED]
    return [(stage, None) for stage in stages] + [(Stage.HANDLE, seq) for seq in handling]


def _results_are_in(ticket: Ticket) -> bool:
    """Whether no lead owes its result any more and at least one has given it."""
    leads = [
        order.status
        for order in ticket.work_orders.all()
        if order.parent_id is None
        and order.role == OrderRole.LEAD
        and order.round == ticket.round
        and not order.is_superseded
    ]
    given = {OrderStatus.REPLIED, OrderStatus.ACCEPTED}
    return not ORDER_UNANSWERED & set(leads) and bool(given & set(leads))


def _after_closing(ticket: Ticket) -> list[Passage]:
    """A call-back where units were involved, a promise where one was made, each until it is done."""
    events = list(ticket.events.all())
    closing = max(
        index for index, event in enumerate(events) if event.from_status not in CLOSED and event.to_status in CLOSED
    )
    since = {event.action for event in events[closing:]}
    answer = list(ticket.answers.all())[-1]
    expected: list[Passage] = []
    if ticket.work_orders.all() and not since & {"revisit", "rate_low", "archive"}:
        expected.append((Stage.REVISIT, None))
    if answer.closure_code == ClosureCode.UNRESOLVED and not since & {"fulfil_promise", "archive"}:
        expected.append((Stage.FOLLOW_UP, None))
    return expected


def _check_sums(ticket: Ticket) -> None:
    """Clocks of a state cover exactly the time the ticket was in it; `total` runs from acceptance, or from the
    rework, to the answer, whatever happens between."""
    events = list(ticket.events.all())
    starts = [ticket.accepted_at, *(event.at for event in events if event.action == "rework")]
    for stage, status in ((Stage.FILL, Status.DRAFT), (Stage.DISPATCH, Status.PENDING_DISPATCH)):
        visits = _visits(ticket, status)
        assert [(row.started_at, row.stopped_at) for row in _of(ticket, stage)] == visits, stage
    for row in _of(ticket, Stage.TOTAL):
        assert row.started_at == starts[row.round - 1]
    for answer in ticket.answers.all():
        closing = [row for row in _of(ticket, Stage.TOTAL) if row.stopped_at == answer.at and row.round == answer.round]
        is_final = ticket.status in CLOSED or answer.round < ticket.round
        latest = [one for one in ticket.answers.all() if one.round == answer.round][-1]
        assert bool(closing) or not (is_final and answer == latest), "the course ends with the answer"


def _visits(ticket: Ticket, status: Status) -> list[tuple[dt.datetime, dt.datetime | None]]:
    """When the ticket entered and left a state, from its events; the first draft begins with the acceptance."""
    visits: list[tuple[dt.datetime, dt.datetime | None]] = []
    for event in ticket.events.all():
        if event.from_status == event.to_status:
            continue
        if event.from_status == status:
            visits[-1] = (visits[-1][0], event.at)
        if event.to_status == status:
            visits.append((ticket.accepted_at if event.action == "register" else event.at, None))
    return visits


def _of(ticket: Ticket, stage: Stage) -> list[StageClock]:
    return [row for row in ticket.clocks.all() if row.stage == stage]


def _check_clock(ticket: Ticket, row: StageClock, at: dt.datetime) -> None:
    assert row.started_at <= at
    if row.outcome == Outcome.RUNNING:
        expected = _due(ticket, row)
        if expected is not None:
            first = walk_times.moved_by_pauses(expected, row)
            assert row.original_due_at == first, f"first due of {row.stage}"
            assert row.due_at == first if row.schedule == 1 else row.due_at >= first, f"due of {row.stage}"
        return
    assert row.stopped_at is not None
    assert row.counted_seconds == walk_times.counted(row)
    if row.outcome != Outcome.CANCELLED:
        assert (row.outcome == Outcome.MET) == (row.stopped_at <= row.due_at)


def _due(ticket: Ticket, row: StageClock) -> dt.datetime | None:
    """When a running clock is due, from the rules of the sources; None where the quiet hours may move it."""
    match row.stage:
        case Stage.FILL:
            return row.started_at + HOUR
        case Stage.DISPATCH:
            return row.started_at + 4 * HOUR
        case Stage.TOTAL:
            return row.started_at + TOTAL_HOURS[ticket.level] * HOUR
        case Stage.REVISIT:
            day = row.started_at.astimezone(SHANGHAI).date() + dt.timedelta(days=8)
            return dt.datetime.combine(day, dt.time(0), SHANGHAI)
        case Stage.HANDLE:
            before = _rejected_before(ticket, row)
            if before is None:
                return row.started_at + _handle_hours(ticket) * HOUR
            assert before.stopped_at is not None
            return row.started_at + max(before.due_at - before.stopped_at, 2 * HOUR)
        case _:
            return None


def _handle_hours(ticket: Ticket) -> int:
    upper, lower = HANDLE_HOURS[ticket.level]
    is_expedited = ticket.business_type is not None and ticket.business_type.code in EXPEDITED
    return lower if is_expedited or ticket.customer_tier == "vip" else upper


def _rejected_before(ticket: Ticket, row: StageClock) -> StageClock | None:
    """The passage whose unused time this one got: a rejected reply's, or that of the unit's superseded result."""
    orders = {order.pk: order for order in ticket.work_orders.all()}
    assert row.work_order_id is not None
    order = orders[row.work_order_id]
    handled = [one for one in _of(ticket, Stage.HANDLE) if one.pk < row.pk]
    for one in handled[::-1]:
        if one.work_order_id == order.pk:
            return one
    for one in handled[::-1]:
        earlier = orders[one.work_order_id or 0]
        if (earlier.unit_id, earlier.round, earlier.is_superseded) == (order.unit_id, order.round, True):
            return one if order.parent_id is None and earlier.ended_at <= order.sent_at else None  # type: ignore[operator]
    return None
