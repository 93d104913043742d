"""A ticket on paper: its forms, and how the time of its clocks adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import access, clock
from core.models import AccessKind
from tickets import selectors
from tickets.fair_time import fair_times
from tickets.printing import Printed, forms_for, standing
from tickets.services.contact_access import contact_view
from tickets.views.ticket import seen_by

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
@login_required
@never_cache
def sheet(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """A paper form of a ticket, as its reader sees it. 404 outside the scope and for a form that does not fit it; one
    with all contact data is logged (model 10)."""
    seen = seen_by(request, number)
    ticket = seen.ticket
    found = next((one for one in forms_for(ticket, seen.orders) if one.code == form), None)
    if found is None:
        raise Http404
    contact = contact_view(ticket, seen.access)
    title = found.title_for(ticket)
    if contact.is_full:
        access.record(by=seen.user, kind=AccessKind.EXPORT, subject=ticket.number, reason=title, request=request)
    printed = Printed(
        ticket=ticket,
        contact=contact,
        orders=standing(seen.orders),
        clocks=selectors.clocks_of(ticket),
        records=selectors.records_of(ticket),
        reports=selectors.reports_on(ticket),
    )
    context = {"ticket": ticket, "contact": contact, "title": title, "sheets": found.sheets(printed)}
    return render(request, "print/form.html", context | {"now": clock.now()})


@require_safe
@login_required
@never_cache
def times(request: HttpRequest, number: str) -> HttpResponse:
    """How the time of the ticket's clocks adds up, of all or of the one that `clock` names. 404 where there is none."""
    seen = seen_by(request, number)
    wanted = request.GET.get("clock", "")
    clocks = [row for row in selectors.clocks_of(seen.ticket) if wanted in ("", str(row.pk))]
    if wanted and not clocks:
        raise Http404
    now = clock.now()
    context = {
        "ticket": seen.ticket,
        "contact": contact_view(seen.ticket, seen.access),
        "times": fair_times(seen.ticket, clocks, now),
        "now": now,
    }
    return render(request, "print/times.html", context)
