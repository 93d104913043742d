"""Pages of mass incidents: the list, one with its tickets, deciding on it, and linking many tickets at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints.incidents import services
from complaints.incidents.forms import ChangeForm, DismissForm, EndForm, FaultForm, IncidentForm
from complaints.incidents.linking import LINK
from complaints.incidents.reading import candidates_for
from core import clock
from core.errors import NotPermitted, Refused, Stale
from organization.grants import grants_of, has_role
from organization.roles import Role
from tickets.models import Incident, Ticket
from tickets.models.incident import MANAGERS, IncidentAct, IncidentStatus
from tickets.scheme.entries import Contact as Access
from tickets.services.contact_access import ContactView, contact_view, former_contact
from tickets.services.schemes import current_version
from tickets.services.together import MOST, Picked, do_together
from tickets.states import CLOSED, Status
from tickets.views import at_place, id_in, person

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from organization.models import User

PAGE_SIZE = 50
SHOWN = 100
LINKERS = (Role.DISPATCHER,)
# What can be decided about an incident: its state, the form, and what the page calls it.
ACTS: dict[str, tuple[IncidentStatus, type[IncidentForm], IncidentAct]] = {
    "open": (IncidentStatus.PROPOSED, FaultForm, IncidentAct.OPEN),
    "dismiss": (IncidentStatus.PROPOSED, DismissForm, IncidentAct.DISMISS),
    "change": (IncidentStatus.OPEN, ChangeForm, IncidentAct.CHANGE),
    "end": (IncidentStatus.OPEN, EndForm, IncidentAct.END),
}


@dataclass(frozen=True)
class Listed:
    """A ticket in a list of an incident, with masked contact data."""

    ticket: Ticket
    contact: ContactView


@require_safe
@login_required
@never_cache
def incidents(request: HttpRequest) -> HttpResponse:
    """The incidents of the user's places, those to decide on and the open ones first unless a state is asked for."""
    user = _reader(request)
    found: QuerySet[Incident] = Incident.objects.visible_to(user)
    status = request.GET.get("status", "")
    found = found.filter(status=status) if status in IncidentStatus.values else _current(found)
    before = id_in(request.GET.get("before", ""))
    if before is not None:
        found = found.filter(pk__lt=before)
    linked = Count("tickets", filter=Q(tickets__status=Status.HANDLING))
    rows = list(found.annotate(linked=linked).prefetch_related("areas", "business_types")[: PAGE_SIZE + 1])
    context = {
        "rows": rows[:PAGE_SIZE],
        "states": IncidentStatus.choices,
        "status": status if status in IncidentStatus.values else "",
        "next": at_place(request.GET, before=str(rows[PAGE_SIZE - 1].pk)) if len(rows) > PAGE_SIZE else None,
        "may_open": has_role(user, *MANAGERS),
    }
    return render(request, "incidents/list.html", context)


