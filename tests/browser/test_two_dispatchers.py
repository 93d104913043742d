"""SC-07 in two real browsers: two dispatchers open one ticket, and one is faster."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Office
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, when
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_sc_07_the_second_dispatch_is_refused(office: Office, operator: Operator) -> None:
    """He learns who was faster and when, keeps what he typed, and nothing of his is done."""
    number = bring_to("pending_dispatch", operator, accepted_at=when("11-23 09:00")).number
    slow = office.at("11-23 09:20", "dispatcher_b")
    slow.begins(number, "dispatch")
    slow.types(unit_0=operator.js.network, demand_0="请网络部核查主干光缆")
    office.at("11-23 09:25", "dispatcher").does(number, "dispatch", unit_0=operator.js.fixed_line, demand_0="尽快修复")
    before = Ticket.objects.get()

    office.at("11-23 09:30", "dispatcher_b").sends()
    refusal = slow.page.locator("[role=alert]")
    expect(refusal).to_contain_text(operator.user("dispatcher").name)
    expect(refusal).to_contain_text("09:25")
    expect(slow.page.locator("[name=unit_0]")).to_have_value(str(operator.js.network.pk))
    expect(slow.page.locator("[name=demand_0]")).to_have_value("请网络部核查主干光缆")
    slow.shows(operator.js.fixed_line.name, within=".meanwhile")

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.version) == ("handling", before.version)
    order = ticket.work_orders.get()
    assert (order.unit, order.sent_at, order.sent_by) == (
        operator.js.fixed_line,
        when("11-23 09:25"),
        operator.user("dispatcher"),
    )
    assert [event.action for event in ticket.events.order_by("seq")] == ["register", "submit", "dispatch"]
