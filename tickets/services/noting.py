"""What people write beside an act: notes of the ticket, which its timeline shows and its record proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tickets.models import TicketNote
from tickets.models.records import NoteKind

if TYPE_CHECKING:
    from tickets.actions import Step


def note(step: Step, kind: str, text: str) -> TicketNote:
    """Write one note of `kind` on the ticket."""
    row = TicketNote.objects.create(
        ticket=step.ticket, kind=kind, at=step.at, by=step.by, unit=step.grant.unit if step.grant else None, text=text
    )
    step.said.append(row)
    return row


def keep_reason(step: Step) -> None:
    """Keep why it was done, in a note: an event holds no free text, which may repeat contact data. Data: reason."""
    if text := step.data.get("reason", "").strip():
        step.notes["why"] = note(step, NoteKind.NOTE, text).pk


def keep_explanation(step: Step) -> None:
    """Keep why somebody did it, where they said so. Data: note."""
    if text := step.data.get("note", "").strip():
        step.notes["note"] = note(step, NoteKind.NOTE, text).pk
