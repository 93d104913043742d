"""When which clock of a complaint runs, and until when, computed from its events and orders alone: for the random
walks."""

from __future__ import annotations

import datetime as dt

from tests.walks import times
from tests.walks.passages import HOUR, Passage, end_of_day, of_orders, of_stage, rejected_before
from tickets.models import StageClock, Ticket
from tickets.states import CLOSED, ORDER_UNANSWERED, ClosureCode, OrderRole, OrderStatus, Stage, Status

TOTAL_HOURS = {"general": 24, "provincial": 48, "national": 72}  # U-29
HANDLE_HOURS = {"general": (17, 17), "provincial": (41, 17), "national": (65, 41)}  # U-30, U-31: upper, lower bound
EXPEDITED = {"wcdma"}

counted = times.counted


def expected(ticket: Ticket) -> list[Passage]:
    """The clocks that model 4 has running now (`unicom` has no limit for signing or instructing)."""
    if ticket.status in CLOSED:
        return _after_closing(ticket)
    own = {
        Status.DRAFT: [Stage.FILL],
        Status.PENDING_DISPATCH: [Stage.DISPATCH],
        Status.PENDING_ANSWER: [Stage.ANSWER],
        Status.HANDLING: [Stage.ANSWER] if _results_are_in(ticket) else [],
    }
    stages = [Stage.TOTAL, *own.get(Status(ticket.status), [])]
    return [(stage, None) for stage in stages] + of_orders(ticket)


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
    """A call-back where units were involved, a promise where one was made, each until it is done; what was answered at
    a higher level is called back there."""
    events = list(ticket.events.all())
    closing = max(
        index for index, event in enumerate(events) if event.from_status not in CLOSED and event.to_status in CLOSED
    )
    if events[closing].action == "answer_by_higher":
        return []
    since = {event.action for event in events[closing:]}
    answer = list(ticket.answers.all())[-1]
    expected: list[Passage] = []
    if (ticket.work_orders.all() or ticket.incident_id) and not since & {"revisit", "rate_low", "archive"}:
        expected.append((Stage.REVISIT, None))
    if answer.closure_code == ClosureCode.UNRESOLVED and not since & {"fulfil_promise", "archive"}:
        expected.append((Stage.FOLLOW_UP, None))
    return expected


def check(ticket: Ticket) -> None:
    """Clocks of a state cover exactly the time the ticket was in it; `total` runs from acceptance, or from the
    rework, to the answer, whatever happens between."""
    events = list(ticket.events.all())
    starts = [ticket.accepted_at, *(event.at for event in events if event.action == "rework")]
    for stage, status in ((Stage.FILL, Status.DRAFT), (Stage.DISPATCH, Status.PENDING_DISPATCH)):
        visits = _visits(ticket, status)
        assert [(row.started_at, row.stopped_at) for row in of_stage(ticket, stage)] == visits, stage
    for row in of_stage(ticket, Stage.TOTAL):
        assert row.started_at == starts[row.round - 1]
    for answer in ticket.answers.all():
        closing = [
            row for row in of_stage(ticket, Stage.TOTAL) if row.stopped_at == answer.at and row.round == answer.round
        ]
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


def check_due(ticket: Ticket, row: StageClock) -> None:
    """A running clock is due when the sources say, later by its pauses, or as was agreed."""
    expected_due = _due(ticket, row)
    if expected_due is not None:
        first = times.moved_by_pauses(expected_due, row)
        assert row.original_due_at == first, f"first due of {row.stage}"
        assert row.due_at == first if row.schedule == 1 else row.due_at >= first, f"due of {row.stage}"


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
            return end_of_day(row.started_at, 7)
        case Stage.HANDLE:
            before = rejected_before(ticket, row)
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
