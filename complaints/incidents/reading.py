"""Which incidents concern a complaint, and which complaints an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from organization.models import Unit
from tickets.facts import facts_of
from tickets.models import DictionaryEntry, Incident, Ticket
from tickets.models.incident import IncidentStatus
from tickets.states import Kind, Status

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from organization.models import User
    from tickets.scheme import SchemeDocument

LINKED_FROM = frozenset({Status.DRAFT, Status.PENDING_DISPATCH, Status.HANDLING})
LINKABLE_TOGETHER = LINKED_FROM - {Status.DRAFT}  # a draft is somebody's call that goes on


def incidents_for(ticket: Ticket) -> QuerySet[Incident]:
    """The open incidents at the home of the ticket's customer that concern its business, the latest first; `ticket`
    need not be stored."""
    business = ticket.scheme_version.document.entry("business_type", facts_of(ticket).business_type)
    place = (ticket.city or ticket.province) if business is not None else None
    if place is None or business is None:
        return Incident.objects.none()
    concerned = DictionaryEntry.objects.filter(
        scheme=ticket.scheme_version.scheme_id, dimension="business_type", code__in=business.path
    )
    return (
        Incident.objects.filter(status=IncidentStatus.OPEN)
        .filter(pk__in=Incident.areas.through.objects.filter(unit__in=place.ancestor_ids).values("incident"))
        .filter(pk__in=Incident.business_types.through.objects.filter(dictionaryentry__in=concerned).values("incident"))
        .order_by("-pk")
    )


def candidates_for(incident: Incident, user: User, document: SchemeDocument) -> QuerySet[Ticket]:
    """The complaints within the user's sight that may belong to an open incident: taken since it began, of its areas
    and businesses, in no other incident, and not answered yet."""
    areas = Q(pk__in=[])
    for unit in incident.areas.all():
        areas |= in_place(unit)
    codes = codes_below(document, [entry.code for entry in incident.business_types.all()])
    return (
        Ticket.objects.visible_to(user)
        .filter(areas, kind=Kind.COMPLAINT, incident=None, needs_assignment=False)
        .filter(status__in=sorted(LINKABLE_TOGETHER), accepted_at__gte=incident.starts_at)
        .filter(business_type__dimension="business_type", business_type__code__in=codes)
        .order_by("accepted_at", "pk")
    )


def in_place(unit: Unit) -> Q:
    """Tickets of customers at home in a city or province; of the whole group for its root."""
    if unit.parent_id is None:
        return Q(pk__isnull=False)
    return Q(city=unit) if unit.pk == unit.city_id else Q(province=unit.pk)


def codes_below(document: SchemeDocument, codes: list[str]) -> list[str]:
    """The business types with one of the codes at or above them."""
    return [entry.code for entry in document.all_entries("business_type") if not set(codes).isdisjoint(entry.path)]
