"""Worker and beat as real processes on PostgreSQL and Redis."""

import datetime as dt
import signal
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from core import clock
from core.models import Heartbeat
from core.tasks import heartbeat
from tests.factories.organization import Operator
from tests.factories.tickets import do, take_complaint
from tests.services.processes import beat, running, wait_for, worker
from tests.walks import reading, rules
from tickets.models import Ticket
from tickets.states import Status
from tickets.tasks import archive_due

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_queue")]


def quiet_ticket(operator: Operator) -> Ticket:
    """Answered on the spot two days ago; nothing is due any more."""
    at = clock.now() - dt.timedelta(days=2)
    return do(take_complaint(operator, at=at), "answer_on_spot", operator, at=at)


def archived() -> int:
    return Ticket.objects.filter(status=Status.ARCHIVED).count()


def test_a_task_reaches_a_real_worker_through_redis(client: Client) -> None:
    with worker():
        heartbeat.delay()
        wait_for(Heartbeat.objects.filter(name="beat").exists, seconds=60, what="The heartbeat")
        assert len(running()) == 3  # the worker and its two children
    assert client.get("/readyz").json()["beat"] == "ok"
    assert not running()


def test_beat_brings_the_pulse_and_the_archive(tmp_path: Path, client: Client, operator: Operator) -> None:
    """The schedule is every minute: a closed ticket that nothing is due on is archived, and `/readyz` turns green."""
    ticket = quiet_ticket(operator)
    with worker(), beat(tmp_path):
        wait_for(lambda: archived() and Heartbeat.objects.count() == 2, seconds=130, what="A beat")
        found = client.get("/readyz").json()
        assert (found["status"], found["beat"], found["sweep"]) == ("ok", "ok", "ok")
    after = reading.load(ticket.pk)
    rules.check(after, clock.now())
    last = list(after.events.all())[-1]
    assert (last.action, last.actor) == ("archive", None)
    assert not running()


def test_what_a_killed_worker_left_another_finishes(operator: Operator) -> None:
    """SIGKILL in the middle of a batch, while the worker waits for the fourth of six tickets."""
    tickets = [quiet_ticket(operator) for _number in range(6)]
    with worker() as killed:
        with transaction.atomic():
            Ticket.objects.select_for_update(of=("self",)).get(pk=tickets[3].pk)
            archive_due.delay()
            wait_for(lambda: archived() == 3, seconds=60, what="Half of the batch")
            killed.send_signal(signal.SIGKILL)
            killed.wait(timeout=30)
        wait_for(lambda: not running(), seconds=30, what="The end of its children")
    for ticket, expected in zip(tickets, [Status.ARCHIVED] * 3 + [Status.CLOSED] * 3, strict=True):
        after = reading.load(ticket.pk)
        rules.check(after, clock.now())
        assert after.status == expected
    with worker():
        archive_due.delay()  # what beat does a minute later
        wait_for(lambda: archived() == 6, seconds=60, what="The rest of the batch")
    for ticket in tickets:
        after = reading.load(ticket.pk)
        rules.check(after, clock.now())
        assert [event.action for event in after.events.all()] == ["register", "answer_on_spot", "archive"]
    assert not running()
