"""A usual complaint taken with the keyboard alone, every key counted, after the browser lost it once (desk.md)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from complaints.models import Complaint, UnsentCall
from tests.browser.desk import INTAKE, Office
from tests.factories.organization import Operator
from tests.factories.tickets import take_complaint

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST = 25  # keys beyond the text of a usual complaint


class Keyboard:
    """One pair of hands on the keys. Text that the customer gives is typed without being counted, all else counts: a
    key held with another counts as two."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys: list[str] = []

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += key.split("+")

    def choose(self, letters: str) -> None:
        """The letters that find an entry of a list, and on to the next field."""
        self.press(*letters, "Tab")

    def text(self, words: str) -> None:
        self.page.keyboard.type(words)


def test_a_usual_call_takes_at_most_25_keys(office: Office, operator: Operator) -> None:
    """A fixed-line fault of two days (Q-04, U-24): who calls, what it is, the questions of the script, sent.
    What was typed survives a reload, and another person does not see it."""
    take_complaint(operator, by=operator.user("agent"))  # yesterday's last call came through the hotline too
    agent = office.at("11-23 10:00", "agent")
    agent.open(INTAKE)
    hands = Keyboard(agent.page)
    expect(agent.page.locator("[name=phone]")).to_be_focused()
    hands.text("13900001111")
    hands.press("Tab", "Tab")
    hands.text("李明")
    hands.press("Tab", "Tab")
    hands.choose("kd")
    hands.choose("gz")
    hands.text("宽带断网两天")
    hands.press("Tab")
    hands.text("前天晚上起宽带不能上网，报障后无人上门")
    expect(agent.page.locator("#intake-guide .steps li")).to_have_count(5)
    expect(agent.page.locator("[name=script_fault_address]")).to_be_attached()

    # The browser dies; what was typed comes back with two keys.
    expect(agent.page.locator("#intake-kept")).to_contain_text("10:00")
    kept = UnsentCall.objects.get()
    assert (kept.user, kept.typed["phone"], kept.typed["business_type"]) == (
        operator.user("agent"),
        "13900001111",
        "broadband",
    )
    office.at("11-23 10:01", "agent_hall").open(INTAKE)
    expect(office.at("11-23 10:01", "agent_hall").page.locator("[data-unsent]")).to_have_count(0)
    agent.page.on("dialog", lambda dialog: dialog.accept())
    agent.open(INTAKE)
    agent.page.keyboard.press("Alt+r")
    expect(agent.page.locator("[name=description]")).to_have_value("前天晚上起宽带不能上网，报障后无人上门")
    expect(agent.page.locator("[name=complaint_type]")).to_have_value("fixed_fault")
    expect(agent.page.locator("[name=channel]")).to_have_value("hotline")
    expect(agent.page.locator("#intake-fields [name=script_fault_address]")).to_be_attached()
    agent.page.locator("[name=description]").focus()

    hands.press("Tab")
    hands.text("11212026")  # the order of the parts of a date is the browser's
    hands.press("ArrowRight")
    hands.text("0800PM")
    hands.press("Tab", "Tab")
    hands.text("中山路1号")
    hands.press("Tab")
    hands.text("已派维修")
    hands.press("Tab", "Tab", "ArrowDown")
    expect(agent.page.locator("[name=is_urgent]")).to_be_checked()
    hands.press("Control+Enter")
    agent.page.wait_for_selector(".recorded")
    ticket = Complaint.objects.get_queryset().latest("pk")
    agent.shows(ticket.number)
    assert (ticket.status, ticket.is_urgent, ticket.summary) == ("pending_dispatch", True, "宽带断网两天")
    assert ticket.contact.name == "李明"
    assert len(hands.keys) <= MOST, hands.keys
    assert not UnsentCall.objects.exclude(typed={}).exists()

    agent.page.keyboard.press("Control+Enter")  # the next call
    expect(agent.page.locator("[name=phone]")).to_be_focused()
    expect(agent.page.locator("[data-unsent]")).to_have_count(0)
