"""Every act on an escalated complaint in every state by every role, against the hand-written table (model 3.2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core import clock
from organization.models import Unit
from organization.roles import Role
from tests.factories.escalations import (
    PATHS,
    act,
    bring_escalation,
    data_for,
    order_in_escalation,
    take_escalation,
    walk,
)
from tests.factories.organization import Operator
from tests.factories.tickets import Act
from tests.matrix.cases import (
    UNRESOLVED,
    Actors,
    Case,
    a_file,
    found_responsible,
    late_once,
    named_in_table,
    on_an_old_calendar,
    only,
    order_faults,
    people,
    registered,
    supervised,
    undone,
)
from tests.matrix.expected import GROUP_SUPERVISOR, NOBODY, expected
from tickets.actions import actions_of
from tickets.models import Ticket
from tickets.states import STATES_OF, Kind, OrderStatus, Status

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

AFTER_CLOSING = (Status.PENDING_REVISIT, Status.PENDING_SCREENING, Status.CLOSED)


@pytest.fixture(scope="module")
def actors(operator: Operator) -> Actors:
    """Everybody for all of 江苏, the officers for the group, a supervisor over the whole; and two to hand over to."""
    centre = operator.group_centre
    found = people(operator, escalation_officer=centre, appeal_officer=operator.group_service)
    found[GROUP_SUPERVISOR] = only(Role.SUPERVISOR, GROUP_SUPERVISOR, operator.group)
    return found


def test_table_and_registry_name_the_same_acts() -> None:
    assert named_in_table(Kind.ESCALATION) == registered(Kind.ESCALATION)


@pytest.mark.parametrize("state", sorted(STATES_OF[Kind.ESCALATION]))
def test_acts_on_a_ticket(state: str, operator: Operator, actors: Actors) -> None:
    officer = actors["escalation_officer"]
    take_escalation(operator, by=officer, at=clock.now() - dt.timedelta(days=5))  # to merge into
    usual = bring_escalation(state, operator, by=None if state == Status.VOID else officer)
    faults: list[str] = []
    for name in actions_of(Kind.ESCALATION):
        with undone():
            ticket = _suited(name, usual, operator, actors)
            case = Case(actors, name, ticket, _data(name, ticket, operator, actors))
            faults += case.faults(expected(Kind.ESCALATION).get((name, "ticket", state), NOBODY))
    assert faults == []


@pytest.mark.parametrize("state", OrderStatus.values)
def test_acts_on_a_work_order(state: str, operator: Operator, actors: Actors) -> None:
    order = order_in_escalation(state, operator)
    assert (order.status, order.ticket.status) == (state, "handling")
    faults = order_faults(
        order, operator, actors, lambda name: _data(name, order.ticket, operator, actors, on_order=True)
    )
    assert faults == []


def _data(name: str, ticket: Ticket, operator: Operator, actors: Actors, *, on_order: bool = False) -> dict[str, Any]:
    """What everybody fills in."""
    if name == "hand_over":
        own = "escalation_officer" if ticket.status == Status.DRAFT else "liaison"
        return {"receiver": operator.user(own)}
    if name.endswith("_responsibility"):
        share = {"unit": operator.js.centre, "liability_class": "management", "percent": 100}
        return {"attribution": "company", "ground": "处理不当", "shares": [share]}
    concerned = _watched(ticket, operator).pk
    special: dict[str, dict[str, Any]] = {
        "attach": {"attachment": a_file()},
        "reassign": {"user": actors["handler"]},
        "transfer": {"unit": operator.js.billing},
        "ask_extension": {"ground": "备件未到", "due": clock.now() + dt.timedelta(days=30)},
        "supervise": {"unit": concerned, "trigger": "key", "grade": "supervise", "demand": "请说明"},
    }
    return special.get(name) or data_for(name, operator, ticket, on_order=on_order)


def _watched(ticket: Ticket, operator: Operator) -> Unit:
    """The province's centre once the province has had the ticket, before that the group's."""
    return operator.js.centre if ticket.province_id else operator.group_centre


def _suited(name: str, usual: Ticket, operator: Operator, actors: Actors) -> Ticket:
    """The ticket as the act needs it: held by who tries, answered, late, with an open promise."""
    officer = actors["escalation_officer"]
    if name == "hand_over" and usual.status == Status.HANDLING:
        Ticket.objects.filter(pk=usual.pk).update(holder=actors["liaison"])
    if name == "report" and usual.status == Status.HANDLING:
        act(usual, "answer_customer", operator)
    if name.endswith("_supervision") and usual.status != Status.DRAFT:
        supervised(usual, operator, _watched(usual, operator), is_answered=name == "judge_supervision")
    if name in ("contest_responsibility", "settle_responsibility") and usual.status != Status.DRAFT:
        found_responsible(usual, operator, operator.js.centre, is_contested=name == "settle_responsibility")
    if name == "adjudicate_delay":
        late_once(usual)
    if name in ("fulfil_promise", "chase", "recompute_clocks") and usual.status in AFTER_CLOSING:
        draft = take_escalation(operator, by=officer, at=usual.accepted_at)
        usual = walk(draft, tuple(_unresolved(one) for one in PATHS[usual.status]), operator, usual.accepted_at)
    if name == "recompute_clocks":
        on_an_old_calendar(usual)
    return usual


def _unresolved(step: Act) -> Act:
    return Act(step.name, data=UNRESOLVED) if step.name == "answer_customer" else step
