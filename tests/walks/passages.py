"""Stage clocks and the time they count, read without the product's arithmetic: for the random walks."""

from __future__ import annotations

import datetime as dt

from core.clock import SHANGHAI
from tests.tickets.minute_counter import is_worked
from tickets.models import StageClock, Ticket
from tickets.states import ENDED, ORDER_UNANSWERED, Stage, Status

DAY, HOUR, SECOND = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)
FINAL = ENDED | {Status.ARCHIVED}

Passage = tuple[str, int | None]  # stage, number of the work order


def of_stage(ticket: Ticket, stage: Stage) -> list[StageClock]:
    """The ticket's clocks of a stage, oldest first."""
    return [row for row in ticket.clocks.all() if row.stage == stage]


def own(ticket: Ticket, stage: Stage) -> list[StageClock]:
    """Those of the ticket itself."""
    return [row for row in of_stage(ticket, stage) if row.work_order_id is None]


def of_orders(ticket: Ticket) -> list[Passage]:
    """What has to run for the work orders: whoever owes a result is timed (`unicom` has no limit for signing)."""
    return [(Stage.HANDLE, order.seq) for order in ticket.work_orders.all() if order.status in ORDER_UNANSWERED]


def rejected_before(ticket: Ticket, row: StageClock) -> StageClock | None:
    """The passage whose unused time an order's clock got: a rejected reply's, or that of the unit's superseded
    result."""
    orders = {order.pk: order for order in ticket.work_orders.all()}
    assert row.work_order_id is not None
    order = orders[row.work_order_id]
    handled = [one for one in of_stage(ticket, Stage.HANDLE) if one.pk < row.pk and one.work_order_id is not None]
    for one in handled[::-1]:
        if one.work_order_id == order.pk:
            return one
    for one in handled[::-1]:
        earlier = orders[one.work_order_id or 0]
        if (earlier.unit_id, earlier.round, earlier.is_superseded) == (order.unit_id, order.round, True):
            return one if order.parent_id is None and earlier.ended_at <= order.sent_at else None  # type: ignore[operator]
    return None


def end_of_day(instant: dt.datetime, days: int = 0) -> dt.datetime:
    """24:00 (Shanghai) of the day of an instant, or of the `days`-th after it."""
    day = instant.astimezone(SHANGHAI).date() + (days + 1) * DAY
    return dt.datetime.combine(day, dt.time(0), SHANGHAI)


def end_of_working_day(instant: dt.datetime, days: int) -> dt.datetime:
    """24:00 (Shanghai) of the `days`-th working day after the day of an instant."""
    day = instant.astimezone(SHANGHAI).date()
    while days:
        day += DAY
        days -= is_worked(day)
    return dt.datetime.combine(day + DAY, dt.time(0), SHANGHAI)


def worked(start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """How much of a time lies on working days."""
    total = dt.timedelta()
    while start < end:
        until = min(end, end_of_day(start))
        if is_worked(start.astimezone(SHANGHAI).date()):
            total += until - start
        start = until
    return total
