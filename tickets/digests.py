"""What people said stands in rows beside the record; an event carries a digest of each row that its step wrote.

So a text that was changed, removed or slipped in past the write path shows, although no event holds it (model 10).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext as _

from tickets.models import (
    Amendment,
    Answer,
    Attachment,
    DelayFinding,
    Extension,
    InterimReply,
    Pause,
    Remedy,
    Report,
    Responsibility,
    ResponsibilityFinding,
    ResponsibilityShare,
    RevisitAttempt,
    SupervisionOrder,
    SupervisionTrigger,
    Ticket,
    TicketEvent,
    TicketNote,
    WorkOrderReply,
)
from tickets.models.replies import Rating

# The columns that say something and never change; who wrote a row and when stands in the event itself.
SAYING: dict[type[Model], tuple[str, ...]] = {
    TicketNote: ("kind", "text"),
    Answer: (
        "round",
        "mode",
        "person_told",
        "content",
        "attitude",
        "closure_code",
        "plan",
        "promised_for",
        "is_on_spot",
    ),
    InterimReply: ("mode", "content", "promised_for"),
    RevisitAttempt: (
        "round",
        "number",
        "result",
        "is_solved",
        "speed",
        "attitude",
        "outcome",
        "satisfaction",
        "remark",
    ),
    WorkOrderReply: ("attempt", "finding", "measure", "script", "is_solved", "restored_at", "cause_id"),
    Rating: ("score", "words"),
    SupervisionTrigger: ("trigger", "grade", "note"),
    SupervisionOrder: ("reply",),
    Attachment: ("purpose", "content_type", "size", "sha256"),  # its name may be no more than a phone
    Amendment: ("field", "old", "new"),
    Pause: ("reason", "ground", "until"),
    Extension: ("ground", "due_before", "due_asked"),
    Remedy: ("kind", "amount", "ground"),
    DelayFinding: ("unit_id", "user_id", "is_excused", "ground"),
    # Said when it is handed in, and again with its review: the later digest is the one that counts.
    Report: ("version", "ground", "investigation", "result", "customer_told", "measures", "verdict", "remark"),
    Responsibility: ("contest_ground",),
    ResponsibilityFinding: ("step", "attribution", "cause_id", "ground"),
    ResponsibilityShare: ("unit_id", "liability_class", "stage", "percent"),
}
# The way from a row to its ticket, where that is not its own column.
_TICKET_OF: dict[type[Model], str] = {
    WorkOrderReply: "work_order__ticket",
    SupervisionTrigger: "supervision__ticket",
    ResponsibilityFinding: "responsibility__ticket",
    ResponsibilityShare: "finding__responsibility__ticket",
}
KINDS: dict[str, type[Model]] = {model.__name__: model for model in SAYING}
BATCH = 500


def digest_of(row: Model, previous_hash: str) -> str:
    """SHA-256 over what a row says, in canonical JSON, behind the hash that the event follows.

    The whole row is digested, and never a value alone: a phone has so few possible values that its digest would give it
    away. With the hash before it the same words have another digest in every event: no table of likely values fits two
    tickets, and nobody sees that two customers said the same. A salt that stands in the record stops nobody who tries
    out all phones, so corrected contact data, which are little else, are left out (`is_digested`).
    """
    said = {name: _canonical(row, name) for name in SAYING[type(row)]}
    text = json.dumps([type(row).__name__, said], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((previous_hash + text).encode()).hexdigest()


def is_digested(row: Model) -> bool:
    """Whether the record proves a row: not corrected contact data, and no rating before the customer has rated."""
    if isinstance(row, Rating):
        return row.rated_at is not None
    if isinstance(row, SupervisionTrigger):  # what the sweep writes says nothing
        return row.by_id is not None
    if isinstance(row, Remedy):  # the waiver of rent stands in its event alone
        return bool(row.ground)
    if isinstance(row, SupervisionOrder):
        return bool(row.reply)
    if isinstance(row, Responsibility):
        return bool(row.contest_ground)
    return not (isinstance(row, Amendment) and row.is_contact)


def entries_of(rows: Iterable[Model], previous_hash: str) -> list[dict[str, Any]]:
    """What the event that follows `previous_hash` keeps of saved rows: their kinds, ids and digests."""
    return [
        {"row": type(row).__name__, "id": row.pk, "digest": digest_of(row, previous_hash)}
        for row in rows
        if is_digested(row)
    ]


def faults_of(tickets: QuerySet[Ticket]) -> Iterator[str]:
    """Rows of these tickets that differ from the record, are missing, or are there without it; in sentences."""
    numbers: dict[int, str] = {}
    for ticket_id, number in tickets.order_by("pk").values_list("pk", "number").iterator(BATCH):
        numbers[ticket_id] = number
        if len(numbers) == BATCH:
            yield from _faults_of_batch(numbers)
            numbers = {}
    yield from _faults_of_batch(numbers)


def _faults_of_batch(numbers: dict[int, str]) -> Iterator[str]:
    events = TicketEvent.objects.filter(ticket__in=list(numbers), data__has_key="said").order_by("ticket_id", "seq")
    told = {
        (entry["row"], entry["id"], event.ticket_id): (event, entry["digest"])
        for event in events
        for entry in event.data["said"]
    }
    for kind, model in KINDS.items():
        path = _TICKET_OF.get(model, "ticket")
        rows: Any = model._base_manager.filter(**{f"{path}__in": list(numbers)}).order_by("pk")
        for row in filter(is_digested, rows.annotate(of_ticket=F(path))):
            event, digest = told.pop((kind, row.pk, row.of_ticket), (None, ""))
            words = {"number": numbers[row.of_ticket], "what": model._meta.verbose_name, "id": row.pk}
            if event is None:
                yield _("%(number)s: no event tells of %(what)s %(id)s") % words
            elif digest != digest_of(row, event.previous_hash):
                yield _("%(number)s: %(what)s %(id)s of event %(seq)s was changed") % {**words, "seq": event.seq}
    for (kind, pk, ticket_id), (event, _digest) in told.items():
        words = {"number": numbers[ticket_id], "what": KINDS[kind]._meta.verbose_name, "id": pk, "seq": event.seq}
        yield _("%(number)s: %(what)s %(id)s of event %(seq)s is missing") % words


def _canonical(row: Model, name: str) -> Any:
    """A column's value, the same before it was stored and after."""
    field: Any = row._meta.get_field(name)
    value = field.to_python(getattr(row, name))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, int) else str(value)
