"""The waiver of daily rent for a repair that took more than 24 h (Q-04), within a role's authority (U-48)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.clock import parse_instant
from core.errors import NotPermitted, Refused
from tickets.facts import facts_of
from tickets.models import Remedy
from tickets.models.remedy import RENT_WAIVER
from tickets.models.time import Decision
from tickets.selectors import restored_at

if TYPE_CHECKING:
    from organization.grants import Grant
    from tickets.actions import Step
    from tickets.models import Ticket


@dataclass(frozen=True)
class WaiverProposal:
    """What the waiver rests on: when the fault was reported and service restored (instants in UTC; None while no unit
    has said so), how many hours a repair may take, and the days of rent for what lies beyond."""

    reported: datetime
    restored: datetime | None
    after_hours: int
    days: int

    @property
    def covers_from(self) -> datetime:
        """Where the waived stretch begins; it ends with the restoring."""
        return self.reported + timedelta(hours=self.after_hours)


def propose_waiver(ticket: Ticket, now: datetime) -> WaiverProposal | None:
    """What Q-04 offers for this ticket at the instant `now` (UTC), None when it does not apply or has been granted.

    While no unit has said that service is back, the proposal has no end and no days, and cannot be granted yet.
    """
    rule = ticket.scheme_version.document.rent_waiver_for(facts_of(ticket))
    if rule is None:
        return None
    if getattr(ticket, "has_remedies", True) and ticket.remedies.granted().filter(kind=RENT_WAIVER).exists():
        return None
    reported = _reported(ticket, rule.reported_field)
    if reported is None:
        return None
    restored = restored_at(ticket)
    if rule.period(reported, restored or now) is None:
        return None
    return WaiverProposal(reported, restored, rule.after_hours, rule.days(reported, restored) if restored else 0)


def grant_waiver(step: Step) -> None:
    """Grant what is proposed. Data: days, as the person who confirms has seen them.

    Refused without a proposal, while nobody has said when service was restored, where something else was confirmed,
    and where the role's authority does not reach that far.
    """
    proposal = propose_waiver(step.ticket, step.at)
    if proposal is None:
        raise Refused(_("No waiver is due on this ticket."), code="no_waiver")
    if proposal.restored is None:
        raise Refused(
            _("No unit has said when service was restored. Ask for it: the unit states it in its reply."),
            code="restored_unknown",
        )
    if step.data["days"] != proposal.days:
        raise Refused(
            _("Meanwhile another time of restoring was reported: %(days)s days. Look at it and confirm again.")
            % {"days": proposal.days},
            code="proposal_changed",
        )
    role = step.grant.role if step.grant else ""
    if not _is_within(step, role, proposal):
        raise NotPermitted(
            _("A waiver of %(days)s days is above your authority. Ask the director.") % {"days": proposal.days}
        )
    Remedy.objects.create(
        ticket=step.ticket,
        kind=RENT_WAIVER,
        amount=proposal.days,
        covers_from=proposal.covers_from,
        covers_to=proposal.restored,
        decision=Decision.APPROVED,
        asked_by=step.person,
        asked_at=step.at,
        decided_by=step.person,
        decided_at=step.at,
        decider=role,
        granted_as=role,
        granted_in=step.grant.unit if step.grant else None,
    )
    step.notes.update(covers_from=proposal.covers_from, covers_to=proposal.restored, days=proposal.days)


def may_waive(step: Step, grant: Grant) -> bool:
    """Whether the authority of a grant's role reaches as far as the proposal (U-48)."""
    proposal = propose_waiver(step.ticket, step.at)
    return proposal is not None and _is_within(step, grant.role, proposal)


def _is_within(step: Step, role: str, proposal: WaiverProposal) -> bool:
    amount = Decimal(proposal.days)
    return step.scheme.may_grant(role, RENT_WAIVER, amount, facts_of(step.ticket))


def _reported(ticket: Ticket, field: str) -> datetime | None:
    value = ticket.extra.get(field)
    try:
        return parse_instant(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
