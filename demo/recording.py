"""A played story, read from the tables so that it can be written again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import DateField, Field, ForeignKey, Model

from appeals.models import AppealDetail
from complaints.models import ComplaintDetail
from demo.life import World
from demo.matters import Case
from escalations.models import EscalationDetail
from tickets.models import (
    Alert,
    Amendment,
    Answer,
    Attachment,
    Contact,
    HandOver,
    InterimReply,
    Remedy,
    Report,
    Responsibility,
    ResponsibilityFinding,
    ResponsibilityShare,
    RevisitAttempt,
    StageClock,
    SupervisionOrder,
    SupervisionTrigger,
    Ticket,
    TicketEvent,
    TicketLink,
    TicketNote,
    WorkOrder,
    WorkOrderReply,
)
from tickets.states import ENDED, Status

# Everything that a life leaves behind, in the order in which it can be written.
MODELS: tuple[type[Model], ...] = (
    Ticket,
    Contact,
    ComplaintDetail,
    EscalationDetail,
    WorkOrder,
    WorkOrderReply,
    StageClock,
    TicketNote,
    Amendment,
    HandOver,
    TicketLink,
    Remedy,
    Answer,
    InterimReply,
    RevisitAttempt,
    Attachment,
    AppealDetail,
    Report,
    Responsibility,
    ResponsibilityFinding,
    ResponsibilityShare,
    SupervisionOrder,
    SupervisionOrder.cc_units.through,
    Alert,
    SupervisionTrigger,
    TicketEvent,
)


# The rows above others, and the way from them to the ticket.
_ABOVE: tuple[tuple[str, type[Model], str], ...] = (
    ("work_order_id", WorkOrder, "ticket"),
    ("supervision_id", SupervisionOrder, "ticket"),
    ("supervisionorder_id", SupervisionOrder, "ticket"),
    ("responsibility_id", Responsibility, "ticket"),
    ("finding_id", ResponsibilityFinding, "responsibility__ticket"),
)


class Table:
    """The columns of a model, and which of them point to other rows of a life or hold an instant or a day."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.fields: tuple[Field[Any, Any], ...] = tuple(model._meta.concrete_fields)
        self.position = {column.attname: index for index, column in enumerate(self.fields)}
        self.instants = [index for index, column in enumerate(self.fields) if isinstance(column, DateField)]
        self.links = {
            index: column.remote_field.model
            for index, column in enumerate(self.fields)
            if isinstance(column, ForeignKey) and column.remote_field.model in MODELS
        }
        key = model._meta.pk
        self.has_own_id = model is not Ticket and key is not None and key.remote_field is None
        quote = connection.ops.quote_name
        columns = ", ".join(quote(column.column or "") for column in self.fields)
        marks = ", ".join(["%s"] * len(self.fields))
        self.insert = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 - names only

    def prepared(self, index: int, value: Any) -> Any:
        """The value as the database takes it."""
        return self.fields[index].get_db_prep_save(value, connection)


@dataclass
class Row:
    """One recorded row: its values, and the same as the database takes them."""

    table: Table
    row: Model
    values: list[Any]
    prepared: list[Any]


@dataclass
class Recording:
    """The rows of each ticket, what its customer told, and which tickets belong together."""

    until: datetime
    rows: dict[int, list[Row]] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    over: list[tuple[Ticket, ...]] = field(default_factory=list)
    waiting: list[tuple[Ticket, ...]] = field(default_factory=list)


def read(world: World, until: datetime) -> Recording:
    """Read everything that the lives of the world have left in the tables."""
    recording = Recording(until)
    recording.cases = {life.ticket.pk: life.case for life in world.lives}
    above = {name: dict(model._default_manager.values_list("pk", way)) for name, model, way in _ABOVE}
    for model in MODELS:
        table = Table(model)
        for row in model._default_manager.order_by("pk"):
            values = [getattr(row, column.attname) for column in table.fields]
            prepared = [table.prepared(index, value) for index, value in enumerate(values)]
            ticket_id = row.pk if model is Ticket else _ticket_of(row, above)
            recording.rows.setdefault(ticket_id, []).append(Row(table, row, values, prepared))
    for cluster in _clusters():
        is_over = all(ticket.status == Status.ARCHIVED or ticket.status in ENDED for ticket in cluster)
        (recording.over if is_over else recording.waiting).append(cluster)
    return recording


def _ticket_of(row: Any, above: dict[str, dict[int, int]]) -> int:
    """The ticket of a row, or of the row above it that `above` knows the ticket of."""
    if hasattr(row, "ticket_id"):
        return int(row.ticket_id)
    name = next(name for name in above if hasattr(row, name))
    return above[name][getattr(row, name)]


def _clusters() -> list[tuple[Ticket, ...]]:
    """Tickets that are linked or merged belong together: copied, they must find each other."""
    tickets = Ticket.objects.in_bulk()
    together = {ticket_id: {ticket_id} for ticket_id in tickets}
    pairs = [*TicketLink.objects.order_by("pk").values_list("ticket", "earlier")]
    pairs += [(ticket.pk, ticket.merged_into_id) for ticket in tickets.values() if ticket.merged_into_id]
    for one, other in pairs:
        joined = together[one] | together[other]
        for ticket_id in joined:
            together[ticket_id] = joined
    heads = sorted({min(members) for members in together.values()})
    return [tuple(tickets[ticket_id] for ticket_id in sorted(together[head])) for head in heads]
