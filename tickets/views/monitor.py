"""The monitor and its wall view (desk, Supervisor)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock
from organization.grants import has_role
from organization.models import Unit
from organization.roles import Role
from tickets.monitor import (
    Standing,
    Watch,
    branches_of,
    is_much_in_flight,
    may_monitor,
    opened,
    place_of,
    roots_of,
    way_to,
)
from tickets.monitor_lists import MonitorFilter, page_of
from tickets.services.schemes import current_version
from tickets.supervisions import may_read
from tickets.views import at_place, id_in, is_background, person
from tickets.workload import workload_of

if TYPE_CHECKING:
    from datetime import datetime

MOST_OPEN = 20


@require_safe
@login_required
@never_cache
def monitor(request: HttpRequest) -> HttpResponse:
    """How late what is in flight is: as a whole, by unit, by person, and ticket by ticket."""
    watch = _watch(request)
    below = _below(watch)
    narrowed = MonitorFilter(request.GET, document=current_version(settings.DEFAULT_SCHEME).document, watch=watch)
    page = page_of(narrowed, before=request.GET.get("before"), after=request.GET.get("after"))
    # Where much is in flight the list comes first, and the page asks for its figures by itself.
    is_counted = "figures" in request.GET or is_background(request) or not is_much_in_flight()
    context = {
        "place": watch.place,
        "way": way_to(watch.user, watch.place) if watch.place else [],
        "is_counted": is_counted,
        "standing": watch.standing() if is_counted else Standing(),
        "top": below.place,
        "branches": opened(below, _open_units(request)) if is_counted else [],
        "counting": at_place(request.GET, figures="now"),
        "digest": minute_of(watch.at),
        "loads": workload_of(watch) if is_counted else [],
        "filter": narrowed,
        "is_filtered": any(request.GET.get(name) for name in narrowed.filters),
        "page": page,
        "has_orders": may_read(watch.user),
        "may_supervise": has_role(watch.user, Role.SUPERVISOR),
        "first": at_place(request.GET) if "after" in request.GET or "before" in request.GET else None,
        "previous": page.before and at_place(request.GET, before=page.before),
        "next": page.after and at_place(request.GET, after=page.after),
    }
    return render(request, "monitor/monitor.html", context)


@require_safe
@login_required
@never_cache
def branches(request: HttpRequest) -> HttpResponse:
    """The units right below one, as further rows of the tree."""
    watch = _watch(request)
    return render(request, "monitor/_branches.html", {"branches": branches_of(_below(watch)), "above": watch.place})


@require_safe
@login_required
@never_cache
def wall(request: HttpRequest) -> HttpResponse:
    """Numbers for the big screen, nothing about any person; what refreshes itself asks for the middle only."""
    watch = _watch(request)
    below = _below(watch)
    context = {
        "place": below.place,
        "standing": watch.standing(),
        "branches": [branch for branch in branches_of(below) if branch.standing.total],
        "at": watch.at,
    }
    is_refresh = request.headers.get("HX-Request") == "true"
    return render(request, "monitor/_wall.html" if is_refresh else "monitor/wall.html", context)


def _watch(request: HttpRequest) -> Watch:
    """What the address asks to watch over. Raises PermissionDenied without a role that does, Http404 for a unit that
    the user does not watch over."""
    user = person(request)
    if not may_monitor(user):
        raise PermissionDenied(_("Your roles do not watch over tickets."))
    watch, asked = Watch(user, clock.now()), request.GET.get("unit", "")
    if not asked:
        return watch
    unit = id_in(asked)
    if unit is None:
        raise Http404
    try:
        return replace(watch, place=place_of(user, unit))
    except Unit.DoesNotExist:
        raise Http404 from None


def minute_of(at: datetime) -> str:
    """The monitor is renewed once a minute: asking whether any of its numbers changed would cost as much."""
    return f"{at:%d%H%M}"


def _open_units(request: HttpRequest) -> frozenset[int]:
    """The units of the tree that are open in the page that renews itself."""
    found = {id_in(text) for text in request.GET.getlist("open")[:MOST_OPEN]}
    return frozenset(unit for unit in found if unit is not None)


def _below(watch: Watch) -> Watch:
    """The same from the unit at the top of the tree: the one asked for, else the only one that the user has."""
    roots = roots_of(watch.user)
    return watch if watch.place or len(roots) > 1 else replace(watch, place=roots[0])
