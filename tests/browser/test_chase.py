"""SC-10 in a real browser: the supervisor chases, the guard holds for thirty minutes; and what follows SC-08's alert:
the unit acknowledges and answers, the supervisor judges, and the clock stays late for ever."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Office
from tests.factories.organization import Operator
from tests.factories.tickets import STEP, bring_to, clock_of, do, order_of, supervision_of, when
from tickets.models import SupervisionTrigger, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def handled_since(operator: Operator, moment: str) -> Ticket:
    """A provincial complaint that the fixed-line department got at a moment: its handle clock runs 41 h."""
    at = when(moment)
    ticket = bring_to("pending_dispatch", operator, accepted_at=at - STEP, level="provincial")
    return do(ticket, "dispatch", operator, at=at)


def test_sc_10_a_second_chase_within_thirty_minutes_names_the_first(office: Office, operator: Operator) -> None:
    """M-02: chased at 10:00; at 10:29 refused naming the first, at 10:31 allowed."""
    number = handled_since(operator, "11-23 09:00").number
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


def test_sc_08_supervised_acknowledged_answered_judged_and_late_for_ever(office: Office, operator: Operator) -> None:
    """U-47: over the Mid-Autumn holiday nobody replied; what was done about it stays on record."""
    ticket = handled_since(operator, "09-25 16:00")
    number = ticket.number
    assert clock_of(ticket, "handle").due_at == when("09-27 09:00")
    supervisor = office.at("09-27 09:05", "supervisor")
    supervisor.does(number, "supervise", trigger="mishandled", grade="supervise", demand="请说明超时原因并立即处理")
    assert supervision_of(ticket).target_unit == operator.js.fixed_line

    handler = office.at("09-27 09:30", "handler")
    handler.find(number)
    handler.page.locator("form[action$='/do/acknowledge_supervision/'] button").click()
    handler.succeeds(number)
    assert not handler.offers("judge_supervision")
    handler.page.locator("a[href$='/do/reply_supervision/']").click()
    handler.sends(text="节日值班人手不足，已抢修，今日十二时前恢复")
    handler.succeeds(number)
    do(ticket, "claim", operator, order=1, at=when("09-27 11:00"))
    do(ticket, "reply", operator, order=1, at=when("09-27 11:30"), restored_at=when("09-27 11:00"))

    supervisor = office.at("09-28 08:30", "supervisor")
    supervisor.open("/supervision/orders/?show=judge")
    supervisor.page.locator("a[href$='/do/judge_supervision/']").click()
    supervisor.shows("节日值班人手不足")
    supervisor.sends(verdict="unsatisfactory", score="-3", note="值班安排不当")
    supervisor.succeeds(number)
    supervisor.shows("处理不当", "-3", "值班安排不当", within="#supervision-1")

    row = supervision_of(ticket)
    assert (row.status, row.score, row.acknowledged_at) == ("judged", -3, when("09-27 09:30"))
    assert order_of(ticket).status == "pending_review"
    do(ticket, "approve", operator, order=1, at=when("09-28 09:00"))
    assert clock_of(ticket, "handle").outcome == "breached"
