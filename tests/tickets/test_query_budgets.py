"""Lists ask the database as often for fifty rows as for five, and acts at most twenty times (design, Performance)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Session
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, default_data, do, order_in, usual_person
from tickets.models import Ticket
from tickets.states import OrderStatus, Status
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

POOL_BUDGET = 12  # two of them note who sees contact data in full
WORKBENCH_BUDGET = 16
ACT_BUDGET = 20
TOMORROW = MONDAY_MORNING + dt.timedelta(days=1)


def queries(client: Client, address: str, rows: int) -> int:
    """How many queries a page takes that shows this many rows."""
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    assert page.content.decode().count('class="c-number"') == rows + 1
    return len(captured)


@pytest.mark.parametrize("address, budget", [("/desk/?pool=dispatch", POOL_BUDGET), ("/desk/?pool=all", POOL_BUDGET)])
def test_a_pool_of_tickets(operator: Operator, address: str, budget: int) -> None:
    client = Client()
    client.force_login(operator.user("dispatcher"))
    assert Session.objects.count() == 1
    few, many = 5, 50
    for _number in range(few):
        bring_to(Status.PENDING_DISPATCH, operator)
    with_few = queries(client, address, few)
    for _number in range(many - few):
        bring_to(Status.PENDING_DISPATCH, operator)
    assert queries(client, address, many) == with_few <= budget


def test_a_pool_of_work_orders_and_the_workbench(operator: Operator) -> None:
    client = Client()
    client.force_login(operator.user("handler"))
    few, many = 2, 12
    for _number in range(few):
        order_in(OrderStatus.SENT, operator)
    pool, bench = queries(client, "/desk/?pool=sign", few), queries(client, "/", few)
    for _number in range(many - few):
        order_in(OrderStatus.SENT, operator)
    assert queries(client, "/desk/?pool=sign", many) == pool <= POOL_BUDGET
    assert queries(client, "/", many) == bench <= WORKBENCH_BUDGET


def statements(ticket: Ticket, act: str, operator: Operator, order: int | None = None, **data: Any) -> int:
    """How many statements an act takes, with its clocks, its event and what it tells."""
    ticket = Ticket.objects.get(pk=ticket.pk)
    user, given = usual_person(act, operator, ticket, order), default_data(act, operator, ticket) | data
    with CaptureQueriesContext(connection) as captured:
        perform(ticket.pk, act, by=user, order=order, **given)
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


def test_more_time_for_a_unit_and_for_the_whole_course(operator: Operator) -> None:
    ticket = order_in(OrderStatus.HANDLING, operator).ticket
    do(ticket, "ask_extension", operator, order=1)
    assert statements(ticket, "approve_extension", operator, order=1) <= ACT_BUDGET
    assert statements(ticket, "upgrade", operator, order=1) <= ACT_BUDGET


@pytest.mark.parametrize("state, user", [(Status.HANDLING, "handler"), (Status.PENDING_DISPATCH, "director_centre")])
def test_supervising_a_person_with_copies(operator: Operator, state: Status, user: str) -> None:
    ticket = bring_to(state, operator)
    copies = [ticket.owner_unit_id, ticket.accepting_unit_id]
    assert statements(ticket, "supervise", operator, user=operator.user(user).pk, cc=copies) <= ACT_BUDGET


@pytest.mark.parametrize(
    "state, act, data",
    [
        (Status.PENDING_ANSWER, "answer", {}),
        (Status.PENDING_ANSWER, "answer", {"closure_code": "unresolved", "plan": "换光缆", "promised_for": TOMORROW}),
        (Status.HANDLING, "withdraw", {}),
        (Status.HANDLING, "approve_pause", {}),
        (Status.HANDLING, "resume", {}),
    ],
)
def test_what_a_pause_adds(operator: Operator, state: Status, act: str, data: dict[str, Any]) -> None:
    ticket = bring_to(state, operator)
    do(ticket, "ask_pause", operator)
    if act != "approve_pause":
        do(ticket, "approve_pause", operator)
    assert statements(ticket, act, operator, **data) <= ACT_BUDGET
