"""Every act in every state by every role, against the hand-written table: what is allowed works and leads where it
should; what is not is refused and changes nothing (permissions.md, model 3.1 and 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from core import clock
from organization.models import Unit
from tests.factories.incidents import an_incident, end_incidents
from tests.factories.organization import Operator, build_operator
from tests.factories.standing import standing
from tests.factories.tickets import (
    ORDER_PATHS,
    STEP,
    Act,
    bring_to,
    default_data,
    do,
    load_unicom,
    order_in,
    order_of,
    take_complaint,
)
from tests.matrix.cases import (
    UNRESOLVED,
    Actors,
    Case,
    a_file,
    a_remedy,
    found_responsible,
    late_once,
    named_in_table,
    on_an_old_calendar,
    order_faults,
    people,
    registered,
    supervised,
    undone,
)
from tests.matrix.expected import NOBODY, expected
from tickets.actions import actions_of
from tickets.models import Answer, Ticket, WorkOrder
from tickets.states import STATES_OF, SUBMITTED_OPEN, Kind, OrderStatus, Status

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture(scope="module")
def operator(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Operator]:
    """Declining is an option of the scheme, off in `unicom`; here it is on."""
    with standing(django_db_blocker):
        load_unicom(allow_decline=True)
        yield build_operator()


@pytest.fixture(scope="module")
def actors(operator: Operator) -> Actors:
    """Everybody for all of 江苏."""
    return people(operator)


def test_table_and_registry_name_the_same_acts() -> None:
    assert named_in_table(Kind.COMPLAINT) == registered(Kind.COMPLAINT)


@pytest.mark.parametrize("state", sorted(STATES_OF[Kind.COMPLAINT]))
def test_acts_on_a_ticket(state: str, operator: Operator, actors: Actors) -> None:
    take_complaint(operator, by=actors["agent"], at=clock.now() - dt.timedelta(days=5))  # to merge into
    usual = bring_to(state, operator, by=actors["agent"])
    faults: list[str] = []
    for act in actions_of(Kind.COMPLAINT):
        with undone():
            ticket = _suited(act, usual, operator, actors)
            case = Case(actors, act, ticket, _data(act, ticket, operator, actors))
            if state == Status.DRAFT:  # an author's rights are tried on the own draft
                request = "inquiry" if act == "convert_kind" else "complaint"
                case.own["dispatcher"] = take_complaint(
                    operator, by=actors["dispatcher"], at=clock.now() - STEP, request_type=request
                )
            faults += case.faults(expected(Kind.COMPLAINT).get((act, "ticket", state), NOBODY))
    assert faults == []


@pytest.mark.parametrize("state", OrderStatus.values)
@pytest.mark.parametrize("level", ["order", "child"])
def test_acts_on_a_work_order(level: str, state: str, operator: Operator, actors: Actors) -> None:
    order = order_in(state, operator) if level == "order" else _child_in(state, operator)
    assert (order.status, order.ticket.status) == (state, "handling")
    faults = order_faults(order, operator, actors, lambda act: _data(act, order.ticket, operator, actors), level=level)
    assert faults == []


def _data(act: str, ticket: Ticket, operator: Operator, actors: Actors) -> dict[str, Any]:
    """What everybody fills in."""
    special: dict[str, dict[str, Any]] = {
        "attach": {"attachment": a_file()},
        "link_incident": {"incident": an_incident(operator).pk if act == "link_incident" else 0},
        "reassign": {"user": actors["handler"]},
        "transfer": {"unit": operator.js.billing},
        "dispatch": {"orders": [{"unit": operator.js.billing}]},
        "taken_up": {"higher": "E2611230000012"},
        "answer_by_higher": {"higher": "E2611230000012", "given": _answer_above(operator)},
    }
    return special.get(act) or default_data(act, operator, ticket)


def _answer_above(operator: Operator) -> Answer:
    """What the customer was told at a higher level."""
    return Answer(
        at=clock.now(),
        by=operator.user("liaison"),
        mode="phone",
        person_told="张伟",
        content="宽带已恢复。",
        attitude="satisfied",
        closure_code="resolved",
    )


def _suited(act: str, usual: Ticket, operator: Operator, actors: Actors) -> Ticket:
    """The ticket as the act needs it: before the supervisor, held by the dispatcher, repaired, with an open promise,
    quiet."""
    agent = actors["agent"]
    if act == "assign":
        Ticket.objects.filter(pk=usual.pk).update(needs_assignment=True)
    if act == "hand_over" and usual.holder is not None and usual.status != Status.DRAFT:
        Ticket.objects.filter(pk=usual.pk).update(holder=actors["dispatcher"])
    if act == "convert_kind":
        Ticket.objects.filter(pk=usual.pk).update(request_type="inquiry")
    if act == "grant_waiver" and usual.status == Status.HANDLING:  # service is back, its unit has said when
        return order_in(OrderStatus.REPLIED, operator, by=agent).ticket
    if act == "archive" and usual.status == Status.CLOSED:  # nothing is due after an answer on the spot
        return do(take_complaint(operator, by=agent), "answer_on_spot", operator)
    if act.endswith("_remedy") and act != "grant_remedy":
        a_remedy(usual, operator, is_granted=act in ("take_back_remedy", "carry_out_remedy"))
    if act in ("unlink_incident", "tell_of_incident", "answer_by_incident") and usual.status == Status.HANDLING:
        linked = bring_to(Status.PENDING_DISPATCH, operator, by=agent)
        linked = do(linked, "link_incident", operator, incident=an_incident(operator).pk)
        if act == "answer_by_incident":
            end_incidents(operator)
        return linked
    if act.endswith("_supervision") and usual.status != Status.DRAFT:
        supervised(usual, operator, _at_work(usual, operator), is_answered=act == "judge_supervision")
    if act in ("fulfil_promise", "chase") and usual.status in (
        Status.CLOSED,
        Status.PENDING_SCREENING,
        Status.REVISITED,
    ):
        promised = do(bring_to(Status.PENDING_ANSWER, operator, by=agent), "answer", operator, **UNRESOLVED)
        if usual.status != Status.CLOSED:
            word = "satisfied" if usual.status == Status.REVISITED else "dissatisfied"
            promised = do(promised, "revisit", operator, satisfaction=word)
        return promised
    if act in ("approve_pause", "refuse_pause", "resume") and usual.status in SUBMITTED_OPEN:
        do(usual, "ask_pause", operator, by="dispatcher")
    if act == "resume" and usual.status in SUBMITTED_OPEN:
        do(usual, "approve_pause", operator, by="director_centre")
    if act == "adjudicate_delay":
        late_once(usual)
    if act in ("contest_responsibility", "settle_responsibility") and usual.status != Status.DRAFT:
        found_responsible(usual, operator, _at_work(usual, operator), is_contested=act == "settle_responsibility")
    if act == "recompute_clocks":
        on_an_old_calendar(suited := _suited("fulfil_promise", usual, operator, actors))
        return suited
    return usual


def _at_work(ticket: Ticket, operator: Operator) -> Unit:
    """The department that had the ticket, else the centre."""
    order = ticket.work_orders.first()
    return order.unit if order else operator.js.centre


def _child_in(state: str, operator: Operator) -> WorkOrder:
    """An order that the fixed-line department made for the network department, in `state`."""
    ticket = order_in(OrderStatus.HANDLING, operator).ticket
    path = (Act("transfer", 1), *(Act(act.name, 2) for act in ORDER_PATHS[state] if act.order == 1))
    for act in path:
        do(ticket, act.name, operator, order=act.order)
    return order_of(ticket, 2)
