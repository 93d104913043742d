"""The list of supervision orders, and chasing many tickets at once (model 6, M-02)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.errors import Refused
from organization.grants import has_role
from organization.roles import Role
from tickets import supervisions, tracks
from tickets.filters import SupervisionFilter
from tickets.forms.supervising import ChaseManyForm
from tickets.models import SupervisionOrder
from tickets.models.supervision import SupervisionStatus
from tickets.querysets import ANSWERERS
from tickets.services.chasing import chase_many
from tickets.views import at_place, person


@require_safe
@login_required
@never_cache
def orders(request: HttpRequest) -> HttpResponse:
    """The supervision orders that concern the user, as the address narrows them down."""
    user, at = person(request), clock.now()
    if not has_role(user, Role.SUPERVISOR, *ANSWERERS, *tracks.roles()):
        raise PermissionDenied(_("Your roles have nothing to do with supervision orders."))
    narrowed = SupervisionFilter(request.GET, queryset=SupervisionOrder.objects.concerning(user), user=user, at=at)
    newest_first = request.GET.get("status") == SupervisionStatus.JUDGED
    page = supervisions.page_of(
        narrowed.qs, newest_first=newest_first, before=request.GET.get("before"), after=request.GET.get("after")
    )
    context = {
        "filter": narrowed,
        "is_filtered": any(request.GET.get(name) for name in narrowed.filters),
        "rows": supervisions.listed(page.rows, user, at),
        "previous": page.before and at_place(request.GET, before=page.before),
        "next": page.after and at_place(request.GET, after=page.after),
    }
    return render(request, "supervision/orders.html", context)


@require_POST
@login_required
@never_cache
def chase(request: HttpRequest) -> HttpResponse:
    """Chase the tickets picked in a list; what came of each, line by line."""
    if not has_role(person(request), Role.SUPERVISOR):
        raise PermissionDenied(_("Only supervisors chase."))
    form = ChaseManyForm(request.POST)
    if not form.is_valid():
        return render(request, "supervision/chased.html", {"fault": form.errors["demand"][0]}, status=422)
    try:
        done = chase_many(request.POST.getlist("number"), by=person(request), **form.cleaned_data)
    except Refused as refused:
        return render(request, "supervision/chased.html", {"fault": refused.message}, status=422)
    return render(request, "supervision/chased.html", {"chased": done})
