"""One act on the rows picked in a list, and what came of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.errors import Refused
from core.numbers import is_valid_number
from tickets.forms.together import asked_once, given
from tickets.services.together import do_together
from tickets.together import ACTS, act_for, picked_in
from tickets.views import person
from tickets.views.ticket import seen_by

if TYPE_CHECKING:
    from tickets.forms import Situation
    from tickets.services.together import Picked


@require_POST
@login_required
@never_cache
def together(request: HttpRequest, action: str) -> HttpResponse:
    """Do an act to the rows picked; where it has something to fill in, ask for that first.

    404 for an act that is not done to many, 403 without the role, 422 for faults in what was filled in and for none or
    too many rows. What single rows are refused for stands in their lines.
    """
    if action not in ACTS:
        raise Http404
    known = act_for(action, person(request))
    if known is None:
        raise PermissionDenied(_("Your roles do not include this."))
    values = request.POST.getlist("number")
    picked = picked_in(values, action)
    form = asked_once(action, request.POST, _situation(request, picked))
    context = {
        "source": request.POST.get("source", ""),
        "act": known,
        "values": values,
        "form": form,
        "fault": "",
        "done": [],
    }
    if form is not None and not (form.is_bound and form.is_valid()):
        return render(request, "desk/together.html", context, status=422 if form.is_bound else 200)
    try:
        context["done"] = do_together(picked, action, by=person(request), **given(form))
    except Refused as refused:
        return render(request, "desk/together.html", context | {"fault": refused.message}, status=422)
    return render(request, "desk/together.html", context)


def _situation(request: HttpRequest, picked: list[Picked]) -> Situation | None:
    """That of the first row, for what a form offers; None where it is not there for this person."""
    for row in picked[:1]:
        if not is_valid_number(row.number):
            return None
        try:
            seen = seen_by(request, row.number)
        except Http404:
            return None
        order = next((order for order in seen.orders if order.seq == row.order), None)
        return None if row.order is not None and order is None else seen.situation(order)
    return None
