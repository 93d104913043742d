"""Lists ask the database as often for fifty rows as for five (design, Performance)."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import bring_to, load_unicom, order_in
from tickets.states import OrderStatus, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

POOL_BUDGET = 10
WORKBENCH_BUDGET = 14


@pytest.fixture
def operator() -> Operator:
    load_unicom()
    return build_operator()


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
