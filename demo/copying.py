"""Writing a recorded life again: other ids, another customer, another week, the record chained anew."""

from __future__ import annotations

import re
from copy import copy as copy_of
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import Model

from appeals.models import AppealDetail
from core.clock import local_day
from core.numbers import ticket_number
from demo.appeal import case_number
from demo.life import file_of
from demo.matters import dated, draw_customer
from demo.recording import MODELS, Recording, Row
from tickets import digests, record
from tickets.models import (
    Alert,
    Amendment,
    Answer,
    Attachment,
    Contact,
    HandOver,
    InterimReply,
    Report,
    Responsibility,
    ResponsibilityFinding,
    StageClock,
    SupervisionOrder,
    SupervisionTrigger,
    Ticket,
    TicketEvent,
    TicketNote,
)
from tickets.models.attachment import storage_name
from tickets.models.ticket import NOTHING_DUE
from tickets.states import KIND_LETTERS, Kind

if TYPE_CHECKING:
    from random import Random

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
# Columns that hold words of or about the customer.
TEXTS: dict[type[Model], tuple[str, ...]] = {
    Ticket: ("number", "description"),
    Contact: ("name", "phone", "service_number", "address"),
    Amendment: ("old", "new"),
    Answer: ("person_told",),
    AppealDetail: ("case_number",),
}
# Rows that events name by their id.
NAMED_IN_EVENTS: dict[str, type[Model]] = {
    "note": TicketNote,
    "why": TicketNote,
    "answer": Answer,
    "reply": InterimReply,
    "attachment": Attachment,
    "hand_over": HandOver,
    "clock": StageClock,
    "alert": Alert,
    "supervision": SupervisionOrder,
    "cause": SupervisionTrigger,
    "report": Report,
    "responsibility": ResponsibilityFinding,
    "contested": Responsibility,
}
Ids = dict[tuple[type[Model], int], int]


