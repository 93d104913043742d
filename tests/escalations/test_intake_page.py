"""The page on which the group takes escalated complaints (U-07, U-08, U-60)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AccessKind, AccessLog
from escalations.models import Escalation
from organization import services
from tests.factories.escalations import bring_escalation
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, take_complaint
from tickets.models import Ticket, TicketLink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

NEW, SIDE = "escalation_new", "escalation_side"
SUBMIT: dict[str, Any] = {"_submit": "1"}


def typed(operator: Operator, **changed: Any) -> dict[str, Any]:
    """A form filled in for a customer of 南京."""
    answers = {
        "phone": "138 1234 5678",
        "service_number": "NJ05270001",
        "name": "张伟",
        "customer_tier": "ordinary",
        "home": operator.js.cities[0].unit.pk,
        "channel": "letter",
        "source_ref": "总信〔2026〕118号",
        "business_type": "broadband",
        "complaint_type": "fixed_fault",
        "summary": "省内多次未解决断网",
        "description": "宽带断网一周，省内投诉两次未解决。",
    }
    return answers | changed


def client_of(operator: Operator, username: str = "escalation_officer") -> Client:
    services.sync_roles()
    client = Client()
    client.force_login(operator.user(username))
    return client


@pytest.mark.parametrize("channel", ["hotline", "letter", "visit", "fax", "website", "email"])
def test_u_60_taken_by_every_channel_and_submitted(operator: Operator, channel: str) -> None:
    """U-07: what the group takes waits for its dispatch, at the group, at the group's level; no province has it."""
    answer = client_of(operator).post(reverse(NEW), typed(operator, channel=channel) | SUBMIT)
    ticket = Escalation.objects.get()
    assert answer.headers["Location"] == reverse("ticket", args=[ticket.number])
    assert (ticket.status, ticket.level, ticket.channel.code) == ("pending_dispatch", "national", channel)
    assert (ticket.owner_unit, ticket.province, ticket.city) == (operator.group_centre, None, None)
    assert ticket.is_written == (channel in ("letter", "fax", "email"))
    assert ticket.number.startswith("E")
    detail = ticket.escalation_detail
    assert (detail.home, detail.source_ref) == (operator.js.cities[0].unit, "总信〔2026〕118号")
    assert ticket.contact.phone == "13812345678"


def test_u_08_users_of_international_business(operator: Operator) -> None:
    business = {"business_type": "international_roaming", "complaint_type": "international_charging"}
    client = client_of(operator)
    client.post(reverse(NEW), typed(operator, is_international="on", **business) | SUBMIT)
    ticket = Escalation.objects.get()
    assert ticket.escalation_detail.is_international
    assert "国际业务" in client.get(reverse("ticket", args=[ticket.number])).content.decode()


def test_a_draft_needs_less_and_can_be_completed(operator: Operator) -> None:
    client = client_of(operator)
    little = {"phone": "13812345678", "customer_tier": "ordinary", "channel": "hotline", "_save": "1"}
    client.post(reverse(NEW), little)
    ticket = Escalation.objects.get()
    assert ticket.status == "draft"
    assert ticket.holder == operator.user("escalation_officer")
    page = client.get(reverse("ticket", args=[ticket.number])).content.decode()
    assert reverse("ticket_action", args=[ticket.number, "amend"]) in page
    refused = client.post(reverse("ticket_action", args=[ticket.number, "submit"]), {"version": 1})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    "changed, field, words",
    [
        ({"phone": "12"}, "phone", ""),
        ({"name": ""}, "name", "请填写"),
        ({"summary": ""}, "summary", "请填写"),
        ({"business_type": "", "complaint_type": ""}, "business_type", "请填写"),
        ({"complaint_type": "mobile_bill"}, "complaint_type", ""),
        ({"channel": "hall"}, "channel", ""),
        ({"channel": ""}, "channel", ""),
        ({"home": "x"}, "home", ""),
        ({"accepted_at": "2027-01-01T00:00"}, "accepted_at", ""),
        ({"other_number": "C2611230000018"}, "other_number", "C2611230000018"),
        ({"made_of": "x' OR 1=1"}, "other_number", ""),
        ({"description": "长" * 5000}, "description", ""),
        ({"email": "无"}, "email", ""),
    ],
)
def test_what_is_wrong_comes_back_with_everything_typed(
    operator: Operator, changed: dict[str, Any], field: str, words: str
) -> None:
    answer = client_of(operator).post(reverse(NEW), typed(operator, **changed) | SUBMIT)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "总信〔2026〕118号" in answer.content.decode()
    assert words in str(answer.context["form"].errors)
    assert not Escalation.objects.get_queryset().exists()


