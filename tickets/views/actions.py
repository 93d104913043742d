"""Doing something to a ticket or one of its work orders: the form, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import NotPermitted, Refused, Stale
from tickets import selectors, supervisions
from tickets.actions import action_of
from tickets.forms import ActForm, form_of
from tickets.forms.page import UnmaskForm
from tickets.models import Ticket
from tickets.services.contact_access import contact_view
from tickets.timeline import timeline_of
from tickets.views.rating import keep_link
from tickets.views.ticket import Seen, note_full_look, seen_by, ticket_facts
from tickets.workflow import perform

if TYPE_CHECKING:
    from tickets.actions import Action
    from tickets.forms import Situation
    from tickets.models import SupervisionOrder, WorkOrder

STEPS_SHOWN = 3


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def act(
    request: HttpRequest, number: str, action: str, seq: int | None = None, supervision: int | None = None
) -> HttpResponse:
    """The form of an act on a ticket, on its work order `seq` or its supervision order `supervision`, and doing it.

    404 outside the scope or for an act or order that does not exist, 403 without the role. What is refused comes back
    as the same form with everything typed: 422 for a fault in it, 409 when somebody was faster, 403 when this person
    may not.
    """
    seen = seen_by(request, number)
    note_full_look(request, seen)
    known, form_class, order = _find(seen, action, seq)
    situation = seen.situation(order, _supervision(seen, supervision, form_class))
    if not selectors.may_ever(known, seen.user, seen.reach, seq) or not form_class.is_permitted(situation):
        raise PermissionDenied(_("Your roles do not include “%(act)s” on this ticket.") % {"act": known.label})
    if request.method == "POST":
        return _do(request, seen, known, form_class, situation)
    offers = selectors.available_actions(seen.ticket, seen.user, seen.orders, seen.reach)
    is_over = situation.supervision is not None and not form_class.is_offered(situation)
    if is_over or known not in (offers.orders.get(order.seq, ()) if order else offers.ticket):
        target = situation.supervision or order or seen.ticket
        text = _("“%(act)s” is not possible while the state is “%(state)s”.")
        messages.warning(request, text % {"act": known.label, "state": target.get_status_display()})
        return redirect("ticket", number=seen.ticket.number)
    return _show(request, seen, known, form_class(situation=situation), order)


def _find(seen: Seen, action: str, seq: int | None) -> tuple[Action, type[ActForm], WorkOrder | None]:
    order = next((order for order in seen.orders if order.seq == seq), None)
    known = action_of(seen.ticket.kind, action, on_order=seq is not None)
    form = form_of(seen.ticket.kind, action, on_order=seq is not None)
    if known is None or form is None or known.on_order != (order is not None):
        raise Http404
    return known, form, order


def _supervision(seen: Seen, seq: int | None, form_class: type[ActForm]) -> SupervisionOrder | None:
    """The supervision order of the address. Raises Http404 where there is none or the act is not about one."""
    if form_class.about_supervision != (seq is not None):
        raise Http404
    if seq is None:
        return None
    found = next((row for row in supervisions.of_ticket(seen.ticket, seen.user) if row.seq == seq), None)
    if found is None:
        raise Http404
    return found


def _do(
    request: HttpRequest, seen: Seen, known: Action, form_class: type[ActForm], situation: Situation
) -> HttpResponse:
    order = situation.order
    form = form_class(request.POST, situation=situation)
    if not form.is_valid():
        for fault in form.errors.get("version", ()):
            form.add_error(None, fault)
        return _show(request, seen, known, form, order, status=422)
    try:
        done = perform(
            seen.ticket.pk,
            known.name,
            by=seen.user,
            order=order.seq if order else None,
            # A note or a contact disturbs nobody: it is welcome whatever has changed meanwhile.
            expected_version=form.cleaned_data["version"] if known.bumps_version else None,
            **form.act_data(),
        )
    except Ticket.DoesNotExist:
        raise Http404 from None
    except Refused as refused:
        form.add_error(None, refused.message)
        form.renew_version()
        status = {Stale: 409, NotPermitted: 403}.get(type(refused), 422)
        return _show(request, seen, known, form, order, status=status, is_stale=isinstance(refused, Stale))
    messages.success(request, _said(known, done, order))
    keep_link(request, done)
    return redirect(_back(seen, done))


def _said(known: Action, done: Ticket, order: WorkOrder | None) -> str:
    words = {"act": known.label, "number": done.number, "state": done.get_status_display()}
    if order is None:
        return _("%(act)s: done. %(number)s is now “%(state)s”.") % words
    order.refresh_from_db(fields=["status"])
    words |= {"no": order.seq, "unit": order.unit, "order": order.get_status_display()}
    text = _("%(act)s: done. Order %(no)s of %(unit)s is now “%(order)s”, %(number)s “%(state)s”.")
    return text % words


def _back(seen: Seen, done: Ticket) -> str:
    """The ticket's page; the workbench where the act took the ticket out of the user's sight."""
    is_seen = Ticket.objects.visible_to(seen.user).filter(pk=done.pk).exists()
    return reverse("ticket", kwargs={"number": done.number}) if is_seen else reverse("workbench")


def _show(
    request: HttpRequest,
    seen: Seen,
    known: Action,
    form: ActForm,
    order: WorkOrder | None,
    *,
    status: int = 200,
    is_stale: bool = False,
) -> HttpResponse:
    contact = contact_view(seen.ticket, seen.access)
    records = selectors.records_of(seen.ticket)
    events = selectors.events_of(seen.ticket)
    told = timeline_of(seen.ticket, events, records, seen.orders, [], shows_contact=contact.is_full)
    context: dict[str, Any] = {
        "ticket": seen.ticket,
        "act": known,
        "form": form,
        "order": order,
        "contact": contact,
        "unmask_form": UnmaskForm(),
        "facts": ticket_facts(seen.ticket),
        "steps": told[:STEPS_SHOWN],
        "is_stale": is_stale,
        "results": [row for row in records["reply"] if order is None or row["work_order__seq"] == order.seq],
    }
    return render(request, "ticket/act.html", context, status=status)
