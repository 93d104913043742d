"""SC-10 in a real browser: the supervisor chases, and the guard holds for thirty minutes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Office
from tests.factories.organization import Operator
from tests.factories.tickets import handled_since, supervision_of, when
from tickets.models import SupervisionTrigger, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_sc_10_a_second_chase_within_thirty_minutes_names_the_first(office: Office, operator: Operator) -> None:
    """M-02: chased at 10:00; at 10:29 refused naming the first, at 10:31 allowed."""
    number = handled_since(operator, when("11-23 09:00")).number
    office.at("11-23 10:00", "supervisor").does(number, "chase", demand="客户已来电两次")

    second = office.at("11-23 10:29", "group_supervisor")
    second.begins(number, "chase")
    second.sends(demand="请尽快")
    told = second.page.locator("[role=alert]")
    expect(told).to_contain_text(operator.users["supervisor"].name)
    expect(told).to_contain_text("10:00")
    expect(told).to_contain_text("10:30")
    expect(second.page.locator("[name=demand]")).to_have_value("请尽快")  # nothing typed is lost
    assert SupervisionTrigger.objects.count() == 1

    third = office.at("11-23 10:31", "group_supervisor")
    third.open("/")
    third.does(number, "chase", demand="请尽快")
    handler = office.at("11-23 10:32", "handler")
    handler.open("/")
    handler.shows("待回复督办")
    handler.open("/supervision/orders/?show=answer")
    handler.shows(number, "催办")
    handler.find(number)
    handler.shows("客户已来电两次", "请尽快", within="#supervision-1")
    assert [row.at for row in SupervisionTrigger.objects.all()] == [when("11-23 10:00"), when("11-23 10:31")]
    assert supervision_of(Ticket.objects.get()).triggers.count() == 2
