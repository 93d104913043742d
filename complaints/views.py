"""The parts of the intake page that are not the admin's: the side, and a further contact instead of a new ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from complaints.intake_forms import intake_form
from complaints.intake_questions import ContactForm
from complaints.intake_side import side_context
from complaints.intake_unsent import forget_typed, keep_typed
from complaints.models import Complaint
from core.errors import Refused
from core.numbers import is_valid_number
from tickets.models import Ticket
from tickets.phones import normalise_phone, normalise_service_number
from tickets.workflow import perform

if TYPE_CHECKING:
    from django.http import HttpRequest

    from organization.models import User

NUMBERS = {"phone": normalise_phone, "service_number": normalise_service_number}


@login_required
@permission_required("complaints.add_complaint", raise_exception=True)
@require_POST
def side(request: HttpRequest) -> HttpResponse:
    """The side of the intake form for what is typed so far, as sections that replace those of the page."""
    user = cast("User", request.user)
    number = request.POST.get("ticket", "")
    seen = Complaint.objects.get_queryset().visible_to(user)
    stored = seen.filter(number=number).first() if is_valid_number(number) else None
    form = intake_form(user)(request.POST, instance=stored)
    form.full_clean()
    context = side_context(request, form) | {"kept_at": keep_typed(request, form)}
    return render(request, "complaints/intake/fragment.html", context)


@login_required
@permission_required("complaints.add_complaint", raise_exception=True)
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw away what was kept of a call that was not sent."""
    forget_typed(request)
    return redirect("admin:complaints_complaint_add")


@login_required
@permission_required("complaints.add_complaint", raise_exception=True)
@require_POST
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """The customer calls again about an open ticket: note it there, take no new one (SC-05)."""
    user = cast("User", request.user)
    form = ContactForm(request.POST)
    ticket, caller = _callers_ticket(user, number, request)
    if form.is_valid():
        try:
            perform(ticket.pk, "add_contact", by=user, caller=caller, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            forget_typed(request)
            messages.success(request, _("The call is noted on %(number)s.") % {"number": number})
            return redirect("admin:complaints_complaint_add")
    context = {"form": form, "ticket": ticket} | {name: request.POST.get(name, "") for name in (*NUMBERS, "form_id")}
    return render(request, "complaints/intake/contact.html", context, status=422)


def _callers_ticket(user: User, number: str, request: HttpRequest) -> tuple[Ticket, str]:
    """The ticket and the number through which the caller owns it, empty where the user just sees it. 404 if neither."""
    for name, normalise in NUMBERS.items():
        try:
            caller = normalise(request.POST.get(name, ""))
        except ValueError:
            continue
        if found := Ticket.objects.of_caller(caller, by=user).filter(number=number).first():
            return found, caller
    if found := Ticket.objects.visible_to(user).filter(number=number).first():
        return found, ""
    raise Http404