def test_made_of_the_complaint_of_the_caller(operator: Operator) -> None:
    """Model 2: the officer sees of another unit's complaint number, state and promise, and the look is logged."""
    below = bring_to("handling", operator)
    client = client_of(operator)
    shown = client.post(reverse(SIDE), typed(operator)).content.decode()
    assert below.number in shown
    assert below.summary not in shown
    looks = AccessLog.objects.filter(kind=AccessKind.CALLER_SUMMARY)
    assert [look.subject for look in looks] == [below.number]
    client.post(reverse(NEW), typed(operator, made_of=below.number) | SUBMIT)
    link = TicketLink.objects.get()
    assert (link.ticket, link.earlier, link.kind) == (Escalation.objects.get(), below, "escalation")
    page = client.get(reverse("ticket", args=[below.number])).content.decode()
    assert below.summary in page  # now it is behind one of the officer's own


def test_an_older_complaint_is_named_by_its_number(operator: Operator) -> None:
    below = bring_to("archived", operator)
    Ticket.objects.filter(pk=below.pk).update(closed_at="2026-06-01T00:00:00Z")
    client = client_of(operator)
    assert below.number not in client.post(reverse(SIDE), typed(operator)).content.decode()
    client.post(reverse(NEW), typed(operator, other_number=below.number.lower()) | SUBMIT)
    assert TicketLink.objects.get().earlier == below


def test_somebody_elses_complaint_is_none(operator: Operator) -> None:
    below = bring_to("handling", operator)
    other = typed(operator, phone="13900000000", service_number="", other_number=below.number)
    answer = client_of(operator).post(reverse(NEW), other | SUBMIT)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["other_number"])


def test_a_second_one_of_the_same_complaint_is_refused_by_name(operator: Operator) -> None:
    below = bring_to("handling", operator)
    first = bring_escalation("pending_dispatch", operator, made_of=below)
    answer = client_of(operator).post(reverse(NEW), typed(operator, made_of=below.number) | SUBMIT)
    assert answer.status_code == 422
    assert first.number in str(answer.context["form"].errors["other_number"])


def test_nobody_takes_a_complaint_about_the_group_s_centre(operator: Operator) -> None:
    """S-09: whoever takes it belongs to what it is about."""
    about = typed(operator, complained_unit=operator.group_centre.pk)
    answer = client_of(operator).post(reverse(NEW), about | SUBMIT)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["complained_unit"])


@pytest.mark.parametrize(
    "username", ["agent", "dispatcher", "liaison", "appeal_officer", "group_supervisor", "manager"]
)
def test_only_escalation_officers_take_them(operator: Operator, username: str) -> None:
    client = client_of(operator, username)
    assert client.get(reverse(NEW)).status_code == 403
    assert client.post(reverse(NEW), typed(operator) | SUBMIT).status_code == 403
    assert reverse(NEW) not in client.get("/").content.decode()


def test_the_menu_and_the_guide_lead_there(operator: Operator) -> None:
    client = client_of(operator)
    page = client.get("/").content.decode()
    assert reverse(NEW) in page
    assert "还没有" not in page
    assert client.get(reverse(NEW)).status_code == 200


def test_the_liaison_finds_what_was_given_to_the_province(operator: Operator) -> None:
    ticket = bring_escalation("pending_sign", operator)
    page = client_of(operator, "liaison").get("/desk/?pool=province_sign").content.decode()
    assert ticket.number in page
    other = take_complaint(operator)
    assert other.number not in page
