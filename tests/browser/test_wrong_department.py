"""SC-03 in a real browser: the wrong department, a return, a transfer, the way back, and the third bounce."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from organization.models import Unit
from tests.browser.desk import INTAKE, Office
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, order_of, when
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CALL = {
    "phone": "13812345678",
    "name": "张伟",
    "channel": "hotline",
    "business_type": "lte",
    "complaint_type": "mobile_charging",
    "level": "provincial",  # a level that rises at the dispatch would move the due time with it (U-28)
    "summary": "流量费用有争议",
    "description": "客户称十月流量费多扣一百二十元",
    "script_charge_kind": "data",
    "script_disputed_amount": "120",
    "script_billing_month": "2026-10",
}
RESULT = {"finding": "流量包未生效", "measure": "已退还一百二十元", "script": "多扣的一百二十元已退回您的账户。"}


def test_sc_03_returned_transferred_and_back_up_the_stack(office: Office, operator: Operator) -> None:
    """U-38…U-41: the reply goes to the business owner, who passes it to the centre; the whole course never moves."""
    agent = office.at("11-23 09:00", "agent")
    agent.open(INTAKE)
    agent.takes_a_call(CALL | {"home": operator.js.cities[0].unit})
    agent.ends_call("_submit")
    agent.page.wait_for_selector(".recorded")
    ticket = Ticket.objects.get()
    number, total = ticket.number, clock_of(ticket, "total")
    assert total.due_at == when("11-25 09:00")

    _dispatched(office, "11-23 09:30", number, operator.js.network)
    _returned(office, "11-23 10:00", number, 1, "handler_network", operator.js.market)
    dispatcher = office.at("11-23 10:20", "dispatcher")
    assert dispatcher.pool("returns") == [number]
    dispatcher.does(number, "accept_return", order=1)
    dispatcher.shows("不属本部门业务，见附表", operator.js.market.name)
    first = order_of(ticket)
    assert (first.status, first.return_reason, first.proper_unit) == (
        "returned",
        "not_our_business",
        operator.js.market,
    )
    _dispatched(office, "11-23 10:30", number, operator.js.market)

    office.at("11-23 10:40", "handler_market").does(number, "claim", order=2)
    market = office.at("11-23 11:00", "handler_market")
    market.does(number, "transfer", order=2, unit=operator.js.billing, demand="请核查十月流量账单")
    assert order_of(ticket, 3).parent == order_of(ticket, 2)
    assert not market.offers("reply", 3)
    _replied(office, "11-23 14:00", number, 3, "billing")
    dispatcher = office.at("11-23 14:15", "dispatcher")
    assert dispatcher.pool("replies") == []  # the result belongs to the business owner
    market = office.at("11-23 14:20", "handler_market")
    assert market.pool("replies") == [number]
    market.does(number, "accept", order=3)
    assert Ticket.objects.get().status == "handling"
    _replied(office, "11-23 14:40", number, 2, "market", is_claimed=True)
    dispatcher = office.at("11-23 15:00", "dispatcher")
    assert dispatcher.pool("replies") == [number]
    dispatcher.does(number, "accept", order=2)
    dispatcher.begins(number, "answer")
    expect(dispatcher.page.locator("[name=content]")).to_have_value(RESULT["script"])
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.bounce_count) == ("pending_answer", 1)  # an owner's first transfer is none
    assert _start_and_due(ticket) == (total.started_at, total.due_at)


def test_sc_03_the_third_bounce_is_for_the_supervisor(office: Office, operator: Operator) -> None:
    """C-03: returned three times, then nobody but the supervisor sends it on, bindingly."""
    ticket: Ticket = bring_to("pending_dispatch", operator, accepted_at=when("11-23 09:00"), level="provincial")
    number, before = ticket.number, _start_and_due(ticket)
    ways = [
        (operator.js.network, "handler_network", operator.js.billing),
        (operator.js.billing, "handler_billing", operator.js.market),
        (operator.js.market, "handler_market", operator.js.fixed_line),
    ]
    for seq, (unit, handler, proper) in enumerate(ways, start=1):
        _dispatched(office, f"11-23 {9 + seq}:00", number, unit)
        _returned(office, f"11-23 {9 + seq}:20", number, seq, handler, proper)
        office.at(f"11-23 {9 + seq}:40", "dispatcher").does(number, "accept_return", order=seq)
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.bounce_count, ticket.needs_assignment) == ("pending_dispatch", 3, True)

    dispatcher = office.at("11-23 12:45", "dispatcher")
    dispatcher.find(number)
    expect(dispatcher.page.locator(".notices .warning")).to_contain_text("3")
    assert not dispatcher.offers("dispatch")
    assert dispatcher.pool("dispatch") == []
    supervisor = office.at("11-23 13:00", "supervisor")
    assert supervisor.pool("assignment") == [number]
    supervisor.does(number, "assign", unit=operator.js.fixed_line, demand="由固网运维部负责到底")

    fixed_line = office.at("11-23 13:10", "handler")
    fixed_line.does(number, "claim", order=4)
    assert fixed_line.offers("ask_assistant", 4)
    assert not fixed_line.offers("request_return", 4)
    assert not fixed_line.offers("transfer", 4)
    order = order_of(ticket, 4)
    assert (order.origin, order.status, order.unit) == ("binding", "handling", operator.js.fixed_line)
    assert _start_and_due(ticket) == before
    assert clock_of(ticket, "total").outcome == "running"


def _start_and_due(ticket: Ticket) -> tuple[dt.datetime, dt.datetime]:
    total = clock_of(ticket, "total")
    return total.started_at, total.due_at


def _dispatched(office: Office, moment: str, number: str, unit: Unit) -> None:
    office.at(moment, "dispatcher").does(number, "dispatch", unit_0=unit, demand_0="请核实并回复")


def _returned(office: Office, moment: str, number: str, seq: int, handler: str, proper: Unit) -> None:
    office.at(moment, handler).does(
        number,
        "request_return",
        order=seq,
        reason="not_our_business",
        proper_unit=proper,
        note="不属本部门业务，见附表",
    )


def _replied(office: Office, moment: str, number: str, seq: int, department: str, *, is_claimed: bool = False) -> None:
    handler = office.at(moment, f"handler_{department}")
    if not is_claimed:
        handler.does(number, "claim", order=seq)
    handler.does(number, "reply", order=seq, **RESULT)
    director = office.at(moment, f"director_{department}")
    assert director.pool("review") == [number]
    director.does(number, "approve", order=seq)
