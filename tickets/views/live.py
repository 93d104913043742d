"""What is new for a page that stays open, asked for every half minute by `live.js`: notices, counts, who else is there,
and whether what the page shows has changed. The page itself is fetched again only where it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import clock
from tickets import display, notice_lists, presences
from tickets.actions import action_of
from tickets.lists import digest, digest_of
from tickets.models import Ticket
from tickets.pools import counts_of, pools_of
from tickets.services.presence import be_here
from tickets.views import id_in, monitor, person, pools, workbench
from tickets.workflow import last_disturbance

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from organization.models import User
    from tickets.pools import PoolCount

LONGEST_ADDRESS = 4000


@dataclass(frozen=True)
class Open:
    """A page that somebody has open: what its address says, and the version that its form was opened at."""

    request: HttpRequest
    user: User
    at: datetime
    parts: dict[str, Any]
    asked: QueryDict
    version: int | None


@require_POST
@login_required
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """What is new for the page at the address `page`, as JSON; 204 when it is what the page knows already (`tag`).

    Looking at a ticket's page notes that one is there. `gone` says that the page would not open any more.
    """
    user = person(request)
    found: dict[str, Any] = {"unread": notice_lists.unread_of(user)}
    try:
        found |= _news(request, user)
    except Http404:
        found["gone"] = _("This is not in your sight any more.")
    tag = digest(found)
    if tag == request.POST.get("tag"):
        return HttpResponse(status=204)
    return JsonResponse(found | {"tag": tag})


def _news(request: HttpRequest, user: User) -> dict[str, Any]:
    address = request.POST.get("page", "")[:LONGEST_ADDRESS]
    path, _mark, query = address.partition("?")
    try:
        match = resolve(path)
    except Resolver404:
        return {}
    look = _LOOKS.get(match.url_name or "")
    if look is None:
        return {}
    version = id_in(request.POST.get("version", ""))
    return look(Open(request, user, clock.now(), match.kwargs, QueryDict(query), version))


def _at_ticket(page: Open) -> dict[str, Any]:
    """A ticket's page, or the form of an act on it."""
    ticket = Ticket.objects.visible_to(page.user).filter(number=page.parts["number"]).first()
    if ticket is None:
        raise Http404
    act, order = page.parts.get("action", ""), page.parts.get("seq")
    known = action_of(ticket.kind, act, on_order=order is not None)
    be_here(by=page.user, ticket_id=ticket.pk, at=page.at, act=known.name if known else "", order=order)
    found = {"digest": str(ticket.event_count), "present": presences.on_ticket(ticket, page.user, page.at)}
    if known is not None and known.bumps_version and page.version is not None:
        version: int | None = ticket.version
        if order is not None:
            version = ticket.work_orders.filter(seq=order).values_list("version", flat=True).first()
        if page.version != version:
            who, when = last_disturbance(ticket)
            text = _("Changed by %(who)s at %(when)s. What you typed is kept.")
            found["meanwhile"] = text % {"who": who, "when": display.instant_words(when)}
    return found


def _at_pool(page: Open) -> dict[str, Any]:
    shown = pools.marked(page.request, page.asked)
    tickets = {row.ticket_id for row in shown.rows}
    return {
        "digest": digest_of(shown),
        "counts": _counted(counts_of(page.user, pools_of(page.user), page.at)),
        "here": presences.on_each(tickets, page.user, page.at),
    }


def _at_workbench(page: Open) -> dict[str, Any]:
    shown, rows = workbench.marked(page.user, page.at)
    return {"digest": shown, "here": presences.on_each({row.ticket_id for row in rows}, page.user, page.at)}


def _at_notices(page: Open) -> dict[str, Any]:
    return {"digest": notice_lists.digest_of(page.user)}


def _at_monitor(page: Open) -> dict[str, Any]:
    return {"digest": monitor.minute_of(page.at)}


def _counted(counts: list[PoolCount]) -> dict[str, dict[str, Any]]:
    """What waits in each pool of work, for the menu."""
    return {
        found.pool.code: {
            "count": found.shown,
            "late": found.is_late,
            "title": _("late since %(due)s") % {"due": display.due_words(found.nearest)} if found.is_late else "",
        }
        for found in counts
        if found.count
    }


_LOOKS: dict[str, Callable[[Open], dict[str, Any]]] = {
    "workbench": _at_workbench,
    "pool": _at_pool,
    "ticket": _at_ticket,
    "ticket_contact": _at_ticket,
    "ticket_action": _at_ticket,
    "order_action": _at_ticket,
    "supervision_action": _at_ticket,
    "notices": _at_notices,
    "monitor": _at_monitor,
}
