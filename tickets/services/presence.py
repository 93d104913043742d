"""Saying that one has a ticket open. It is no act: no version, no event, nobody is kept out (design, Pools)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tickets.models import Presence

if TYPE_CHECKING:
    from datetime import datetime

    from organization.models import User


def be_here(*, by: User, ticket_id: int, at: datetime, act: str = "", order: int | None = None) -> None:
    """Note that `by` has a ticket before them at the instant `at` (UTC), or the form of an act on it or on its order of
    that number. The caller has found the ticket through `visible_to`."""
    row = Presence(ticket_id=ticket_id, user=by, act=act, order=order, seen_at=at)
    Presence.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["ticket", "user"], update_fields=["act", "order", "seen_at"]
    )


def forget_absent(*, before: datetime) -> int:
    """Remove who was last seen before the instant; gives how many."""
    return Presence.objects.filter(seen_at__lt=before).delete()[0]
