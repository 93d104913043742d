"""The workbench: what this person must do now (design, Workbench)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from core import clock
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, order_in
from tickets.states import OrderStatus, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def workbench(operator: Operator, username: str) -> tuple[dict[str, int], list[str], str]:
    """What waits by pool, the numbers that are due first, and the page."""
    client = Client()
    client.force_login(operator.user(username))
    answer = client.get("/")
    assert answer.status_code == 200
    counts = {count.pool.code: count.count for count in answer.context["counts"]}
    return counts, [row.ticket.number for row in answer.context["rows"]], answer.content.decode()


def test_each_role_sees_its_own_work(operator: Operator) -> None:
    waiting = bring_to(Status.PENDING_DISPATCH, operator)
    order = order_in(OrderStatus.SENT, operator)
    centre, centre_first, _page = workbench(operator, "dispatcher")
    assert centre["dispatch"] == 1
    assert centre_first == [waiting.number]
    unit, unit_first, _page = workbench(operator, "handler")
    assert unit == {"sign": 1, "handle": 0, "returns": 0, "replies": 0}
    assert unit_first == [order.ticket.number]
    assert set(workbench(operator, "revisitor")[0]) == {"revisit"}


def test_tickets_and_orders_stand_together_by_due_time(operator: Operator, frozen_clock: clock.FrozenClock) -> None:
    now = clock.now()
    order = order_in(OrderStatus.REPLIED, operator, accepted_at=now - dt.timedelta(hours=2))
    late = bring_to(Status.PENDING_DISPATCH, operator, accepted_at=now - dt.timedelta(days=2))
    fresh = bring_to(Status.PENDING_ANSWER, operator)
    _counts, first, page = workbench(operator, "dispatcher")
    assert first == [late.number, order.ticket.number, fresh.number]
    assert "remaining late" in page


def test_who_only_reads_sees_what_is_due_first_in_its_scope(operator: Operator) -> None:
    number = bring_to(Status.PENDING_DISPATCH, operator).number
    assert workbench(operator, "manager")[:2] == ({}, [number])
    assert workbench(operator, "manager2")[:2] == ({}, [])


@pytest.mark.parametrize(
    "username, words, link",
    [
        ("approver", "待批示", "/desk/?pool=instruction"),
        ("manager", "监控", "/desk/?pool=all"),
        ("quality_checker", "抽检", "/desk/?pool=all"),
        ("escalation_officer", "升级投诉", "/notices/"),
        ("appeal_officer", "申诉", "/notices/"),
        ("liaison", "本省", "/notices/"),
    ],
)
def test_who_has_nothing_to_do_is_told_what_there_is(operator: Operator, username: str, words: str, link: str) -> None:
    """Nobody meets an empty page, on the workbench or where the pools would be."""
    client = Client()
    client.force_login(operator.user(username))
    for address in ("/", "/desk/"):
        answer = client.get(address)
        guides = [guide.words for guide in answer.context.get("guides") or ()]
        if address == "/" or not answer.context.get("pools"):
            assert [words in guide for guide in guides] == [True]
            assert f'href="{link}"' in answer.content.decode().split("<main")[1]


def test_an_administrator_gets_the_administration_and_no_tickets(operator: Operator) -> None:
    bring_to(Status.PENDING_DISPATCH, operator)
    _counts, first, page = workbench(operator, "administrator")
    assert first == []
    assert 'href="/admin/"' in page
    assert "?pool=" not in page


def test_the_header_names_the_person_and_logs_out_by_post(operator: Operator) -> None:
    page = workbench(operator, "dispatcher")[2]
    assert "陈国华" in page
    assert '<form class="tool" method="post" action="/accounts/logout/"' in page
    assert 'href="/admin/"' not in page


def test_the_admin_has_the_same_header(operator: Operator) -> None:
    client = Client()
    client.force_login(operator.user("administrator"))
    page = client.get("/admin/").content.decode()
    assert 'class="topbar"' in page
    assert "秦川" in page
