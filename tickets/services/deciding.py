"""The decision on what somebody asked for about time: the same for pauses and extensions (model 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotPermitted

if TYPE_CHECKING:
    from tickets.actions import Step
    from tickets.models.time import Decision, Request


def decide(step: Step, row: Request, decision: Decision) -> None:
    """Enter the decision on `row`, which the caller saves. Data: note. Raises NotPermitted for who asked for it."""
    if row.asked_by_id == step.person.pk:
        raise NotPermitted(_("You asked for this yourself: somebody else has to decide."))
    row.decision, row.decided_by, row.decided_at = decision, step.person, step.at
    row.decision_note = step.data.get("note", "")
