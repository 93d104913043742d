"""SC-09 in a real browser: more time asked for before due and approved, the customer told; asked for after: refused."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Office
from tests.factories.organization import Operator
from tests.factories.tickets import clock_of, order_in, when
from tickets import consistency
from tickets.states import OrderStatus

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DUE, AGREED = when("11-24 02:20"), when("11-25 12:00")


def test_sc_09_more_time(office: Office, operator: Operator) -> None:
    """U-44: due 02:20; asked for at 01:50. Both due times stay on the page."""
    ticket = order_in(OrderStatus.HANDLING, operator, accepted_at=when("11-23 09:00")).ticket
    number = ticket.number
    handler = office.at("11-24 01:50", "handler")
    handler.does(number, "ask_extension", order=1, ground="备件在途，次日到货", due=AGREED)
    assert not handler.offers("approve_extension", order=1)

    director = office.at("11-24 02:00", "director")
    assert director.pool("extensions") == [number]
    director.begins(number, "approve_extension", order=1)
    director.shows("11-24 02:20 → 11-25 12:00", "备件在途，次日到货")
    director.sends(note="同意")
    director.succeeds(number)
    handle = clock_of(ticket, "handle")
    assert (handle.original_due_at, handle.due_at) == (DUE, AGREED)
    director.shows("11-24 02:20", "11-25 12:00", within=".clocks")

    dispatcher = office.at("11-24 02:10", "dispatcher")
    dispatcher.find(number)
    dispatcher.shows("对客户的承诺无法按时兑现", within="ul.notices")
    dispatcher.page.locator("ul.notices a").click()
    dispatcher.sends(mode="phone", content="备件明日到货，后天中午前恢复", promised_for=when("11-25 14:00"))
    dispatcher.succeeds(number)
    expect(dispatcher.page.locator("ul.notices li.warning")).to_have_count(0)
    assert list(consistency.faults(ticket)) == []


def test_sc_09_after_due_it_is_refused(office: Office, operator: Operator) -> None:
    """The form was opened in time and sent a second too late."""
    number = order_in(OrderStatus.HANDLING, operator, accepted_at=when("11-23 09:00")).ticket.number
    handler = office.at("11-24 02:20", "handler")
    handler.begins(number, "ask_extension", order=1)
    handler = office.at("11-24 02:20:01", "handler")
    handler.sends(ground="备件在途", due=AGREED)
    handler.shows("延期须在到期前申请")
    handler.open("/")
    handler.find(number)
    assert not handler.offers("ask_extension", order=1)


def test_a_pause_on_the_page(office: Office, operator: Operator) -> None:
    """Asked for by a dispatcher, approved by the centre's director, ended by hand; the page shows what stands still."""
    number = order_in(OrderStatus.HANDLING, operator, accepted_at=when("11-23 09:00")).ticket.number
    dispatcher = office.at("11-23 10:00", "dispatcher")
    dispatcher.does(number, "ask_pause", reason="customer", ground="客户出差，周三返回", until=when("11-25 09:00"))
    director = office.at("11-23 11:00", "director_centre")
    assert director.pool("pauses") == [number]
    director.does(number, "approve_pause", note="同意")
    director.shows("已暂停", "已于11-23 11:00挂起")
    dispatcher = office.at("11-23 20:00", "dispatcher")
    assert dispatcher.pool("paused") == [number]
    dispatcher.does(number, "resume")
    dispatcher.shows("11-24 11:20", "9小时", within=".clocks")
