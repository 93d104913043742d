"""The one scope: which tickets and work orders a person sees, and which it may act on (model 2).

Everything that shows or changes tickets starts from `visible_to`. What each role *reaches* (sees) and *holds* (may
act on) stands in two tables here and nowhere else. Conditions use IN and EXISTS, never joins, so that rows can be
locked and pages repeat none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Case, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When

from organization.grants import Grant, grants_of
from organization.models import Function, Unit
from organization.roles import Role
from tickets import tracks
from tickets.states import CLOSED, HIGHER_LINKS, OPEN, ORDER_OPEN, Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from organization.models import User

NOTHING = Q(pk__in=[])
EVERYTHING = Q(pk__isnull=False)  # not an empty Q, which `|` would drop
CENTRES = (Function.COMPLAINT_CENTRE, Function.GROUP_CENTRE)
# Units that own tickets and answer for what they do with them, the group's service department too.
OWNERS = (*CENTRES, Function.GROUP_SERVICE)


def _units_below(unit: Unit) -> Subquery:
    return Subquery(Unit.objects.filter(path__startswith=unit.path).values("pk"))


def _place_served(unit: Unit, prefix: str = "") -> Q:
    """Rows of the province or city that a unit belongs to or serves; the group's units serve all."""
    if unit.city_id is not None:
        return Q(**{f"{prefix}city_id": unit.city_id})
    if unit.province_id is not None:
        return Q(**{f"{prefix}province_id": unit.province_id})
    return EVERYTHING


def _inside(unit: Unit, column: str) -> Q:
    """Rows whose `column` is a unit of the subtree, by one equality where the unit is a whole place."""
    if unit.parent_id is None or unit.pk in (unit.province_id, unit.city_id):
        return _place_served(unit)
    return Q(**{f"{column}__in": _units_below(unit)})


def _has_order(condition: Q) -> Q:
    orders = apps.get_model("tickets.WorkOrder").objects
    return Q(Exists(orders.filter(condition, ticket=OuterRef("pk"))))


def _taken_by(grant: Grant) -> Q:
    return Q(accepting_unit__in=_units_below(grant.unit))


def _ordered(grant: Grant) -> Q:
    return _has_order(_inside(grant.unit, "unit"))


def _served_or_drafted(grant: Grant) -> Q:
    # A draft for a customer of another place is still its taker's; submitted, it is that place's centre's.
    return _place_served(grant.unit) | (_taken_by(grant) & Q(status=Status.DRAFT))


def _served_or_ordered(grant: Grant) -> Q:
    place = _place_served(grant.unit)
    return place if place == EVERYTHING else place | _has_order(place) | _taken_by(grant)


def _subtree(grant: Grant) -> Q:
    owned = _inside(grant.unit, "owner_unit")
    return owned if owned == EVERYTHING else owned | _ordered(grant)


def _revisited_here(grant: Grant) -> Q:
    return _place_served(grant.unit) & Q(status__in=sorted(CLOSED))


def _settled(grant: Grant) -> Q:
    """What a role settles in two tiers: all of its kinds at the group, those given to it in a province."""
    return Q(kind__in=tracks.kinds_of(grant.role)) & _place_served(grant.unit)


def _settled_or_behind(grant: Grant) -> Q:
    """That, and the tickets it was made of."""
    settled = apps.get_model("tickets.Ticket").objects.filter(_settled(grant))
    links = apps.get_model("tickets.TicketLink").objects.filter(kind__in=sorted(HIGHER_LINKS), ticket__in=settled)
    return _settled(grant) | Q(pk__in=links.values("earlier"))


def _none(grant: Grant) -> Q:
    return NOTHING


REACHES: dict[Role, Callable[[Grant], Q]] = {
    Role.AGENT: _taken_by,
    Role.DISPATCHER: _served_or_ordered,
    Role.HANDLER: _ordered,
    Role.DIRECTOR: _subtree,
    Role.APPROVER: _subtree,
    Role.REVISITOR: _revisited_here,
    Role.SUPERVISOR: _subtree,
    Role.QUALITY_CHECKER: _subtree,
    Role.MANAGER: _subtree,
    Role.ADMINISTRATOR: _none,  # no ticket content
}
_OF_A_PLACE = (Role.DISPATCHER, Role.REVISITOR)  # reach all tickets of the place that their unit serves
# Roles that stand in neither table settle tickets in two tiers (tickets.tracks).
# A centre acts only on tickets of its own place; those it merely got an order for belong to another centre.
HOLDS: dict[Role, Callable[[Grant], Q]] = REACHES | {Role.DISPATCHER: _served_or_drafted}


def _not_recused(grant: Grant, prefix: str = "") -> Q:
    """A unit does not deal with a complaint about itself; who took it may still follow it (S-09, U-25)."""
    if grant.role == Role.AGENT:
        return EVERYTHING
    column = f"{prefix}complained_unit"
    return Q(**{f"{column}__isnull": True}) | ~Q(**{f"{column}__in": grant.unit.ancestor_ids})


def reached(grant: Grant) -> Q:
    """What a grant lets its holder see."""
    return REACHES.get(grant.role, _settled_or_behind)(grant) & _not_recused(grant)


def held(grant: Grant) -> Q:
    """What a grant lets its holder act on."""
    return HOLDS.get(grant.role, _settled)(grant) & _not_recused(grant)


