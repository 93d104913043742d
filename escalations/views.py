"""Taking an escalated complaint at the group (U-07, U-60)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Refused
from escalations.intake_forms import IntakeForm
from escalations.intake_side import context_of
from escalations.services.intake import take
from tickets.workflow import perform

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from escalations.models import Escalation
    from organization.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@permission_required("escalations.add_escalation", raise_exception=True)
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new escalated complaint; what is wrong or refused comes back in it, with everything typed."""
    user = cast("User", request.user)
    if request.method != "POST":
        return _show(request, IntakeForm(user=user))
    form = IntakeForm(request.POST, user=user)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        ticket = _take(user, form)
    except Refused as refused:
        return _show(request, IntakeForm(request.POST, user=user, refusal=refused), status=422)
    words = (
        _("%(number)s waits for its dispatch to a province.") if form.is_submitted else _("Draft %(number)s is saved.")
    )
    messages.success(request, words % {"number": ticket.number})
    return redirect("ticket", number=ticket.number)


@require_POST
@login_required
@permission_required("escalations.add_escalation", raise_exception=True)
@never_cache
def side(request: HttpRequest) -> HttpResponse:
    """The side of the form for what is typed so far, as a section that replaces that of the page."""
    form = IntakeForm(request.POST, user=cast("User", request.user))
    return render(request, "escalations/side.html", context_of(request, form))


@transaction.atomic
def _take(user: User, form: IntakeForm) -> Escalation:
    """Both steps or none: what cannot be submitted is not kept as a draft behind the user's back."""
    ticket = take(by=user, **form.call())
    if form.is_submitted:
        perform(ticket.pk, "submit", by=user)
    return ticket


def _show(request: HttpRequest, form: IntakeForm, *, status: int = 200) -> HttpResponse:
    return render(request, "escalations/intake.html", context_of(request, form), status=status)
