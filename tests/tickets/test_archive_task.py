"""The system archives what has been quiet for a day (model 3.1)."""

from __future__ import annotations

import datetime as dt
import logging

import pytest

from core import clock
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, when
from tickets import tasks
from tickets.models import StageClock, Ticket, TicketEvent
from tickets.states import Outcome, Status

pytestmark = pytest.mark.django_db
REVISITED_AT = when("11-23 12:00")
READY = REVISITED_AT + dt.timedelta(hours=24)


def revisited(operator: Operator) -> Ticket:
    """A ticket with which everything was done at REVISITED_AT."""
    with clock.frozen(REVISITED_AT):
        return bring_to(Status.REVISITED, operator)


def archived_at(instant: dt.datetime) -> int:
    with clock.frozen(instant):
        return tasks.archive_due()


def test_after_a_day_of_quiet_and_not_a_second_earlier(operator: Operator) -> None:
    ticket = revisited(operator)
    assert archived_at(READY - dt.timedelta(seconds=1)) == 0
    assert archived_at(READY) == 1
    ticket.refresh_from_db()
    assert (ticket.status, ticket.archived_at) == (Status.ARCHIVED, READY)
    last = TicketEvent.objects.filter(ticket=ticket).latest("seq")
    assert (last.action, last.actor) == ("archive", None)


def test_twice_does_nothing(operator: Operator) -> None:
    revisited(operator)
    assert [archived_at(READY), archived_at(READY)] == [1, 0]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.HANDLING, Status.CLOSED, Status.PENDING_SCREENING])
def test_what_is_still_due_stays(operator: Operator, status: str) -> None:
    with clock.frozen(REVISITED_AT):
        bring_to(status, operator)
    assert archived_at(READY + dt.timedelta(days=2)) == 0


def test_a_bad_row_stops_nobody_else(operator: Operator, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged and skipped, the others are archived."""
    bad, good, better = (revisited(operator) for _count in range(3))
    StageClock.objects.filter(ticket=bad, stage="total").update(
        outcome=Outcome.RUNNING, stopped_at=None, counted_seconds=None, limit={"unit": "nonsense"}
    )
    with caplog.at_level(logging.ERROR):
        assert archived_at(READY) == 2
    assert f"Ticket {bad.pk} could not be archived" in caplog.text
    assert set(Ticket.objects.filter(status=Status.ARCHIVED)) == {good, better}


def test_many_in_batches_and_never_more_than_a_run_may(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    for _count in range(5):
        revisited(operator)
    monkeypatch.setattr(tasks, "BATCH", 2)
    monkeypatch.setattr(tasks, "MOST_PER_RUN", 3)
    assert [archived_at(READY), archived_at(READY), archived_at(READY)] == [3, 2, 0]
