"""The monitor under the keyboard, in a real browser (desk, Supervisor; M-02)."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from core import clock
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import PASSWORD, build_operator
from tests.factories.tickets import load_unicom, order_in
from tickets.states import OrderStatus

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_as(page: Page, username: str, address: str) -> None:
    """Log in and come out at the monitor."""
    page.goto(f"{address}/accounts/login/?next=/supervision/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/supervision/")


def test_m_02_late_work_is_found_and_chased_without_a_mouse(
    page: Page, live_server: LiveServer, frozen_clock: clock.FrozenClock
) -> None:
    load_unicom()
    operator = build_operator()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    number = order_in(OrderStatus.HANDLING, operator).ticket.number
    frozen_clock.move_to(MONDAY_MORNING + dt.timedelta(days=3))
    open_as(page, "supervisor", live_server.url)
    expect(page.locator(".standing .late .count")).to_have_text("1")

    city = page.locator("[data-tree] tr", has_text="南京市分公司")
    rows = page.locator("[data-tree] tbody tr")
    before = rows.count()
    city.locator("[data-expand]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-tree] tr", has_text="南京远端处理单元")).to_be_visible()
    expect(city.locator("[data-expand]")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(before)

    page.locator("[data-tree] tr", has_text="江苏固网运维部").locator(".late a").press("Enter")
    page.wait_for_url("**lateness=late")
    page.locator("body").press("j")
    expect(page.locator(".c-number a")).to_be_focused()
    page.keyboard.press("x")
    page.fill("#demand", "请今日内回单")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/together/chase/")
    expect(page.locator("main")).to_contain_text(number)
    page.goto(f"{live_server.url}/supervision/?supervised=on")
    expect(page.locator(".in-flight .c-grade a")).to_be_visible()
    assert faults == []


def test_nothing_runs_sideways(page: Page, live_server: LiveServer) -> None:
    load_unicom()
    order_in(OrderStatus.HANDLING, build_operator())
    open_as(page, "supervisor", live_server.url)
    for address in ("/supervision/", "/supervision/wall/"):
        page.goto(f"{live_server.url}{address}")
        for width in (1440, 1024):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
