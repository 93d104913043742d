"""What can happen to a complaint next, and with which data: for the random walks.

Acts, states and roles come from the kernel's own table, which `tests/matrix` holds against the specification; the
walks look for what goes wrong when legal acts follow each other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from organization.models import Unit
from organization.roles import Role
from tests.complaints import walk_supervision, walk_times
from tests.complaints.walk_people import Person, is_about, may, sees
from tests.factories.organization import Operator
from tests.factories.tickets import default_data, entry
from tickets.actions import actions_of
from tickets.models import Ticket, WorkOrder
from tickets.models.replies import AnswerMode, Attitude, Satisfaction
from tickets.states import WITH_ORDERS, ClosureCode, Kind, OrderStatus, Outcome, Stage, Status

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = dt.timedelta(hours=1)
# What the acts may be refused for, though role and state allow them; everything else is a fault.
REFUSALS: dict[str, set[str]] = {
    "decline": {"decline_off"},
    "answer_on_spot": {"recused"},
    "answer": {"attempts_missing"},
    "revisit": {"attempts_missing"},
    "grant_waiver": {"no_waiver", "not_permitted", "restored_unknown"},
    "transfer": {"no_transfer", "child_open", "binding"},
    "request_return": {"binding", "return_late", "child_open"},
    "reply": {"child_open"},
    "transfer_centre": {"same_centre"},
    "merge": {"younger", "not_open", "other_unknown", "merge_self"},
    "unmerge": {"unmerge_late"},
    "convert_kind": {"complaint_already"},
    "hand_over": {"hand_over_one_pending", "same_holder", "receiver_blind"},
}
REFUSALS |= walk_supervision.REFUSALS | walk_times.REFUSALS
ENDINGS = {"decline", "withdraw", "merge", "void"}
ASIDE = (
    walk_supervision.ACTS
    | walk_times.ACTS
    | {
        "add_contact",
        "add_note",
        "amend",
        "reclassify",
        "convert_kind",
        "hand_over",
        "confirm_hand_over",
        "cancel_hand_over",
        "interim_reply",
        "record_attempt",
        "attempt_revisit",
        "fill_in",
        "grant_waiver",
        "reassign",
        "transfer_centre",
    }
)
# The state alone offers these; they wait for something else to be so.
ONLY_IF: dict[str, Callable[[Ticket, dt.datetime], bool]] = {
    "dispatch": lambda ticket, at: not ticket.needs_assignment,
    "assign": lambda ticket, at: ticket.needs_assignment,
    "archive": lambda ticket, at: ticket.quiet_from is not None and ticket.quiet_from + 24 * HOUR <= at,
    "rate": lambda ticket, at: _has_open_link(ticket, at),
    "rate_low": lambda ticket, at: _has_open_link(ticket, at),
    "fulfil_promise": lambda ticket, at: any(
        row.stage == Stage.FOLLOW_UP and row.outcome == Outcome.RUNNING for row in ticket.clocks.all()
    ),
    "confirm_hand_over": lambda ticket, at: ticket.hand_overs.filter(confirmed_at=None).exists(),
    "cancel_hand_over": lambda ticket, at: ticket.hand_overs.filter(confirmed_at=None).exists(),
}
ONLY_IF |= walk_times.ONLY_IF
NOT_WALKED = {"recompute_clocks", "register", "attach", "collect", "to_dispatch"}


@dataclass(frozen=True)
class Choice:
    """An act that is possible now, on the ticket or on one of its orders, and who may do it (nobody: the system)."""

    act: str
    order: WorkOrder | None
    people: tuple[Person, ...]


def choices_for(ticket: Ticket, people: list[Person], at: dt.datetime) -> list[Choice]:
    """Everything that may happen to the ticket next, in a fixed order."""
    found = []
    for name, action in sorted(actions_of(Kind.COMPLAINT).items()):
        if name in NOT_WALKED or not ONLY_IF.get(name, lambda _ticket, _at: True)(ticket, at):
            continue
        if action.system and ticket.status in action.states:
            found.append(Choice(name, None, ()))
        if not action.on_order and ticket.status in action.states:
            found += _if_anybody(name, None, ticket, people)
        elif action.on_order and ticket.status in WITH_ORDERS:
            for order in ticket.work_orders.all():
                if order.status in action.order_states:
                    found += _if_anybody(name, order, ticket, people)
    return found


def _if_anybody(name: str, order: WorkOrder | None, ticket: Ticket, people: list[Person]) -> list[Choice]:
    action = actions_of(Kind.COMPLAINT)[name]
    able = tuple(one for one in people if may(one, action, ticket, order) and _is_in_person(one, name, ticket, order))
    return [Choice(name, order, able)] if able else []


def _is_in_person(one: Person, name: str, ticket: Ticket, order: WorkOrder | None) -> bool:
    """What depends on who it is, not on the role."""
    match name:
        case "void":
            return ticket.status != Status.DRAFT or ticket.accepted_by_id == one.user.pk
        case "amend":
            return one.role != Role.AGENT or ticket.dispatched_at is None
        case "hand_over":
            return one.role == Role.DIRECTOR or ticket.holder_id == one.user.pk
        case "confirm_hand_over":
            return ticket.hand_overs.filter(confirmed_at=None, receiver=one.user).exists()
        case "cancel_hand_over":
            is_mine = ticket.hand_overs.filter(confirmed_at=None, giver=one.user).exists()
            return one.role == Role.DIRECTOR or is_mine
        case "acknowledge_supervision" | "reply_supervision" | "judge_supervision":
            return bool(walk_supervision.fitting(name, one, ticket))
        case "revisit" | "attempt_revisit":
            return all(one.user.pk not in _handlers(row) for row in ticket.work_orders.all())
        case "claim":
            assert order is not None
            is_taken = order.status == OrderStatus.HANDLING and order.assignee_id is not None
            return not is_taken or order.assignee_id == one.user.pk
        case _:
            return walk_times.is_in_person(one, name, ticket)


def _handlers(order: WorkOrder) -> set[int | None]:
    return {order.assignee_id, order.signed_by_id, order.replied_by_id}


class Pen:
    """Writes the data of an act, drawing what a form would leave to the person."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], operator: Operator, people: list[Person]) -> None:
        self.draw = draw
        self.operator = operator
        self.people = people
        js = operator.js
        self.units = [js.fixed_line, js.network, js.market, js.billing, js.service, js.cities[0].remote]
        self.units.append(operator.zj.fixed_line)
        self.places = [js.cities[0].unit, js.cities[1].unit, js.unit, operator.zj.cities[0].unit, operator.zj.unit]

    def usual(self, choice: Choice, ticket: Ticket) -> dict[str, Any]:
        """What the act's form usually holds; orders go to units that the complaint is not about."""
        if choice.act == "merge":
            return {}
        data = default_data(choice.act, self.operator, ticket)
        free = next(unit for unit in self.units if not is_about(ticket, unit))
        if choice.act == "dispatch":
            data["orders"] = [{"unit": free, "role": "lead"}]
        return data | {"unit": free} if choice.act == "assign" else data

    def write(self, choice: Choice, person: Person | None, ticket: Ticket, others: list[int], at: dt.datetime) -> Any:
        """The data for `workflow.perform`; None when there is nothing legal to fill in."""
        draw, usual = self.draw, self.usual(choice, ticket)
        match choice.act:
            case "dispatch":
                return self._dispatch(ticket)
            case "reject_result" | "refuse_clearance" | "rework":
                may_name = not ticket.needs_assignment and draw(st.booleans())
                orders = self._orders(ticket, lead=True) if may_name else []
                return usual | {"orders": orders, "reason": "再次处理", "note": "结果不实"}
            case "assign":
                return self._unit(ticket, usual, self.units)
            case "transfer" | "ask_assistant":
                assert choice.order is not None
                return self._unit(ticket, usual, [unit for unit in self.units if unit != choice.order.unit])
            case "request_return":
                return usual | {"proper_unit": draw(st.sampled_from(self.units))}
            case "reassign":
                assert choice.order is not None
                assert person is not None
                return self._reassign(choice.order, person)
            case "answer" | "answer_on_spot":
                return usual | self._answer(choice.act, at)
            case "revisit":
                satisfaction = draw(st.sampled_from(Satisfaction.values))
                return {"give_up": True} if draw(st.integers(0, 4)) == 0 else usual | {"satisfaction": satisfaction}
            case "reclassify":
                return self._reclassify(ticket)
            case "amend":
                return {"changes": self._changes(ticket, at)}
            case "fill_in":
                home = {"home": draw(st.sampled_from(self.places))} if draw(st.booleans()) else {}
                return {"changes": self._reclassify(ticket) | self._changes(ticket, at) | home}
            case "interim_reply":
                return usual | {"promised_for": draw(st.sampled_from([None, at + 5 * HOUR]))}
            case "hand_over":
                receivers = [one.user for one in self.people if self._takes_over(one, ticket)]
                return {"receiver": draw(st.sampled_from(receivers))} if receivers else None
            case "transfer_centre":
                return {"unit": draw(st.sampled_from(self.places))}
            case act if act in walk_times.ACTS:
                return walk_times.data_for(act, usual, choice.order, ticket, at, draw)
            case act if act in walk_supervision.ACTS:
                assert person is not None
                return walk_supervision.data_for(act, person, ticket, draw)
            case "merge":
                return {"into": draw(st.sampled_from(others))} if others else None
            case _:
                return usual

    def _dispatch(self, ticket: Ticket) -> dict[str, Any] | None:
        leads = any(
            order.is_open and order.role == "lead" and order.parent is None for order in ticket.work_orders.all()
        )
        orders = self._orders(ticket, lead=not (leads and self.draw(st.booleans())))
        level = self.draw(st.sampled_from([None, None, "general", "provincial", "national"]))
        return {"orders": orders, "level": level} if orders else None

    def _orders(self, ticket: Ticket, *, lead: bool) -> list[dict[str, Any]]:
        """One to three orders to units that have none; those of earlier rounds are recalled before these are made."""
        is_again = ticket.status != Status.HANDLING
        busy = set() if is_again else {order.unit_id for order in ticket.work_orders.all() if order.is_open}
        free = [unit for unit in self.units if unit.pk not in busy and not is_about(ticket, unit)]
        count = min(len(free), self.draw(st.sampled_from([1, 1, 2, 2, 3])))
        chosen = self.draw(st.permutations(free))[:count]
        had = [order.unit for order in ticket.work_orders.all() if order.is_open or order.status == "accepted"]
        if is_again and had and had[0] in free and self.draw(st.booleans()):  # back to who did not do it well
            chosen = [had[0], *(unit for unit in chosen if unit != had[0])]
        roles = ["lead" if lead else "assist", *self.draw(st.lists(st.sampled_from(["lead", "assist"]), min_size=2))]
        return [{"unit": unit, "role": role} for unit, role in zip(chosen, roles, strict=False)]

    def _unit(self, ticket: Ticket, usual: dict[str, Any], units: list[Unit]) -> dict[str, Any] | None:
        free = [unit for unit in units if not is_about(ticket, unit)]
        return usual | {"unit": self.draw(st.sampled_from(free))}

    def _reassign(self, order: WorkOrder, person: Person) -> dict[str, Any] | None:
        able = [one.user for one in self.people if one.role == Role.HANDLER and one.unit == order.unit]
        if person.role == Role.HANDLER:
            able = [user for user in able if user == person.user]
        return {"user": self.draw(st.sampled_from(able))} if able else None

    def _answer(self, act: str, at: dt.datetime) -> dict[str, Any]:
        code = self.draw(st.sampled_from(ClosureCode.values))
        if act == "answer_on_spot" and code == ClosureCode.NO_CONTACT:
            code = ClosureCode.RESOLVED
        data = {
            "closure_code": code,
            "mode": self.draw(st.sampled_from(AnswerMode.values)),
            "attitude": self.draw(st.sampled_from(Attitude.values)),
        }
        if code == ClosureCode.UNRESOLVED:
            days = self.draw(st.integers(1, 30))
            data |= {"plan": "扩容改造", "promised_for": at + dt.timedelta(days=days)}
        return data

    def _reclassify(self, ticket: Ticket) -> dict[str, Any]:
        levels = [level for level in ("general", "provincial", "national") if level != ticket.level]
        data: dict[str, Any] = {"level": self.draw(st.sampled_from(levels))}
        if self.draw(st.booleans()):
            data["business_type"] = entry("business_type", self.draw(st.sampled_from(["broadband", "wcdma", "lte"])))
        if self.draw(st.booleans()):
            data |= {"is_urgent": not ticket.is_urgent}
        return data

    def _changes(self, ticket: Ticket, at: dt.datetime) -> dict[str, Any]:
        if self.draw(st.booleans()):
            return {"customer_tier": "vip" if ticket.customer_tier == "ordinary" else "ordinary"}
        return {"description": f"{ticket.description[:50]}（{at:%m-%d %H:%M:%S} 更正）"}

    def _takes_over(self, one: Person, ticket: Ticket) -> bool:
        roles = {Role.AGENT} if ticket.status == Status.DRAFT else {Role.DISPATCHER, Role.DIRECTOR}
        return one.role in roles and one.user.pk != ticket.holder_id and sees(one, ticket)


def _has_open_link(ticket: Ticket, at: dt.datetime) -> bool:
    """The link of the answer that closed it is good for one rating, a little over thirty days (SM-09)."""
    link = ticket.ratings.select_related("answer").last()
    return link is not None and link.rated_at is None and at < link.answer.at + dt.timedelta(days=30)
