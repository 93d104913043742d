"""Two people supervise, chase or answer at the same moment, on PostgreSQL: one wins, the other is told (M-02)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from core.errors import Refused, Stale
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import Operator
from tests.factories.tickets import do, order_in, supervision_of
from tests.services.at_once import at_once, second_meets_first
from tickets import consistency
from tickets.models import SupervisionOrder, SupervisionTrigger, Ticket
from tickets.services.together import Picked, do_together
from tickets.states import OrderStatus
from tickets.workflow import perform

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def ticket(operator: Operator) -> Ticket:
    """One that the fixed-line department has signed for."""
    handled: Ticket = order_in(OrderStatus.HANDLING, operator).ticket
    return handled


def act(ticket: Ticket, name: str, who: str, operator: Operator, **data: Any) -> Callable[[], Ticket]:
    """The act, to be done later in another thread."""
    return partial(perform, ticket.pk, name, by=operator.user(who), **data)


def test_the_second_of_two_chases_is_told_of_the_first(ticket: Ticket, operator: Operator) -> None:
    won, lost = second_meets_first(
        act(ticket, "chase", "supervisor", operator), act(ticket, "chase", "group_supervisor", operator)
    )
    assert isinstance(won, Ticket)
    assert isinstance(lost, Refused)
    assert lost.code == "chased_already"
    assert operator.users["supervisor"].name in lost.message
    assert SupervisionTrigger.objects.count() == 1


def test_two_supervisors_make_one_order(ticket: Ticket, operator: Operator) -> None:
    data = {"unit": operator.js.fixed_line.pk, "trigger": "key", "demand": "请说明"}
    second_meets_first(
        act(ticket, "supervise", "supervisor", operator, grade="supervise", **data),
        act(ticket, "supervise", "group_supervisor", operator, grade="notice", **data),
    )
    row = SupervisionOrder.objects.get()
    assert (row.seq, row.grade, row.triggers.count()) == (1, "notice", 2)


def test_one_of_two_answers_counts(ticket: Ticket, operator: Operator) -> None:
    do(ticket, "supervise", operator)
    pk = supervision_of(ticket).pk
    won, lost = second_meets_first(
        act(ticket, "reply_supervision", "handler", operator, supervision=pk, text="已修复"),
        act(ticket, "reply_supervision", "director", operator, supervision=pk, text="正在修复"),
    )
    assert isinstance(won, Ticket)
    assert isinstance(lost, Stale)
    assert (lost.who, lost.when) == (operator.users["handler"].name, MONDAY_MORNING)
    assert supervision_of(ticket).reply == "已修复"


def test_one_of_two_verdicts_counts(ticket: Ticket, operator: Operator) -> None:
    do(do(ticket, "supervise", operator), "reply_supervision", operator)
    pk = supervision_of(ticket).pk
    data = {"supervision": pk, "verdict": "satisfactory"}
    _won, lost = second_meets_first(
        act(ticket, "judge_supervision", "supervisor", operator, score=1, **data),
        act(ticket, "judge_supervision", "group_supervisor", operator, score=-1, **data),
    )
    assert isinstance(lost, Stale)
    assert supervision_of(ticket).score == 1


def test_many_chase_the_same_tickets(operator: Operator) -> None:
    """Whoever comes first for a ticket chases it; each line says what came of it, and nobody waits for ever."""
    tickets = [order_in(OrderStatus.HANDLING, operator).ticket for _number in range(6)]
    numbers = [ticket.number for ticket in tickets]
    orders = (numbers, numbers[::-1], numbers, numbers[::-1])
    people = ("supervisor", "group_supervisor") * 2
    done = at_once(
        *[
            partial(do_together, map(Picked, some), "chase", by=operator.user(who))
            for some, who in zip(orders, people, strict=True)
        ]
    )
    assert sum(not one.refusal for lines in done for one in lines) == len(numbers)
    assert SupervisionTrigger.objects.count() == SupervisionOrder.objects.count() == len(numbers)
    assert list(consistency.faults()) == []
