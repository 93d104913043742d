"""What people write into the form of an act: for the random walks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from complaints.incidents.reading import incidents_for
from organization.models import Unit
from organization.roles import Role
from tests.factories.organization import Operator
from tests.factories.tickets import default_data, entry
from tests.walks import responsibility, supervision, times
from tests.walks.choices import Choice
from tests.walks.passages import HOUR
from tests.walks.people import Person, is_about, sees
from tickets.models import Ticket, WorkOrder
from tickets.models.replies import AnswerMode, Attitude, Satisfaction
from tickets.states import ClosureCode, Status

if TYPE_CHECKING:
    from collections.abc import Callable


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

    def write(
        self, choice: Choice, person: Person | None, ticket: Ticket, others: list[Ticket], at: dt.datetime
    ) -> Any:
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
            case "link_incident":
                return {"incident": incidents_for(ticket).values_list("pk", flat=True)[0]}
            case "hand_over":
                receivers = [one.user for one in self.people if self._takes_over(one, ticket)]
                return {"receiver": draw(st.sampled_from(receivers))} if receivers else None
            case "transfer_centre":
                return {"unit": draw(st.sampled_from(self.places))}
            case act if act in times.ACTS:
                return times.data_for(act, usual, choice.order, ticket, at, draw)
            case act if act in responsibility.ACTS:
                assert person is not None
                return responsibility.data_for(act, person, ticket, draw)
            case act if act in supervision.ACTS:
                assert person is not None
                return supervision.data_for(act, person, ticket, draw)
            case "merge":
                same = [other.pk for other in others if other.kind == ticket.kind]
                return {"into": draw(st.sampled_from(same))} if same else None
            case _:
                return usual

    def _dispatch(self, ticket: Ticket) -> dict[str, Any] | None:
        orders = self._orders(ticket, lead=self._needs_lead(ticket))
        level = self.draw(st.sampled_from([None, None, "general", "provincial", "national"]))
        return {"orders": orders, "level": level} if orders else None

    def _needs_lead(self, ticket: Ticket) -> bool:
        leads = [one for one in ticket.work_orders.all() if one.is_open and one.role == "lead" and one.parent is None]
        return not (leads and self.draw(st.booleans()))

    def _orders(self, ticket: Ticket, *, lead: bool, within: Unit | None = None) -> list[dict[str, Any]]:
        """One to three orders to units that have none; those of earlier rounds are recalled before these are made."""
        is_again = ticket.status != Status.HANDLING
        busy = set() if is_again else {order.unit_id for order in ticket.work_orders.all() if order.is_open}
        places = [unit for unit in self.units if within is None or unit.province_id == within.pk]
        free = [unit for unit in places if unit.pk not in busy and not is_about(ticket, unit)]
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
        if act != "answer" and code == ClosureCode.NO_CONTACT:
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
        return one.role in self._holders(ticket) and one.user.pk != ticket.holder_id and sees(one, ticket)

    def _holders(self, ticket: Ticket) -> set[Role]:
        """Whom a ticket can be handed over to."""
        return {Role.AGENT} if ticket.status == Status.DRAFT else {Role.DISPATCHER, Role.DIRECTOR}
