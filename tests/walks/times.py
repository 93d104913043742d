"""Pauses, extensions and what goes up in the random walks: who may do what, with which data, and what holds after."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from organization.roles import Role
from tests.walks.people import Person
from tickets.models import Extension, StageClock, Ticket
from tickets.states import Kind, Outcome, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tickets.models import WorkOrder

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)
ACTS = frozenset(
    {
        "ask_pause",
        "approve_pause",
        "refuse_pause",
        "resume",
        "ask_extension",
        "approve_extension",
        "refuse_extension",
        "upgrade",
        "report_serious",
        "adjudicate_delay",
    }
)
REFUSALS = {
    "approve_pause": {"pause_past"},
    "resume": {"not_over"},
    "ask_extension": {"too_late", "not_later", "paused", "extension_asked"},
    "approve_extension": {"no_extension", "not_later", "extension_past"},
    "refuse_extension": {"no_extension"},
    "upgrade": {"upgraded", "no_unit_above", "unit_busy", "recused"},
    "report_serious": {"reported_already"},
    "adjudicate_delay": {"found_already"},
}
ONLY_IF: dict[str, Callable[[Ticket, dt.datetime], bool]] = {
    "ask_pause": lambda ticket, at: not ticket.is_paused and not _asked(ticket),
    "approve_pause": lambda ticket, at: _asked(ticket),
    "refuse_pause": lambda ticket, at: _asked(ticket),
    "resume": lambda ticket, at: ticket.is_paused,
    "adjudicate_delay": lambda ticket, at: bool(_late(ticket, at)),
}


def is_in_person(person: Person, act: str, ticket: Ticket) -> bool:
    """Only a director over the ticket's centre decides on pauses."""
    if act not in ("approve_pause", "refuse_pause"):
        return True
    return person.role == Role.DIRECTOR and ticket.owner_unit.path.startswith(person.unit.path)


def data_for(
    act: str,
    usual: dict[str, Any],
    order: WorkOrder | None,
    ticket: Ticket,
    at: dt.datetime,
    draw: Callable[[st.SearchStrategy[Any]], Any],
) -> dict[str, Any]:
    """The data of an act."""
    if act == "ask_pause":
        return usual | {"until": at + draw(st.integers(1, 40)) * HOUR}
    if act == "ask_extension":
        due = next(row.due_at for row in ticket.clocks.all() if row.work_order_id == order.pk and _is_work(row))  # type: ignore[union-attr]
        return usual | {"due": max(due, at) + draw(st.integers(0, 60)) * HOUR}
    if act == "adjudicate_delay":
        return usual | {"clock": draw(st.sampled_from(_late(ticket, at))).pk}
    return usual


def check(ticket: Ticket) -> None:
    """Clocks stand still exactly while the ticket is paused, none of those alerts, and nothing is asked for in vain."""
    if ticket.kind == Kind.COMPLAINT:
        lasting = [row for row in ticket.pauses.all() if row.decision == "approved" and row.ended_at is None]
        assert len(lasting) == int(ticket.is_paused)
    extensions = list(Extension.objects.filter(ticket=ticket.pk))
    granted = Counter(one.clock_id for one in extensions if one.decision == "approved")
    asked = {one.clock_id for one in extensions if one.decision == "asked"}
    for row in ticket.clocks.all():
        assert (row.paused_at is not None) == (ticket.is_paused and row.outcome == Outcome.RUNNING)
        assert row.paused_at is None or row.next_alert_at is None
        assert row.outcome == Outcome.RUNNING or row.next_alert_at is None
        spans = pauses_of(row)
        assert spans == sorted(spans)
        assert all(row.started_at <= start < end for start, end in spans)
        assert row.schedule == 1 + granted[row.pk]
        assert row.outcome == Outcome.RUNNING or row.pk not in asked


def pauses_of(row: StageClock) -> list[tuple[dt.datetime, dt.datetime]]:
    """When the clock stood still, as stored."""
    return [(dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end)) for start, end in row.pauses]


def moved_by_pauses(due: dt.datetime, row: StageClock) -> dt.datetime:
    """A due time in hours around the clock, later by each pause that began before it."""
    for start, end in pauses_of(row):
        if start < due:
            due += end - start
    return due


def counted(row: StageClock) -> int:
    """Seconds from the start to the stop of a clock in hours, pauses left out."""
    assert row.stopped_at is not None
    stood = sum(
        (max(min(end, row.stopped_at) - start, dt.timedelta()) for start, end in pauses_of(row)), dt.timedelta()
    )
    return (row.stopped_at - row.started_at - stood) // SECOND


def _asked(ticket: Ticket) -> bool:
    return any(row.decision == "asked" for row in ticket.pauses.all())


def _late(ticket: Ticket, at: dt.datetime) -> list[StageClock]:
    return [
        row
        for row in ticket.clocks.all()
        if row.outcome == Outcome.BREACHED
        or (row.outcome == Outcome.RUNNING and row.paused_at is None and row.due_at < at)
    ]


def _is_work(row: StageClock) -> bool:
    return row.stage == Stage.HANDLE and row.outcome == Outcome.RUNNING
