"""SC-05 in a real browser: the customer calls again, while the ticket is open and after it was closed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.desk import INTAKE, Office, Person
from tests.factories.organization import Operator
from tests.factories.tickets import CUSTOMER, bring_to, when
from tickets.models import Ticket
from tickets.states import LinkKind

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MATTER: dict[str, Any] = {
    "channel": "hotline",
    "business_type": "broadband",
    "complaint_type": "fixed_fault",
    "is_urgent": True,
}
REST: dict[str, Any] = {
    "name": "张伟",
    "summary": "宽带又断网",
    "description": "修好不到一个月又断网",
    "script_fault_reported_at": when("12-22 20:00"),
    "script_fault_address": "南京市鼓楼区中山路1号",
    "script_repair_progress": "已派维修",
    "script_over_24_hours": "no",
}


def begins_a_call(office: Office, moment: str, username: str) -> Person:
    """Somebody takes a call of the customer about the same matter."""
    agent = office.at(moment, username)
    agent.open(INTAKE)
    agent.takes_a_call({"phone": CUSTOMER.phone} | MATTER)
    return agent


def test_sc_05_another_hall_adds_the_contact(office: Office, operator: Operator) -> None:
    """Number, state and promise, nothing of what is in it; the call is noted there and no new ticket is taken."""
    ticket = bring_to("handling", operator, accepted_at=when("11-23 09:00"))
    clocks = list(ticket.clocks.order_by("pk").values())
    agent = begins_a_call(office, "11-23 14:00", "agent_hall_b")
    earlier = agent.page.locator(".earlier")
    expect(earlier).to_contain_text(ticket.number)
    expect(earlier.locator(".chip")).to_have_text(ticket.get_status_display())
    expect(earlier).to_contain_text("11-24 09:00")
    expect(agent.page.locator("body")).not_to_contain_text(ticket.summary)
    expect(agent.page.locator("[name=repeat_of]")).to_have_count(0)
    expect(agent.page.locator(".hint.loud")).to_contain_text(ticket.number)
    agent.fill(earlier.locator("form"), {"kind": "facts", "text": "又断网，请尽快上门"})
    with agent.page.expect_navigation():
        earlier.locator("form button").click()
    expect(agent.page.locator(".messagelist")).to_contain_text(ticket.number)

    after = Ticket.objects.get()  # still the only one
    assert (after.status, after.version, after.contact_count) == ("handling", ticket.version, 1)
    assert list(after.clocks.order_by("pk").values()) == clocks
    note = after.notes.get()
    assert (note.kind, note.text, note.unit) == ("facts", "又断网，请尽快上门", operator.js.cities[1].hall)
    dispatcher = office.at("11-23 14:05", "dispatcher")
    dispatcher.find(ticket.number)
    dispatcher.shows("又断网，请尽快上门", operator.js.cities[1].hall.name)


def test_sc_05_the_same_matter_again_within_thirty_days(office: Office, operator: Operator) -> None:
    """Proposed, confirmed by the agent, linked, one priority up, to the earlier owner; on day 31 not proposed."""
    first = bring_to("closed", operator, accepted_at=when("11-23 09:00"), is_urgent=True)
    assert (first.priority, first.closed_at) == (3, when("11-23 09:00") + dt.timedelta(minutes=70))

    agent = begins_a_call(office, "12-24 00:00", "agent")
    agent.shows("P3", within="#intake-promise")
    expect(agent.page.locator("#intake-history .earlier, [name=repeat_of]")).to_have_count(0)

    agent = begins_a_call(office, "12-23 23:30", "agent")
    expect(agent.page.locator("#intake-history")).to_contain_text(first.number)
    agent.page.locator("[name=repeat_of]").check()
    agent.shows("P2", within="#intake-promise")
    agent.takes_a_call(REST)
    expect(agent.page.locator("[name=repeat_of]")).to_be_checked()
    agent.ends_call("_submit")
    agent.page.wait_for_selector(".recorded")

    second = Ticket.objects.exclude(pk=first.pk).get()
    assert (second.status, second.repeat_number, second.priority) == ("pending_dispatch", 1, 2)
    assert second.priority_reasons == ["urgency", "repeat"]
    assert [(link.kind, link.earlier.number) for link in second.links.all()] == [(LinkKind.REPEAT, first.number)]
    assert second.owner_unit == first.owner_unit
    dispatcher = office.at("12-23 23:40", "dispatcher")
    assert dispatcher.pool("dispatch") == [second.number]
    dispatcher.find(second.number)
    expect(dispatcher.page.locator(".related a")).to_have_text(first.number)
    expect(dispatcher.page.locator(".ticket-head .badge.loud")).to_be_visible()
