"""What can be done with a ticket: the registry that the kinds fill and `workflow` reads.

An action is a transition of the ticket or of one of its work orders, or neither, plus one effect. It says which role
may do it in which states; `workflow.perform` is the only place that runs it. Acts on the ticket and acts on its work
orders have names of their own: a province signs for a ticket, a unit signs for an order.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from tickets.states import WITH_ORDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from django.db.models import Model
    from django.utils.functional import Promise

    from organization.grants import Grant
    from organization.models import User
    from organization.roles import Role
    from tickets.models import StageClock, Ticket, WorkOrder
    from tickets.querysets import TicketQuerySet
    from tickets.scheme import SchemeDocument


@dataclass
class Step:
    """One run of an action: who does what to which ticket, when, with which data."""

    ticket: Ticket
    action: Action
    by: User | None
    grant: Grant | None
    at: datetime
    data: dict[str, Any]
    order: WorkOrder | None = None
    others: dict[int, Ticket] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)  # goes into the event; no contact data
    said: list[Model] = field(default_factory=list)  # rows with what people said; their digests go into the event
    clocks: list[StageClock] | None = None  # read once by `tickets.clocks`
    pause_until: datetime | None = None  # when the pause that lasts is to end; likewise
    places: set[int] = field(default_factory=set)  # units and places that work orders took the ticket to

    @property
    def scheme(self) -> SchemeDocument:
        """The scheme document that the ticket started under."""
        return self.ticket.scheme_version.document

    @property
    def person(self) -> User:
        """Who acts. Raises TypeError for the system, which has no name to sign with."""
        if self.by is None:
            raise TypeError(f"{self.action.name} is done by a person")
        return self.by

    @property
    def the_order(self) -> WorkOrder:
        """The work order acted on. Raises TypeError for an act on the ticket."""
        if self.order is None:
            raise TypeError(f"{self.action.name} is not done to a work order")
        return self.order


class HeldBy(Enum):
    """Whose reach an action asks for: the ticket's, the order's unit, or whoever the order's result goes back to."""

    TICKET = "ticket"
    UNIT = "unit"
    SENDER = "sender"


def _no_locks(ticket_id: int, data: Mapping[str, Any]) -> Iterable[int]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Action:
    """One act. `allow` maps each role to the states it may act in: the order's where the act is on a work order,
    else the ticket's. `checks` raise `Refused`; `locks` names the other tickets that the act on the ticket of that id
    touches: such a one must be within reach too, unless the act may touch it `out_of_reach`. `suits` says
    whether a grant is enough for this very case, where that depends on more than role and reach; who has several
    acts by the narrowest that is, and is refused by a check where none is."""

    name: str
    label: Promise
    allow: Mapping[Role, frozenset[str]]
    effect: Callable[[Step], None] | None = None
    transition: bool = False
    held_by: HeldBy = HeldBy.TICKET
    system: bool = False
    system_states: frozenset[str] = frozenset()
    checks: tuple[Callable[[Step], None], ...] = ()
    locks: Callable[[int, Mapping[str, Any]], Iterable[int]] = _no_locks
    out_of_reach: bool = False
    finder: Callable[[User, Mapping[str, Any]], TicketQuerySet] | None = None
    suits: Callable[[Step, Grant], bool] | None = None
    bumps_version: bool = True

    @property
    def on_order(self) -> bool:
        """Whether the act is on a work order of the ticket."""
        return self.held_by is not HeldBy.TICKET

    @property
    def states(self) -> frozenset[str]:
        """The ticket states in which somebody may do it."""
        if self.on_order:
            return WITH_ORDERS
        return frozenset(self.system_states).union(*self.allow.values())

    @property
    def order_states(self) -> frozenset[str]:
        """The work-order states in which somebody may do it; empty for acts on the ticket."""
        return frozenset().union(*self.allow.values()) if self.on_order else frozenset()

    def roles_in(self, state: str) -> frozenset[Role]:
        """The roles that may act in a state (the order's for an act on an order)."""
        return frozenset(role for role, states in self.allow.items() if state in states)


def widened(act: Action, like: Role, *also: Role) -> Action:
    """The act, done by further roles in the states in which the role `like` may do it."""
    return replace(act, allow={**act.allow, **dict.fromkeys(also, act.allow[like])}) if like in act.allow else act


_on_ticket: dict[str, dict[str, Action]] = {}
_on_orders: dict[str, dict[str, Action]] = {}
_follow_ups: dict[str, Callable[[Ticket], str | None]] = {}


def register(kind: str, *actions: Action, follow_up: Callable[[Ticket], str | None] | None = None) -> None:
    """Add the actions of a kind. `follow_up` names the system action that a ticket's new situation asks for."""
    for action in actions:
        table = _on_orders if action.on_order else _on_ticket
        table.setdefault(kind, {})[action.name] = action
    if follow_up is not None:
        _follow_ups[kind] = follow_up


def actions_of(kind: str) -> Mapping[str, Action]:
    """The acts on a ticket of the kind by name."""
    return _on_ticket.get(kind, {})


def order_actions_of(kind: str) -> Mapping[str, Action]:
    """The acts on work orders of a ticket of the kind by name."""
    return _on_orders.get(kind, {})


def action_of(kind: str, name: str, *, on_order: bool) -> Action | None:
    """The act of that name on a ticket of the kind, or on one of its orders; None where there is none."""
    return (order_actions_of(kind) if on_order else actions_of(kind)).get(name)


def kinds_where(name: str, role: Role) -> list[str]:
    """The kinds on whose tickets a role may do the act of that name in some state."""
    return [kind for kind, acts in _on_ticket.items() if name in acts and acts[name].allow.get(role)]


def follow_up_of(ticket: Ticket) -> str | None:
    """The system action that the ticket's situation asks for now, if any."""
    follow_up = _follow_ups.get(ticket.kind)
    return follow_up(ticket) if follow_up else None
