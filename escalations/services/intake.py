"""Taking an escalated complaint at the group: a draft with its number and clocks, made of a complaint or not (U-60)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import NotPermitted, Refused
from escalations.models import Escalation, EscalationDetail
from organization.grants import grants_of
from organization.roles import Role
from organization.selectors import covers
from tickets.services import intake, kinship
from tickets.services.schemes import current_version
from tickets.states import LinkKind

if TYPE_CHECKING:
    from datetime import datetime

    from organization.grants import Grant
    from organization.models import Unit, User
    from tickets.models import Ticket
    from tickets.services.intake import Customer


@dataclass(frozen=True, kw_only=True)
class Matter(intake.Matter):
    """What it is about, with what only an escalated complaint has."""

    source_ref: str = ""
    remedy_sought: str = ""
    is_international: bool = False
    recording_ref: str = ""


@transaction.atomic
def take(
    *,
    by: User,
    customer: Customer,
    matter: Matter,
    home: Unit | None = None,
    made_of: Ticket | None = None,
    accepted_at: datetime | None = None,
    at: datetime | None = None,
) -> Escalation:
    """Open an escalated complaint as a draft that the group has (受理) and give it back.

    `home` is the customer's province or city, to be proposed for the dispatch; `made_of` the complaint that the
    customer takes further; `accepted_at` when the customer came, if before now. Instants are aware. Raises NotPermitted
    without the role, Refused for what contradicts itself and for a complaint that cannot be taken up.
    """
    at = at or clock.now()
    grant = _grant(by, at)
    _check_not_about(grant, matter)
    version = current_version(settings.DEFAULT_SCHEME)
    notes: dict[str, Any] = {"below": made_of.number} if made_of else {}
    ticket = intake.open_ticket(
        Escalation,
        by=by,
        grant=grant,
        version=version,
        customer=customer,
        matter=matter,
        level=version.document.options.level_proposals.group,
        at=at,
        accepted_at=accepted_at,
        notes=notes,
    )
    EscalationDetail.objects.create(
        ticket=ticket,
        home=home,
        source_ref=matter.source_ref,
        remedy_sought=matter.remedy_sought,
        is_international=matter.is_international,
        recording_ref=matter.recording_ref,
    )
    if made_of is not None:
        kinship.check_may_take_up(ticket, made_of, by=by)
        kinship.link(ticket, made_of, LinkKind.ESCALATION, by=by, at=at)
    return ticket


def _grant(by: User, at: datetime) -> Grant:
    for grant in grants_of(by, at):
        if grant.role == Role.ESCALATION_OFFICER:
            return grant
    raise NotPermitted(_("Only the group's escalation officers take escalated complaints."))


def _check_not_about(grant: Grant, matter: Matter) -> None:
    """Nobody deals with a complaint about itself (S-09), and above the group's centre there is no other."""
    complained = matter.complained_unit
    if complained is not None and covers(complained, grant.unit):
        raise Refused(
            _("The complaint is about %(unit)s, which you belong to. Tell the group's leaders.")
            % {"unit": complained.name},
            code="recused",
        )
