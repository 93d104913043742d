"""SC-08 in a real browser: nobody replies over the Mid-Autumn holiday, and one after the other hears of it."""

from __future__ import annotations

import pytest

from core import clock
from tests.browser.desk import Office, Person
from tests.factories.organization import Operator
from tests.factories.tickets import clock_of, do, handled_since, supervision_of, when
from tickets.services.sweeping import sweep
from tickets.spreading import spread_due

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def told(office: Office, moment: str, username: str, *texts: str) -> Person:
    """The sweep comes by at a moment, the outbox is spread, and the person reads it among the notices."""
    with clock.frozen(when(moment)):
        sweep(clock.now())
        spread_due(100)
    person = office.at(moment, username)
    person.open("/notices/")
    person.shows(*texts)
    return person


def test_sc_08_late_and_supervised(office: Office, operator: Operator) -> None:
    """U-47: one after the other hears of it, and it stays late for ever."""
    ticket = handled_since(operator, when("09-25 16:00"))
    number = ticket.number
    assert clock_of(ticket, "handle").due_at == when("09-27 09:00")

    told(office, "09-27 04:54", "handler", number, "09-27 09:00")
    told(office, "09-27 09:00", "head_fixed", number)
    assert (supervision_of(ticket).grade, supervision_of(ticket).issued_by) == ("supervise", None)
    assert list(supervision_of(ticket).cc_units.all()) == []
    told(office, "09-27 19:15", "head", number)
    assert list(supervision_of(ticket).cc_units.all()) == [operator.js.unit]
    supervisor = told(office, "09-28 05:30", "supervisor", number)
    supervisor.open("/supervision/orders/")
    supervisor.shows(number, "提级督办")
    told(office, "09-29 02:00", "group_supervisor", number)
    assert supervision_of(ticket).triggers.count() == 4

    handler = office.at("09-29 08:30", "handler")
    handler.find(number)
    handler.page.locator("form[action$='/do/acknowledge_supervision/'] button").click()
    handler.succeeds(number)
    assert not handler.offers("judge_supervision")
    handler.page.locator("a[href$='/do/reply_supervision/']").click()
    handler.sends(text="节日值班人手不足，已抢修，今日十二时前恢复")
    handler.succeeds(number)
    do(ticket, "claim", operator, order=1, at=when("09-29 11:00"))
    do(ticket, "reply", operator, order=1, at=when("09-29 11:30"), restored_at=when("09-29 11:00"))
    do(ticket, "approve", operator, order=1, at=when("09-29 12:00"))

    supervisor = office.at("09-29 14:00", "supervisor")
    supervisor.open("/supervision/orders/?show=judge")
    supervisor.page.locator("a[href$='/do/judge_supervision/']").first.click()
    supervisor.shows("节日值班人手不足")
    supervisor.sends(verdict="unsatisfactory", score="-3", note="值班安排不当")
    supervisor.succeeds(number)
    supervisor.shows("处理不当", "-3", "值班安排不当", within="#supervision-1")

    row = supervision_of(ticket)
    assert (row.status, row.score, row.acknowledged_at) == ("judged", -3, when("09-29 08:30"))
    assert clock_of(ticket, "handle").outcome == "breached"  # for ever, whatever was answered
