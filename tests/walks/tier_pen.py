"""What people write into the forms between group and province, and to a regulator: for the random walks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from organization.models import Unit
from organization.roles import Role
from tests.factories import appeals, escalations
from tests.walks import kin, tiers
from tests.walks.choices import Choice
from tests.walks.passages import DAY
from tests.walks.pen import Pen
from tests.walks.people import Person, is_about
from tests.walks.tier_rules import WITH_PROVINCE
from tickets.models import Ticket
from tickets.states import ENDED, Kind, LinkKind

# Acts that stand on a file of the ticket: it is attached on the way.
DOCUMENTED = {"reply_regulator", "revoke", "file_for_record", "object", "archive"}
GROUNDS = ("before_court", "settled", "charge_too_old")


class TierPen(Pen):
    """Writes the data of an act on a ticket in two tiers."""

    def usual(self, choice: Choice, ticket: Ticket) -> dict[str, Any]:
        """What the act's form usually holds; a province that does not have it and that it is not about."""
        if choice.order is not None or choice.act == "merge":
            return super().usual(choice, ticket)
        factory = escalations if ticket.kind == Kind.ESCALATION else appeals
        data = factory.data_for(choice.act, self.operator, ticket)
        match choice.act:
            case "dispatch" | "redispatch":
                return data | {"province": next(iter(self._provinces(ticket)), ticket.province)}
            case "conclude":
                return data | {"verdict": next(iter(tiers.verdicts(ticket)), "")}
            case "adjudicate_responsibility" | "settle_responsibility":
                return {"attribution": "outside", "ground": "已核实"}
            case "object":
                self._attach(ticket, "proof")
            case "archive" if ticket.kind == Kind.APPEAL and ticket.appeal_detail.is_mediated:
                self._attach(ticket, "mediation")
        return data

    def write(
        self, choice: Choice, person: Person | None, ticket: Ticket, others: list[Ticket], at: dt.datetime
    ) -> Any:
        """The data for `workflow.perform`; None when there is nothing legal to fill in."""
        if choice.order is not None:
            return super().write(choice, person, ticket, others, at)
        draw = self.draw
        match choice.act:
            case "dispatch" | "redispatch":
                free = self._provinces(ticket)
                return {"province": draw(st.sampled_from(free)), "reason": "归属地"} if free else None
            case "send_orders":
                orders = self._orders(ticket, lead=self._needs_lead(ticket), within=ticket.province)
                return {"orders": orders} if orders else None
            case "answer_customer":
                return self.usual(choice, ticket) | self._answer(choice.act, at)
            case "object" | "refuse":
                return self.usual(choice, ticket) | {"ground": draw(st.sampled_from(GROUNDS))}
            case "conclude":
                return self.usual(choice, ticket) | {"verdict": draw(st.sampled_from(tiers.verdicts(ticket)))}
            case "set_regulator_deadline":
                return {"due": at + draw(st.integers(1, 20)) * DAY, "reason": "监管机构来函"}
            case "amend_case":
                field = draw(st.sampled_from(["is_mediated", "is_key_customer"]))
                return {"changes": {field: not getattr(ticket.appeal_detail, field)}}
            case "link_original":
                return self._original(others)
            case "rework" | "reply_regulator" | "revoke" | "file_for_record" | "archive":
                return self.usual(choice, ticket)
            case _:
                return super().write(choice, person, ticket, others, at)

    def _provinces(self, ticket: Ticket) -> list[Unit]:
        """Those that do not have it already, and whose centre it is not about."""
        places = [self.operator.js, self.operator.zj]
        return [one.unit for one in places if ticket.owner_unit != one.centre and not is_about(ticket, one.centre)]

    def _original(self, others: list[Ticket]) -> dict[str, Any] | None:
        fitting = [one for one in others if one.kind == Kind.COMPLAINT and one.status not in ENDED]
        free = [one.pk for one in fitting if not kin.open_above(one, LinkKind.APPEAL)]
        return {"below": self.draw(st.sampled_from(free))} if free else None

    def _attach(self, ticket: Ticket, purpose: str) -> None:
        appeals.document_for(ticket, purpose, self.operator)

    def _holders(self, ticket: Ticket) -> set[Role]:
        if ticket.status in WITH_PROVINCE:
            return {Role.LIAISON}
        return {Role.ESCALATION_OFFICER if ticket.kind == Kind.ESCALATION else Role.APPEAL_OFFICER}
