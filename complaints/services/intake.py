"""Taking a complaint: from the call to a draft with its number, clocks, priority and promise (U-34…U-36, model 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from complaints.models import Complaint, ComplaintDetail
from core import clock
from core.errors import NotPermitted, Refused
from organization.grants import grants_of
from organization.models import Unit
from organization.roles import Role
from tickets.models import Ticket, TicketLink
from tickets.services import intake
from tickets.services.schemes import current_version
from tickets.states import ENDED, LinkKind, Stage

if TYPE_CHECKING:
    from organization.grants import Grant
    from organization.models import User
    from tickets.services.intake import Customer


@dataclass(frozen=True, kw_only=True)
class Matter(intake.Matter):
    """What it is about, with what only a complaint has."""

    remedy_sought: str = ""
    answer_mode_wished: str = ""
    recording_ref: str = ""
    occurred_in: Unit | None = None


@transaction.atomic
def take(
    *,
    by: User,
    customer: Customer,
    matter: Matter,
    home: Unit | None = None,
    unit: Unit | None = None,
    repeat_of: Ticket | None = None,
    accepted_at: datetime | None = None,
    at: datetime | None = None,
    external: tuple[str, str] | None = None,
) -> Complaint:
    """Open a complaint as a draft (受理) and give it back.

    `home` is the customer's city or province (default: that of the accepting unit); `unit` the unit that takes it,
    where `by` takes for several; `repeat_of` the earlier ticket on the same matter, confirmed by the agent;
    `accepted_at` when the customer came, if before now; `external` is (source, reference) of an import. Instants are
    aware. Raises NotPermitted without the role, Refused for what contradicts itself.
    """
    at = at or clock.now()
    grant = _grant(by, unit, at)
    version = current_version(settings.DEFAULT_SCHEME)
    place = home or grant.unit
    notes: dict[str, Any] = {}
    if repeat_of is not None:
        check_repeatable(repeat_of)
        notes["repeat_of"] = repeat_of.number
    ticket = intake.open_ticket(
        Complaint,
        by=by,
        grant=grant,
        version=version,
        customer=customer,
        matter=matter,
        level=version.document.options.level_proposals.start,
        at=at,
        accepted_at=accepted_at,
        notes=notes,
        province_id=place.province_id,
        city_id=place.city_id,
        repeat_number=repeat_of.repeat_number + 1 if repeat_of else 0,
        external_source=external[0] if external else "",
        external_ref=external[1] if external else None,
    )
    _detail(ticket, matter).save(force_insert=True)
    if repeat_of is not None:
        TicketLink.objects.create(ticket=ticket, earlier=repeat_of, kind=LinkKind.REPEAT, at=at, by=by)
    return ticket


def check_repeatable(earlier: Ticket) -> None:
    """A ticket that never was answered cannot be repeated. Raises Refused."""
    if earlier.status in ENDED:
        raise Refused(_("%(number)s has ended; it cannot be repeated.") % {"number": earlier.number}, code="ended")


def _grant(by: User, unit: Unit | None, at: datetime) -> Grant:
    for grant in grants_of(by, at):
        if grant.role in (Role.AGENT, Role.DISPATCHER) and (unit is None or grant.unit == unit):
            return grant
    raise NotPermitted(_("Only agents and dispatchers take complaints, each in its own unit."))


def _detail(ticket: Ticket, matter: Matter) -> ComplaintDetail:
    promised = ticket.clocks.filter(stage=Stage.TOTAL).values_list("due_at", flat=True).first()
    return ComplaintDetail(
        ticket=ticket,
        remedy_sought=matter.remedy_sought,
        answer_mode_wished=matter.answer_mode_wished,
        recording_ref=matter.recording_ref,
        occurred_in=matter.occurred_in,
        promised_at=promised,
    )
