"""The pages of notices: the list, the number in the header, the choices, and the administrator's dead letters."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from core import clock
from core.errors import NotPermitted, Refused
from organization import services as organization
from organization.models import User
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import load_unicom, order_in, take_complaint
from tests.matrix.reading import english_words
from tickets.models import Message, Notice, NoticeChoice, Outbox, Ticket
from tickets.models.outbox import MANDATORY, Channel, MessageState, NoticeKind
from tickets.notice_lists import page_of, unread_of
from tickets.notice_words import words_of
from tickets.services.notices import choose, send_again
from tickets.states import OrderStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def operator() -> Operator:
    load_unicom()
    organization.sync_roles()
    return build_operator()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def notify(user: User, ticket: Ticket, kind: str = NoticeKind.ORDER_SENT) -> Notice:
    number = Outbox.objects.count()
    row = Outbox.objects.create(ticket=ticket, kind=kind, key=f"alert:{number}", at=clock.now(), data={})
    return Notice.objects.create(outbox=row, user=user, kind=kind, ticket=ticket, data={"orders": [1]}, at=clock.now())


def test_the_unread_come_first_and_pages_repeat_none(operator: Operator) -> None:
    ticket, user = take_complaint(operator), operator.user("agent")
    rows = [notify(user, ticket) for _number in range(7)]
    Notice.objects.filter(pk__in=[row.pk for row in rows[4:]]).update(read_at=clock.now())
    expected = [rows[index].pk for index in (3, 2, 1, 0, 6, 5, 4)]
    found, after = [], None
    while True:
        page = page_of(user, after=after, size=2)
        found += [row.notice.pk for row in page.rows]
        if page.after is None:
            break
        after = page.after
    assert found == expected
    assert page.newest == rows[-1].pk


def test_the_list_takes_as_many_queries_for_many_as_for_few(operator: Operator) -> None:
    user = operator.user("handler")
    client = client_of(user)
    seen = []
    for _round in range(2):
        for _number in range(4):
            notify(user, order_in(OrderStatus.SENT, operator).ticket)
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/notices/").status_code == 200
        seen.append(len(captured))
    assert seen[0] == seen[1]


def test_the_number_in_the_header_is_asked_for_cheaply(operator: Operator) -> None:
    user, ticket = operator.user("agent"), take_complaint(operator)
    client = client_of(user)
    tag = client.post("/live/").json()["tag"]
    assert client.post("/live/", {"tag": tag}).status_code == 204
    first = notify(user, ticket)
    with CaptureQueriesContext(connection) as captured:
        answer = client.post("/live/", {"tag": tag}).json()
    assert answer["unread"] == "1"
    assert len(captured) == 3  # the session, the user, the count
    assert client.post("/live/", {"tag": answer["tag"]}).status_code == 204
    client.post(f"/notices/{first.pk}/read/")
    assert client.post("/live/", {"tag": answer["tag"]}).json()["unread"] == ""
    for _number in range(101):
        notify(user, ticket)
    assert unread_of(user).startswith("99")


def test_opening_marks_as_read_and_leads_to_the_ticket(operator: Operator) -> None:
    user, ticket = operator.user("agent"), take_complaint(operator)
    notice = notify(user, ticket)
    answer = client_of(user).post(f"/notices/{notice.pk}/read/", {"open": "1"})
    assert answer.headers["Location"] == f"/desk/tickets/{ticket.number}/"
    notice.refresh_from_db()
    assert notice.read_at == clock.now()
    assert client_of(operator.user("dispatcher")).post(f"/notices/{notice.pk}/read/").status_code == 404


def test_marking_all_leaves_what_came_after_the_list_was_shown(operator: Operator) -> None:
    user, ticket = operator.user("agent"), take_complaint(operator)
    seen, later = notify(user, ticket), notify(user, ticket)
    others = notify(operator.user("dispatcher"), ticket)
    client_of(user).post("/notices/read/", {"until": seen.pk})
    unread = Notice.objects.filter(read_at=None).order_by("pk")
    assert list(unread) == [later, others]


@pytest.mark.parametrize("until", ["", "x", "-1", "9" * 30, "9" * 5000, "²"])
def test_nonsense_marks_nothing(operator: Operator, until: str) -> None:
    notice = notify(operator.user("agent"), take_complaint(operator))
    assert client_of(operator.user("agent")).post("/notices/read/", {"until": until}).status_code == 302
    notice.refresh_from_db()
    assert notice.read_at is None


def test_a_notice_names_neither_the_customer_nor_a_link_that_leads_nowhere(operator: Operator) -> None:
    ticket, stranger = take_complaint(operator), operator.user("manager2")
    notify(stranger, ticket, NoticeKind.RAISED)
    page = client_of(stranger).get("/notices/").content.decode()
    assert ticket.number in page
    assert 'name="open"' not in page
    assert ticket.summary not in page
    assert ticket.contact.name not in page


def test_choices_are_kept_and_what_is_mandatory_stays(operator: Operator, settings: Settings) -> None:
    settings.SENDS_MAIL = True
    user = operator.user("handler")
    User.objects.filter(pk=user.pk).update(email="handler@example.cn")
    client = client_of(user)
    page = client.get("/me/notices/").content.decode()
    assert page.count("disabled") > len(NoticeKind)  # in the product, text messages without a number, mandatory ones
    client.post("/me/notices/", {"order_sent-email": "on", "warning-sms": "on"})
    kept = set(NoticeChoice.objects.values_list("kind", "channel", "is_wanted"))
    assert kept == {(NoticeKind.ORDER_SENT, Channel.EMAIL, True), (NoticeKind.JUDGED, Channel.EMAIL, False)}
    client.post("/me/notices/", {"judged-email": "on"})
    assert not NoticeChoice.objects.exists()
    assert NoticeKind.OVERDUE in MANDATORY
    with pytest.raises(Refused) as refused:
        choose(by=user, wanted={(NoticeKind.OVERDUE, Channel.EMAIL): False})
    assert refused.value.code == "locked"


def test_dead_letters_are_seen_and_sent_again_by_administrators_only(operator: Operator) -> None:
    ticket, user = take_complaint(operator), operator.user("agent")
    User.objects.filter(pk=user.pk).update(phone="13800000001")
    outbox = notify(user, ticket).outbox
    row = Message.objects.create(
        key="event:1:x:sms",
        outbox=outbox,
        channel=Channel.SMS,
        user=user,
        created_at=clock.now(),
        next_try_at=clock.now(),
        state=MessageState.DEAD,
        attempts=8,
        last_error="the recipient has no address for this way",
    )
    client = client_of(operator.user("administrator"))
    page = client.get("/admin/tickets/message/?state=dead").content.decode()
    assert ticket.number in page
    assert "接收人没有该方式的地址" in page
    assert "13800000001" not in page
    assert ticket.summary not in page
    client.post("/admin/tickets/message/", {"action": "send_again", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert (row.state, row.attempts, row.next_try_at) == (MessageState.PENDING, 0, clock.now())
    with pytest.raises(NotPermitted):
        send_again(by=operator.user("supervisor"), message_ids=[row.pk])


FACTS = {"stage": "handle", "due": "2026-11-23T16:00:00+00:00", "orders": [1], "demands": [2], "incident": 3}


def test_no_english_is_left_in_a_notice_of_any_kind(operator: Operator) -> None:
    user, ticket = operator.user("agent"), take_complaint(operator)
    for kind in NoticeKind:
        Notice.objects.filter(pk=notify(user, ticket, kind).pk).update(data=FACTS)
    client = client_of(user)
    for address in ("/notices/", "/me/notices/"):
        assert english_words(client.get(address).content.decode(), frozenset({"agent"})) == {}


@pytest.mark.parametrize("kind", NoticeKind.values)
def test_what_leaves_the_product_names_number_stage_and_due_time(kind: str) -> None:
    words = words_of(kind, "C2611230000018", FACTS)
    for text in (words.line, words.text):
        assert "C2611230000018" in text
        assert "处理" in text
        assert "11-23 24:00" in text
        assert "C2611230000018/D2" in text
        assert not re.search("[a-z]{2,}", text.replace(words.path, ""))