def places_reached(user: User, at: datetime | None = None) -> frozenset[int] | None:
    """Units and places one of which each ticket that `user` sees has belonged to; None where that narrows nothing.

    For the search, so that it need not look through the tickets of the whole country; `visible_to` decides.
    """
    paths, places = NOTHING, set[int]()
    for grant in grants_of(user, at):
        unit, role = grant.unit, grant.role
        if role == Role.ADMINISTRATOR:
            continue
        served = unit.city_id or unit.province_id
        if role not in REACHES or unit.parent_id is None or (role in _OF_A_PLACE and served is None):
            return None  # what is settled in two tiers lies behind what was made of it, wherever that is
        if role in _OF_A_PLACE and served is not None:
            places.add(served)
        paths |= Q(path__startswith=unit.path)
    return frozenset(places | {*Unit.objects.filter(paths).values_list("pk", flat=True)})


def order_held(grant: Grant) -> Q:
    """Work orders that a grant lets its holder act on as the unit that has them."""
    return _inside(grant.unit, "unit") & _not_recused(grant, "ticket__")


def order_sent_by(grant: Grant) -> Q:
    """Work orders whose result comes back to the grant's holder (U-41): a child's to the unit of its parent, a
    centre's own to the dispatcher of the ticket's place, or to who settles it in the province."""
    sent = Q(parent__unit__in=_units_below(grant.unit))
    kinds = tracks.kinds_of(grant.role)
    if grant.role == Role.DISPATCHER or kinds:
        sent = Q(parent__isnull=True) & _place_served(grant.unit, "ticket__")
    if kinds:
        sent &= Q(ticket__kind__in=kinds)
    return sent & _not_recused(grant, "ticket__")


# Who answers supervision orders beside who settles a ticket in two tiers; it depends on the unit that is addressed.
ANSWERERS = (Role.HANDLER, Role.DIRECTOR, Role.DISPATCHER)


def supervision_answered(grant: Grant) -> Q:
    """Supervision orders that a grant lets its holder answer: those addressed to its units; where the unit owns
    tickets, its dispatcher's or those of who settles that kind (permissions.md)."""
    units = Unit.objects.filter(path__startswith=grant.unit.path)
    kinds = tracks.kinds_of(grant.role)
    if grant.role == Role.DISPATCHER or kinds:
        units = units.filter(functions__function__in=OWNERS)
    elif grant.role not in (Role.HANDLER, Role.DIRECTOR):
        return NOTHING
    addressed = Q(target_unit__in=units.values("pk")) & _not_recused(grant, "ticket__")
    return addressed & Q(ticket__kind__in=kinds) if kinds else addressed


def narrowest(grants: Sequence[Grant], condition: Callable[[Grant], Q]) -> Case:
    """The index of the first (narrowest) grant whose condition a row meets; null when none does."""
    whens = [When(condition(grant), then=Value(index)) for index, grant in enumerate(grants)]
    return Case(*whens, default=Value(None), output_field=IntegerField())


class TicketQuerySet(QuerySet[Any]):
    """Ticket rows; see the module."""

    def visible_to(self, user: User, at: datetime | None = None) -> Self:
        """The tickets that `user` may know of (model 2): any of its grants reaches them and none is about itself."""
        condition = NOTHING
        for grant in grants_of(user, at):
            condition |= reached(grant)
        return self.published().filter(condition).exclude(complained_user=user)

    def published(self) -> Self:
        """Tickets that are there for people; those of an unfinished import are not yet."""
        return self.filter(is_held_back=False)

    def of_caller(self, number: str, *, by: User) -> Self:
        """Tickets of the customer who calls from, or names, `number` (normalised): for the summary at intake. None that
        is about `by`, who takes the call (model 2)."""
        if not number:
            return self.none()
        mine = apps.get_model("tickets.Contact").objects.filter(Q(phone=number) | Q(service_number=number))
        return self.published().filter(pk__in=mine.values("ticket_id")).exclude(complained_user=by)

    def open(self) -> Self:
        """Tickets whose customer still waits."""
        return self.filter(status__in=sorted(OPEN))

    def for_list(self) -> Self:
        """Everything a row of a list shows, in a number of queries that does not grow with the rows."""
        running = apps.get_model("tickets.StageClock").objects.filter(outcome=Outcome.RUNNING).order_by("due_at")
        # A scheme's document is large and known in this process: only its version is joined to each row.
        return (
            self.select_related(
                "channel",
                "business_type",
                "complaint_type",
                "owner_unit",
                "province",
                "city",
                "holder",
                "scheme_version",
            )
            .defer("scheme_version__content")
            .prefetch_related(Prefetch("clocks", queryset=running, to_attr="running_clocks"))
        )


class WorkOrderQuerySet(QuerySet[Any]):
    """Work-order rows."""

    def open(self) -> Self:
        """Orders whose unit or sender still has something to do."""
        return self.filter(status__in=sorted(ORDER_OPEN))


class SupervisionQuerySet(QuerySet[Any]):
    """Supervision orders: none of a ticket that the user may not know of."""

    def answered_by(self, user: User, at: datetime | None = None) -> Self:
        """The orders addressed to units that `user` answers for."""
        return self._reached(user, at, supervision_answered)

    def supervised_by(self, user: User, at: datetime | None = None) -> Self:
        """The orders on tickets that `user` supervises."""
        return self._reached(user, at, _supervised)

    def concerning(self, user: User, at: datetime | None = None) -> Self:
        """The orders that `user` answers or supervises."""
        return self._reached(user, at, supervision_answered, _supervised)

    def _reached(self, user: User, at: datetime | None, *conditions: Callable[[Grant], Q]) -> Self:
        reached_by = NOTHING
        for grant in grants_of(user, at):
            for condition in conditions:
                reached_by |= condition(grant)
        return self.filter(reached_by, ticket__in=apps.get_model("tickets.Ticket").objects.visible_to(user, at))


def _supervised(grant: Grant) -> Q:
    if grant.role != Role.SUPERVISOR:
        return NOTHING
    return Q(ticket__in=apps.get_model("tickets.Ticket").objects.filter(held(grant)))
