"""The grounds on which a case need not be dealt with, and whether each is met (model 3.3; rules of the regulator).

An age is counted in calendar months of Shanghai from the day of the charge or matter to our acceptance.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from appeals.services.cases import case_of
from core.clock import SHANGHAI
from core.errors import Refused
from tickets.domain.calendar import WorkCalendar
from tickets.domain.clock import due
from tickets.domain.limits import Limit
from tickets.models.attachment import AttachmentPurpose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from appeals.models import AppealDetail
    from tickets.actions import Step
    from tickets.scheme import SchemeDocument
    from tickets.scheme.entries import Entry


@dataclass(frozen=True)
class GroundCheck:
    """A ground, and whether it is met: None where only people can say. `words` say why, where that was computed."""

    code: str
    label: str
    is_met: bool | None
    words: str = ""


def checklist(document: SchemeDocument, detail: AppealDetail, accepted_at: datetime) -> list[GroundCheck]:
    """Every ground of the scheme with what can be computed about it."""
    return [_check(entry, document, detail, accepted_at) for entry in document.all_entries("ground")]


def expires_at(occurred_on: dt.date, limit: Limit) -> datetime:
    """The instant (UTC) from which a charge or matter of that day is older than `limit`."""
    return due(dt.datetime.combine(occurred_on, dt.time(), SHANGHAI), limit, WorkCalendar({}))


def check_ground(step: Step) -> None:
    """The ground is one of the scheme, and no computed one that is not met. Data: ground (code)."""
    found = {one.code: one for one in checklist(step.scheme, case_of(step.ticket), step.ticket.accepted_at)}
    one = found.get(step.data.get("ground", ""))
    if one is None:
        raise Refused(_("Choose the ground."), code="unknown_choice")
    if one.is_met is False:
        raise Refused(
            _("“%(ground)s” is not met: %(why)s") % {"ground": one.label, "why": one.words}, code="ground_not_met"
        )


def check_proof(step: Step) -> None:
    """An objection stands on its proof, which is attached to the appeal."""
    if not step.ticket.attachments.filter(purpose=AttachmentPurpose.PROOF).exists():
        raise Refused(_("Attach the proof of the ground first (purpose “Proof”)."), code="proof_missing")


def _check(entry: Entry, document: SchemeDocument, detail: AppealDetail, accepted_at: datetime) -> GroundCheck:
    stored: dict[str, Any] | None = entry.attributes["older_than"]
    if stored is None:
        return GroundCheck(entry.code, str(entry.label), None)
    natures: Sequence[str] = entry.attributes["case_natures"]
    if natures and detail.case_nature not in natures:
        nature = document.label("case_nature", detail.case_nature)
        return GroundCheck(
            entry.code, str(entry.label), False, _("the dispute is about “%(nature)s”.") % {"nature": nature}
        )
    if detail.occurred_on is None:
        words = _("the day of the charge or matter is not recorded.")
        return GroundCheck(entry.code, str(entry.label), False, words)
    until = expires_at(detail.occurred_on, Limit.from_dict(stored))
    last_day = (until - dt.timedelta(seconds=1)).astimezone(SHANGHAI).date().isoformat()
    words = _("it happened on %(day)s and could be brought until the end of %(last)s.")
    shown = words % {"day": detail.occurred_on.isoformat(), "last": last_day}
    return GroundCheck(entry.code, str(entry.label), accepted_at >= until, shown)
