"""SC-01 in a real browser: a broadband repair of more than 24 h, from the call to the archive."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from complaints.models import Complaint
from tests.browser.desk import INTAKE, Office
from tests.factories.organization import Operator
from tests.factories.tickets import clock_of, when
from tickets import record
from tickets.models import Ticket
from tickets.tasks import archive_due

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_sc_01_broadband_repair(office: Office, operator: Operator) -> None:
    """Q-04, U-29, U-30, U-31, U-32: every instant that the scenario states, on the screens and in the rows."""
    number = _taken_and_submitted(office, operator)
    _dispatched_and_handled(office, operator, number)
    _answered(office, number)
    _called_back_and_archived(office, number)
    assert [event.action for event in _ticket(number).events.order_by("seq")] == [
        "register",
        "submit",
        "dispatch",
        "claim",
        "reply",
        "approve",
        "accept",
        "collect",
        "grant_waiver",
        "answer",
        "revisit",
        "archive",
    ]
    assert record.faults_of(_ticket(number), _ticket(number).events.all()) == []


def _ticket(number: str) -> Ticket:
    return Ticket.objects.get(number=number)


def _taken_and_submitted(office: Office, operator: Operator) -> str:
    agent = office.at("11-23 09:00", "agent")
    agent.open(INTAKE)
    agent.takes_a_call(
        {
            "phone": "138 1234 5678",
            "service_number": "nj0527 0001",
            "name": "张伟",
            "customer_tier": "vip",
            "home": operator.js.cities[0].unit,
            "channel": "hotline",
            "business_type": "broadband",
            "complaint_type": "fixed_fault",
            "level": "provincial",
            "summary": "宽带断网",
            "description": "宽带报障超过24小时未修复",
            "is_urgent": True,
            "script_fault_reported_at": when("11-21 20:00"),
            "script_fault_address": "南京市鼓楼区中山路1号",
            "script_repair_progress": "已派维修",
            "script_over_24_hours": "yes",
        }
    )
    expect(agent.page.locator("#intake-guide .steps li")).to_have_count(5)
    agent.shows("Q-04", within="#intake-fields")
    agent.shows("11-25 09:00", "P2", within="#intake-promise")
    agent.ends_call("_save")
    agent.page.wait_for_url("**/change/")
    ticket = Complaint.objects.get()
    assert (ticket.status, ticket.accepted_at, ticket.holder) == ("draft", when("11-23 09:00"), operator.user("agent"))
    assert (ticket.priority, ticket.priority_reasons) == (2, ["urgency", "importance"])
    total, fill = clock_of(ticket, "total"), clock_of(ticket, "fill")
    assert (total.due_at, total.warn_at) == (when("11-25 09:00"), when("11-25 04:12"))
    assert (fill.due_at, fill.warn_at) == (when("11-23 10:00"), when("11-23 09:54"))

    office.at("11-23 09:10", "agent").page.keyboard.press("Control+Enter")
    agent.page.wait_for_selector(".recorded")
    agent.shows(ticket.number, "11-25 09:00")
    ticket = Complaint.objects.get()
    assert (ticket.status, ticket.owner_unit) == ("pending_dispatch", operator.js.centre)
    assert clock_of(ticket, "dispatch").due_at == when("11-23 13:10")
    assert clock_of(ticket, "fill").outcome == "met"
    return ticket.number


def _dispatched_and_handled(office: Office, operator: Operator, number: str) -> None:
    dispatcher = office.at("11-23 09:30", "dispatcher")
    assert dispatcher.pool("dispatch") == [number]
    dispatcher.begins(number, "dispatch")
    proposed = dispatcher.page.locator("[name=unit_0]")
    expect(proposed).to_have_value(str(operator.js.fixed_line.pk))
    expect(dispatcher.page.locator("[name=level]")).to_have_value("provincial")
    dispatcher.sends(demand_0="尽快修复，并告知恢复时间")
    dispatcher.succeeds(number)
    dispatcher.shows("11-25 04:12", "11-24 00:48", "11-24 02:30")
    handle = clock_of(_ticket(number), "handle")
    assert (handle.due_at, handle.warn_at) == (when("11-24 02:30"), when("11-24 00:48"))
    assert (handle.unit, clock_of(_ticket(number), "dispatch").outcome) == (operator.js.fixed_line, "met")

    handler = office.at("11-23 09:40", "handler")
    assert handler.pool("sign") == [number]
    handler.does(number, "claim", order=1)
    order = _ticket(number).work_orders.get()
    assert (order.signed_at, order.assignee) == (when("11-23 09:40"), operator.user("handler"))
    office.at("11-23 15:00", "handler").does(
        number,
        "reply",
        order=1,
        finding="光猫故障",
        measure="已更换光猫，测速正常",
        restored_at=when("11-23 15:00"),
    )
    director = office.at("11-23 15:20", "director")
    assert director.pool("review") == [number]
    director.does(number, "approve", order=1)
    answer = clock_of(_ticket(number), "answer")
    assert (answer.started_at, answer.due_at) == (when("11-23 15:20"), when("11-23 17:20"))
    dispatcher = office.at("11-23 15:30", "dispatcher")
    assert dispatcher.pool("replies") == [number]
    dispatcher.does(number, "accept", order=1)
    dispatcher.shows("11-23 17:20", "已更换光猫，测速正常")
    assert _ticket(number).status == "pending_answer"


def _answered(office: Office, number: str) -> None:
    dispatcher = office.at("11-23 15:50", "dispatcher")
    dispatcher.find(number)
    dispatcher.shows("11-22 20:00", "11-23 15:00", within=".proposal")
    dispatcher.does(number, "grant_waiver")
    expect(dispatcher.page.locator(".proposal")).to_have_count(0)
    waiver = _ticket(number).remedies.get()
    assert (waiver.kind, waiver.covers_from, waiver.covers_to) == (
        "rent_waiver",
        when("11-22 20:00"),
        when("11-23 15:00"),
    )
    office.at("11-23 16:00", "dispatcher").does(
        number,
        "answer",
        mode="phone",
        closure_code="resolved",
        attitude="satisfied",
        content="光猫已更换，宽带已恢复，超时期间的日租已减免。",
    )
    ticket = _ticket(number)
    assert (ticket.status, ticket.closure_code, ticket.closed_at) == ("closed", "resolved", when("11-23 16:00"))
    assert {clock_of(ticket, stage).outcome for stage in ("fill", "dispatch", "handle", "answer", "total")} == {"met"}
    given = ticket.answers.get()
    assert (given.person_told, given.is_on_spot) == ("张伟", False)
    assert ticket.work_orders.exists()  # not first-contact (U-52)
    dispatcher.shows("11-30 24:00", "光猫已更换，宽带已恢复")
    assert clock_of(ticket, "revisit").due_at == when("11-30 24:00")


def _called_back_and_archived(office: Office, number: str) -> None:
    revisitor = office.at("11-25 10:00", "revisitor")
    assert revisitor.pool("revisit") == [number]
    revisitor.does(
        number, "revisit", is_solved="yes", speed=5, attitude=5, outcome=4, satisfaction="satisfied", remark="满意"
    )
    ticket = _ticket(number)
    assert (ticket.status, clock_of(ticket, "revisit").outcome) == ("revisited", "met")
    office.at("11-26 09:59", "dispatcher")
    assert archive_due() == 0
    dispatcher = office.at("11-26 10:00", "dispatcher")
    assert archive_due() == 1
    dispatcher.find(number)
    ticket = _ticket(number)
    assert (ticket.status, ticket.archived_at) == ("archived", when("11-26 10:00"))
    assert not ticket.clocks.filter(outcome="running").exists()
    expect(dispatcher.page.locator(".ticket-head .chip").first).to_have_text(ticket.get_status_display())
