"""Who may see and do what, restated from the permission table without the kernel's querysets: for the random walks."""

from __future__ import annotations

from dataclasses import dataclass

from organization.models import Membership, Unit, User
from organization.roles import Role
from tests.factories.organization import MembershipFactory, Operator, UserFactory
from tickets.actions import Action, HeldBy
from tickets.models import Ticket, WorkOrder
from tickets.states import CLOSED, HIGHER_LINKS, Kind, Status

# Reaches a ticket by the place that its centre serves; by owner or any order of the subtree; by orders alone.
_SUBTREE = {Role.DIRECTOR, Role.APPROVER, Role.SUPERVISOR, Role.QUALITY_CHECKER, Role.MANAGER}
# Who settles which kinds in two tiers: the officers at the group, the liaison in its province.
SETTLES = {
    Role.ESCALATION_OFFICER: {Kind.ESCALATION},
    Role.APPEAL_OFFICER: {Kind.APPEAL},
    Role.LIAISON: {Kind.ESCALATION, Kind.APPEAL},
}
_SENDERS = {Role.DISPATCHER, Role.LIAISON}
_OWNERS = ("complaint_centre", "group_centre", "group_service")


@dataclass(frozen=True)
class Person:
    """Somebody with one role in one unit."""

    user: User
    role: Role
    unit: Unit

    def fresh(self) -> User:
        """The user without anything remembered from an earlier step."""
        return User.objects.get(pk=self.user.pk)


def people_of(operator: Operator) -> list[Person]:
    """Everybody with a role, the group centre's own people, whom complaints about a whole centre go to (S-09), who
    handles at the centres what units send up (U-40), and a second one of each who settles in two tiers: nobody reviews
    a report of his own."""
    for role in (Role.DISPATCHER, Role.DIRECTOR, Role.REVISITOR, Role.HANDLER):
        user = UserFactory(username=f"group_{role}", name=f"总部{role.label}")
        MembershipFactory(user=user, role=role, unit=operator.group_centre)
    for centre in (operator.js.centre, operator.zj.centre):
        MembershipFactory(user=UserFactory(username=f"handler_{centre.code}"), unit=centre)
    seconds = ((Role.ESCALATION_OFFICER, operator.group_centre), (Role.APPEAL_OFFICER, operator.group_service))
    for role, unit in (*seconds, (Role.LIAISON, operator.js.unit)):
        MembershipFactory(user=UserFactory(username=f"{role}_b"), role=role, unit=unit)
    rows = Membership.objects.select_related("user", "unit").order_by("user__username")
    return [Person(row.user, Role(row.role), row.unit) for row in rows]


def may(person: Person, action: Action, ticket: Ticket, order: WorkOrder | None) -> bool:
    """Whether role and reach allow the act in the state that the ticket, or its order, is in."""
    state = order.status if order else ticket.status
    if person.role not in action.roles_in(state) or not sees(person, ticket):
        return False
    if order is None:
        return person.role != Role.DISPATCHER or _serves(person.unit, ticket) or _drafted(person.unit, ticket)
    if action.held_by is HeldBy.UNIT:
        return _has(person.unit, order.unit)
    if person.role in _SENDERS:
        return order.parent is None and _serves(person.unit, ticket)
    return order.parent is not None and _covers(person.unit, order.parent.unit)


def sees(person: Person, ticket: Ticket) -> bool:
    """Whether the person may know of the ticket at all."""
    if ticket.complained_user_id == person.user.pk:
        return False
    about = ticket.complained_unit
    if about is not None and person.role != Role.AGENT and _covers(about, person.unit):
        return False
    if person.role in SETTLES:
        links = [link for link in ticket.later_links.all() if link.kind in HIGHER_LINKS]
        return any(_settles(person, one) for one in (ticket, *(link.ticket for link in links)))
    ordered = any(_has(person.unit, order.unit) for order in ticket.work_orders.all())
    if person.role == Role.AGENT:
        return _covers(person.unit, ticket.accepting_unit)
    if person.role == Role.DISPATCHER:
        places = [order.unit for order in ticket.work_orders.all()]
        took = _covers(person.unit, ticket.accepting_unit)
        return took or _serves(person.unit, ticket) or any(_serves(person.unit, place) for place in places)
    if person.role == Role.HANDLER:
        return ordered
    if person.role == Role.REVISITOR:
        return ticket.status in CLOSED and _serves(person.unit, ticket)
    if person.role in _SUBTREE:
        return ordered or (_serves(person.unit, ticket) if _is_place(person.unit) else _owns(person.unit, ticket))
    return False


def answers_for(person: Person, ticket: Ticket, unit: Unit) -> bool:
    """Whether the person answers a supervision order on the ticket that is addressed to the unit."""
    if not _covers(person.unit, unit):
        return False
    if person.role == Role.DISPATCHER or ticket.kind in SETTLES.get(person.role, ()):
        return any(unit.has_function(one) for one in _OWNERS)
    return person.role in (Role.HANDLER, Role.DIRECTOR)


def is_about(ticket: Ticket, unit: Unit) -> bool:
    """Whether the complaint is about the unit or one above it."""
    about = ticket.complained_unit
    return about is not None and _covers(about, unit)


def _settles(person: Person, ticket: Ticket) -> bool:
    """All of its kinds at the group; in a province those that were given to it."""
    return ticket.kind in SETTLES[person.role] and _serves(person.unit, ticket)


def _owns(unit: Unit, ticket: Ticket) -> bool:
    return _covers(unit, ticket.owner_unit)


def _drafted(unit: Unit, ticket: Ticket) -> bool:
    """A draft for a customer of another place is its taker's until it is submitted."""
    return ticket.status == Status.DRAFT and _covers(unit, ticket.accepting_unit)


def _covers(unit: Unit, other: Unit) -> bool:
    return other.path.startswith(unit.path)


def _is_place(unit: Unit) -> bool:
    """The group, a province or a city as a whole."""
    return unit.parent_id is None or unit.pk in (unit.province_id, unit.city_id)


def _serves(unit: Unit, row: Ticket | Unit) -> bool:
    """Whether the place that `unit` belongs to contains the ticket's home, or another unit."""
    if unit.city_id is not None:
        return row.city_id == unit.city_id
    return unit.province_id is None or row.province_id == unit.province_id


def _has(unit: Unit, other: Unit) -> bool:
    """Whether work orders of `other` are in the hands of `unit`."""
    return _serves(unit, other) if _is_place(unit) else _covers(unit, other)
