"""Notices and messages by real workers that are killed and doubled: told once, sent at least once (model 6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import Settings

from core import clock
from organization.models import User
from tests.factories.organization import Operator
from tests.factories.servers import Gateway, gateway
from tests.factories.tickets import order_in
from tests.services.at_once import at_once
from tests.services.blocking import kill_while_writing, somebody_waits, writing_blocked
from tests.services.processes import kill_all, wait_for, worker
from tickets.delivery import deliver_due
from tickets.models import Message, Notice, Outbox, Ticket
from tickets.models.outbox import Channel, MessageState, NoticeKind
from tickets.spreading import spread_due
from tickets.states import OrderStatus
from tickets.tasks import deliver_messages, spread_outbox

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_queue")]


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Gateway]:
    """A gateway that this process and its workers send text messages to."""
    with gateway() as server:
        monkeypatch.setenv("SMS_GATEWAY_URL", server.url)
        settings.SMS_GATEWAY_URL = server.url
        yield server


@pytest.fixture
def serious(operator: Operator) -> Outbox:
    """Something that two people at least are told by text message, at any hour."""
    User.objects.update(phone="13800000001")
    ticket = order_in(OrderStatus.SENT, operator).ticket
    Ticket.objects.filter(pk=ticket.pk).update(priority=1)
    Outbox.objects.all().delete()
    return Outbox.objects.create(ticket=ticket, kind=NoticeKind.SERIOUS, key="event:1:serious", at=clock.now())


@pytest.fixture
def one_message(serious: Outbox, http: Gateway) -> Message:
    """One text message that waits to be sent."""
    spread_due(100)
    kept = Message.objects.order_by("pk")[0]
    Message.objects.exclude(pk=kept.pk).delete()
    return kept


def is_spread() -> bool:
    return not Outbox.objects.filter(spread_at=None).exists()


def all_sent() -> bool:
    return not Message.objects.exclude(state=MessageState.SENT).exists()


def check_told_once() -> None:
    """Everybody has one notice and one message."""
    told = list(Notice.objects.values_list("user", flat=True))
    assert len(told) == len(set(told)) > 1
    assert sorted(Message.objects.values_list("user", flat=True)) == sorted(told)


def keys_of(http: Gateway) -> list[str]:
    return [request.body["key"] for request in http.requests]


def test_workers_killed_at_each_write_of_the_spreading(serious: Outbox, http: Gateway) -> None:
    for model in (Notice, Message, Outbox):
        kill_while_writing(spread_outbox, model)
        assert not Notice.objects.exists()
    with worker():
        spread_outbox.delay()
        wait_for(is_spread, seconds=60, what="The spreading")
        wait_for(all_sent, seconds=60, what="The sending that it wakes")
    check_told_once()
    assert sorted(keys_of(http)) == sorted(Message.objects.values_list("key", flat=True))


def test_many_spread_and_send_at_the_same_moment(serious: Outbox, http: Gateway) -> None:
    at_once(*[lambda: spread_due(100) for _number in range(4)])
    check_told_once()
    at_once(*[lambda: deliver_due(100) for _number in range(4)])
    assert all_sent()
    assert sorted(keys_of(http)) == sorted(Message.objects.values_list("key", flat=True))


def test_a_worker_killed_before_it_sends_sends_nothing(serious: Outbox, http: Gateway) -> None:
    spread_due(100)
    kill_while_writing(deliver_messages, Message)
    assert http.requests == []
    deliver_due(100)
    assert len(keys_of(http)) == len(set(keys_of(http))) == Message.objects.count()


def test_a_worker_killed_while_it_sends_holds_its_claim_and_no_more(one_message: Message, http: Gateway) -> None:
    http.hangs = True
    with worker():
        deliver_messages.delay()
        wait_for(lambda: http.requests, seconds=60, what="The sending")
        kill_all()
    http.hangs = False
    assert deliver_due(100) == 0  # its claim holds
    Message.objects.update(claimed_until=clock.database_now())
    assert deliver_due(100) == 1
    assert all_sent()
    assert len(keys_of(http)) == 2
    assert len(set(keys_of(http))) == 1


def test_a_worker_killed_between_sending_and_marking_sends_twice_with_one_key(
    one_message: Message, http: Gateway
) -> None:
    http.pauses = True
    with worker():
        deliver_messages.delay()
        wait_for(lambda: http.requests, seconds=60, what="The sending")
        with writing_blocked("tickets_message"):
            http.released.set()
            wait_for(somebody_waits, seconds=60, what="The marking")
            kill_all()
            with connection.cursor() as cursor:  # what was sent to the server before the kill would still be done
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
    assert Message.objects.get().state == MessageState.PENDING
    Message.objects.update(claimed_until=clock.database_now())
    deliver_due(100)
    assert all_sent()
    assert len(keys_of(http)) == 2
    assert len(set(keys_of(http))) == 1
    assert Message.objects.get().channel == Channel.SMS
