"""Remedies as pages show them (U-48)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from organization.roles import Role

if TYPE_CHECKING:
    from tickets.models import Remedy, Ticket
    from tickets.scheme import SchemeDocument


def remedies_of(ticket: Ticket) -> list[Remedy]:
    """The ticket's remedies with who asked and decided, in their order; read once for each `ticket`."""
    if not getattr(ticket, "has_remedies", True):
        return []
    known: list[Remedy] | None = ticket.__dict__.get("_remedies")
    if known is None:
        people = ("asked_by", "decided_by", "taken_back_by", "used_by", "granted_in")
        known = ticket.__dict__["_remedies"] = list(ticket.remedies.select_related(*people).order_by("pk"))
    return known


def remedy_words(document: SchemeDocument, kind: str, amount: Decimal) -> str:
    """What and how much, such as “费用减免 20.00 元”; money with two places, days and months as whole numbers."""
    known = next((remedy for remedy in document.remedies if remedy.code == kind), None)
    if known is None:
        return f"{kind} {amount}"
    shown = f"{amount:.2f}" if known.money else f"{amount.normalize():f}"
    return f"{known.label} {shown} {known.unit}"


def role_label(role: str) -> str:
    """A role in words; empty for none."""
    return str(Role(role).label) if role in Role.values else role


def remedy_rows(ticket: Ticket) -> list[dict[str, Any]]:
    """What the page of a ticket says about each remedy."""
    document = ticket.scheme_version.document
    return [
        {
            "row": row,
            "words": remedy_words(document, row.kind, row.amount),
            "authority": role_label(row.granted_as),
            "decider": role_label(row.decider),
        }
        for row in remedies_of(ticket)
    ]
