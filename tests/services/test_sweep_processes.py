"""The sweep in real worker processes that are killed, doubled and cut off: every alert once (SC-11, model 6)."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import psycopg
import pytest
from celery import Celery
from django.core.management import call_command

from config.celery import app
from config.env import BASE_DIR
from core import clock
from tests.factories.organization import Operator
from tests.factories.servers import gateway
from tests.services.at_once import at_once
from tests.services.blocking import WAITING, kill_while_writing, writing_blocked
from tests.services.late_tickets import HOUR, check_once, make_late
from tests.services.private import private_postgres, private_redis
from tests.services.processes import beat, kept_worker, running, wait_for, worker
from tickets.models import Alert, Outbox, StageClock, SupervisionOrder, SupervisionTrigger, Ticket, TicketEvent
from tickets.services.sweeping import sweep
from tickets.tasks import sweep_deadlines

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("empty_queue")]
# What the sweep writes.
WRITTEN = (SupervisionOrder, Alert, SupervisionTrigger, StageClock, TicketEvent, Ticket, Outbox)

LEFT = """SELECT (SELECT count(*) FROM tickets_stageclock WHERE next_alert_at <= now())
    + (SELECT count(*) FROM tickets_outbox WHERE spread_at IS NULL)
    + (SELECT count(*) FROM tickets_message WHERE state <> 'sent')"""
SWEEP = "tickets.tasks.sweep_deadlines"


@pytest.fixture
def late(operator: Operator) -> list[Ticket]:
    """Tickets that departments have had for longer than they may."""
    return make_late(operator)


def nothing_is_due() -> bool:
    return not StageClock.objects.filter(next_alert_at__lte=clock.now()).exists()


def test_sc_11_workers_killed_at_each_write(late: list[Ticket]) -> None:
    """What was not committed never was; the worker after the last killed one does it all, once."""
    for model in WRITTEN:
        kill_while_writing(sweep_deadlines, model)
        assert not Alert.objects.exists()
    with worker():
        sweep_deadlines.delay()
        wait_for(nothing_is_due, seconds=60, what="The sweep")
    check_once()


def test_two_beats_and_two_workers(tmp_path: Path, late: list[Ticket]) -> None:
    """Both beats fire every minute, and nothing is raised twice."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with worker("a"), worker("b"), beat(folders[0]), beat(folders[1]):
        wait_for(nothing_is_due, seconds=130, what="A sweep")
        sweep_deadlines.delay()
        sweep_deadlines.delay()
    check_once()
    assert not running()


def test_many_sweeps_at_the_same_moment(late: list[Ticket]) -> None:
    """Rows that one holds are left alone by the others."""
    now = clock.now()
    counts = at_once(*[lambda: sweep(now) for _number in range(6)])
    sweep(now)  # what was locked while all looked
    assert sum(one.alerts for one in counts) <= Alert.objects.count()
    check_once()


def test_the_clock_jumps_both_ways(late: list[Ticket]) -> None:
    """An hour on and an hour back: what was raised stays raised, once."""
    for jump in (HOUR, -HOUR, HOUR, dt.timedelta()):
        call_command("sweep", now=(clock.now() + jump).isoformat())
    check_once()


def test_postgresql_and_redis_restart() -> None:
    """Both die while a worker sweeps, tells people and makes messages: what was asked for is lost with Redis, and the
    worker too may end (Celery does not survive every loss of its broker). The beats after their return find it again.
    """
    with private_postgres() as database, private_redis() as broker, gateway() as http:
        environment = {"DATABASE_URL": database.url, "REDIS_URL": broker.url, "SMS_GATEWAY_URL": http.url}
        late_tickets(environment, "make")
        with kept_worker(**environment), beat(database.folder, **environment):
            for table in ("tickets_outbox", "tickets_notice", "tickets_message"):
                with suppress(psycopg.OperationalError), writing_blocked(table, database.url):
                    Celery(broker=broker.url, set_as_current=False).send_task(SWEEP, queue=app.conf.task_default_queue)
                    wait_for(partial(database.count, WAITING), seconds=150, what=f"Writing to {table}")
                    database.stop()
                broker.stop()
                database.start()
                broker.start()
            wait_for(lambda: not database.count(LEFT), seconds=200, what="The rest after the restarts")
        late_tickets(environment, "check")
        sent = {request.body["key"] for request in http.requests}
        assert len(sent) == database.count("SELECT count(*) FROM tickets_message") > 0


def late_tickets(environment: dict[str, str], word: str) -> None:
    """Make or check late tickets in the database of the environment."""
    command = [sys.executable, "-m", "tests.services.late_tickets", word]
    subprocess.run(command, check=True, cwd=BASE_DIR, env=os.environ | environment)
