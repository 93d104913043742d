"""Small parts that only the page of one ticket needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from tickets.templatetags.desk import priority_reasons
from tickets.tracks import is_tracked

if TYPE_CHECKING:
    from tickets.models import Ticket
    from tickets.services.contact_access import ContactView

register = template.Library()


@register.simple_tag
def scheme_label(ticket: Ticket, dimension: str, code: str) -> str:
    """What the ticket's scheme calls a code."""
    return ticket.scheme_version.document.label(dimension, code)


register.simple_tag(priority_reasons, name="priority_words")


@register.filter
def in_tiers(ticket: Ticket) -> bool:
    """Whether a province has it for the group: its place is where it was given, not the customer's home."""
    return is_tracked(ticket.kind)


@register.filter
def concealed(text: str, contact: ContactView) -> str:
    """A text without the contact data that the reader does not see."""
    return contact.conceal(str(text))
