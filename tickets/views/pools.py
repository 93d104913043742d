"""Lists of tickets and work orders, and the search that leads to one."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from organization.grants import has_role
from organization.roles import Role
from tickets import display, searches
from tickets.filters import TicketFilter, searched
from tickets.guides import guides_for
from tickets.lists import page_of
from tickets.models import Ticket
from tickets.pools import Pool, counts_of, pools_of
from tickets.services.contact_access import note_looks
from tickets.services.schemes import current_version
from tickets.views import at_place, person

SEARCH_LENGTH = 64


@require_safe
@login_required
@never_cache
def pool(request: HttpRequest) -> HttpResponse:
    """One pool of the user's, as its address narrows it down; without a name the first."""
    mine = pools_of(person(request))
    chosen = _chosen(mine, request.GET.get("pool"))
    if chosen is None:
        return render(request, "desk/no_pools.html", {"guides": guides_for(person(request))})
    visible, key = Ticket.objects.visible_to(person(request)), request.GET.get("found", "")
    typed = searches.kept(request.session, key) if key else None
    if key:
        visible = visible.filter(searched(typed)) if typed else visible.none()
    narrowed = TicketFilter(
        request.GET,
        queryset=visible,
        document=current_version(settings.DEFAULT_SCHEME).document,
    )
    page = page_of(
        chosen,
        chosen.rows(person(request), narrowed.qs),
        before=request.GET.get("before"),
        after=request.GET.get("after"),
    )
    if chosen.shows_contact:
        note_looks([row.ticket.number for row in page.rows], by=person(request), request=request)
    context = {
        "pool": chosen,
        "pools": mine,
        "filter": narrowed,
        "is_filtered": bool(key) or any(request.GET.get(name) for name in narrowed.filters),
        "search": {"key": key, "typed": typed},
        "page": page,
        "may_chase": has_role(person(request), Role.SUPERVISOR),
        "first": at_place(request.GET, pool=chosen.code) if "after" in request.GET or "before" in request.GET else None,
        "previous": page.before and at_place(request.GET, pool=chosen.code, before=page.before),
        "next": page.after and at_place(request.GET, pool=chosen.code, after=page.after),
    }
    return render(request, "desk/pool.html", context)


@require_safe
@login_required
@never_cache
def counts(request: HttpRequest) -> HttpResponse:
    """What waits in each of the user's pools of work, for the menu to show once the list itself is there."""
    user = person(request)
    waiting = counts_of(user, pools_of(user), clock.now())
    shown = {
        found.pool.code: {
            "count": found.shown,
            "late": found.is_late,
            "title": _("late since %(due)s") % {"due": display.due_words(found.nearest)} if found.is_late else "",
        }
        for found in waiting
        if found.count
    }
    return JsonResponse(shown)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """To the one ticket with that number, phone or service number, else to the list of those with it.

    What was typed comes in a form and is kept in the session: no address, and so no log or history, holds a phone.
    Who had to log in first comes back without it, to the list of all.
    """
    typed = request.POST.get("q", "").strip()[:SEARCH_LENGTH]
    if not typed:
        return redirect(f"{reverse('pool')}?pool=all")
    found = Ticket.objects.visible_to(person(request)).filter(searched(typed)).order_by()
    numbers = list(found.values_list("number", flat=True)[:2])
    if len(numbers) == 1:
        return redirect("ticket", numbers[0])
    return redirect(f"{reverse('pool')}?{urlencode({'pool': 'all', 'found': searches.keep(request.session, typed)})}")


def _chosen(mine: list[Pool], code: str | None) -> Pool | None:
    """The pool of a code, the first without one; None when the user has none. Raises Http404 for anybody else's."""
    if not code:
        return mine[0] if mine else None
    for pool in mine:
        if pool.code == code:
            return pool
    raise Http404