@dataclass
class Copy:
    """One more time that some lives are lived, `shift` (whole weeks) earlier, as the tickets of `ids` (old to new)."""

    cluster: tuple[Ticket, ...]
    shift: timedelta
    ids: dict[int, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


@dataclass
class Telling:
    """What is different about one ticket this time: instants, ids, words; and by kind and old id, rows said again."""

    shift: timedelta
    ids: Ids
    words: dict[str, str]
    said: dict[tuple[str, int], Model] = field(default_factory=dict)


class Copyist:
    """Makes the rows of copies and writes them in batches."""

    def __init__(self, recording: Recording, rng: Random) -> None:
        self.recording = recording
        self.rng = rng
        self.counters = {model: count(1) for model in MODELS}
        self.made: dict[type[Model], list[list[Any]]] = {model: [] for model in MODELS}
        self.inserts = {row.table.model: row.table.insert for rows in recording.rows.values() for row in rows}

    def copy(self, copy: Copy, ticket_id: int) -> None:
        """Make the rows of one ticket of a copy."""
        ids: Ids = {(Ticket, old): new for old, new in copy.ids.items()}
        telling = Telling(copy.shift, ids, self._words(copy, ticket_id))
        chained = ""
        for row in self.recording.rows[ticket_id]:
            model, values = row.table.model, list(row.prepared)
            if row.table.has_own_id:
                ids[model, row.row.pk] = values[0] = next(self.counters[model])
            self._move(row, values, copy.shift, ids)
            for name in TEXTS.get(model, ()):
                _set(row, values, name, _reworded(getattr(row.row, name), telling.words))
            if model in digests.SAYING:
                telling.said[model.__name__, row.row.pk] = _said_again(row, values[0], telling)
            if model is Ticket:
                values[0] = copy.ids[ticket_id]
                _set(row, values, "extra", _told_again(row.row.extra, telling))  # type: ignore[attr-defined]
            elif model is Contact:
                _set(row, values, "phone_last4", telling.words[row.row.phone][-4:])  # type: ignore[attr-defined]
            elif model is StageClock:
                _set(row, values, "pauses", _told_again(row.row.pauses, telling))  # type: ignore[attr-defined]
            elif model is Attachment:
                _set(row, values, "file", _stored(cast("Attachment", row.row)))
            elif model is TicketEvent:
                chained = self._chain(row, values, telling, chained)
            self.made[model].append(values)
        first = self.recording.rows[ticket_id][0]
        _set(first, self.made[Ticket][-1], "last_event_hash", chained)

    def write(self) -> None:
        """Write what has been made since the last time."""
        with connection.cursor() as cursor:
            for model, rows in self.made.items():
                if rows:
                    cursor.executemany(self.inserts[model], rows)
                    rows.clear()

    def _words(self, copy: Copy, ticket_id: int) -> dict[str, str]:
        """What is said differently this time: the customer, the ticket numbers and the days."""
        case = self.recording.cases[ticket_id]
        if not copy.words:
            customer = draw_customer(self.rng, case.city, case.matter["business"], case.customer.tier)
            for name in ("name", "phone", "service_number", "address"):
                copy.words[getattr(case.customer, name)] = getattr(customer, name)
            for ticket in copy.cluster:
                day = local_day(ticket.accepted_at - copy.shift)
                number = ticket_number(KIND_LETTERS[Kind(ticket.kind)], day, copy.ids[ticket.pk])
                copy.words[ticket.number] = number
                if case_before := self.recording.cases[ticket.pk].filled.get("case_number"):
                    copy.words[case_before] = case_number(day, copy.ids[ticket.pk])
        days = dated(case.began - copy.shift, case.came - copy.shift)
        return copy.words | {case.filled[part]: said for part, said in days.items()}

    def _move(self, row: Row, values: list[Any], shift: timedelta, ids: Ids) -> None:
        """Set the instants back and point to the rows of this copy."""
        if shift:
            for index in row.table.instants:
                before = row.values[index]
                if before is not None and before != NOTHING_DUE:
                    values[index] = row.table.prepared(index, before - shift)
        for index, model in row.table.links.items():
            if row.values[index] is not None:
                values[index] = ids[model, row.values[index]]

    def _chain(self, row: Row, values: list[Any], telling: Telling, previous: str) -> str:
        """Write the event's data again and chain it to the one before it; gives its hash."""
        event = cast("TicketEvent", row.row)
        data = _renamed(_told_again(row.values[row.table.position["data"]], telling), telling.ids)
        if "said" in data:
            rows = [telling.said[entry["row"], entry["id"]] for entry in data["said"]]
            data["said"] = digests.entries_of(rows, previous)
        event.ticket_id = telling.ids[Ticket, row.values[row.table.position["ticket_id"]]]
        event.at = row.values[row.table.position["at"]] - telling.shift
        event.data, event.previous_hash = data, previous
        event_hash = record.hash_of(event)
        _set(row, values, "data", data)
        _set(row, values, "previous_hash", previous)
        _set(row, values, "hash", event_hash)
        return event_hash


def _set(row: Row, values: list[Any], name: str, value: Any) -> None:
    index = row.table.position[name]
    values[index] = value if isinstance(value, str) else row.table.prepared(index, value)


def _said_again(row: Row, pk: int, telling: Telling) -> Model:
    """A recorded row as it says it this time."""
    again = copy_of(row.row)
    again.pk = pk
    for index in row.table.instants:
        if row.values[index] is not None:
            setattr(again, row.table.fields[index].attname, row.values[index] - telling.shift)
    for name in TEXTS.get(row.table.model, ()):
        setattr(again, name, _reworded(getattr(again, name), telling.words))
    return again


def _stored(recorded: Attachment) -> str:
    """A file of its own for a copied attachment, like that of every other of its purpose."""
    return str(
        recorded.file.storage.save(storage_name(recorded, ""), ContentFile(file_of(recorded.purpose).read_bytes()))
    )


def _reworded(text: str, words: dict[str, str]) -> str:
    for old, new in words.items():
        if old in text:
            text = text.replace(old, new)
    return text


def _renamed(value: Any, ids: Ids) -> Any:
    """The same event data with the ids of this copy's rows."""
    if isinstance(value, list):
        return [_renamed(part, ids) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        name: ids[NAMED_IN_EVENTS[name], part] if name in NAMED_IN_EVENTS else _renamed(part, ids)
        for name, part in value.items()
    }


def _told_again(value: Any, telling: Telling) -> Any:
    """The same JSON with its instants set back and its words replaced. Whole weeks move the date and nothing else."""
    if isinstance(value, dict):
        return {name: _told_again(part, telling) for name, part in value.items()}
    if isinstance(value, list):
        return [_told_again(part, telling) for part in value]
    if not isinstance(value, str):
        return value
    if INSTANT.match(value):
        return (date.fromisoformat(value[:10]) - telling.shift).isoformat() + value[10:]
    return _reworded(value, telling.words)
