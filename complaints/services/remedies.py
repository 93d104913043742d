"""The waiver of daily rent for a repair that took more than 24 h (Q-04), within a role's authority (U-48)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.clock import parse_instant
from core.errors import NotPermitted, Refused
from tickets.facts import facts_of
from tickets.models import Remedy, WorkOrderReply

if TYPE_CHECKING:
    from tickets.actions import Step
    from tickets.models import Ticket


@dataclass(frozen=True)
class WaiverProposal:
    """The stretch beyond the hours allowed (instants in UTC), and the days of rent that it costs."""

    covers_from: datetime
    covers_to: datetime
    days: int


def propose_waiver(ticket: Ticket, now: datetime) -> WaiverProposal | None:
    """What Q-04 offers for this ticket, None when it does not apply or has been granted.

    The repair ends when a unit's reply says service was restored; until then it is still running at `now`.
    """
    rule = ticket.scheme_version.document.rent_waiver_for(facts_of(ticket))
    if rule is None or ticket.remedies.filter(kind=Remedy.RemedyKind.RENT_WAIVER).exists():
        return None
    reported = _reported(ticket, rule.reported_field)
    if reported is None:
        return None
    restored = _restored(ticket) or now
    period = rule.period(reported, restored)
    return WaiverProposal(*period, days=rule.days(reported, restored)) if period else None


def grant_waiver(step: Step) -> None:
    """Grant what is proposed. Refused without a proposal, and where the role's authority does not reach that far."""
    proposal = propose_waiver(step.ticket, step.at)
    if proposal is None:
        raise Refused(_("No waiver is due on this ticket."), code="no_waiver")
    role = step.grant.role if step.grant else ""
    amount = Decimal(proposal.days)
    if not step.scheme.may_grant(role, Remedy.RemedyKind.RENT_WAIVER, amount, facts_of(step.ticket)):
        raise NotPermitted(
            _("A waiver of %(days)s days is above your authority. Ask the director.") % {"days": proposal.days}
        )
    Remedy.objects.create(
        ticket=step.ticket,
        kind=Remedy.RemedyKind.RENT_WAIVER,
        covers_from=proposal.covers_from,
        covers_to=proposal.covers_to,
        granted_at=step.at,
        granted_by=step.person,
        granted_as=role,
    )
    step.notes.update(covers_from=proposal.covers_from, covers_to=proposal.covers_to, days=proposal.days)


def _reported(ticket: Ticket, field: str) -> datetime | None:
    value = ticket.extra.get(field)
    try:
        return parse_instant(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def _restored(ticket: Ticket) -> datetime | None:
    replies = WorkOrderReply.objects.filter(work_order__ticket=ticket, restored_at__isnull=False)
    return replies.order_by("-restored_at").values_list("restored_at", flat=True).first()
