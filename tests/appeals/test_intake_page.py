"""The page on which the group takes appeals (U-05, U-80, U-83, U-84)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from appeals.models import Appeal
from organization import services
from tests.factories.appeals import take_appeal
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to
from tickets.models import TicketLink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
NEW, SIDE = "appeal_new", "appeal_side"


def original() -> SimpleUploadedFile:
    return SimpleUploadedFile("立案通知书.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")


def typed(operator: Operator, **changed: Any) -> dict[str, Any]:
    """A form filled in for a case of the ministry about a customer of 南京."""
    answers = {
        "origin": "filed",
        "regulator": "miit",
        "case_number": "工信申〔2026〕118号",
        "case_original": original(),
        "case_business": "case_mobile",
        "case_nature": "fee_dispute",
        "regulator_due_at": "2026-12-04T17:00",
        "occurred_on": "2026-10-08",
        "phone": "138 1234 5678",
        "service_number": "NJ05270001",
        "name": "张伟",
        "customer_tier": "ordinary",
        "home": operator.js.cities[0].unit.pk,
        "channel": "fax",
        "business_type": "lte",
        "complaint_type": "mobile_bill",
        "summary": "套餐外流量费争议",
        "description": "申诉人称从未开通该业务。",
    }
    return answers | changed


DIRECT = {"origin": "direct", "regulator": "", "case_number": "", "case_original": "", "regulator_due_at": ""}


def client_of(operator: Operator, username: str = "appeal_officer") -> Client:
    services.sync_roles()
    client = Client()
    client.force_login(operator.user(username))
    return client


@pytest.mark.parametrize("origin", ["filed", "unfiled", "other_body"])
def test_u_84_a_regulators_case_is_taken_with_its_original(operator: Operator, origin: str) -> None:
    """It waits for dispatch at the group, critical (U-24, U-82), with the regulator's deadline; no province has it."""
    answer = client_of(operator).post(reverse(NEW), typed(operator, origin=origin))
    ticket = Appeal.objects.get()
    assert answer.headers["Location"] == reverse("ticket", args=[ticket.number])
    assert (ticket.status, ticket.owner_unit, ticket.province) == ("received", operator.group_service, None)
    assert (ticket.number[0], ticket.is_critical, ticket.priority) == ("A", True, 1)
    detail = ticket.appeal_detail
    assert (detail.origin, detail.is_bypass, detail.home) == (origin, True, operator.js.cities[0].unit)
    assert ticket.attachments.get().purpose == "case_original"
    assert ticket.clocks.filter(stage="regulator").exists()


def test_u_a7_what_came_directly_has_no_regulator(operator: Operator) -> None:
    client_of(operator).post(reverse(NEW), typed(operator, **DIRECT))
    ticket = Appeal.objects.get()
    assert (ticket.appeal_detail.is_direct, ticket.is_critical) == (True, False)
    assert not ticket.clocks.filter(stage="regulator").exists()


@pytest.mark.parametrize(
    "changed, field",
    [
        ({"case_number": ""}, "case_number"),
        ({"case_original": ""}, "case_original"),
        ({"case_original": SimpleUploadedFile("a.pdf", b"MZ")}, "case_original"),
        ({"regulator": ""}, "regulator"),
        ({"regulator": "x"}, "regulator"),
        ({"case_nature": ""}, "case_nature"),
        ({"occurred_on": "2027-01-01"}, "occurred_on"),
        ({"occurred_on": "昨天"}, "occurred_on"),
        ({"occurred_on": "0001-01-01"}, "occurred_on"),
        ({"regulator_due_at": "2126-12-04T17:00"}, "regulator_due_at"),
        ({"origin": "direct", "regulator": "", "case_number": "", "case_original": ""}, "regulator_due_at"),
        ({"phone": "12"}, "phone"),
        ({"name": ""}, "name"),
        ({"description": "长" * 5000}, "description"),
        ({"earlier_handling": "长" * 1001}, "earlier_handling"),
        ({"other_number": "C2611230000018"}, "other_number"),
    ],
)
def test_what_is_wrong_comes_back_with_everything_typed(
    operator: Operator, changed: dict[str, Any], field: str
) -> None:
    answer = client_of(operator).post(reverse(NEW), typed(operator, **changed))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    if "summary" not in changed:
        assert "套餐外流量费争议" in answer.content.decode()
    assert not Appeal.objects.exists()


def test_one_case_is_one_appeal(operator: Operator) -> None:
    first = take_appeal(operator, case_number="工信申〔2026〕118号")
    answer = client_of(operator).post(reverse(NEW), typed(operator))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["case_number"]
    assert first.number in answer.content.decode()


def test_the_original_complaint_is_found_by_the_appellants_numbers_and_linked(operator: Operator) -> None:
    """Beside the form only what model 2 lets everybody know; the complaint then waits for the appeal (model 1)."""
    below = bring_to("handling", operator)
    client = client_of(operator)
    side = client.post(reverse(SIDE), {"phone": "13812345678"}).content.decode()
    assert below.number in side
    assert below.summary not in side
    client.post(reverse(NEW), typed(operator, made_of=below.number, business_type="", complaint_type=""))
    ticket = Appeal.objects.get()
    assert TicketLink.objects.get(ticket=ticket).earlier_id == below.pk
    assert (ticket.appeal_detail.is_bypass, ticket.business_type) == (False, below.business_type)
    assert below.events.latest("seq").data["higher"] == ticket.number


@pytest.mark.parametrize("name", ["agent", "dispatcher", "liaison", "escalation_officer", "group_supervisor"])
def test_only_the_appeal_officer_takes_appeals(operator: Operator, name: str) -> None:
    client = client_of(operator, name)
    assert client.get(reverse(NEW)).status_code == 403
    assert client.post(reverse(NEW), typed(operator)).status_code == 403


def test_the_menu_and_the_guide_lead_there(operator: Operator) -> None:
    client = client_of(operator)
    assert reverse(NEW) in client.get(reverse("workbench")).content.decode()
    assert reverse(NEW) not in client_of(operator, "liaison").get(reverse("workbench")).content.decode()
    assert "待核对" in client.get(reverse("ticket", args=[take_appeal(operator).number])).content.decode()
