"""What a timeline tells of pauses, extensions and findings on delays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from tickets.display import due_words, stored_instant
from tickets.models.time import PauseReason
from tickets.states import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator


def pause_lines(action: str, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an act about a pause says."""
    if action == "ask_pause":
        yield _("Waiting for"), str(PauseReason(row["reason"]).label)
        yield _("Ground"), row["ground"]
        yield _("Until at the latest"), due_words(stored_instant(row["until"]))
    elif action != "resume":
        yield _("Explanation"), row["decision_note"]


def extension_lines(action: str, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an act about more time says."""
    if action == "ask_extension":
        before, due = (due_words(stored_instant(row[name])) for name in ("due_before", "due_asked"))
        yield _("New due time"), f"{before} → {due}"
        yield _("Ground"), row["ground"]
    else:
        yield _("Explanation"), row["decision_note"]


def remedy_lines(action: str, data: dict[str, Any], row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an act about a remedy says."""
    if action == "grant_remedy":
        yield _("Ground"), row["ground"]
        yield _("Authority"), _("within the own") if data.get("is_granted") else _("above the own: asked for")
    elif action in ("approve_remedy", "refuse_remedy"):
        yield _("Explanation"), row["decision_note"]


def finding_lines(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was found on a delay."""
    yield _("Late stage"), str(Stage(row["clock__stage"]).label)
    responsible = " · ".join(filter(None, (row["unit__name"], row["user__name"])))
    yield _("Responsible"), responsible or _("Nobody's fault")
    yield _("Ground"), row["ground"]
