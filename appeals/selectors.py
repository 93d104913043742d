"""What the page of an appeal reads besides the ticket: how the company answered before, who kept it moving (U-90)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.clock import local_day
from organization.models import LiaisonTerm
from tickets.domain.calendar import WorkCalendar
from tickets.domain.clock import due
from tickets.models.report import ReportVerdict
from tickets.states import LinkKind, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.models import Ticket

REPEATED = 2  # a report returned so often is named in the service bulletin (U-90)


@dataclass(frozen=True)
class CarrierAnswer:
    """How the company answered the original complaint before the appeal: when at the latest, and when it did."""

    original: Ticket
    until: datetime | None
    answered_at: datetime | None

    @property
    def is_in_time(self) -> bool | None:
        """Whether it was in time; None where the scheme names no time."""
        if self.until is None:
            return None
        return self.answered_at is not None and self.answered_at <= self.until


def carrier_answer(ticket: Ticket) -> CarrierAnswer | None:
    """The proof from the linked complaint; None without one."""
    link = ticket.links.filter(kind=LinkKind.APPEAL).select_related("earlier").first()
    if link is None:
        return None
    original = link.earlier
    limit = ticket.scheme_version.document.answer_before_regulator
    until = due(original.accepted_at, limit, WorkCalendar({})) if limit is not None else None
    answers = original.answers.filter(at__lt=ticket.accepted_at)
    return CarrierAnswer(original, until, answers.order_by("at").values_list("at", flat=True).first())


def liaisons_of(ticket: Ticket, now: datetime) -> list[LiaisonTerm]:
    """Who were the province's liaison officers while it had the appeal, the earliest first: more than one is a change
    in the midst of it."""
    if ticket.province_id is None:
        return []
    held = ticket.clocks.filter(stage=Stage.HANDLE, work_order=None, unit__province=ticket.province_id)
    times = list(held.order_by("pk").values_list("started_at", "stopped_at"))
    if not times:
        return []
    first, last = local_day(times[0][0]), local_day(times[-1][1] or now)
    terms = LiaisonTerm.objects.filter(unit=ticket.province_id, starts_on__lte=last).exclude(ends_on__lt=first)
    return list(terms.select_related("user").order_by("starts_on", "pk"))


def returns_of(ticket: Ticket) -> int:
    """How often a report on it was returned (U-90)."""
    return ticket.reports.filter(verdict=ReportVerdict.RETURNED).count()
