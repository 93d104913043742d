"""Responsibility as pages and later assessment read it: by ticket, and the points that a unit bears (U-07f, U-58)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q, Sum

from organization.selectors import covers
from tickets.models import ResponsibilityFinding, ResponsibilityShare
from tickets.models.responsibility import FindingStep, ResponsibilityStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from organization.models import Unit
    from tickets.models import Responsibility, Ticket

# What holds: what came of the contest, else what was adjudicated and nobody contests.
_STANDS = Q(finding__step=FindingStep.SETTLEMENT) | Q(
    finding__step=FindingStep.ADJUDICATION, finding__responsibility__status=ResponsibilityStatus.ADJUDICATED
)


def rows_of(ticket: Ticket) -> list[Responsibility]:
    """The ticket's responsibilities as they are now, with what was found, by whom, and the shares."""
    shares = ResponsibilityShare.objects.select_related("unit")
    findings = ResponsibilityFinding.objects.select_related("by", "unit", "cause")
    nested = Prefetch("findings", findings.prefetch_related(Prefetch("shares", shares)))
    rows = ticket.responsibilities.select_related("contested_by", "contested_unit")
    return list(rows.prefetch_related(nested))


def of_page(ticket: Ticket) -> list[Responsibility]:
    """The same for a page: `ticket` comes from `ticket_for`, which knows whether there are any; read once."""
    found: list[Responsibility] | None = getattr(ticket, "responsibilities_of_page", None)
    if found is None:
        found = rows_of(ticket) if getattr(ticket, "has_responsibility", True) else []
        setattr(ticket, "responsibilities_of_page", found)  # noqa: B010
    return found


def of_round(rows: Iterable[Responsibility], number: int) -> Responsibility | None:
    """The one for a round of the ticket, None while nobody has said anything."""
    return next((row for row in rows if row.round == number), None)


def first_in(rows: Iterable[Responsibility], status: ResponsibilityStatus) -> Responsibility | None:
    """The one of the earliest round that stands so."""
    return next((row for row in rows if row.status == status), None)


def last_finding(rows: Iterable[Responsibility]) -> ResponsibilityFinding | None:
    """What was found last on any round of the ticket."""
    return max((one for row in rows for one in row.findings.all()), key=lambda one: one.pk, default=None)


def bears(row: Responsibility, unit: Unit) -> bool:
    """Whether the unit, or one below it, bears a share of what stands."""
    standing = row.standing
    return standing is not None and any(covers(unit, share.unit) for share in standing.shares.all())


def points_borne(unit: Unit, since: datetime, until: datetime) -> int:
    """The percentage points that the unit and those below it bear by what was decided from `since` until before `until`
    (aware instants) and holds; 100 are one ticket's round."""
    decided = ResponsibilityShare.objects.filter(
        _STANDS, unit__path__startswith=unit.path, finding__at__gte=since, finding__at__lt=until
    )
    points: int | None = decided.aggregate(points=Sum("percent"))["points"]
    return points or 0
