"""The list of supervision orders, and the tiles of the workbench."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from core import clock
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, order_in
from tickets import supervisions
from tickets.models import SupervisionOrder, Ticket
from tickets.states import OrderStatus, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
NOW = MONDAY_MORNING
DAY = dt.timedelta(days=1)


def signed_in(operator: Operator, username: str) -> Client:
    client = Client()
    client.force_login(operator.user(username))
    return client


def listed(operator: Operator, username: str, **asked: Any) -> dict[str, str]:
    """The numbers of the orders in the list as somebody sees it, each with the act offered there."""
    page = signed_in(operator, username).get("/supervision/orders/", asked)
    assert page.status_code == 200
    return {one.row.number: one.act for one in page.context["rows"]}


@pytest.fixture
def three(operator: Operator) -> list[Ticket]:
    """One order unanswered at the department, one answered, one unanswered at the centre."""
    waiting, answered = (order_in(OrderStatus.HANDLING, operator).ticket for _number in range(2))
    centre = bring_to(Status.PENDING_DISPATCH, operator)
    for ticket in (waiting, answered, centre):
        do(ticket, "supervise", operator)
    do(answered, "reply_supervision", operator)
    return [waiting, answered, centre]


def test_each_sees_what_it_answers_or_supervises(operator: Operator, three: list[Ticket]) -> None:
    waiting, answered, centre = (f"{ticket.number}/D1" for ticket in three)
    assert listed(operator, "supervisor") == {waiting: "", answered: "judge_supervision", centre: ""}
    assert listed(operator, "handler") == {waiting: "reply_supervision", answered: ""}
    assert listed(operator, "dispatcher") == {centre: "reply_supervision"}
    assert listed(operator, "handler_network") == {}
    assert listed(operator, "supervisor2") == {}
    assert listed(operator, "group_supervisor").keys() == {waiting, answered, centre}


def test_no_order_of_a_ticket_about_oneself_is_listed(operator: Operator, three: list[Ticket]) -> None:
    Ticket.objects.filter(pk=three[0].pk).update(complained_user=operator.users["handler"])
    assert f"{three[0].number}/D1" not in listed(operator, "handler")
    assert f"{three[0].number}/D1" in listed(operator, "handler_b")


def test_filters(operator: Operator, three: list[Ticket], frozen_clock: clock.FrozenClock) -> None:
    waiting, answered, centre = (f"{ticket.number}/D1" for ticket in three)
    assert listed(operator, "supervisor", show="judge").keys() == {answered}
    assert listed(operator, "handler", show="answer").keys() == {waiting}
    assert listed(operator, "supervisor", status="replied").keys() == {answered}
    assert listed(operator, "supervisor", unit=operator.js.centre.pk).keys() == {centre}
    assert listed(operator, "supervisor", q=three[0].number.lower()).keys() == {waiting}
    assert listed(operator, "supervisor", grade="notice") == {}
    assert listed(operator, "supervisor", show="overdue") == {}
    do(three[1], "judge_supervision", operator)
    assert answered not in listed(operator, "supervisor")
    assert listed(operator, "supervisor", status="judged").keys() == {answered}
    frozen_clock.move_to(NOW + DAY)
    assert listed(operator, "supervisor", show="overdue") == {}
    frozen_clock.move_to(NOW + DAY + dt.timedelta(seconds=1))
    assert listed(operator, "supervisor", show="overdue").keys() == {waiting, centre}
    assert listed(operator, "supervisor", show="judge").keys() == {waiting, centre}
    assert listed(operator, "supervisor", unit="x", show="x", q="\x00").keys()  # nonsense narrows nothing down


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_by_the_time_of_the_answer(operator: Operator, newest_first: bool) -> None:
    ticket = order_in(OrderStatus.HANDLING, operator).ticket
    for index in range(5):
        do(ticket, "supervise", operator, reply_due_at=NOW + (1 + index // 2) * DAY)
        do(ticket, "reply_supervision", operator)
    rows = SupervisionOrder.objects.all()
    first = supervisions.page_of(rows, newest_first=newest_first, size=2)
    second = supervisions.page_of(rows, newest_first=newest_first, size=2, after=first.after)
    third = supervisions.page_of(rows, newest_first=newest_first, size=2, after=second.after)
    found = [row.seq for page in (first, second, third) for row in page.rows]
    assert found == ([5, 4, 3, 2, 1] if newest_first else [1, 2, 3, 4, 5])
    assert (first.before, third.after) == (None, None)
    back = supervisions.page_of(rows, newest_first=newest_first, size=2, before=third.before)
    assert [row.seq for row in back.rows] == [row.seq for row in second.rows]


@pytest.mark.parametrize("name", ["q", "show", "status", "grade", "unit", "before", "after"])
@pytest.mark.parametrize("typed", ["x", "-1", "9" * 30, "a\x00b", "😀"])
def test_nonsense_in_the_address_narrows_nothing_down(
    operator: Operator, three: list[Ticket], name: str, typed: str
) -> None:
    listed(operator, "supervisor", **{name: typed})


def test_tiles_say_what_waits(operator: Operator, three: list[Ticket], frozen_clock: clock.FrozenClock) -> None:
    def tiles(username: str) -> dict[str, tuple[int, bool]]:
        page = signed_in(operator, username).get("/")
        return {tile.show: (tile.count, tile.is_late) for tile in page.context["supervision"]}

    assert tiles("handler") == {"answer": (1, False)}
    assert tiles("dispatcher") == {"answer": (1, False)}
    assert tiles("supervisor") == {"judge": (1, False)}
    assert tiles("manager") == {}
    frozen_clock.move_to(NOW + DAY + dt.timedelta(seconds=1))
    assert tiles("handler") == {"answer": (1, True)}
    assert tiles("supervisor")["judge"][0] == 3
