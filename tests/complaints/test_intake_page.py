"""Taking a complaint on the admin's add page: endings, drafts, signature, what the services refuse."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from complaints.models import Complaint
from core import clock
from organization import services
from tests.complaints.intake import ADD, ANSWER, FAULT, PNG, POLICY, change_of, client_of, errors_of, newest
from tests.factories.organization import Operator
from tickets.models import Ticket
from tickets.states import Status
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture(autouse=True)
def _roles(operator: Operator) -> None:
    services.sync_roles()


def at(text: str) -> dt.datetime:
    """An instant of November 2026 from "23 09:00"."""
    return clock.parse_instant(f"2026-11-{text}")


def test_sc_01_a_call_is_taken_and_submitted(operator: Operator) -> None:
    """U-36, U-24, U-29: one screen, one press; priority, promise and script fields are there."""
    client = client_of(operator, "agent")
    assert client.get(reverse(ADD)).status_code == 200
    answer = client.post(reverse(ADD), FAULT | {"_submit": ""})
    ticket = newest()
    assert (answer.status_code, answer.headers["Location"]) == (302, change_of(ticket))
    assert (ticket.status, ticket.level, ticket.priority) == (Status.PENDING_DISPATCH, "provincial", 2)
    assert ticket.complaint_detail.promised_at == at("25 09:00")
    assert ticket.city == operator.js.unit.province or ticket.province == operator.js.unit
    assert (ticket.contact.phone, ticket.contact.service_number) == ("13812345678", "NJ05270001")
    assert ticket.extra == {
        "fault_reported_at": "2026-11-21T20:00:00+08:00",
        "fault_address": "南京市鼓楼区中山路1号",
        "repair_progress": "已派维修",
        "over_24_hours": True,
    }
    page = client.get(change_of(ticket)).content.decode()
    assert ticket.number in page
    assert "11-25 09:00" in page
    assert "13812345678" not in page


def test_sc_02_a_hall_needs_the_signature(operator: Operator) -> None:
    """U-34, U-35, Q-03: without it nothing is written and everything typed stays; with it, closed in one step."""
    client = client_of(operator, "agent_hall")
    sent = POLICY | ANSWER | {"_answer": ""}
    refused = client.post(reverse(ADD), sent)
    assert errors_of(refused).keys() == {"signature"}
    assert "套餐优惠不能参加" in refused.content.decode()
    assert not Ticket.objects.exists()
    answer = client.post(reverse(ADD), sent | {"signature": SimpleUploadedFile("签字.png", PNG)})
    assert answer.status_code == 302
    ticket = newest()
    assert (ticket.status, ticket.closure_code) == (Status.CLOSED, "explained")
    assert ticket.answers.get().is_on_spot
    assert ticket.attachments.get().purpose == "signature"
    assert not ticket.work_orders.exists()


def test_a_script_posing_as_a_picture_is_no_signature(operator: Operator) -> None:
    fake = SimpleUploadedFile("签字.png", b"#!/bin/sh\nrm -rf /\n", content_type="image/png")
    answer = client_of(operator, "agent_hall").post(reverse(ADD), POLICY | {"_submit": "", "signature": fake})
    assert errors_of(answer).keys() == {"signature"}
    assert not Ticket.objects.exists()


def test_a_draft_needs_little_and_keeps_the_rest_for_later(operator: Operator) -> None:
    client = client_of(operator, "agent")
    few = {name: FAULT[name] for name in ("phone", "channel", "customer_tier", "request_type", "level")}
    assert client.post(reverse(ADD), few | {"_save": ""}).status_code == 302
    ticket = newest()
    assert ticket.status == Status.DRAFT
    refused = client.post(change_of(ticket), few | {"version": ticket.version, "_submit": ""})
    assert errors_of(refused).keys() == {"name", "summary", "description", "business_type"}
    done = client.post(change_of(ticket), FAULT | {"version": ticket.version, "_submit": ""})
    assert done.status_code == 302
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, ticket.summary) == (Status.PENDING_DISPATCH, 2, "宽带断网")
    assert [event.action for event in ticket.events.all()] == ["register", "fill_in", "submit"]
    assert ticket.complaint_detail.promised_at == at("25 09:00")


def test_required_questions_of_the_script_are_asked_at_submission(operator: Operator) -> None:
    """Q-04: a draft may lack them, a submitted complaint not."""
    client = client_of(operator, "agent")
    lacking = {name: value for name, value in FAULT.items() if name != "script_repair_progress"}
    answer = client.post(reverse(ADD), lacking | {"_submit": ""})
    assert errors_of(answer).keys() == {"script_repair_progress"}
    assert client.post(reverse(ADD), lacking | {"_save": ""}).status_code == 302


@pytest.mark.parametrize(
    "field, typed",
    [
        ("phone", "1381234567a"),
        ("phone", "138123"),
        ("service_number", "宽带"),
        ("description", "😀" * 10_000),
        ("summary", "😀" * 10_000),
        ("accepted_at", "2026-11-23T09:01"),
        ("accepted_at", "0001-01-01T00:00"),
        ("accepted_at", "yesterday"),
        ("complaint_type", "mobile_network"),
        ("business_type", "unheard_of"),
        ("business_type", "gsm"),
        ("channel", ""),
        ("level", "galactic"),
        ("home", "999999"),
        ("complained_user", "nobody"),
        ("customer_tier", "\x00"),
        ("script_fault_reported_at", "9999-12-31T23:59"),
        ("script_over_24_hours", "perhaps"),
        ("email", "nobody"),
    ],
)
def test_bad_input_is_an_error_at_its_field(operator: Operator, field: str, typed: str) -> None:
    """Nothing is written, everything typed is kept, never a 500."""
    answer = client_of(operator, "agent").post(reverse(ADD), FAULT | {field: typed, "_submit": ""})
    assert answer.status_code == 200
    assert field in errors_of(answer)
    assert FAULT["summary" if field != "summary" else "description"] in answer.content.decode()
    assert not Ticket.objects.exists()


def test_a_legacy_business_is_not_offered_for_new_complaints(operator: Operator) -> None:
    page = client_of(operator, "agent").get(reverse(ADD)).content.decode()
    assert 'value="lte"' in page
    assert 'value="gsm"' not in page


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"answer_closure_code": "unresolved"}, "answer_plan"),
        (
            {
                "answer_closure_code": "unresolved",
                "answer_plan": "建站",
                "answer_promised_for": "2026-11-23T09:00",
            },
            "answer_promised_for",
        ),
        ({"answer_content": ""}, "answer_content"),
        ({"answer_closure_code": "no_contact"}, "answer_closure_code"),
    ],
)
def test_an_answer_on_the_spot_needs_its_parts(operator: Operator, changes: dict[str, str], field: str) -> None:
    answer = client_of(operator, "agent").post(
        reverse(ADD), POLICY | ANSWER | {"channel": "hotline", "_answer": ""} | changes
    )
    assert field in errors_of(answer)
    assert not Ticket.objects.exists()


def test_what_the_services_refuse_stands_in_the_form(operator: Operator) -> None:
    """S-09: nobody answers a complaint about its own unit; the words are the service's, the typed text stays."""
    about = {"complained_unit": operator.js.hotline.pk, "channel": "hotline", "_answer": ""}
    answer = client_of(operator, "agent").post(reverse(ADD), POLICY | ANSWER | about)
    assert answer.status_code == 422
    assert errors_of(answer).keys() == {"complained_unit"}
    assert ANSWER["answer_content"] in answer.content.decode()
    assert not Ticket.objects.exists()


