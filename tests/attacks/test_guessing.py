"""Guessing at what belongs to others: every attempt fails, changes nothing, and is noted (model 2, 10)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.models import AccessKind, AccessLog
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, order_in, take_complaint
from tickets.models import Notice, Ticket, TicketEvent
from tickets.services.attachments import attach

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def logged_in(operator: Operator, who: str) -> Client:
    client = Client()
    client.force_login(operator.user(who))
    return client


def noted(who: str, **which: Any) -> bool:
    return AccessLog.objects.filter(kind=AccessKind.REFUSED, username=who, success=False, **which).exists()


@pytest.fixture
def theirs(operator: Operator) -> Ticket:
    """A ticket of 江苏 with an order, a supervision order and a file."""
    ticket = order_in("sent", operator).ticket
    do(ticket, "supervise", operator)
    picture = SimpleUploadedFile("账单.png", PNG)
    attach(ticket.pk, picture, purpose="evidence", by=operator.user("dispatcher"))
    return Ticket.objects.get(pk=ticket.pk)


def test_addresses_below_a_foreign_ticket_are_not_there(operator: Operator, theirs: Ticket) -> None:
    client, number, events = logged_in(operator, "dispatcher2"), theirs.number, TicketEvent.objects.count()
    file = theirs.attachments.get()
    for name, args in (
        ("ticket", []),
        ("attachment", [file.pk]),
        ("ticket_action", ["answer"]),
        ("order_action", [1, "recall"]),
        ("supervision_action", [1, "reply_supervision"]),
    ):
        assert client.get(reverse(name, args=[number, *args])).status_code == 404
        assert noted("dispatcher2", subject=number, detail__startswith=f"GET {name}")
    for name, args in (("ticket_contact", []), ("attachments", []), ("ticket_action", ["answer"])):
        assert (
            client.post(reverse(name, args=[number, *args]), {"reason": "我要看一看", "why": "visit"}).status_code
            == 404
        )
        assert noted("dispatcher2", subject=number, detail__startswith=f"POST {name}")
    assert TicketEvent.objects.count() == events


def test_the_admin_knows_no_foreign_ticket(operator: Operator, theirs: Ticket) -> None:
    client = logged_in(operator, "dispatcher2")
    for page in ("change", "history"):
        response = client.get(reverse(f"admin:complaints_complaint_{page}", args=[theirs.pk]))
        assert response.status_code == 404
        assert noted("dispatcher2", detail=f"GET admin:complaints_complaint_{page} {theirs.pk}")
    listed = client.get(reverse("admin:complaints_complaint_changelist")).content.decode()
    assert theirs.number not in listed
    look_up = {"app_label": "complaints", "model_name": "complaint", "field_name": "holder", "term": "a"}
    assert client.get(reverse("admin:autocomplete"), look_up).status_code == 403
    guess = client.get(reverse("admin:complaints_complaint_changelist"), {"contact__phone__startswith": "138"})
    assert guess.status_code in (302, 400, 403)  # no list to guess a phone by, bit by bit


def test_a_file_opens_below_its_own_ticket_only(operator: Operator, theirs: Ticket) -> None:
    mine, file = take_complaint(operator, by=operator.user("agent2"), home=operator.zj.unit), theirs.attachments.get()
    response = logged_in(operator, "agent2").get(reverse("attachment", args=[mine.number, file.pk]))
    assert response.status_code == 404
    assert noted("agent2", subject=mine.number, detail=f"GET attachment {file.pk}")


def test_rows_of_others_among_many_are_left_alone_and_noted(operator: Operator, theirs: Ticket) -> None:
    events = TicketEvent.objects.count()
    client = logged_in(operator, "supervisor2")
    response = client.post(reverse("together", args=["chase"]), {"number": [theirs.number], "demand": "请尽快处理"})
    assert theirs.get_status_display() not in response.content.decode()
    assert TicketEvent.objects.count() == events
    assert noted("supervisor2", subject=theirs.number, detail="POST together chase")


def test_a_ticket_is_not_merged_into_one_of_others(operator: Operator, theirs: Ticket) -> None:
    mine = bring_to("pending_dispatch", operator)
    foreign = take_complaint(operator, by=operator.user("agent2"), home=operator.zj.unit)
    address = reverse("ticket_action", args=[mine.number, "merge"])
    typed = {"version": Ticket.objects.get(pk=mine.pk).version, "into": foreign.number}
    response = logged_in(operator, "dispatcher").post(address, typed)
    assert response.status_code == 422
    assert Ticket.objects.get(pk=mine.pk).status == "pending_dispatch"


def test_notices_of_others_are_not_read(operator: Operator, theirs: Ticket) -> None:
    notice = Notice.objects.exclude(user=operator.user("agent2")).first()
    pk = notice.pk if notice else 1
    assert logged_in(operator, "agent2").post(reverse("notice_read", args=[pk])).status_code == 404
    assert noted("agent2", detail=f"POST notice_read {pk}")
    assert notice is None or Notice.objects.get(pk=pk).read_at is None


def test_fields_that_a_form_does_not_have_change_nothing(operator: Operator) -> None:
    """Mass assignment: state, owner, holder, version, times and people cannot be sent along."""
    ticket = bring_to("handling", operator)
    before: dict[str, Any] = dict(Ticket.objects.filter(pk=ticket.pk).values().get())
    typed = {
        "version": before["version"],
        "text": "客户明日出差",
        "status": "closed",
        "owner_unit": operator.zj.centre.pk,
        "holder": operator.user("agent2").pk,
        "accepted_at": "2020-01-01T00:00",
        "priority": 1,
        "kind": "appeal",
        "by": operator.user("manager").pk,
        "at": "2020-01-01T00:00",
    }
    address = reverse("ticket_action", args=[ticket.number, "add_note"])
    assert logged_in(operator, "dispatcher").post(address, typed).status_code == 302
    after: dict[str, Any] = dict(Ticket.objects.filter(pk=ticket.pk).values().get())
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed <= {"changed_at", "event_count", "last_event_hash"}
    note = ticket.notes.order_by("-pk").first()
    assert note is not None
    assert note.by == operator.user("dispatcher")
