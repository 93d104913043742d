"""Nothing typed is lost by an idle time-out, and nobody else at the same computer sees it (等保: time-out)."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from core import clock
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import PASSWORD, Operator
from tests.factories.tickets import bring_to
from tickets.states import Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "客户要求周五前上门，已与其约定。"


def log_in(page: Page, username: str) -> None:
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-user]")


def test_typed_text_survives_an_idle_time_out(
    page: Page, live_server: LiveServer, operator: Operator, settings: Settings, frozen_clock: clock.FrozenClock
) -> None:
    settings.SESSION_IDLE_SECONDS = 30 * 60
    number = bring_to(Status.PENDING_DISPATCH, operator).number
    note = f"{live_server.url}/desk/tickets/{number}/do/add_note/"
    page.goto(note)
    log_in(page, "dispatcher")
    page.fill("textarea", TYPED)
    frozen_clock.move_to(MONDAY_MORNING + dt.timedelta(minutes=31))
    page.locator("[data-act] .actions button").click()
    page.wait_for_selector("#id_username")

    log_in(page, "dispatcher")
    expect(page).to_have_url(note)
    expect(page.locator("textarea")).to_have_value("")
    page.locator("[data-put-back]").press("Enter")
    expect(page.locator("textarea")).to_have_value(TYPED)
    page.reload()
    page.locator(".me summary").click()
    page.locator("[data-log-out] button").click()
    log_in(page, "dispatcher")
    page.goto(note)
    expect(page.locator("[data-kept-offer]")).to_be_attached()
    expect(page.locator(".kept-offer")).to_have_count(0)

    page.fill("textarea", TYPED)
    page.context.clear_cookies()
    page.goto(note)
    assert TYPED in page.evaluate("JSON.stringify({...localStorage})")
    log_in(page, "supervisor")
    page.goto(note)
    expect(page.locator(".kept-offer")).to_have_count(0)
    assert TYPED not in page.evaluate("JSON.stringify({...localStorage})")
