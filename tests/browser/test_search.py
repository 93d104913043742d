"""Finding by typing (desk.md, Search): a choice by its pinyin initials, a ticket by words of its text."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import INTAKE, Office
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to
from tickets.states import Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_category_by_its_initials_and_a_ticket_by_its_words(operator: Operator, office: Office) -> None:
    agent = office.at("11-23 09:00", "agent")
    agent.open(INTAKE)
    page = agent.page
    chosen = page.locator("select[name=business_type]")
    box = page.locator(".pick:has(select[name=business_type]) input")
    box.press_sequentially("kdsj")  # 宽带/数据
    expect(page.locator(".pick ul:not([hidden]) [role=option]")).to_have_count(1)
    box.press("Tab")
    expect(box).to_have_value("宽带/数据")
    expect(chosen).to_have_value("broadband")
    box.fill("没有这种")
    box.press("Escape")
    expect(chosen).to_have_value("broadband")

    number = bring_to(Status.PENDING_DISPATCH, operator).number
    dispatcher = office.at("11-23 09:30", "dispatcher")
    page = dispatcher.page
    page.locator("body").press("/")
    page.keyboard.type("断网")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("断网")
    page.wait_for_load_state()
    page.locator("body").press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/tickets/{number}/")
