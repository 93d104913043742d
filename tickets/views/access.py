"""Who looked at customers' data: entry by entry, and in numbers for each person."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from organization.models import User
from tickets import access_report
from tickets.views import at_place, id_in, person


@require_safe
@login_required
@never_cache
def report(request: HttpRequest) -> HttpResponse:
    """The looks at the tickets that the user watches over, the latest first; of one ticket or one person on request."""
    user = person(request)
    if not access_report.may_read(user):
        raise PermissionDenied(_("Only supervisors and quality checkers read who looked at which ticket."))
    narrowed = access_report.AccessFilter(request.GET, queryset=access_report.entries_for(user))
    page = access_report.page_of(narrowed.qs, before=request.GET.get("before"), after=request.GET.get("after"))
    one = id_in(request.GET.get("user", ""))
    context = {
        "filter": narrowed,
        "is_filtered": any(request.GET.get(name) for name in narrowed.filters),
        "of_person": User.objects.filter(pk=one).first() if one and page.rows else None,
        "rows": page.rows,
        "previous": page.before and at_place(request.GET, before=page.before),
        "next": page.after and at_place(request.GET, after=page.after),
    }
    return render(request, "access/report.html", context)


@require_safe
@login_required
@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """How often each person looked at customers' data in a period, and was refused."""
    user = person(request)
    if not access_report.may_count(user):
        raise PermissionDenied(_("Only supervisors, quality checkers and administrators see these numbers."))
    form, since, until = access_report.PeriodForm.read(request.GET)
    rows, last = access_report.counts_for(user, since, until, id_in(request.GET.get("after", "")))
    context = {
        "form": form,
        "rows": rows,
        "may_read": access_report.may_read(user),
        "previous": at_place(request.GET) if request.GET.get("after") else None,
        "next": last and at_place(request.GET, after=str(last)),
    }
    return render(request, "access/people.html", context)
