"""What happens to a mass incident itself: opened, changed, dismissed, ended. The tickets follow by acts of their own
(`linking`), many at once through the worker (`working`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import NotPermitted, Refused, Stale
from core.waking import wake_on_commit
from organization.grants import grants_of
from tickets.models import DictionaryEntry, Incident, IncidentEvent
from tickets.models.incident import MANAGERS, IncidentAct, IncidentStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organization.models import Unit, User

ANSWER, TELL = "complaints.tasks.answer_incidents", "complaints.tasks.tell_of_incidents"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is known of an incident: where, which businesses (with all below them), since and until when (aware
    instants), and the wording for customers."""

    title: str
    areas: Sequence[Unit]
    business_types: Sequence[DictionaryEntry]
    starts_at: datetime
    expected_end_at: datetime
    script: str


@transaction.atomic
def open_incident(*, by: User | None, fault: Fault, note: str = "", at: datetime | None = None) -> Incident:
    """Open an incident at `at` (default now). `by=None` is the system: an alarm of network management (M-05).

    Raises NotPermitted outside the places that `by` watches over, Refused for an end that is no later than now.
    """
    at = at or clock.now()
    _check_fault(by, fault, at)
    incident = Incident(status=IncidentStatus.OPEN, opened_at=at, opened_by=by)
    _write_down(incident, fault)
    _keep(incident, IncidentAct.OPEN, at=at, by=by, note=note, data=_shown(fault))
    return incident


@transaction.atomic
def accept_proposal(*, incident_id: int, by: User, expected_version: int, fault: Fault, note: str = "") -> Incident:
    """Open what the system proposed, as the person has completed it. Raises as `open_incident`; Stale when somebody was
    faster."""
    at = clock.now()
    incident = _locked(incident_id, by, IncidentStatus.PROPOSED, expected_version)
    _check_fault(by, fault, at)
    incident.status, incident.opened_at, incident.opened_by = IncidentStatus.OPEN, at, by
    _write_down(incident, fault)
    _keep(incident, IncidentAct.OPEN, at=at, by=by, note=note, data=_shown(fault))
    return incident


@transaction.atomic
def dismiss_proposal(*, incident_id: int, by: User, expected_version: int, reason: str) -> Incident:
    """It is no mass incident; the same is proposed again only when as many further customers complain."""
    incident = _locked(incident_id, by, IncidentStatus.PROPOSED, expected_version)
    incident.status = IncidentStatus.DISMISSED
    incident.save()
    _keep(incident, IncidentAct.DISMISS, at=clock.now(), by=by, note=reason)
    return incident


@transaction.atomic
def change_incident(*, incident_id: int, by: User, expected_version: int, fault: Fault, reason: str) -> Incident:
    """Correct what is known of an open incident. Where the expected end lies beyond what linked customers were
    promised, the worker tells them."""
    incident = _locked(incident_id, by, IncidentStatus.OPEN, expected_version)
    _check_fault(by, fault, clock.now())
    before = _shown(_fault_of(incident))
    after = _shown(fault)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changed:
        raise Refused(_("Nothing was changed."), code="no_change")
    _write_down(incident, fault)
    _keep(incident, IncidentAct.CHANGE, at=clock.now(), by=by, note=reason, data=changed)
    wake_on_commit(TELL)
    return incident


@transaction.atomic
def end_incident(*, incident_id: int, by: User, expected_version: int, cause: str, answer: str) -> Incident:
    """Service is back. `answer` is what every linked customer is told; the worker answers and closes their tickets."""
    at = clock.now()
    incident = _locked(incident_id, by, IncidentStatus.OPEN, expected_version)
    if at < incident.starts_at:
        raise Refused(_("It has not begun yet: change its beginning first."), code="not_begun")
    incident.status, incident.ended_at, incident.ended_by = IncidentStatus.ENDED, at, by
    incident.cause, incident.answer = cause, answer
    incident.save()
    _keep(incident, IncidentAct.END, at=at, by=by)
    wake_on_commit(ANSWER)
    return incident


def may_manage(user: User, areas: Sequence[Unit]) -> bool:
    """Whether every one of the areas lies in a place that `user` watches over as dispatcher or supervisor."""
    places = [grant.unit.city or grant.unit.province for grant in grants_of(user) if grant.role in MANAGERS]
    return all(any(place is None or area.path.startswith(place.path) for place in places) for area in areas)


def _check_fault(by: User | None, fault: Fault, at: datetime) -> None:
    if not fault.areas or not fault.business_types:
        raise Refused(_("Name at least one area and one business."), code="incident_nowhere")
    if by is not None and not may_manage(by, fault.areas):
        raise NotPermitted(_("You do not watch over all of these areas. Ask the province or the group."))
    if fault.starts_at > at:
        raise Refused(_("It cannot begin in the future. Correct the time."), code="not_begun")
    if fault.expected_end_at <= at:
        raise Refused(_("The expected end has passed already. Choose a later one."), code="end_past")


def _locked(incident_id: int, by: User, state: IncidentStatus, version: int) -> Incident:
    incident = Incident.objects.select_for_update(of=("self",), no_key=True).get(pk=incident_id)
    if not may_manage(by, list(incident.areas.select_related("city", "province"))):
        raise NotPermitted(_("Only dispatchers and supervisors of its areas decide on a mass incident."))
    if incident.version != version:
        last = incident.events.select_related("by").order_by("-pk").first()
        raise Stale(last.by.name if last and last.by else _("the system"), last.at if last else clock.now())
    if incident.status != state:
        raise Refused(
            _("This is not possible while the incident is “%(state)s”.") % {"state": incident.get_status_display()},
            code="wrong_state",
        )
    return incident


def _fault_of(incident: Incident) -> Fault:
    if incident.expected_end_at is None:
        raise TypeError("An open incident has an expected end.")
    return Fault(
        title=incident.title,
        areas=list(incident.areas.all()),
        business_types=list(incident.business_types.all()),
        starts_at=incident.starts_at,
        expected_end_at=incident.expected_end_at,
        script=incident.script,
    )


def _write_down(incident: Incident, fault: Fault) -> None:
    incident.title, incident.script = fault.title, fault.script
    incident.starts_at, incident.expected_end_at = fault.starts_at, fault.expected_end_at
    incident.save()
    incident.areas.set(fault.areas)
    incident.business_types.set(fault.business_types)


def _shown(fault: Fault) -> dict[str, Any]:
    """What is known, as the record keeps it: units and businesses by their codes."""
    return {
        "title": fault.title,
        "areas": sorted(unit.code for unit in fault.areas),
        "business_types": sorted(entry.code for entry in fault.business_types),
        "starts_at": fault.starts_at,
        "expected_end_at": fault.expected_end_at,
        "script": fault.script,
    }


def _keep(
    incident: Incident, act: IncidentAct, *, at: datetime, by: User | None, note: str = "", data: Any = None
) -> None:
    IncidentEvent.objects.create(incident=incident, act=act, at=at, by=by, note=note, data=data or {})
    Incident.objects.filter(pk=incident.pk).update(version=incident.version + 1)
    incident.version += 1
