"""A day of the whole office in a real browser: each of the thirteen roles does its work through the pages; those who
live in them all day, agent, dispatcher and handler, with the keyboard alone (design, Screens)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from complaints.models import Complaint
from tests.browser.desk import Office
from tests.browser.hands import Hands
from tests.factories.appeals import bring_appeal
from tests.factories.escalations import bring_escalation
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to
from tickets import consistency
from tickets.models import SupervisionTrigger, Ticket
from tickets.states import Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_complaint_goes_round_without_a_mouse(office: Office, operator: Operator) -> None:
    """Taken, dispatched, claimed, replied, reviewed, accepted, answered and called back in one day."""
    number = _the_agent_takes_it(office)
    _the_dispatcher_sends_it(office, number)
    _the_handler_settles_it(office, number)
    office.at("11-23 11:30", "director_market").does(number, "approve", order=1)
    _the_dispatcher_answers(office, number)
    revisitor = office.at("11-23 15:00", "revisitor")
    assert revisitor.pool("revisit") == [number]
    revisitor.does(number, "revisit", is_solved="yes", speed=5, attitude=5, outcome=4, satisfaction="satisfied")
    ticket = Ticket.objects.get(number=number)
    assert (ticket.status, ticket.closure_code) == ("revisited", "resolved")
    assert list(consistency.faults()) == []


def test_everybody_else_has_a_day_too(office: Office, operator: Operator) -> None:
    """What waits for each role is on its workbench, is done from there, and is gone."""
    _the_approver_instructs(office, bring_to(Status.PENDING_INSTRUCTION, operator).number)
    _the_supervisor_chases(office, bring_to(Status.HANDLING, operator).number)
    _the_group_gives_and_the_province_signs(
        office, "escalation_officer", bring_escalation("pending_dispatch", operator)
    )
    _the_group_gives_and_the_province_signs(office, "appeal_officer", bring_appeal("received", operator))
    _readers_read(office, operator)
    _the_administrator_keeps_units(office, operator)
    assert list(consistency.faults()) == []


def _the_agent_takes_it(office: Office) -> str:
    agent = office.at("11-23 09:00", "agent")
    hands = Hands(agent.page)
    hands.goes("**/add/", "g", "i")
    expect(agent.page.locator("[name=phone]")).to_be_focused()
    hands.types("13900001111")
    hands.reaches("[name=name]")
    hands.types("李明")
    hands.picks("business_type", "lte")
    hands.picks("complaint_type", "zfzc")
    hands.reaches("[name=summary]")
    hands.types("套餐优惠不能参加")
    hands.reaches("[name=description]")
    hands.types("客户对老用户不能参加优惠表示不满")
    hands.picks("channel", "kfrx")
    hands.reaches("[name=script_offer]")
    hands.types("老用户优惠")
    hands.press("Control+Enter")
    agent.page.wait_for_selector(".recorded")
    ticket = Complaint.objects.get()
    agent.shows(ticket.number)
    hands.goes("**/", "g", "w")
    agent.shows("1", within=".today")
    return ticket.number


def _the_dispatcher_sends_it(office: Office, number: str) -> None:
    dispatcher = office.at("11-23 09:10", "dispatcher")
    hands = Hands(dispatcher.page)
    hands.goes("**/?pool=dispatch", "1")
    hands.goes(f"**/{number}/", "j", "Enter")
    hands.does("dispatch", number=number)
    hands.reaches("[name=demand_0]")
    hands.types("请核实后回单")
    hands.goes(f"**/{number}/", "Control+Enter")
    dispatcher.succeeds(number)


def _the_handler_settles_it(office: Office, number: str) -> None:
    handler = office.at("11-23 10:00", "handler_market")
    hands = Hands(handler.page)
    hands.goes("**/?pool=sign", "1")
    hands.goes("**/together/claim/", "j", "x", "a", "1")
    handler.shows(number)
    hands.goes("**/desk/", "g", "p")
    hands.goes("**/?pool=handle", "2")
    hands.goes(f"**/{number}/", "j", "Enter")
    hands.does("reply", number=number)
    for name, text in (("finding", "老用户确不在优惠范围"), ("measure", "已为客户办理替代优惠")):
        hands.reaches(f"[name={name}]")
        hands.types(text)
    hands.goes(f"**/{number}/", "Control+Enter")
    handler.succeeds(number)


def _the_dispatcher_answers(office: Office, number: str) -> None:
    dispatcher = office.at("11-23 13:00", "dispatcher")
    hands = Hands(dispatcher.page)
    hands.goes("**/", "g", "w")
    hands.reaches(".tile[href$='pool=replies']")
    hands.goes("**/?pool=replies", "Enter")
    hands.goes("**/together/accept/", "j", "x", "a", "1")
    hands.goes("**/", "g", "w")
    expect(dispatcher.page.locator(f"[data-ticket='{number}'] a").first).to_be_focused()  # the first thing to do
    hands.goes(f"**/{number}/", "Enter")
    hands.does("answer", number=number)
    hands.chooses("mode", "phone")
    hands.chooses("closure_code", "resolved")
    hands.chooses("attitude", "satisfied")
    hands.reaches("[name=content]")
    hands.types("已为您办理替代优惠，今日生效。")
    hands.goes(f"**/{number}/", "Control+Enter")
    dispatcher.succeeds(number)


def _the_approver_instructs(office: Office, number: str) -> None:
    approver = office.at("11-24 09:00", "approver")
    expect(approver.page.locator(".tile[href$='pool=instruction'] .count")).to_have_text("1")
    approver.does(number, "instruct", text="同意按省公司口径处理")
    assert approver.pool("instruction") == []


def _the_supervisor_chases(office: Office, number: str) -> None:
    supervisor = office.at("11-24 09:30", "supervisor")
    supervisor.open("/supervision/")
    row = supervisor.page.locator(f"[data-ticket='{number}']")
    row.locator(".c-pick input").check()
    supervisor.page.locator("#demand").fill("请今日回单")
    with supervisor.page.expect_navigation(url="**/together/chase/"):
        supervisor.page.locator("#chase button").click()
    supervisor.shows(number)
    assert SupervisionTrigger.objects.filter(supervision__ticket__number=number).count() == 1


def _the_group_gives_and_the_province_signs(office: Office, username: str, ticket: Ticket) -> None:
    officer = office.at("11-24 10:00", username)
    assert officer.pool("dispatch") == [ticket.number]
    officer.does(ticket.number, "dispatch")
    liaison = office.at("11-24 10:30", "liaison")
    assert liaison.pool("province_sign") == [ticket.number]
    liaison.does(ticket.number, "sign")
    assert ticket.number in liaison.pool("province_handle")


def _readers_read(office: Office, operator: Operator) -> None:
    """Who only reads finds the tickets of its units and may do nothing to them."""
    number = bring_to(Status.CLOSED, operator).number
    for username in ("quality_checker", "manager"):
        reader = office.at("11-24 11:00", username)
        assert number in reader.pool("all")
        reader.find(number)
        assert not reader.offers("revisit")
    manager = office.at("11-24 11:10", "manager")
    manager.open("/supervision/wall/")
    manager.shows(operator.js.unit.name)


def _the_administrator_keeps_units(office: Office, operator: Operator) -> None:
    unit = operator.js.fixed_line
    administrator = office.at("11-24 14:00", "administrator")
    administrator.open(f"/admin/organization/unit/{unit.pk}/change/")
    administrator.page.locator("[name=phone]").fill("025-83330000")
    with administrator.page.expect_navigation():
        administrator.page.locator("[name=_save]").click()
    unit.refresh_from_db()
    assert unit.phone == "025-83330000"
    assert administrator.goes_to("/desk/?pool=all") == 404
