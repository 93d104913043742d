"""Who looked at customers' data, when and why: for who watches over the tickets (model 10)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.models import AccessKind, AccessLog
from tests.factories.organization import Operator
from tests.factories.tickets import CUSTOMER, bring_to
from tickets.models import Ticket
from tickets.services.contact_access import UnmaskReason

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def logged_in(operator: Operator, who: str) -> Client:
    client = Client()
    client.force_login(operator.user(who))
    return client


def looked_at(operator: Operator) -> Ticket:
    """A ticket whose page the dispatcher opened twice, the manager unmasked, and somebody of 浙江 asked for."""
    ticket = bring_to("handling", operator)
    page = reverse("ticket", args=[ticket.number])
    for who in ("dispatcher", "dispatcher", "manager", "manager2"):
        logged_in(operator, who).get(page)
    contact = reverse("ticket_contact", args=[ticket.number])
    logged_in(operator, "manager").post(contact, {"why": "examine", "reason": "客户投诉隐私泄露"})
    return ticket


def test_each_look_is_noted_once_an_hour_with_its_reason(operator: Operator) -> None:
    ticket = looked_at(operator)
    looks = AccessLog.objects.filter(kind=AccessKind.VIEW_FULL, subject=ticket.number).order_by("pk")
    assert list(looks.values_list("username", "reason")) == [
        ("dispatcher", ""),
        ("manager", f"{UnmaskReason.EXAMINE.label}: 客户投诉隐私泄露"),
    ]
    with clock.frozen(clock.now() + dt.timedelta(hours=1, seconds=1)):
        logged_in(operator, "dispatcher").get(reverse("ticket", args=[ticket.number]))
    assert looks.count() == 3


def test_a_list_that_shows_full_data_is_a_look_at_each_of_its_tickets(operator: Operator) -> None:
    ticket = bring_to("pending_answer", operator)
    html = logged_in(operator, "dispatcher").get("/desk/?pool=answer").content.decode()
    assert CUSTOMER.phone in html
    log = AccessLog.objects.filter(kind=AccessKind.VIEW_FULL)
    assert list(log.values_list("username", "subject")) == [("dispatcher", ticket.number)]


@pytest.mark.parametrize("who", ["supervisor", "quality_checker"])
def test_who_watches_over_a_ticket_reads_who_looked_at_it(who: str, operator: Operator) -> None:
    ticket, other = looked_at(operator), looked_at(operator)
    client = logged_in(operator, who)
    html = client.get(reverse("access_report"), {"number": ticket.number}).content.decode()
    for words in ("陈国华", "马文博", "徐峰", "客户投诉隐私泄露", "GET ticket"):
        assert words in html
    assert other.number not in html
    one = client.get(reverse("access_report"), {"user": operator.user("manager").pk}).content.decode()
    assert "客户投诉隐私泄露" in one
    assert "GET ticket" not in one
    refused = client.get(reverse("access_report"), {"kind": "refused"}).content.decode()
    assert "客户投诉隐私泄露" not in refused
    assert (
        client.get(reverse("access_report"), {"user": "x", "since": "gestern", "number": "13812345678"}).status_code
        == 200
    )


def test_another_province_reads_nothing_of_it(operator: Operator) -> None:
    ticket = looked_at(operator)
    html = logged_in(operator, "supervisor2").get(reverse("access_report")).content.decode()
    assert ticket.number not in html
    assert "陈国华" not in html


def test_the_report_turns_its_pages(operator: Operator) -> None:
    ticket, user = bring_to("handling", operator), operator.user("agent")
    for minute in range(60):
        at = clock.now() + dt.timedelta(minutes=minute)
        words = f"第{minute}次。"
        AccessLog.objects.create(user=user, kind=AccessKind.EXPORT, subject=ticket.number, reason=words, at=at)
    client = logged_in(operator, "supervisor")
    first = client.get(reverse("access_report"))
    assert "第59次。" in first.content.decode()
    assert "第9次。" not in first.content.decode()
    second = client.get(reverse("access_report") + first.context["next"]).content.decode()
    assert "第9次。" in second
    assert "第59次。" not in second


def test_numbers_for_each_person_hold_no_ticket(operator: Operator) -> None:
    ticket = looked_at(operator)
    address = reverse("access_people")
    for who, sees in (("administrator", True), ("supervisor", True), ("supervisor2", False)):
        response = logged_in(operator, who).get(address)
        assert ticket.number not in response.content.decode()
        rows = {row["user__username"]: row for row in response.context["rows"]}
        assert ("manager" in rows) is sees
        if sees:
            assert (rows["manager"]["with_reason"], rows["manager"]["by_role"], rows["dispatcher"]["by_role"]) == (
                1,
                0,
                1,
            )
        if who != "supervisor":
            assert rows["manager2"]["refused"] == 1
    long_ago = logged_in(operator, "administrator").get(address, {"since": "2026-01-01", "until": "2026-01-02"})
    assert long_ago.context["rows"] == []


def test_beside_a_form_only_the_contact_part_is_answered(operator: Operator) -> None:
    """What is being typed into the form stays."""
    ticket = bring_to("handling", operator)
    client, address = logged_in(operator, "manager"), reverse("ticket_contact", args=[ticket.number])
    refused = client.post(address, {"reason": ""}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert CUSTOMER.phone not in refused.content.decode()
    part = client.post(address, {"why": "call_back"}, headers={"HX-Request": "true"}).content.decode()
    assert CUSTOMER.phone in part
    assert "<html" not in part
