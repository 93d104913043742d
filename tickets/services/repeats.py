"""Who has called before, and whether it is the same matter again (model 8, SC-05)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from core.clock import local_day
from tickets.models import Contact, DictionaryEntry, InterimReply, Ticket
from tickets.states import ENDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tickets.scheme import SchemeDocument

SHOWN = 10
# A numbered house, building, room or village group: a street alone is where many customers live.
DOOR = re.compile(r"[0-9〇一二三四五六七八九十百]\s*([号室栋幢座组户弄楼层]|单元)|[0-9]\s*-\s*[0-9]")


@dataclass(frozen=True)
class CallerTicket:
    """What an agent of any unit may know of the calling customer's ticket: no content (model 2).

    With `is_by_address` it is a ticket of the same address, maybe of somebody else: no more than number and state.
    """

    ticket: Ticket
    promised_at: datetime | None
    last_interim_reply: str
    is_same_matter: bool
    is_by_address: bool


def history_of(
    document: SchemeDocument,
    *,
    phone: str = "",
    service_number: str = "",
    address: str = "",
    business_type: str = "",
    complaint_type: str = "",
    at: datetime,
) -> list[CallerTicket]:
    """The customer's tickets that are open, or were within the scheme's days before `at`, the latest first.

    Numbers are normalised; an address counts where it leads to a door. Codes of the matter complained about now tell
    whether an earlier one is the same.
    """
    tickets = _tickets_of(document, phone, service_number, address, at)
    ids = [ticket.pk for ticket in tickets]
    replies = dict(InterimReply.objects.filter(ticket__in=ids).order_by("pk").values_list("ticket", "content"))
    matter = _matter(document, business_type, complaint_type)
    numbers = {phone, service_number} - {""}
    return [
        CallerTicket(
            ticket=ticket,
            promised_at=ticket.complaint_detail.promised_at if hasattr(ticket, "complaint_detail") else None,
            last_interim_reply=replies.get(ticket.pk, ""),
            is_same_matter=bool(matter) and matter == _matter_of(document, ticket),
            is_by_address=numbers.isdisjoint({ticket.contact.phone, ticket.contact.service_number}),
        )
        for ticket in tickets
    ]


def propose_repeat(history: Sequence[CallerTicket]) -> Ticket | None:
    """The earlier ticket that a new one on the same matter repeats; an open one takes a contact instead."""
    return next((row.ticket for row in history if row.is_same_matter and not row.ticket.is_open), None)


def open_on_same_matter(history: Sequence[CallerTicket]) -> Ticket | None:
    """The open ticket that the call belongs to (客户再来电)."""
    return next((row.ticket for row in history if row.is_same_matter and row.ticket.is_open), None)


def _tickets_of(document: SchemeDocument, phone: str, service_number: str, address: str, at: datetime) -> list[Ticket]:
    keys = document.options.repeat.keys
    same = Q(pk__in=[])
    for number in {phone, service_number} - {""}:
        if "contact_phone" in keys:
            same |= Q(phone=number)
        if "service_number" in keys:
            same |= Q(service_number=number)
    if "address" in keys and _leads_to_a_door(address):
        same |= Q(address=address)
    # Days are counted from the closing, while it is open from the acceptance (Shanghai days).
    first = local_day(at) - timedelta(days=document.options.repeat.days)
    found = (
        Ticket.objects.published()
        .filter(pk__in=Contact.objects.filter(same).values("ticket"))
        .exclude(status__in=sorted(ENDED))
        .select_related("contact", "complaint_detail", "business_type", "complaint_type", "owner_unit", "channel")
        .order_by("-accepted_at")[: SHOWN * 3]
    )
    recent = [
        ticket for ticket in found if ticket.is_open or local_day(ticket.closed_at or ticket.accepted_at) >= first
    ]
    return recent[:SHOWN]


def _leads_to_a_door(address: str) -> bool:
    return DOOR.search(unicodedata.normalize("NFKC", address)) is not None


def _matter_of(document: SchemeDocument, ticket: Ticket) -> str:
    return _matter(document, _code(ticket.business_type), _code(ticket.complaint_type))


def _matter(document: SchemeDocument, business_type: str, complaint_type: str) -> str:
    rule = document.options.repeat
    code = business_type if rule.matter == "business_type" else complaint_type
    return document.category(rule.matter, code, rule.matter_level) if code else ""


def _code(entry: DictionaryEntry | None) -> str:
    return entry.code if entry else ""