def test_two_tabs_with_the_same_draft(operator: Operator) -> None:
    """The second is told who was faster, keeps what it typed, sees the difference, and can send again."""
    client = client_of(operator, "agent")
    client.post(reverse(ADD), FAULT | {"_save": ""})
    ticket = newest()
    sent = FAULT | {"version": str(ticket.version), "_save": ""}
    assert client.post(change_of(ticket), sent | {"summary": "第一个"}).status_code == 302
    late = client.post(change_of(ticket), sent | {"summary": "第二个"})
    page = late.content.decode()
    assert late.status_code == 409
    assert operator.user("agent").name in page
    assert "第一个" in page
    assert "第二个" in page
    ticket.refresh_from_db()
    assert ticket.summary == "第一个"
    again = late.context["form"]["version"].value()
    assert client.post(change_of(ticket), sent | {"summary": "第二个", "version": again}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.summary == "第二个"


def test_filling_in_keeps_both_values_and_moves_the_promise(operator: Operator) -> None:
    """The draft's clocks and promise follow its level; contact data stays out of the events (model 10)."""
    client = client_of(operator, "agent")
    client.post(reverse(ADD), FAULT | {"_save": ""})
    ticket = newest()
    changed = FAULT | {"level": "national", "phone": "13900000000", "version": str(ticket.version), "_save": ""}
    client.post(change_of(ticket), changed)
    ticket.refresh_from_db()
    assert ticket.complaint_detail.promised_at == at("26 09:00")
    assert {(row.field, row.is_contact, row.old, row.new) for row in ticket.amendments.all()} == {
        ("level", False, "provincial", "national"),
        ("phone", True, "13812345678", "13900000000"),
    }
    event = ticket.events.get(action="fill_in")
    assert event.data["fields"] == ["level", "phone"]
    assert "139" not in str(event.data)
    assert Complaint.objects.get(pk=ticket.pk).contact.phone_last4 == "0000"


def test_the_admin_log_holds_no_contact_data(operator: Operator) -> None:
    client = client_of(operator, "agent")
    client.post(reverse(ADD), FAULT | {"_save": ""})
    ticket = newest()
    client.post(change_of(ticket), FAULT | {"phone": "13900000000", "version": str(ticket.version), "_save": ""})
    texts = " ".join(f"{row.object_repr} {row.change_message}" for row in LogEntry.objects.all())
    assert ticket.number in texts
    for secret in ("1381234", "1390000", "张伟", "中山路"):
        assert secret not in texts
    history = client.get(reverse("admin:complaints_complaint_history", args=[ticket.pk])).content.decode()
    assert "1390000" not in history


def test_a_draft_sent_back_is_completed_by_who_took_it(operator: Operator) -> None:
    client = client_of(operator, "agent")
    client.post(reverse(ADD), FAULT | {"_submit": ""})
    ticket = newest()
    perform(ticket.pk, "send_back", by=operator.user("dispatcher"), reason="请补充地址")
    ticket.refresh_from_db()
    data = FAULT | {"address": "中山路1号", "version": str(ticket.version), "_submit": ""}
    assert client.post(change_of(ticket), data).status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == Status.PENDING_DISPATCH
    assert ticket.contact.address == "中山路1号"


def test_a_draft_sent_unchanged_is_submitted(operator: Operator) -> None:
    client = client_of(operator, "agent")
    client.post(reverse(ADD), FAULT | {"_save": ""})
    ticket = newest()
    assert client.post(change_of(ticket), FAULT | {"version": str(ticket.version), "_submit": ""}).status_code == 302
    assert [event.action for event in ticket.events.all()] == ["register", "submit"]


def test_the_colleague_complained_about_is_found_by_name(operator: Operator) -> None:
    answer = client_of(operator, "agent").post(reverse(ADD), FAULT | {"complained_user": "方志强", "_submit": ""})
    assert answer.status_code == 302
    assert newest().complained_user == operator.user("handler")
