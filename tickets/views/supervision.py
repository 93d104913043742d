"""The list of supervision orders (model 6)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock
from tickets import supervisions
from tickets.filters import SupervisionFilter
from tickets.models import SupervisionOrder
from tickets.models.supervision import SupervisionStatus
from tickets.views import at_place, person


@require_safe
@login_required
@never_cache
def orders(request: HttpRequest) -> HttpResponse:
    """The supervision orders that concern the user, as the address narrows them down."""
    user, at = person(request), clock.now()
    if not supervisions.may_read(user):
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
