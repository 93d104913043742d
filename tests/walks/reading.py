"""Tickets as the random walks read them: one by one as they stand in the database, with everything that rules ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from organization.models import Unit
from tickets.models import (
    Report,
    Responsibility,
    ResponsibilityFinding,
    ResponsibilityShare,
    StageClock,
    SupervisionOrder,
    Ticket,
    TicketEvent,
    TicketNote,
    WorkOrder,
)
from tickets.models.records import TicketLink
from tickets.states import Kind

PLACES = ("owner_unit", "accepting_unit", "complained_unit", "business_type", "province", "city", "holder")
DETAILS = ("escalation_detail", "appeal_detail")


def load(ticket_id: int) -> Ticket:
    """The ticket as it is now; what its kind never has is left out, for speed."""
    ticket: Ticket = Ticket.objects.select_related(*PLACES, *DETAILS).get(pk=ticket_id)
    prefetch_related_objects([ticket], *_of_all(), *(_of_complaints() if _is_complaint(ticket) else _of_tiers()))
    return ticket


def _of_all() -> tuple[Any, ...]:
    shares = Prefetch("shares", ResponsibilityShare.objects.select_related("unit"))
    findings = ResponsibilityFinding.objects.prefetch_related(shares).order_by("pk")
    supervisions = SupervisionOrder.objects.select_related("target_unit").order_by("seq")
    return (
        Prefetch("work_orders", WorkOrder.objects.select_related("unit", "parent__unit").order_by("seq")),
        Prefetch("clocks", StageClock.objects.order_by("pk")),
        Prefetch("events", TicketEvent.objects.order_by("seq")),
        Prefetch("supervisions", supervisions.prefetch_related("triggers", "target_unit__functions")),
        Prefetch("responsibilities", Responsibility.objects.prefetch_related(Prefetch("findings", findings))),
        "answers",
        "hand_overs",
    )


def _of_complaints() -> tuple[Any, ...]:
    return "pauses", Prefetch("later_links", TicketLink.objects.select_related("ticket__province"))


def _of_tiers() -> tuple[Any, ...]:
    return (
        Prefetch("reports", Report.objects.select_related("answer", "by").order_by("version")),
        Prefetch("notes", TicketNote.objects.order_by("pk")),
        Prefetch("links", TicketLink.objects.select_related("earlier")),
        Prefetch("clocks__unit", Unit.objects.all()),
    )


def _is_complaint(ticket: Ticket) -> bool:
    return ticket.kind == Kind.COMPLAINT


def fingerprint(ticket: Ticket) -> list[Any]:
    """Every stored value of the ticket and of what belongs to it."""
    findings = [one for row in ticket.responsibilities.all() for one in row.findings.all()]
    rows: list[Any] = [
        ticket,
        *(getattr(ticket, name) for name in DETAILS if hasattr(ticket, name)),
        *ticket.work_orders.all(),
        *ticket.clocks.all(),
        *ticket.events.all(),
        *ticket.answers.all(),
        *ticket.hand_overs.all(),
        *ticket.supervisions.all(),
        *ticket.responsibilities.all(),
        *findings,
        *(share for one in findings for share in one.shares.all()),
    ]
    if not _is_complaint(ticket):
        rows += [*ticket.reports.all(), *ticket.notes.all(), *ticket.links.all()]
    return [stored(row) for row in rows]


def snapshot(ticket_ids: Iterable[int]) -> list[Any]:
    """What several tickets have in the tables that every act writes to."""
    tables = ((Ticket, "pk"), (StageClock, "ticket"), (WorkOrder, "ticket"))
    ids = sorted(ticket_ids)
    return [list(table.objects.filter(**{f"{column}__in": ids}).order_by("pk").values()) for table, column in tables]


def stored(row: Any) -> dict[str, Any]:
    """The stored values of a row by column."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def units_concerned(ticket: Ticket) -> list[Unit]:
    """Who has the ticket, who took it, who had work on it."""
    had = [order.unit for order in ticket.work_orders.all()]
    return list(dict.fromkeys([ticket.owner_unit, ticket.accepting_unit, *had]))
