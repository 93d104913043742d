"""The builders of `tests.factories.tickets` reach every state through the real write path, with a log that holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from core import clock
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import Operator, build_operator
from tests.factories.standing import standing
from tests.factories.tickets import ORDER_PATHS, PATHS, bring_to, load_unicom, order_in
from tickets import record

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def operator(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Operator]:
    with standing(django_db_blocker):
        load_unicom(allow_decline=True)
        yield build_operator()


@pytest.mark.parametrize("status", PATHS)
def test_every_state_of_a_complaint_can_be_built(
    status: str, operator: Operator, frozen_clock: clock.FrozenClock
) -> None:
    ticket = bring_to(status, operator)
    assert (ticket.status, ticket.changed_at) == (status, MONDAY_MORNING)
    assert record.faults_of(ticket, ticket.events.all()) == []


@pytest.mark.parametrize("status", ORDER_PATHS)
def test_every_state_of_a_work_order_can_be_built(
    status: str, operator: Operator, frozen_clock: clock.FrozenClock
) -> None:
    order = order_in(status, operator)
    assert (order.status, order.ticket.status) == (status, "handling")
