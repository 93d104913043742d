"""SC-06 in a real browser: five similar calls propose a mass incident, the sixth agent sees it, and its end answers all
six (M-05)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from complaints.incidents import working
from core import clock
from tests.browser.desk import INTAKE, Office
from tests.factories.organization import Operator
from tests.factories.tickets import CUSTOMER, STEP, clock_of, do, take_complaint, when
from tickets.models import Incident, Ticket
from tickets.services.intake import Customer
from tickets.spreading import spread_due

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCRIPT = "鼓楼区光缆被施工挖断，正在抢修。"
SIXTH: dict[str, Any] = {
    "phone": "13951234006",
    "name": "李娜",
    "channel": "hotline",
    "business_type": "broadband",
    "complaint_type": "fixed_fault",
    "summary": "宽带断网",
    "description": "家里宽带断网，问何时恢复。",
    "script_fault_reported_at": when("11-23 09:40"),
    "script_fault_address": "南京市鼓楼区中山路6号",
    "script_repair_progress": "抢修中",
    "script_over_24_hours": "no",
}


def test_sc_06_mass_fault(office: Office, operator: Operator) -> None:
    """M-05: proposed, opened, linked together and at intake, ended with one answer to each."""
    first = when("11-23 09:00")
    for number in range(5):
        caller = Customer(name=f"客户{number}", phone=f"1395123400{number}", address=CUSTOMER.address)
        call = take_complaint(operator, at=first + number * STEP, customer=caller)
        do(call, "submit", operator, at=first + number * STEP)
    with clock.frozen(when("11-23 09:45")):
        assert working.propose_incidents(clock.now()) == 1
        spread_due(100)

    dispatcher = office.at("11-23 09:46", "dispatcher")
    dispatcher.open("/")
    dispatcher.page.locator("a.tile[href='/desk/incidents/?status=proposed']").click()
    dispatcher.page.locator("table.incidents a.number").click()
    dispatcher.page.locator("a[href$='/open/']").click()
    dispatcher.fill(
        dispatcher.page.locator("[data-act]"),
        {"title": "鼓楼光缆中断", "expected_end_at": when("11-23 14:00"), "script": SCRIPT},
    )
    dispatcher.page.locator("[data-act] .actions button").click()
    dispatcher.shows("鼓楼光缆中断", SCRIPT)
    dispatcher.page.locator("button[name=all]").click()
    expect(dispatcher.page.locator("td .late")).to_have_count(0)
    incident = Incident.objects.get()
    assert incident.tickets.filter(status="handling").count() == 5

    agent = office.at("11-23 09:50", "agent")
    agent.open(INTAKE)
    agent.takes_a_call({"home": operator.js.cities[0].unit} | SIXTH)
    side = agent.page.locator("#intake-incidents")
    expect(side).to_be_visible()
    expect(side).to_contain_text(SCRIPT)
    expect(side).to_contain_text("11-23 14:00")
    with agent.page.expect_navigation():
        side.locator("button[name=_link]").click()
    sixth = Ticket.objects.get(contact__phone=SIXTH["phone"])
    assert (sixth.status, sixth.incident) == ("handling", incident)

    supervisor = office.at("11-23 13:30", "supervisor")
    supervisor.open(f"/desk/incidents/{incident.pk}/")
    supervisor.page.locator("a[href$='/end/']").click()
    supervisor.fill(
        supervisor.page.locator("[data-act]"), {"cause": "施工挖断光缆", "answer": "光缆已修复，宽带恢复正常。"}
    )
    supervisor.page.locator("[data-act] .actions button").click()
    with clock.frozen(when("11-23 13:31")):
        assert working.answer_incidents(100) == 6
    closed = Ticket.objects.filter(incident=incident, status="closed", closure_code="resolved")
    assert closed.count() == 6
    assert {clock_of(ticket, "revisit").outcome for ticket in closed} == {"running"}

    revisitor = office.at("11-23 15:00", "revisitor")
    assert sixth.number in revisitor.pool("revisit")
    revisitor.find(sixth.number)
    revisitor.shows("光缆已修复，宽带恢复正常。", "鼓楼光缆中断")
