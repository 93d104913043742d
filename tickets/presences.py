"""Who else has a ticket open, as pages show it. Advisory: it is over by itself shortly after the last beat."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tickets.actions import action_of
from tickets.models import Presence

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import QuerySet

    from organization.models import User
    from tickets.models import Ticket

LASTS = timedelta(seconds=60)


def on_ticket(ticket: Ticket, user: User, at: datetime) -> list[str]:
    """Who but `user` has the ticket open at the instant `at` (UTC), and what they are filling in."""
    return [_words(ticket, row) for row in _others(user, at).filter(ticket=ticket)]


def on_each(tickets: Collection[int], user: User, at: datetime) -> dict[str, str]:
    """Who but `user` has which of the tickets (ids) open, by number; the others are left out."""
    names: dict[str, list[str]] = {}
    rows = _others(user, at).filter(ticket__in=tickets).values_list("ticket__number", "user__name")
    for number, name in rows:
        names.setdefault(number, []).append(name)
    return {number: _("Open at: %(names)s") % {"names": _(", ").join(who)} for number, who in names.items()}


def _others(user: User, at: datetime) -> QuerySet[Presence]:
    here = Presence.objects.filter(seen_at__gt=at - LASTS, user__is_active=True).exclude(user=user)
    return here.select_related("user").order_by("user__name", "pk")


def _words(ticket: Ticket, row: Presence) -> str:
    act = action_of(ticket.kind, row.act, on_order=row.order is not None) if row.act else None
    if act is None:
        return _("%(who)s has it open") % {"who": row.user}
    return _("%(who)s is filling in “%(act)s”") % {"who": row.user, "act": act.label}
