"""Pages that stay open renew themselves without losing place (design, Pools)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Office, Person
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, when

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def half_a_minute_passes(person: Person) -> None:
    with person.page.expect_response("**/live/"):
        person.page.clock.fast_forward(30_000)


def test_an_open_list_and_an_open_form_follow_what_others_do(office: Office, operator: Operator) -> None:
    """Rows come and go around the one that is selected and has the focus; what is typed stays; an absent server is
    mentioned and forgotten when it is back."""
    first, second, third = (
        bring_to("pending_dispatch", operator, accepted_at=when(f"11-23 08:0{minute}")) for minute in range(3)
    )
    reader = office.at("11-23 09:00", "dispatcher_b")
    page = reader.page
    page.clock.install()
    assert reader.pool("dispatch") == [first.number, second.number, third.number]
    expect(page.locator("[data-pool=dispatch]")).to_have_text("3")
    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    colleague = office.at("11-23 09:05", "dispatcher")
    colleague.begins(second.number, "dispatch")
    expect(colleague.page.locator("[data-present]")).to_be_hidden()
    do(first, "dispatch", operator)
    half_a_minute_passes(reader)
    numbers = page.locator(".c-number a")
    expect(numbers).to_have_text([second.number, third.number])
    expect(numbers.first).to_be_focused()
    expect(page.locator("[data-picked-count]")).to_have_text("1")
    expect(page.locator(f"tr.chosen[data-ticket={second.number}] .here")).to_have_count(1)
    expect(page.locator("[data-pool=dispatch]")).to_have_text("2")

    reader.begins(second.number, "dispatch")
    expect(page.locator("[data-present]")).to_contain_text(operator.user("dispatcher").name)
    reader.types(demand_0="请核查主干光缆")
    colleague.sends(unit_0=operator.js.fixed_line, demand_0="尽快修复")
    half_a_minute_passes(reader)
    expect(page.locator("[data-meanwhile]")).to_contain_text(operator.user("dispatcher").name)
    expect(page.locator(".act-side .timeline")).to_contain_text(operator.js.fixed_line.name)
    expect(page.locator("[name=demand_0]")).to_have_value("请核查主干光缆")

    page.route("**/live/", lambda route: route.abort())
    page.clock.fast_forward(30_000)
    expect(page.locator(".away")).to_be_visible()
    page.unroute("**/live/")
    page.clock.fast_forward(60_000)
    expect(page.locator(".away")).to_be_hidden()
    office.faults[:] = [fault for fault in office.faults if "ERR_FAILED" not in fault]
