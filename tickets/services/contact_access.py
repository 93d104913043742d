"""How much of the customer's contact data a person sees, and looking at all of it with a reason (model 10, U-42)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Prefetch
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import access
from core.errors import Refused
from core.models import AccessKind
from core.personal import HIDDEN_INSIDE, masked, replaced
from organization.roles import Role
from tickets import tracks
from tickets.facts import facts_of
from tickets.models import Amendment
from tickets.phones import masked_name, masked_phone
from tickets.scheme.entries import Contact as Access

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from organization.models import User
    from tickets.models import Ticket
    from tickets.selectors import Reach

# Who talks to the customer, or judges those who do, each in the place it works for.
NEEDS_CONTACT = frozenset({Role.AGENT, Role.DISPATCHER, Role.REVISITOR, Role.SUPERVISOR})
REASON_LENGTH = 4
MASKS: dict[str, Callable[[str], str]] = {
    "address": masked_name,
    "phone": masked_phone,
    "service_number": masked_phone,
    "email": masked_name,
    "name": masked_name,
}
FULL_WIDTH = ord("０") - ord("0")


class UnmaskReason(models.TextChoices):
    """Why people usually need to see contact data."""

    CALL_BACK = "call_back", _("To ring the customer")
    VISIT = "visit", _("To go to the customer")
    COMPARE = "compare", _("To compare with another system")
    EXAMINE = "examine", _("To examine how it was handled")


@dataclass(frozen=True)
class ContactView:
    """The contact data as one person may see them; `access` says how much that is."""

    access: Access
    name: str = ""
    phone: str = ""
    service_number: str = ""
    address: str = ""
    email: str = ""
    hidden: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # what must not show, and what shows instead

    def conceal(self, text: str) -> str:
        """A text that people wrote, with what it repeats of the hidden contact data masked, and whatever else in it
        looks like a phone, an ID or an account: a neighbour's, or one that nobody entered as contact data."""
        if self.is_full:
            return text
        return masked(_swapped(text, self.hidden))

    @property
    def is_full(self) -> bool:
        """Whether nothing is hidden."""
        return self.access is Access.FULL


def _swapped(text: str, hidden: Iterable[tuple[str, str]]) -> str:
    for secret, shown in hidden:
        text = text.replace(secret, shown)
        if secret.isdigit():
            text = _as_written(secret).sub(shown, text)
    return text


def _as_written(number: str) -> re.Pattern[str]:
    """A number the way people write it: digits of either width, spaces and dashes between them."""
    return re.compile(r"[\s\-]?".join(f"[{digit}{chr(ord(digit) + FULL_WIDTH)}]" for digit in number))


def access_of(ticket: Ticket, reach: Reach) -> Access:
    """What a person with this reach sees: all for who needs it, what the scheme says for handlers (U-42: in principle
    they do not call the customer), masked for everybody else."""
    roles = {grant.role for grant in reach.ticket}
    if roles & (NEEDS_CONTACT | tracks.roles()):
        return Access.FULL
    if Role.HANDLER not in roles:
        return Access.MASKED
    as_handler = ticket.scheme_version.document.contact_access(facts_of(ticket))
    return Access.MASKED if as_handler is Access.NONE and len(roles) > 1 else as_handler


def contact_view(ticket: Ticket, seen: Access) -> ContactView:
    """The ticket's contact data at an access. Of many tickets `former_contact` is loaded with them."""
    contact = ticket.contact
    if seen is Access.FULL:
        return ContactView(seen, contact.name, contact.phone, contact.service_number, contact.address, contact.email)
    hidden = _hidden(ticket)
    if seen is Access.NONE:
        return ContactView(seen, hidden=hidden)
    return ContactView(
        seen,
        name=masked_name(contact.name),
        phone=masked_phone(contact.phone),
        service_number=masked_phone(contact.service_number) if contact.service_number else "",
        address=masked_name(contact.address),
        email=masked_name(contact.email),
        hidden=hidden,
    )


def without_contact(ticket: Ticket, text: str) -> str:
    """A text of the ticket with a gap for whatever of it a masked view hides."""
    bare = _swapped(text, ((secret, " ") for secret, _shown in _hidden(ticket)))
    return replaced(bare, lambda _form, _value: " ", HIDDEN_INSIDE)


def former_contact(path: str = "") -> Prefetch[Any]:
    """Loads with tickets, found at `path` (such as "ticket__"), what was corrected of their contact data."""
    return Prefetch(f"{path}amendments", queryset=_corrected(Amendment.objects.all()), to_attr="contact_amendments")


def _hidden(ticket: Ticket) -> tuple[tuple[str, str], ...]:
    """What contact data are and were before each correction, with what is shown instead; the longest first, so that no
    part of one shows another's rest."""
    corrected = getattr(ticket, "contact_amendments", None)
    if corrected is None:
        corrected = _corrected(ticket.amendments.all())
    known = [(row.field, row.old) for row in corrected] + [(name, getattr(ticket.contact, name)) for name in MASKS]
    masked = {value: MASKS[name](value) for name, value in known if len(value) > 1}
    return tuple(sorted(masked.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _corrected(amendments: QuerySet[Amendment]) -> QuerySet[Amendment]:
    return amendments.filter(is_contact=True, field__in=list(MASKS))


def note_looks(numbers: Collection[str], *, by: User, request: HttpRequest | None = None) -> None:
    """Write to the access log that somebody sees all contact data of these tickets by role, once an hour for each."""
    access.record_once(by=by, kind=AccessKind.VIEW_FULL, subjects=numbers, request=request)


def unmask(
    *, ticket: Ticket, by: User, why: str = "", reason: str = "", request: HttpRequest | None = None
) -> ContactView:
    """All contact data, for this once: the look and its reason go to the access log.

    `why` is an `UnmaskReason`, `reason` what there is to say beyond it, or instead. Raises Refused (`reason_missing`)
    without the one or an other that says something.
    """
    given = reason.strip()
    if why in UnmaskReason.values:
        given = ": ".join(filter(None, (str(UnmaskReason(why).label), given)))
    elif len(given) < REASON_LENGTH:
        raise Refused(gettext("Say in a few words what you need the contact data for."), code="reason_missing")
    access.record(by=by, kind=AccessKind.VIEW_FULL, subject=ticket.number, reason=given, request=request)
    return contact_view(ticket, Access.FULL)
