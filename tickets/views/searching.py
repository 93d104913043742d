"""The search: from the box in the header to a ticket, or to the list of those found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tickets import finding, searches
from tickets.filters import TicketFilter
from tickets.lists import rows_of
from tickets.marking import excerpt, marked
from tickets.models import Ticket
from tickets.services.schemes import current_version
from tickets.views import at_place, id_in, person

if TYPE_CHECKING:
    from tickets.lists import Row


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    """To the one ticket with that number, phone or service number, else to the list of those found.

    What was typed comes in a form and is kept in the session: no address, and so no log or history, holds a phone.
    Who had to log in first comes back without it, to the list of all.
    """
    if "found" in request.GET:
        return _list(request, request.GET["found"])
    asked = finding.Asked.read(request.POST.get("q", ""))
    if not asked.typed:
        return redirect(f"{reverse('pool')}?pool=all")
    if number := finding.only_number(person(request), asked):
        return redirect("ticket", number)
    return redirect(f"{reverse('search')}?{urlencode({'found': searches.keep(request.session, asked.typed)})}")


def _list(request: HttpRequest, key: str) -> HttpResponse:
    user, typed = person(request), searches.kept(request.session, key)
    asked = finding.Asked.read(typed or "")
    visible = Ticket.objects.visible_to(user)
    narrowed = TicketFilter(
        request.GET,
        queryset=visible if typed else visible.none(),
        document=current_version(settings.DEFAULT_SCHEME).document,
    )
    start = id_in(request.GET.get("after", ""))
    found = finding.find(user, asked, narrowed.qs, after=start) if typed else finding.Found([], 0, False, None)
    context = {
        "typed": typed,
        "key": key,
        "asked": asked,
        "filter": narrowed,
        "is_filtered": any(request.GET.get(name) for name in narrowed.filters),
        "found": found,
        "lines": [_line(row, asked) for row in rows_of(found.ids)],
        "first": at_place(request.GET, found=key) if start else None,
        "next": found.after and at_place(request.GET, found=key, after=str(found.after)),
    }
    return render(request, "desk/search.html", context)


def _line(row: Row, asked: finding.Asked) -> dict[str, Any]:
    """One line: what its text says of the words, without the contact data that the list masks."""
    summary, description = row.contact.conceal(row.ticket.summary), row.contact.conceal(row.ticket.description)
    return {
        "row": row,
        "summary": marked(summary, asked.words),
        "excerpt": marked(excerpt(description, asked.words), asked.words),
    }
