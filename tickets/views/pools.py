"""Lists of tickets and work orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tickets.desk_views import address_of, arranged_for
from tickets.filters import TicketFilter
from tickets.guides import guides_for
from tickets.lists import Page, digest_of, first_marks_of, marks_of, page_of
from tickets.models import Ticket
from tickets.pools import pools_of
from tickets.services.contact_access import note_looks
from tickets.services.schemes import current_version
from tickets.together import acts_for
from tickets.views import at_place, person

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from tickets.lists import Mark
    from tickets.models import DeskView
    from tickets.pools import Pool


@require_safe
@login_required
@never_cache
def pool(request: HttpRequest) -> HttpResponse:
    """One pool of the user's, as its address narrows it down; without a name the first."""
    mine = pools_of(person(request))
    arranged = arranged_for(person(request), mine)
    view = arranged.view(request.GET.get("view"))
    if view is not None and "pool" not in request.GET:
        return redirect(address_of(view))
    chosen = chosen_pool(mine, request.GET.get("pool"))
    if chosen is None:
        return render(request, "desk/no_pools.html", {"guides": guides_for(person(request))})
    default = arranged.default_of(chosen)
    if default is not None and set(request.GET) <= {"pool"}:
        return redirect(address_of(default))
    narrowed = narrowed_by(request, request.GET)
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
        "is_filtered": any(request.GET.get(name) for name in narrowed.filters),
        "page": page,
        "digest": digest_of(page),
        "columns": arranged.columns(chosen, view),
        "views": arranged.named,
        "view": view,
        "is_usual": not arranged.codes(chosen, view),
        "arrange": reverse("arrange") + at_place(request.GET, pool=chosen.code),
        "faults": faults_of(narrowed, view),
        "acts": acts_for(chosen, person(request)),
        "first": at_place(request.GET, pool=chosen.code) if "after" in request.GET or "before" in request.GET else None,
        "previous": page.before and at_place(request.GET, pool=chosen.code, before=page.before),
        "next": page.after and at_place(request.GET, pool=chosen.code, after=page.after),
    }
    return render(request, "desk/pool.html", context)


def narrowed_by(request: HttpRequest, asked: QueryDict) -> TicketFilter:
    """What the user sees, as the address of a list narrows it down."""
    return filter_of(asked, Ticket.objects.visible_to(person(request)))


def marked(request: HttpRequest, asked: QueryDict) -> Page[Mark]:
    """The page of a pool that an address leads to, as far as it tells whether anything changed. Raises Http404 for a
    pool of somebody else's."""
    chosen = chosen_pool(pools_of(person(request)), asked.get("pool"))
    if chosen is None:
        return Page([], None, None)
    if set(asked) <= {"pool"}:
        return first_marks_of(chosen, person(request))
    rows = chosen.rows(person(request), narrowed_by(request, asked).qs)
    return marks_of(chosen, rows, before=asked.get("before"), after=asked.get("after"))


def filter_of(asked: QueryDict, rows: QuerySet[Any]) -> TicketFilter:
    """The filters of an address, over `rows`."""
    return TicketFilter(asked, queryset=rows, document=current_version(settings.DEFAULT_SCHEME).document)


def faults_of(narrowed: TicketFilter, view: DeskView | None) -> list[str]:
    """The filters that cannot be: what an address holds that fits no choice, and what a saved view holds that is no
    filter any more. They narrow nothing down, and the page says so."""
    faults = [str(narrowed.form[name].label) for name in narrowed.form.errors if name in narrowed.form.fields]
    return faults + sorted(set(view.filters if view else ()) - set(narrowed.filters))


def chosen_pool(mine: list[Pool], code: str | None) -> Pool | None:
    """The pool of a code, the first without one; None when the user has none. Raises Http404 for anybody else's."""
    if not code:
        return mine[0] if mine else None
    for pool in mine:
        if pool.code == code:
            return pool
    raise Http404