@require_safe
@login_required
@never_cache
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident: what is known, its tickets as far as the user sees them, and what was done."""
    user = _reader(request)
    found = _found(user, pk)
    is_mine = services.may_manage(user, list(found.areas.select_related("city", "province")))
    linked = Ticket.objects.visible_to(user).filter(incident=found)
    waiting = linked.filter(status=Status.HANDLING).count()
    may_link = found.is_open and has_role(user, *LINKERS)
    candidates = candidates_for(found, user, _scheme().document) if may_link else Ticket.objects.none()
    faults = {row.ticket_id: row.note for row in found.events.filter(act=IncidentAct.NOT_ANSWERED)}
    context = {
        "incident": found,
        "acts": [(name, act) for name, (state, _form, act) in ACTS.items() if is_mine and state == found.status],
        "linked": _listed(linked.order_by("pk")[:SHOWN]),
        "waiting": waiting,
        "answered": linked.filter(status__in=sorted(CLOSED)).count(),
        "candidates": _listed(candidates[:SHOWN]),
        "candidate_count": candidates.count(),
        "may_link": may_link,
        "faults": faults,
        "steps": found.events.select_related("by", "ticket").order_by("-pk")[:SHOWN],
        "shown": SHOWN,
    }
    return render(request, "incidents/incident.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Open an incident that somebody noticed."""
    user = _reader(request)
    if not has_role(user, *MANAGERS):
        raise PermissionDenied(_("Dispatchers and supervisors open mass incidents."))
    form = FaultForm(
        request.POST or None,
        user=user,
        scheme=_scheme(),
        incident=None,
        initial={"starts_at": clock.now()},
    )
    if request.method != "POST":
        return _show(request, form, None, IncidentAct.OPEN)
    if not form.is_valid():
        return _show(request, form, None, IncidentAct.OPEN, status=422)
    try:
        made = services.open_incident(by=user, fault=form.fault(), note=form.cleaned_data["note"])
    except Refused as refused:
        form.add_error(None, refused.message)
        return _show(request, form, None, IncidentAct.OPEN, status=422)
    messages.success(request, _("“%(incident)s” is open. Intake shows it from now on.") % {"incident": made})
    return redirect("incident", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Decide on an incident: open or dismiss what is proposed, change or end what is open."""
    user = _reader(request)
    found = _found(user, pk)
    if act not in ACTS:
        raise Http404
    state, form_class, label = ACTS[act]
    if not services.may_manage(user, list(found.areas.select_related("city", "province"))):
        raise PermissionDenied(_("Only dispatchers and supervisors of its areas decide on a mass incident."))
    form = form_class(request.POST or None, user=user, scheme=_scheme(), incident=found)
    if request.method != "POST":
        if found.status != state:
            return redirect("incident", pk)
        return _show(request, form, found, label)
    if not form.is_valid():
        return _show(request, form, found, label, status=422)
    try:
        _do(act, form, user, found)
    except Refused as refused:
        form.add_error(None, refused.message)
        form.renew_version(Incident.objects.get(pk=pk).version)
        status = {Stale: 409, NotPermitted: 403}.get(type(refused), 422)
        return _show(request, form, found, label, status=status)
    messages.success(request, _("%(act)s: done.") % {"act": label.label})
    return redirect("incident", pk)


@require_POST
@login_required
@never_cache
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Link the picked tickets, or all that fit up to a limit; what came of each, line by line."""
    user = _reader(request)
    found = _found(user, pk)
    if not has_role(user, *LINKERS):
        raise PermissionDenied(_("Dispatchers link complaints to a mass incident."))
    numbers: list[str] = request.POST.getlist("number")
    if "all" in request.POST:
        fitting = candidates_for(found, user, _scheme().document)[:MOST]
        numbers = [ticket.number for ticket in fitting]
    try:
        done = do_together([Picked(number) for number in numbers], LINK, by=user, incident=pk)
    except Refused as refused:
        return render(request, "incidents/linked.html", {"incident": found, "fault": refused.message}, status=422)
    return render(request, "incidents/linked.html", {"incident": found, "done": done})


def _do(act: str, form: Any, user: User, incident: Incident) -> None:
    data = form.cleaned_data
    common: dict[str, Any] = {"incident_id": incident.pk, "by": user, "expected_version": data["version"] or 0}
    match act:
        case "open":
            services.accept_proposal(**common, fault=form.fault(), note=data["note"])
        case "dismiss":
            services.dismiss_proposal(**common, reason=data["reason"])
        case "change":
            services.change_incident(**common, fault=form.fault(), reason=data["note"])
        case "end":
            services.end_incident(**common, cause=data["cause"], answer=data["answer"])


def _show(
    request: HttpRequest, form: IncidentForm, found: Incident | None, label: IncidentAct, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "incident": found, "label": label.label}
    return render(request, "incidents/form.html", context, status=status)


def _reader(request: HttpRequest) -> User:
    """Who works with tickets. Raises PermissionDenied for who only configures the system."""
    user = person(request)
    if not any(grant.role != Role.ADMINISTRATOR for grant in grants_of(user)):
        raise PermissionDenied(_("Your roles do not deal with tickets."))
    return user


def _found(user: User, pk: int) -> Incident:
    found: Incident | None = (
        Incident.objects.visible_to(user).select_related("opened_by", "ended_by").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def _current(found: QuerySet[Incident]) -> QuerySet[Incident]:
    return found.filter(status__in=(IncidentStatus.PROPOSED, IncidentStatus.OPEN))


def _scheme() -> Any:
    return current_version(settings.DEFAULT_SCHEME)


def _listed(tickets: Iterable[Ticket]) -> list[Listed]:
    rows: Any = tickets
    rows = rows.select_related("contact", "city", "province", "business_type").prefetch_related(
        "scheme_version", former_contact("")
    )
    return [Listed(ticket, contact_view(ticket, Access.MASKED)) for ticket in rows]
