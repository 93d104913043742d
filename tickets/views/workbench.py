"""The workbench: what this person must do now."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock
from tickets.guides import guides_for
from tickets.incidents import incident_proposals
from tickets.lists import most_urgent
from tickets.pools import counts_of, pools_of
from tickets.supervisions import tiles_of
from tickets.views import person

URGENT_ROWS = 12


@require_safe
@login_required
@never_cache
def workbench(request: HttpRequest) -> HttpResponse:
    """A tile for each pool of the user's work, and what is due first out of all of them."""
    at = clock.now()
    mine = pools_of(person(request))
    context = {
        "counts": counts_of(person(request), mine, at),
        "supervision": tiles_of(person(request), at),
        "proposals": incident_proposals(person(request)),
        "has_pools": bool(mine),
        "guides": guides_for(person(request)),
        "rows": most_urgent(person(request), mine, URGENT_ROWS),
        "at": at,
    }
    return render(request, "desk/workbench.html", context)
