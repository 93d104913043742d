"""Every act on an appeal in every state by every role, against the hand-written table (model 3.3)."""

from __future__ import annotations

from typing import Any

import pytest

from appeals.models import AppealDetail
from core import clock
from organization.models import Unit
from organization.roles import Role
from tests.factories.appeals import (
    PATHS,
    act,
    attach_file,
    bring_appeal,
    data_for,
    direct,
    document_for,
    order_in_appeal,
    take_appeal,
    walk,
)
from tests.factories.organization import Operator
from tests.factories.tickets import Act, take_complaint
from tests.matrix.cases import (
    UNRESOLVED,
    Actors,
    Case,
    a_file,
    found_responsible,
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
from tickets.models import StageClock, Ticket
from tickets.states import STATES_OF, Kind, OrderStatus, Outcome, Stage, Status

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

AFTER_CLOSING = (Status.REPLIED, Status.REVISITED, Status.CONCLUDED)


@pytest.fixture(scope="module")
def actors(operator: Operator) -> Actors:
    """Everybody for all of 江苏, the officers for the group, a supervisor over the whole."""
    found = people(operator, escalation_officer=operator.group_centre, appeal_officer=operator.group_service)
    found[GROUP_SUPERVISOR] = only(Role.SUPERVISOR, GROUP_SUPERVISOR, operator.group)
    return found


def test_table_and_registry_name_the_same_acts() -> None:
    assert named_in_table(Kind.APPEAL) == registered(Kind.APPEAL)


@pytest.mark.parametrize("state", sorted(STATES_OF[Kind.APPEAL]))
def test_acts_on_a_ticket(state: str, operator: Operator, actors: Actors) -> None:
    usual = bring_appeal(state, operator, by=actors["appeal_officer"])
    below = take_complaint(operator)
    faults: list[str] = []
    for name in actions_of(Kind.APPEAL):
        with undone():
            ticket = _suited(name, usual, operator, actors)
            data = {"below": below.pk} if name == "link_original" else _data(name, ticket, operator, actors)
            faults += Case(actors, name, ticket, data).faults(
                expected(Kind.APPEAL).get((name, "ticket", state), NOBODY)
            )
    assert faults == []


@pytest.mark.parametrize("state", OrderStatus.values)
def test_acts_on_a_work_order(state: str, operator: Operator, actors: Actors) -> None:
    order = order_in_appeal(state, operator)
    assert (order.status, order.ticket.status) == (state, "handling")
    faults = order_faults(
        order, operator, actors, lambda name: _data(name, order.ticket, operator, actors, on_order=True)
    )
    assert faults == []


def _data(name: str, ticket: Ticket, operator: Operator, actors: Actors, *, on_order: bool = False) -> dict[str, Any]:
    """What everybody fills in."""
    if name == "hand_over":
        own = "appeal_officer" if ticket.status == Status.RECEIVED else "liaison"
        return {"receiver": operator.user(own)}
    if name.endswith("_responsibility"):
        share = {"unit": operator.js.centre, "liability_class": "management", "percent": 100}
        return {"attribution": "company", "ground": "处理不当", "shares": [share]}
    special: dict[str, dict[str, Any]] = {
        "attach": {"attachment": a_file()},
        "reassign": {"user": actors["handler"]},
        "transfer": {"unit": operator.js.billing},
        "supervise": {
            "unit": _watched(ticket, operator).pk,
            "trigger": "key",
            "grade": "supervise",
            "demand": "请说明",
        },
    }
    if name in special:
        return special[name]
    is_over = ticket.status in (Status.ARCHIVED, Status.DECLINED, Status.VOID)  # nothing can be attached any more
    needs_file = name in ("reply_regulator", "revoke", "file_for_record")
    return {"document": None} if is_over and needs_file else data_for(name, operator, ticket, on_order=on_order)


def _watched(ticket: Ticket, operator: Operator) -> Unit:
    """The province's centre once the province has had the appeal, before that the group's service department."""
    return operator.js.centre if ticket.province_id else operator.group_service


def _suited(name: str, usual: Ticket, operator: Operator, actors: Actors) -> Ticket:
    """The ticket as the act needs it: direct, of a key customer, answered, adjudicated, late, with an open promise."""
    officer = actors["appeal_officer"]
    if name == "refuse" and usual.status == Status.RECEIVED:
        return direct(operator, by=officer)
    if name == "object" and usual.status in (Status.RECEIVED, Status.HANDLING):
        attach_file(usual, "proof", operator.user("appeal_officer"))
    if name == "file_for_record":
        AppealDetail.objects.filter(ticket=usual).update(is_key_customer=True)
    if name == "hand_over" and usual.status == Status.HANDLING:
        Ticket.objects.filter(pk=usual.pk).update(holder=actors["liaison"])
    if name == "report" and usual.status == Status.HANDLING:
        act(usual, "answer_customer", operator)
    if name == "conclude" and usual.status == Status.REVISITED:
        act(usual, "adjudicate_responsibility", operator)
    if name.endswith("_supervision"):
        supervised(usual, operator, _watched(usual, operator), is_answered=name == "judge_supervision")
    if name.endswith("_responsibility"):
        usual.responsibilities.all().delete()
    if name in ("contest_responsibility", "settle_responsibility"):
        found_responsible(usual, operator, operator.js.centre, is_contested=name == "settle_responsibility")
    if name == "adjudicate_delay":
        stopped = {"outcome": Outcome.BREACHED, "stopped_at": clock.now(), "counted_seconds": 0, "next_alert_at": None}
        StageClock.objects.filter(ticket=usual, stage=Stage.TOTAL).update(**stopped)
    if name in ("fulfil_promise", "chase", "recompute_clocks") and usual.status in AFTER_CLOSING:
        taken = take_appeal(operator, by=officer, at=usual.accepted_at)
        usual = walk(taken, tuple(_unresolved(one) for one in PATHS[usual.status]), operator, usual.accepted_at)
    if name == "recompute_clocks":
        on_an_old_calendar(usual)
    return document_kept(name, usual, operator)


def document_kept(name: str, ticket: Ticket, operator: Operator) -> Ticket:
    """With the file that the act names, where one can be attached still."""
    purposes = {"reply_regulator": "regulator_reply", "revoke": "proof", "file_for_record": "evidence"}
    if name in purposes and ticket.status not in (Status.ARCHIVED, Status.DECLINED, Status.VOID):
        document_for(ticket, purposes[name], operator)
    return ticket


def _unresolved(step: Act) -> Act:
    return Act(step.name, data=UNRESOLVED) if step.name == "answer_customer" else step
