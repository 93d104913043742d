"""How tickets come in, in the random walks: complaints, and what is made of them at a higher level."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from organization.models import Unit
from tests.factories.appeals import take_appeal
from tests.factories.escalations import take_escalation
from tests.factories.organization import Operator
from tests.factories.tickets import entry, take_complaint
from tests.walks import kin
from tests.walks.passages import DAY
from tickets.models import Ticket
from tickets.states import ENDED, Kind, LinkKind

Draw = Callable[[st.SearchStrategy[Any]], Any]
# Everything that any script asks for, so that a change of class never leaves a required field empty.
EXTRA = {
    "fault_reported_at": "2026-11-21T20:00:00+08:00",
    "fault_address": "南京市鼓楼区中山路1号",
    "repair_progress": "已派维修",
    "over_24_hours": True,
}
BUSINESS = (("broadband", "fixed_fault"), ("wcdma", "mobile_roaming"))


def _complaint(operator: Operator, known: list[Ticket], draw: Draw, at: dt.datetime) -> Ticket:
    js, zj = operator.js, operator.zj
    return take_complaint(
        operator,
        by=operator.user(draw(st.sampled_from(["agent", "agent_hall", "agent2", "dispatcher"]))),
        home=draw(st.sampled_from([js.cities[0].unit, js.cities[1].unit, js.unit, zj.cities[0].unit])),
        at=at,
        level=draw(st.sampled_from(["general", "provincial", "national"])),
        request_type=draw(st.sampled_from(["complaint", "complaint", "inquiry"])),
        is_urgent=draw(st.booleans()),
        complained_unit=draw(st.sampled_from([None, None, None, js.cities[0].hall, js.fixed_line, js.centre])),
        extra=EXTRA,
        **_classes(draw),
    )


def _escalation(operator: Operator, known: list[Ticket], draw: Draw, at: dt.datetime) -> Ticket:
    return take_escalation(
        operator,
        made_of=_original(known, LinkKind.ESCALATION, draw),
        home=operator.js.cities[0].unit,
        at=at,
        complained_unit=_complained(operator, draw),
        **_classes(draw),
    )


def _appeal(operator: Operator, known: list[Ticket], draw: Draw, at: dt.datetime) -> Ticket:
    origin = draw(st.sampled_from(["filed", "unfiled", "direct"]))
    waits = origin != "direct" and draw(st.booleans())
    return take_appeal(
        operator,
        made_of=_original(known, LinkKind.APPEAL, draw),
        at=at,
        matter={"complained_unit": _complained(operator, draw)} | _classes(draw),
        regulator_due_at=at + 9 * DAY if waits else None,
        origin=origin,
        occurred_on=dt.date(2026, draw(st.sampled_from([3, 10])), 5),
        is_key_customer=draw(st.booleans()),
    )


TAKERS = {Kind.COMPLAINT: _complaint, Kind.ESCALATION: _escalation, Kind.APPEAL: _appeal}


def _classes(draw: Draw) -> dict[str, Any]:
    business, kind = draw(st.sampled_from(BUSINESS))
    return {"business_type": entry("business_type", business), "complaint_type": entry("complaint_type", kind)}


def _complained(operator: Operator, draw: Draw) -> Unit | None:
    unit: Unit | None = draw(st.sampled_from([None, None, None, operator.js.fixed_line, operator.js.unit]))
    return unit


def _original(known: list[Ticket], kind: LinkKind, draw: Draw) -> Ticket | None:
    """Mostly one of the complaints for which no such ticket runs."""
    fitting = [one for one in known if one.kind == Kind.COMPLAINT and one.status not in ENDED]
    free = [one for one in fitting if not kin.open_above(one, kind)]
    found: Ticket | None = draw(st.sampled_from([*free, *free, None]))
    return found
