"""What somebody may expect to do with a ticket and cannot do now, and why: beside the buttons of what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tickets.actions import actions_of, order_actions_of
from tickets.forms import Place, form_of
from tickets.selectors import may_ever
from tickets.states import OPEN, ORDER_OPEN, WITH_ORDERS, OrderStatus, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tickets.actions import Action
    from tickets.forms import Situation
    from tickets.models import WorkOrder
    from tickets.selectors import Offers
    from tickets.views.ticket import Seen


@dataclass(frozen=True)
class NotNow:
    """An act that is expected, on the ticket or on an `order`, and what it waits for."""

    action: Action
    reason: str
    order: WorkOrder | None = None


def not_now(seen: Seen, offers: Offers) -> list[NotNow]:
    """What the user's roles do with an open ticket later on, or would do if nothing held it up; of a work order only
    what comes first there. What lies behind is not expected any more."""
    ticket = seen.ticket
    if ticket.status not in OPEN:
        return []
    steps = [act for act in actions_of(ticket.kind).values() if act.transition]
    found = list(_waiting(seen, seen.situation(), steps, offers.ticket))
    if ticket.status in WITH_ORDERS:
        acts = order_actions_of(ticket.kind).values()
        for order in seen.orders:
            if order.status in ORDER_OPEN:
                found += _waiting(seen, seen.situation(order), acts, offers.orders.get(order.seq, ()))
    return found


def _waiting(seen: Seen, about: Situation, acts: Iterable[Action], offered: Collection[Action]) -> Iterable[NotNow]:
    order = about.order
    for act in acts:
        form = form_of(seen.ticket.kind, act.name, on_order=act.on_order)
        if form is None or form.place is not Place.SIGHT or (order is not None and not form.comes_first):
            continue
        if act in offered:
            reason = form.why_not(about)
        elif may_ever(act, seen.user, seen.reach, order.seq if order else None):
            reason = _later(act, order.status if order else seen.ticket.status)
        else:
            reason = ""
        if reason:
            yield NotNow(act, reason, order)


def _later(act: Action, now: str) -> str:
    """In which state further on in the course it can be done; empty for none."""
    course, live = (OrderStatus, ORDER_OPEN) if act.on_order else (Status, OPEN)
    listed = list(course)
    ahead = listed[listed.index(course(now)) + 1 :]
    states = frozenset().union(*act.allow.values()) & live
    first = next((state for state in ahead if state in states), None)
    return _("once it is “%(state)s”") % {"state": first.label} if first else ""
