"""The pools under the keyboard, in a real browser (design, Pools)."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.organization import PASSWORD, build_operator
from tests.factories.tickets import bring_to, load_unicom
from tickets.states import Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_list_is_worked_through_without_a_mouse(page: Page, live_server: LiveServer) -> None:
    load_unicom()
    operator = build_operator()
    made = [bring_to(Status.PENDING_DISPATCH, operator) for _number in range(3)]
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/accounts/login/?next=/desk/%3Fpool=dispatch")
    page.fill("#id_username", "dispatcher")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/desk/?pool=dispatch")
    expect(page.locator("[data-pool=dispatch]")).to_have_text("3")

    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("jx")
    expect(page.locator("[data-search]")).to_have_value("jx")
    page.locator("[data-search]").blur()

    links = page.locator(".c-number a")
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(links.nth(row)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("[data-picked-count]")).to_have_text("1")
    number = links.nth(1).inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/tickets/{number}/")
    assert number in {ticket.number for ticket in made}
    assert faults == []


def test_a_changed_filter_applies_at_once_and_nothing_runs_sideways(page: Page, live_server: LiveServer) -> None:
    load_unicom()
    operator = build_operator()
    bring_to(Status.PENDING_DISPATCH, operator)
    page.goto(f"{live_server.url}/accounts/login/?next=/desk/%3Fpool=all")
    page.fill("#id_username", "dispatcher")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/desk/?pool=all")
    for width in (1440, 1024):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.select_option("#id_status", "handling")
    page.wait_for_url("**status=handling**")
    expect(page.locator(".list.empty")).to_be_visible()
