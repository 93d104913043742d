"""SC-14, SC-15 and SC-16 in a real browser: appeals, from the regulator's case to the archive."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from appeals.models import Appeal
from config.env import BASE_DIR
from tests.browser.desk import Office, Person
from tests.factories.appeals import second_officer
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, when
from tickets import consistency
from tickets.models import Ticket
from tickets.states import Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INTAKE = "/desk/appeals/new/"
DOCUMENT = BASE_DIR / "demo" / "document.png"


def _ticket(number: str) -> Appeal:
    return Appeal.objects.get(number=number)


def takes(officer: Person, **more: Any) -> str:
    """Fill in the form of an appeal, filed by the ministry unless `more` says otherwise, and take it."""
    officer.open(INTAKE)
    typed = {
        "origin": "filed",
        "regulator": "miit",
        "case_number": "工信申〔2026〕118号",
        "case_original": DOCUMENT,
        "case_business": "case_internet",
        "case_nature": "service_quality",
        "channel": "fax",
        "phone": "16312345678",
        "name": "王芳",
        "business_type": "broadband",
        "complaint_type": "fixed_fault",
        "summary": "宽带多次中断",
        "description": "申诉人称宽带多次中断，要求说明原因。",
    }
    typed |= more
    officer.fill(officer.page.locator("#appeal_form"), {name: value for name, value in typed.items() if value})
    officer.page.keyboard.press("Control+Enter")
    officer.page.wait_for_url("**/desk/tickets/A*/")
    number = Appeal.objects.latest("pk").number
    officer.succeeds(number)
    return number


def direct(**more: Any) -> dict[str, Any]:
    """What is typed of an appeal that came from the customer directly."""
    return {"origin": "direct", "regulator": "", "case_number": "", "case_original": "", **more}


def test_sc_14_filed_by_the_ministry(office: Office, operator: Operator) -> None:
    """U-05…U-10, U-88, U-91: every leg around National Day, role by role."""
    original = bring_to(Status.CLOSED, operator, accepted_at=when("09-01 09:00"))
    officer = office.at("09-29 15:00", "appeal_officer")
    number = takes(officer, other_number=original.number, phone=original.contact.phone)
    officer.shows("09-30 15:00", "10-14 24:00", within=".clocks")
    officer.shows(original.number, "工信申〔2026〕118号")
    assert not _ticket(number).appeal_detail.is_bypass
    _given_to_the_province(office, number)
    _worked_on(office, operator, number)
    _reported(office, number)
    _regulator_answered(office, number)
    _concluded(office, number)
    _filed(office, number)
    assert list(consistency.faults()) == []


def _given_to_the_province(office: Office, number: str) -> None:
    assert office.at("09-30 09:50", "liaison").pool("province_sign") == []
    officer = office.at("09-30 10:00", "appeal_officer")
    assert officer.pool("dispatch") == [number]
    officer.begins(number, "dispatch")
    expect(officer.page.locator("[name=province] option:checked")).to_contain_text("江苏")
    officer.sends()
    officer.succeeds(number)
    officer.shows("10-12 10:00", "10-12 00:24", within=".clocks")
    liaison = office.at("09-30 11:00", "liaison")
    assert liaison.pool("province_sign") == [number]
    liaison.does(number, "sign")
    liaison.shows("10-12 10:00", within=".clocks")
    for username in ("liaison2", "dispatcher2", "escalation_officer"):
        assert office.at("09-30 11:10", username).goes_to(f"/desk/tickets/{number}/") == 404
    assert office.at("09-30 11:10", "liaison2").pool("province_handle") == []


def _worked_on(office: Office, operator: Operator, number: str) -> None:
    liaison = office.at("09-30 14:00", "liaison")
    liaison.begins(number, "send_orders")
    expect(liaison.page.locator("[name=unit_0]")).to_have_value(str(operator.js.fixed_line.pk))
    liaison.sends(demand_0="请核查原投诉的处理过程")
    liaison.succeeds(number)
    handler = office.at("10-08 09:00", "handler")
    assert handler.pool("sign") == [number]
    handler.does(number, "claim", order=1)
    handler.does(
        number,
        "reply",
        order=1,
        finding="入户光缆老化，9月1日已修复",
        measure="已更换入户光缆",
        restored_at=when("10-08 08:00"),
    )
    director = office.at("10-08 10:00", "director")
    assert director.pool("review") == [number]
    director.does(number, "approve", order=1)
    liaison = office.at("10-09 09:00", "liaison")
    assert liaison.pool("replies") == [number]
    liaison.does(number, "accept", order=1)


def _reported(office: Office, number: str) -> None:
    liaison = office.at("10-12 09:30", "liaison")
    liaison.does(
        number,
        "answer_customer",
        mode="phone",
        content="已说明原因，线路运行正常。",
        attitude="satisfied",
        closure_code="resolved",
    )
    liaison = office.at("10-12 10:00", "liaison")
    assert liaison.pool("province_handle") == [number]
    liaison.begins(number, "report")
    expect(liaison.page.locator("[name=customer_told]")).to_have_value("电话：已说明原因，线路运行正常。")
    liaison.sends(investigation="原投诉9月1日已修复并答复，经核查属实。", measures="纳入巡检")
    liaison.succeeds(number)
    ticket = _ticket(number)
    assert (ticket.status, clock_of(ticket, "handle", work_order=None).outcome) == ("pending_review", "met")
    officer = office.at("10-13 10:00", "appeal_officer")
    assert officer.pool("reports") == [number]
    officer.find(number)
    officer.shows("10-14 10:00", within=".clocks")
    officer.shows("原投诉9月1日已修复并答复，经核查属实。")
    officer.does(number, "approve", remark="同意")


def _regulator_answered(office: Office, number: str) -> None:
    officer = office.at("10-14 10:00", "appeal_officer")
    assert officer.pool("regulator") == [number]
    officer.attaches(number, "regulator_reply", DOCUMENT)
    officer.does(number, "reply_regulator", mode="platform")
    ticket = _ticket(number)
    assert (ticket.status, ticket.closed_at, ticket.closure_code) == ("replied", when("10-14 10:00"), "resolved")
    assert {clock_of(ticket, stage).outcome for stage in ("reply", "total")} == {"met"}
    officer.shows("10-21 24:00", within=".clocks")
    officer = office.at("10-16 10:00", "appeal_officer")
    assert officer.pool("revisit") == [number]
    officer.does(number, "revisit", is_solved="yes", speed=4, attitude=5, outcome=5, satisfaction="satisfied")


def _concluded(office: Office, number: str) -> None:
    """Responsibility first; “properly handled before” rests on the answer of the original complaint (U-91)."""
    officer = office.at("10-16 11:00", "appeal_officer")
    assert officer.pool("conclusion") == [number]
    verdict: dict[str, Any] = {
        "verdict": "properly_pre_handled",
        "cause": "tariff_wrong",
        "ground": "原投诉已在时限内答复并妥善处理。",
    }
    officer.begins(number, "conclude")
    officer.sends(**verdict)
    officer.shows("责任尚未")
    officer.open("/")
    assert _ticket(number).status == "revisited"
    officer.does(number, "adjudicate_responsibility", attribution="outside", ground="道路施工影响，非企业责任")
    office.at("10-16 12:00", "appeal_officer").does(number, "conclude", **verdict)
    officer.shows("先期处理得当")


def _filed(office: Office, number: str) -> None:
    """A mediation was held: the file is not whole without its opinion (U-07g)."""
    officer = office.at("10-16 14:00", "appeal_officer")
    officer.does(number, "amend_case", is_mediated=True)
    assert officer.pool("documents") == [number]
    officer.begins(number, "archive")
    officer.shows("调解意见")
    assert _ticket(number).status == "concluded"
    officer.attaches(number, "mediation", DOCUMENT)
    officer.does(number, "archive")
    assert _ticket(number).status == "archived"
    assert officer.pool("documents") == []


def test_sc_15_a_charge_six_months_old_from_the_ministry(office: Office, operator: Operator) -> None:
    """Nothing is refused: an objection with ground and proof goes to the regulator, once a colleague approved it."""
    officer = office.at("09-29 15:00", "appeal_officer")
    number = takes(officer, home=operator.js.cities[0].unit, case_nature="fee_dispute", occurred_on="2026-03-29")
    assert not officer.offers("refuse")
    officer = office.at("09-29 16:00", "appeal_officer")
    officer.begins(number, "object")
    expect(officer.page.locator("[name=ground][value=charge_too_old]")).to_be_checked()
    officer.shows("2026-08-29")  # until the end of which it could be brought
    officer.sends(result="争议费用发生至今已超过五个月。", is_confirmed=True)
    officer.shows("请先")  # its proof is missing
    officer.open("/")
    officer.attaches(number, "proof", DOCUMENT)
    officer.does(number, "object", result="争议费用发生至今已超过五个月。", is_confirmed=True)
    assert not officer.offers("approve") or _ticket(number).status == "pending_review"
    other = office.at("09-29 17:00", second_officer(operator).username)
    assert other.pool("reports") == [number]
    other.does(number, "approve")
    officer = office.at("09-29 18:00", "appeal_officer")
    officer.attaches(number, "regulator_reply", DOCUMENT)
    officer.does(number, "reply_regulator", mode="letter")
    ticket = _ticket(number)
    assert (ticket.status, ticket.closure_code, ticket.answered_at) == ("replied", "", None)
    assert list(consistency.faults()) == []


def test_sc_15_a_charge_six_months_old_from_the_customer(office: Office, operator: Operator) -> None:
    """Refused with the ground; no regulator has it, so that there is nothing to object to."""
    officer = office.at("09-29 15:00", "appeal_officer")
    home = operator.js.cities[0].unit
    number = takes(officer, **direct(home=home, case_nature="fee_dispute", occurred_on="2026-03-29"))
    assert not officer.offers("object")
    officer.does(number, "refuse", ground="charge_too_old", reason="已超过五个月", is_confirmed=True)
    assert _ticket(number).status == "declined"
    officer.shows("收费争议已超过五个月")
    assert officer.pool("dispatch") == []
    assert list(consistency.faults()) == []


def test_sc_16_without_an_earlier_complaint(office: Office, operator: Operator) -> None:
    """Accepted, and marked as a bypass appeal on its page."""
    officer = office.at("09-29 15:00", "appeal_officer")
    number = takes(officer, home=operator.js.cities[0].unit)
    assert _ticket(number).appeal_detail.is_bypass
    officer.shows("越级")
    assert officer.pool("dispatch") == [number]
    assert Ticket.objects.count() == 1
