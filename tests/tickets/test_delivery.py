"""Sending over real servers on the loopback: at least once with a stable key, retried, given up (model 6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from core import clock
from organization.models import Unit, User
from tests.factories.organization import Operator
from tests.factories.servers import Gateway, Mailbox, gateway, mail_server
from tests.factories.tickets import do, order_in
from tickets import delivery
from tickets.delivery import CLAIM, MOST_ATTEMPTS, MOST_NAMED, deliver_due, state_of_outbox
from tickets.models import Message, Outbox, Ticket
from tickets.models.outbox import Channel, MessageState, NoticeKind
from tickets.states import OrderStatus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock"), pytest.mark.loopback]

MINUTE = dt.timedelta(minutes=1)
PHONE, ADDRESS = "13800000001", "handler@example.cn"


@pytest.fixture
def http(settings: Settings) -> Iterator[Gateway]:
    with gateway() as server:
        settings.SMS_GATEWAY_URL = f"{server.url}/sms?account=1"
        settings.WECOM_ROBOT_URL = f"{server.url}/wecom"
        settings.DINGTALK_ROBOT_URL = f"{server.url}/dingtalk"
        settings.CONNECT_TIMEOUT = settings.READ_TIMEOUT = 0.3
        yield server


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.SENDS_MAIL = "127.0.0.1", server.port, True
        settings.DEFAULT_FROM_EMAIL, settings.EMAIL_TIMEOUT = "闭环 <bihuan@example.cn>", 0.3
        yield server


@pytest.fixture
def ticket(operator: Operator) -> Ticket:
    return order_in(OrderStatus.SENT, operator).ticket


def message(
    ticket: Ticket, channel: Channel = Channel.SMS, kind: str = NoticeKind.OVERDUE, *, to: Unit | None = None
) -> Message:
    """A message to the handler (or to a unit), due now."""
    number, now = Outbox.objects.count(), clock.now()
    row = Outbox.objects.create(
        ticket=ticket, kind=kind, key=f"alert:{number}", at=now, spread_at=now, data={"stage": "handle"}
    )
    user = User.objects.get(username="handler")
    User.objects.filter(pk=user.pk).update(phone=PHONE, email=ADDRESS)
    return Message.objects.create(
        key=f"{row.key}:{channel}",
        outbox=row,
        channel=channel,
        user=None if to else user,
        unit=to,
        created_at=now,
        next_try_at=now,
    )


def after(row: Message) -> Message:
    row.refresh_from_db()
    return row


def robot(operator: Operator, address: str) -> Unit:
    unit = operator.js.fixed_line
    Unit.objects.filter(pk=unit.pk).update(notification_address=address)
    return unit


# -- what arrives


def test_a_text_message_says_what_and_when_and_nothing_about_the_customer(ticket: Ticket, http: Gateway) -> None:
    row = message(ticket)
    assert deliver_due(10) == 1
    (request,) = http.requests
    assert request.path == "/sms?account=1"
    assert request.body == {"to": PHONE, "text": request.body["text"], "key": row.key}
    assert request.headers["Idempotency-Key"] == row.key
    assert ticket.number in request.body["text"]
    contact = Ticket.objects.get(pk=ticket.pk).contact
    assert not any(private in str(request.body) for private in (contact.name, contact.phone, ticket.summary))
    assert (after(row).state, row.sent_at, row.attempts) == (MessageState.SENT, clock.now(), 1)
    assert deliver_due(10) == 0


def test_a_mail_has_the_same_message_id_however_often_it_goes(ticket: Ticket, mailbox: Mailbox) -> None:
    row = message(ticket, Channel.EMAIL)
    deliver_due(10)
    Message.objects.filter(pk=row.pk).update(state=MessageState.PENDING, sent_at=None)  # died before it marked it
    deliver_due(10)
    first, second = mailbox.mails
    assert first["To"] == ADDRESS
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@example.cn>")
    assert ticket.number in first["Subject"]
    assert f"/desk/tickets/{ticket.number}/" in first.get_content()


@pytest.mark.parametrize(
    "channel, address, path",
    [
        (Channel.WECOM, "wecom:693a91f6-7aaa", "/wecom?key=693a91f6-7aaa"),
        (Channel.DINGTALK, "dingtalk:aaaabbbb", "/dingtalk?access_token=aaaabbbb"),
    ],
)
def test_a_robot_gets_a_text(
    operator: Operator, ticket: Ticket, http: Gateway, channel: Channel, address: str, path: str
) -> None:
    http.answer = b'{"errcode": 0, "errmsg": "ok"}'
    row = message(ticket, channel, to=robot(operator, address))
    assert deliver_due(10) == 1
    (request,) = http.requests
    assert (request.path, request.body["msgtype"]) == (path, "text")
    assert request.body["text"]["content"].startswith("闭环")
    assert after(row).state == MessageState.SENT


# -- what fails


def _answers(**how: Any) -> Callable[[Gateway], None]:
    def prepare(http: Gateway) -> None:
        for name, value in how.items():
            setattr(http, name, value)

    return prepare


@pytest.mark.parametrize(
    "fails, words",
    [
        (_answers(status=500), "HTTP 500"),
        (_answers(status=429), "HTTP 429"),
        (_answers(status=302, headers={"Location": "http://127.0.0.1:1/"}), "HTTP 302"),
        (_answers(answer=b"<html>"), "no JSON object"),
        (_answers(answer=b"[1]"), "no JSON object"),
        (_answers(answer=b"{" + b" " * 70_000), "too long"),
        (_answers(hangs=True), "TimeoutError"),
    ],
)
def test_what_may_pass_is_tried_again(ticket: Ticket, http: Gateway, fails: Any, words: str) -> None:
    row = message(ticket)
    fails(http)
    assert deliver_due(10) == 0
    assert after(row).state == MessageState.PENDING
    assert words in row.last_error
    assert PHONE not in row.last_error
    assert dt.timedelta(seconds=48) <= row.next_try_at - clock.now() <= dt.timedelta(seconds=72)
    assert (len(http.requests), row.attempts, row.claimed_until) == (1, 1, None)


def test_a_gateway_that_is_not_there(ticket: Ticket, settings: Settings) -> None:
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/"
    row = message(ticket)
    deliver_due(10)
    assert (after(row).state, row.last_error) == (MessageState.PENDING, "HTTP: ConnectionRefusedError")


@pytest.mark.parametrize(
    "fails, words",
    [(_answers(status=400), "HTTP 400"), (_answers(answer=b'{"accepted": false}'), "did not accept")],
)
def test_what_will_never_go_is_given_up_at_once(ticket: Ticket, http: Gateway, fails: Any, words: str) -> None:
    row = message(ticket)
    fails(http)
    deliver_due(10)
    assert (after(row).state, words in row.last_error) == (MessageState.DEAD, True)


@pytest.mark.parametrize("code, state", [(93000, MessageState.DEAD), (45009, MessageState.PENDING)])
def test_a_robot_refuses(operator: Operator, ticket: Ticket, http: Gateway, code: int, state: str) -> None:
    http.answer = f'{{"errcode": {code}}}'.encode()
    row = message(ticket, Channel.WECOM, to=robot(operator, "wecom:693a91f6-7aaa"))
    deliver_due(10)
    assert (after(row).state, row.last_error) == (state, f"errcode {code}")


@pytest.mark.parametrize(
    "command, reply, state",
    [
        ("RCPT", "550 no such user handler@example.cn", MessageState.DEAD),
        ("RCPT", "451 try later", MessageState.PENDING),
        ("MAIL", "530 log in first", MessageState.PENDING),
        ("DATA", "554 refused", MessageState.DEAD),
    ],
)
def test_a_mail_server_refuses(ticket: Ticket, mailbox: Mailbox, command: str, reply: str, state: str) -> None:
    mailbox.replies[command] = reply
    row = message(ticket, Channel.EMAIL)
    deliver_due(10)
    assert (after(row).state, row.last_error) == (state, f"SMTP {reply[:3]}")


def test_it_comes_later_and_later_and_is_given_up_at_last(
    ticket: Ticket, http: Gateway, frozen_clock: clock.FrozenClock
) -> None:
    http.status = 503
    row, pauses = message(ticket), []
    Ticket.objects.filter(pk=ticket.pk).update(priority=1)  # no night comes in between
    for _attempt in range(MOST_ATTEMPTS):
        deliver_due(1)
        pauses.append(after(row).next_try_at - clock.now())
        frozen_clock.move_to(row.next_try_at)
    assert (row.state, row.attempts) == (MessageState.DEAD, MOST_ATTEMPTS)
    expected = [MINUTE * minutes for minutes in (1, 2, 4, 8, 16, 32, 60)]
    assert all(0.8 * due <= pause <= 1.2 * due for pause, due in zip(pauses, expected, strict=False))
    assert {request.body["key"] for request in http.requests} == {row.key}
    assert len(http.requests) == MOST_ATTEMPTS


def test_who_has_no_address_any_more_gets_nothing(ticket: Ticket, http: Gateway) -> None:
    row = message(ticket)
    User.objects.filter(username="handler").update(is_active=False)
    deliver_due(10)
    assert (after(row).state, http.requests) == (MessageState.DEAD, [])


def test_one_that_fails_does_not_hold_up_the_next(operator: Operator, ticket: Ticket, http: Gateway) -> None:
    http.answer = b'{"errcode": 0}'
    bad = message(ticket, Channel.WECOM, to=robot(operator, "mailto:x@example.cn"))
    good = message(ticket)
    assert deliver_due(10) == 1
    assert (after(bad).state, after(good).state) == (MessageState.DEAD, MessageState.SENT)


# -- claims


def test_what_another_sends_is_left_to_it_until_its_claim_runs_out(
    ticket: Ticket, http: Gateway, frozen_clock: clock.FrozenClock
) -> None:
    """A clock that jumps an hour on and back frees nothing that is being sent."""
    row, start = message(ticket), clock.now()
    Message.objects.update(claimed_until=clock.database_now() + CLAIM)  # a worker that was killed, or is sending
    for jump in (dt.timedelta(), dt.timedelta(hours=1), dt.timedelta(hours=-1)):
        frozen_clock.move_to(start + jump)
        assert deliver_due(10) == 0
    frozen_clock.move_to(start)
    Message.objects.update(claimed_until=clock.database_now())
    assert deliver_due(10) == 1
    assert after(row).state == MessageState.SENT


def test_who_comes_back_after_its_claim_ran_out_does_not_mark_what_is_anothers(
    ticket: Ticket, http: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = message(ticket)
    others = clock.now() + CLAIM + MINUTE
    outgoing = delivery._outgoing

    def slowly(messages: list[Message]) -> Any:
        Message.objects.update(claimed_until=others)
        return outgoing(messages)

    monkeypatch.setattr(delivery, "_outgoing", slowly)
    deliver_due(1)
    assert (after(row).state, row.claimed_until) == (MessageState.PENDING, others)


# -- digests and hours


def test_warnings_within_the_window_go_out_as_one(
    ticket: Ticket, http: Gateway, frozen_clock: clock.FrozenClock
) -> None:
    start = clock.now()
    rows = []
    for minute in (0, 4, 9, 11):
        frozen_clock.move_to(start + minute * MINUTE)
        rows.append(message(ticket, kind=NoticeKind.WARNING))
        Message.objects.filter(pk=rows[-1].pk).update(next_try_at=clock.now() + 10 * MINUTE)
    deliver_due(10)
    (request,) = http.requests  # eleven minutes after the first
    assert request.body["key"] == rows[0].key
    assert request.body["text"].count(ticket.number) == 3
    assert [after(row).state for row in rows] == [MessageState.SENT] * 3 + [MessageState.PENDING]
    frozen_clock.move_to(start + 21 * MINUTE)
    deliver_due(10)
    assert http.requests[-1].body["key"] == rows[3].key


def test_a_text_message_names_ten_tickets_and_says_how_many_there_are(ticket: Ticket, http: Gateway) -> None:
    for _number in range(12):
        message(ticket, kind=NoticeKind.WARNING)
    deliver_due(10)
    (request,) = http.requests
    assert request.body["text"].count(ticket.number) == MOST_NAMED == 10
    assert "12" in request.body["text"].split(ticket.number)[0]
    assert request.body["text"].endswith("…")


@pytest.mark.parametrize("kind", [NoticeKind.WARNING, NoticeKind.OVERDUE])
def test_what_ended_while_its_alert_waited_is_not_alerted(
    operator: Operator, ticket: Ticket, http: Gateway, frozen_clock: clock.FrozenClock, kind: str
) -> None:
    """Of two tickets whose alerts wait for the same recipient one is withdrawn meanwhile (model 4)."""
    other = order_in(OrderStatus.SENT, operator).ticket
    rows = [message(ticket, kind=kind), message(other, kind=kind)]
    for row in rows:
        handle = row.outbox.ticket.clocks.get(stage="handle")
        row.outbox.data |= {"to": ["user"], "clock": handle.pk}
        row.outbox.save()
    frozen_clock.move_to(clock.now() + MINUTE)
    do(ticket, "withdraw", operator)
    assert deliver_due(10) == 1
    (request,) = http.requests
    assert (other.number in request.body["text"], ticket.number in request.body["text"]) == (True, False)
    assert list(Message.objects.values_list("pk", "state")) == [(rows[1].pk, MessageState.SENT)]


@pytest.mark.parametrize("priority, sent", [(2, 0), (1, 1)])
def test_no_text_message_rings_at_night_but_of_the_first_priority(
    ticket: Ticket, http: Gateway, frozen_clock: clock.FrozenClock, priority: int, sent: int
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(priority=priority)
    frozen_clock.move_to(clock.parse_instant("2026-11-23 21:00"))
    row = message(ticket)
    assert deliver_due(10) == sent
    frozen_clock.move_to(clock.parse_instant("2026-11-24 08:00"))
    deliver_due(10)
    assert after(row).state == MessageState.SENT


# -- health


def test_ready_says_late_when_something_waits_for_more_than_ten_minutes(
    ticket: Ticket, http: Gateway, frozen_clock: clock.FrozenClock
) -> None:
    Outbox.objects.update(spread_at=clock.now())
    message(ticket)
    frozen_clock.move_to(clock.now() + 10 * MINUTE)
    assert state_of_outbox() == "ok"
    frozen_clock.move_to(clock.now() + MINUTE)
    assert state_of_outbox() == "late"
    deliver_due(10)
    assert state_of_outbox() == "ok"
    Outbox.objects.update(spread_at=None)
    assert state_of_outbox() == "late"
