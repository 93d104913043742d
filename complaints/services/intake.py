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
from organization.models import Unit, User
from organization.roles import Role
from tickets import workflow
from tickets.models import Contact, DictionaryEntry, Ticket, TicketLink
from tickets.models.records import LinkKind
from tickets.models.ticket import CustomerTier
from tickets.phones import normalise_phone, normalise_service_number
from tickets.services.judging import judge_priority
from tickets.services.schemes import current_version
from tickets.states import ENDED, Stage

if TYPE_CHECKING:
    from organization.grants import Grant


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Who complains; numbers as typed."""

    name: str
    phone: str
    service_number: str = ""
    address: str = ""
    email: str = ""
    tier: str = CustomerTier.ORDINARY
    brand: str = ""
    marketing_consent: bool = False


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What it is about. `level` None takes the scheme's level to start with (U-28)."""

    channel: DictionaryEntry
    summary: str
    description: str
    request_type: str = "complaint"
    level: str | None = None
    business_type: DictionaryEntry | None = None
    complaint_type: DictionaryEntry | None = None
    cause: DictionaryEntry | None = None
    is_written: bool = False
    is_critical: bool = False
    is_urgent: bool = False
    is_widespread: bool = False
    extra: dict[str, Any] | None = None
    remedy_sought: str = ""
    answer_mode_wished: str = ""
    recording_ref: str = ""
    occurred_in: Unit | None = None
    complained_unit: Unit | None = None
    complained_user: User | None = None


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
    accepted_at = accepted_at or at
    if accepted_at > at:
        raise Refused(_("The time of acceptance lies in the future. Correct it."), code="accepted_in_future")
    grant = _grant(by, unit, at)
    version = current_version(settings.DEFAULT_SCHEME)
    place = home or grant.unit
    contact = _contact(customer)
    draft = Complaint(
        scheme_version=version,
        owner_unit=grant.unit,
        province_id=place.province_id,
        city_id=place.city_id,
        accepted_at=accepted_at,
        customer_tier=customer.tier,
        customer_brand=customer.brand,
        channel=matter.channel,
        request_type=matter.request_type,
        level=matter.level or version.document.options.level_proposals.start,
        business_type=matter.business_type,
        complaint_type=matter.complaint_type,
        cause=matter.cause,
        summary=matter.summary,
        description=matter.description,
        is_written=matter.is_written,
        is_critical=matter.is_critical,
        is_urgent=matter.is_urgent,
        is_widespread=matter.is_widespread,
        extra=matter.extra or {},
        complained_unit=matter.complained_unit,
        complained_user=matter.complained_user,
        repeat_number=repeat_of.repeat_number + 1 if repeat_of else 0,
        external_source=external[0] if external else "",
        external_ref=external[1] if external else None,
    )
    judge_priority(draft)
    notes: dict[str, Any] = {"channel": matter.channel.code}
    if repeat_of is not None:
        check_repeatable(repeat_of)
        notes["repeat_of"] = repeat_of.number
    ticket = workflow.open_ticket(draft, by=by, grant=grant, at=at, notes=notes)
    contact.ticket = ticket
    contact.save(force_insert=True)
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


def _contact(customer: Customer) -> Contact:
    try:
        phone = normalise_phone(customer.phone)
        service_number = normalise_service_number(customer.service_number)
    except ValueError as error:
        raise Refused(str(error), code="bad_number") from error
    return Contact(
        name=customer.name,
        phone=phone,
        phone_last4=phone[-4:],
        service_number=service_number,
        address=customer.address,
        email=customer.email,
        marketing_consent=customer.marketing_consent,
    )


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
