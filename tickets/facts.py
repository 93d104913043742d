"""What the rules of a scheme may ask about a ticket, read off its row."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tickets.domain.rules import Facts

if TYPE_CHECKING:
    from tickets.models import DictionaryEntry, Ticket


def facts_of(ticket: Ticket) -> Facts:
    """The facts of a ticket. Its channel and types should be loaded with it; else each costs a query."""
    business = _code(ticket.business_type)
    document = ticket.scheme_version.document
    return Facts(
        kind=ticket.kind,
        request_type=ticket.request_type,
        level=ticket.level,
        channel=ticket.channel.code,
        business_type=business,
        complaint_type=_code(ticket.complaint_type),
        cause=_code(ticket.cause),
        priority=ticket.priority,
        written=ticket.is_written,
        customer_tier=ticket.customer_tier,
        expedited=document.is_expedited(business),
        numbers=_numbers(ticket.extra),
    )


def _code(entry: DictionaryEntry | None) -> str:
    return entry.code if entry else ""


def _numbers(extra: dict[str, object]) -> dict[str, Decimal]:
    numbers = {}
    for code, value in extra.items():
        try:
            numbers[code] = Decimal(str(value))
        except InvalidOperation:
            continue
    return {code: number for code, number in numbers.items() if number.is_finite()}
