"""Tickets of a batch become visible together: held back while it is being written, published at its end.

To hold back is not an act on a ticket but says whether it is there at all, so it leaves no event and no version.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from tickets.models import Ticket


def hold_back(ticket_ids: Iterable[int]) -> None:
    """Hide tickets from everybody; call it in the transaction that makes them."""
    Ticket.objects.filter(pk__in=ticket_ids).update(is_held_back=True)


def publish(tickets: QuerySet[Ticket]) -> int:
    """Show tickets that were held back, all in one statement; gives how many there were."""
    return tickets.filter(is_held_back=True).update(is_held_back=False)
