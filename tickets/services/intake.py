"""Taking a ticket of any kind: who comes, with what, and the ticket with its contact data (U-34, U-60)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.translation import gettext as _

from core.errors import Refused
from tickets import workflow
from tickets.models import Contact, Ticket
from tickets.models.ticket import CustomerTier
from tickets.phones import normalise_phone, normalise_service_number
from tickets.services import indexing
from tickets.services.judging import judge_priority

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from organization.grants import Grant
    from organization.models import Unit, User
    from tickets.actions import Step
    from tickets.models import DictionaryEntry, SchemeVersion

TicketT = TypeVar("TicketT", bound=Ticket)


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
    """What it is about. `level` None takes what the kind starts with (U-28)."""

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
    complained_unit: Unit | None = None
    complained_user: User | None = None


def open_ticket(
    proxy: type[TicketT],
    *,
    by: User,
    grant: Grant,
    version: SchemeVersion,
    customer: Customer,
    matter: Matter,
    level: str,
    at: datetime,
    accepted_at: datetime | None = None,
    notes: dict[str, Any] | None = None,
    **columns: Any,
) -> TicketT:
    """Open a ticket of a kind for a customer, with its contact data; what only the kind has is the caller's to add.

    `level` is that of the ticket where the matter names none, `accepted_at` when the customer came, if before `at`
    (both aware), `notes` go into the first event, `columns` are further columns of the ticket, such as its place.
    Runs in the caller's transaction. Raises Refused for what contradicts itself.
    """
    accepted_at = accepted_at or at
    if accepted_at > at:
        raise Refused(_("The time of acceptance lies in the future. Correct it."), code="accepted_in_future")
    contact = _contact(customer)
    draft = proxy(
        scheme_version=version,
        owner_unit=grant.unit,
        accepted_at=accepted_at,
        customer_tier=customer.tier,
        customer_brand=customer.brand,
        channel=matter.channel,
        request_type=matter.request_type,
        level=matter.level or level,
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
        **columns,
    )
    judge_priority(draft)
    told = {"channel": matter.channel.code} | (notes or {})
    ticket = workflow.open_ticket(draft, by=by, grant=grant, at=at, notes=told)
    contact.ticket = ticket
    contact.save(force_insert=True)
    indexing.index(ticket)
    return ticket


def check_complete(step: Step) -> None:
    """What a ticket needs before it leaves who took it (U-35): who and what, and a business."""
    need(step, {})


def need(step: Step, more: Mapping[str, Any]) -> None:
    """The same, with `more` values by their labels that must be there too. Raises Refused."""
    ticket = step.ticket
    if ticket.business_type_id is None:
        raise Refused(_("Choose the business type first."), code="business_missing")
    needed = {
        _("customer's name"): ticket.contact.name,
        _("summary"): ticket.summary,
        _("what the customer says"): ticket.description,
        **more,
    }
    missing = [label for label, value in needed.items() if value in (None, "")]
    if missing:
        raise Refused(_("Fill in first: %(fields)s.") % {"fields": ", ".join(missing)}, code="fields_missing")


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
