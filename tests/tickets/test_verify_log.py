"""verify_log finds a record that was changed, shortened or put in another order, even when the chain was made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import Settings

from core import clock
from core.errors import Refused
from tests.factories.commands import verify
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, when
from tickets import day_roots, record, tasks
from tickets.models import Ticket, TicketEvent
from tickets.states import Status

pytestmark = pytest.mark.django_db
YESTERDAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def log(settings: Settings, tmp_path: Path) -> Path:
    """Where the roots of the days are logged; not there yet."""
    settings.DAY_ROOTS_FILE = tmp_path / "record" / "day-roots.log"
    return settings.DAY_ROOTS_FILE


@pytest.fixture
def ticket(operator: Operator) -> Ticket:
    """A ticket in handling with the events of 11-23 and their root logged the day after."""
    made = bring_to(Status.HANDLING, operator, accepted_at=when("11-23 09:00"))
    with clock.frozen(when("11-24 00:20")):
        tasks.log_day_root()
    return made


def test_a_whole_record_is_confirmed(ticket: Ticket) -> None:
    assert "The record is whole: 1 tickets." in verify()
    assert "whole" in verify(ticket=ticket.number)


def test_a_changed_event_is_found(ticket: Ticket) -> None:
    TicketEvent.objects.filter(seq=2).update(data={"reason": "nothing happened"})
    assert "event 2 was changed" in verify()
    assert "event 2 was changed" in verify(ticket=ticket.number)


def test_a_missing_event_is_found(ticket: Ticket) -> None:
    TicketEvent.objects.filter(seq=2).delete()
    told = verify()
    assert "event 2 is missing" in told
    assert "2026-11-23: 3 events were logged, 2 are there" in told


def test_a_missing_last_event_is_found(ticket: Ticket) -> None:
    TicketEvent.objects.filter(seq=3).delete()
    assert "counts 3 events, 2 are there" in verify()


def test_events_in_another_order_are_found(ticket: Ticket) -> None:
    for seq, other in ((2, 9), (3, 2), (9, 3)):
        TicketEvent.objects.filter(seq=seq).update(seq=other)
    assert "event 2 does not follow the one before it" in verify()


def test_a_chain_made_anew_is_found_by_the_day(ticket: Ticket) -> None:
    """Who can write to the database can chain anew; the logged root of the day tells."""
    previous = ""
    for event in TicketEvent.objects.order_by("seq"):
        event.data = {}
        event.previous_hash = previous
        previous = record.hash_of(event)
        TicketEvent.objects.filter(pk=event.pk).update(data={}, previous_hash=event.previous_hash, hash=previous)
    Ticket.objects.update(last_event_hash=previous)
    told = verify()
    assert "was changed" not in told
    assert "2026-11-23: 3 events were logged, 3 are there, or they are not the same" in told


def test_an_unknown_ticket_is_named(ticket: Ticket) -> None:
    assert "There is no ticket C1." in verify(ticket="C1")


def test_the_day_is_logged_once(ticket: Ticket, log: Path) -> None:
    with clock.frozen(when("11-24 08:00")):
        tasks.log_day_root()
    assert [(row.day, row.count) for row in day_roots.logged()] == [(YESTERDAY, 3)]
    assert log.read_text(encoding="utf-8") == f"{day_roots.root_of(YESTERDAY)}\n"


def test_days_missed_are_made_up_for(ticket: Ticket) -> None:
    with clock.frozen(when("11-27 00:20")):
        tasks.log_day_root()
    assert [(row.day.day, row.count) for row in day_roots.logged()] == [(23, 3), (24, 0), (25, 0), (26, 0)]


def test_days_end_at_midnight_in_shanghai(operator: Operator) -> None:
    bring_to(Status.DRAFT, operator, accepted_at=when("11-23 23:59:59"))
    bring_to(Status.DRAFT, operator, accepted_at=when("11-23 24:00"))
    assert [day_roots.root_of(dt.date(2026, 11, day)).count for day in (22, 23, 24)] == [0, 1, 1]


def test_a_tampered_log_is_refused(ticket: Ticket, log: Path) -> None:
    log.write_text("2026-11-23 three abc\n", encoding="utf-8")
    with pytest.raises(Refused, match="Line 1"):
        list(day_roots.logged())
    assert "Line 1" in verify()
