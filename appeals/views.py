"""Taking an appeal at the group (U-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from appeals.intake_forms import AppealIntakeForm
from appeals.services.intake import take
from core.errors import Refused
from escalations.intake_side import context_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from organization.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@permission_required("appeals.add_appeal", raise_exception=True)
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new appeal; what is wrong or refused comes back in it, with everything typed."""
    user = cast("User", request.user)
    if request.method != "POST":
        return _show(request, AppealIntakeForm(user=user))
    form = AppealIntakeForm(request.POST, request.FILES, user=user)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        ticket = take(by=user, **form.call())
    except Refused as refused:
        return _show(request, AppealIntakeForm(request.POST, request.FILES, user=user, refusal=refused), status=422)
    messages.success(request, _("%(number)s is taken and waits for its dispatch.") % {"number": ticket.number})
    return redirect("ticket", number=ticket.number)


@require_POST
@login_required
@permission_required("appeals.add_appeal", raise_exception=True)
@never_cache
def side(request: HttpRequest) -> HttpResponse:
    """The side of the form for what is typed so far, as a section that replaces that of the page."""
    form = AppealIntakeForm(request.POST, user=cast("User", request.user))
    return render(request, "appeals/side.html", context_of(request, form))


def _show(request: HttpRequest, form: AppealIntakeForm, *, status: int = 200) -> HttpResponse:
    return render(request, "appeals/intake.html", context_of(request, form), status=status)
