"""check_consistency finds each contradiction; rows are broken behind the write path's back, one at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import translation

from core import clock
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do
from tickets import consistency
from tickets.models import (
    Contact,
    Extension,
    Incident,
    StageClock,
    SupervisionOrder,
    SupervisionTrigger,
    Ticket,
    TicketEvent,
    TicketNote,
    TicketSearch,
    WorkOrder,
)
from tickets.states import STATES_OF, Kind, OrderStatus, Outcome, Stage, Status

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def tickets() -> Any:
    return Ticket.objects.all()


def clocks(stage: str) -> Any:
    return StageClock.objects.filter(stage=stage)


STOPPED = {"outcome": Outcome.MET, "stopped_at": F("started_at"), "counted_seconds": 0, "next_alert_at": None}

# What is broken: the state that the ticket is brought to, how, and the words that tell of it.
BROKEN: dict[str, tuple[str, Callable[[], object], str]] = {
    "unknown to the search": (Status.DRAFT, lambda: TicketSearch.objects.all().delete(), "does not know it"),
    "words": (Status.DRAFT, lambda: tickets().update(summary="另一件事"), "knows other words of it"),
    "places": (
        Status.HANDLING,
        lambda: TicketSearch.objects.update(places=["1"]),
        "looks for it in other places than it came to",
    ),
    "state": (
        Status.CLOSED,
        lambda: tickets().update(status=Status.REVISITED),
        "not the one that the last event led to",
    ),
    "changed_at": (
        Status.DRAFT,
        lambda: tickets().update(changed_at=F("changed_at") + HOUR),
        "at another time than its last event",
    ),
    "contact": (Status.DRAFT, lambda: Contact.objects.all().delete(), "no contact data"),
    "answer": (
        Status.CLOSED,
        lambda: Ticket.objects.get().answers.update(round=2),
        "closed without an answer of its round",
    ),
    "supervisor": (
        Status.CLOSED,
        lambda: tickets().update(needs_assignment=True),
        "waits for the supervisor although it never bounced",
    ),
    "clock of another state": (
        Status.HANDLING,
        lambda: clocks(Stage.DISPATCH).update(outcome=Outcome.RUNNING, stopped_at=None, counted_seconds=None),
        "must not run in its state (dispatch)",
    ),
    "clock of a recalled order": (
        Status.PENDING_ANSWER,
        lambda: clocks(Stage.HANDLE).update(outcome=Outcome.RUNNING, stopped_at=None, counted_seconds=None),
        "must not (handle)",
    ),
    "untimed order": (
        Status.HANDLING,
        lambda: clocks(Stage.HANDLE).update(**(STOPPED | {"outcome": Outcome.CANCELLED})),
        "not timed any more (handle)",
    ),
    "round of a clock": (
        Status.HANDLING,
        lambda: clocks(Stage.HANDLE).update(round=2),
        "a clock of another round runs",
    ),
    "total": (
        Status.HANDLING,
        lambda: clocks(Stage.TOTAL).update(**STOPPED),
        "whole course is not timed",
    ),
    "incident nobody opened": (
        Status.CLOSED,
        lambda: tickets().update(
            incident=Incident.objects.create(title="断网", status="proposed", starts_at=clock.now())
        ),
        "a mass incident that nobody opened",
    ),
    "incident beside an order": (
        Status.HANDLING,
        lambda: tickets().update(
            incident=Incident.objects.create(title="断网", status="proposed", starts_at=clock.now())
        ),
        "stands for its work order, and yet",
    ),
    "marked as paused": (
        Status.HANDLING,
        lambda: tickets().update(is_paused=True),
        "marked as paused and is not",
    ),
    "stands still": (
        Status.HANDLING,
        lambda: clocks(Stage.HANDLE).update(paused_at=F("started_at"), next_alert_at=None),
        "stands still although",
    ),
    "runs on": (
        Status.HANDLING,
        lambda: tickets().update(is_paused=True),
        "runs that should stand still",
    ),
    "asked for too long": (
        Status.PENDING_ANSWER,
        lambda: Extension.objects.create(
            ticket=tickets().get(),
            clock=clocks(Stage.HANDLE).get(),
            due_before=clocks(Stage.HANDLE).get().due_at,
            due_asked=clocks(Stage.HANDLE).get().due_at + HOUR,
            asked_at=clocks(Stage.HANDLE).get().started_at,
            asked_by=tickets().get().accepted_by,
        ),
        "that nobody needs any more",
    ),
    "timed twice": (
        Status.DRAFT,
        lambda: StageClock.objects.bulk_create([_again(clocks(Stage.TOTAL).get())]),
        "timed twice",
    ),
    "met too late": (
        Status.CLOSED,
        lambda: clocks(Stage.TOTAL).update(stopped_at=F("due_at") + HOUR),
        "outcome contradicts its times",
    ),
    "breached in time": (
        Status.CLOSED,
        lambda: clocks(Stage.FILL).update(outcome=Outcome.BREACHED),
        "outcome contradicts its times",
    ),
    "next due": (
        Status.HANDLING,
        lambda: tickets().update(next_due_at=F("next_due_at") + HOUR),
        "next due time",
    ),
    "quiet too early": (
        Status.CLOSED,
        lambda: tickets().update(quiet_from=F("changed_at")),
        "since when nothing is due",
    ),
    "quiet unsaid": (
        Status.REVISITED,
        lambda: tickets().update(quiet_from=None),
        "since when nothing is due",
    ),
    "order open at the end": (
        Status.CLOSED,
        lambda: WorkOrder.objects.update(status=OrderStatus.REPLIED, ended_at=None),
        "open although none may be",
    ),
    "nobody has it": (
        Status.HANDLING,
        lambda: WorkOrder.objects.update(status=OrderStatus.RECALLED, ended_at=F("sent_at")),
        "no unit has it",
    ),
    "lead open": (
        Status.PENDING_ANSWER,
        lambda: WorkOrder.objects.update(status=OrderStatus.REPLIED, ended_at=None),
        "although its results were collected",
    ),
    "round of an order": (
        Status.HANDLING,
        lambda: WorkOrder.objects.update(round=2),
        "a work order of another round",
    ),
    "gap among orders": (Status.HANDLING, lambda: WorkOrder.objects.update(seq=3), "have a gap"),
    "contacts": (Status.HANDLING, lambda: tickets().update(contact_count=2), "further contacts"),
    "rounds": (Status.DRAFT, lambda: tickets().update(round=2), "the rounds are not"),
    "bounces": (Status.HANDLING, lambda: tickets().update(bounce_count=1), "the bounces are not"),
    "repeats": (Status.DRAFT, lambda: tickets().update(repeat_number=1), "the repeats are not"),
    "number": (Status.DRAFT, lambda: tickets().update(number="C2611230000011"), "check digit"),
    "count of events": (Status.DRAFT, lambda: tickets().update(event_count=5), "counts 5 events"),
    "event": (
        Status.HANDLING,
        lambda: TicketEvent.objects.filter(action="submit").update(at=F("at") - HOUR),
        "event 2 was changed",
    ),
}


def _again(row: StageClock) -> StageClock:
    row.pk, row.attempt = None, 2
    return row


@pytest.mark.parametrize("case", BROKEN)
def test_each_contradiction_is_found(operator: Operator, case: str) -> None:
    status, breaks, words = BROKEN[case]
    ticket = bring_to(status, operator)
    assert list(consistency.faults()) == []
    breaks()
    told = list(consistency.faults())
    assert any(words in fault for fault in told), told
    if case != "number":
        assert all(fault.startswith(ticket.number) for fault in told)


def test_a_part_of_ended_work_is_found(operator: Operator) -> None:
    ticket = bring_to(Status.HANDLING, operator)
    ticket = do(ticket, "claim", operator, order=1)
    do(ticket, "ask_assistant", operator, order=1, unit=operator.js.service)
    assert list(consistency.faults()) == []
    WorkOrder.objects.filter(seq=1).update(status=OrderStatus.RECALLED, ended_at=F("sent_at"))
    assert any("order that asked for it has ended" in fault for fault in consistency.faults())


@pytest.mark.parametrize(
    "breaks, words",
    [
        (lambda: SupervisionOrder.objects.update(seq=2), "supervision orders have a gap"),
        (lambda: SupervisionTrigger.objects.all().delete(), "has no trigger"),
        (lambda: SupervisionOrder.objects.update(acknowledged_at=None), "steps of a supervision order"),
        (lambda: SupervisionOrder.objects.update(replied_at=F("replied_at") - HOUR), "steps of a supervision order"),
    ],
)
def test_broken_supervision_is_found(operator: Operator, breaks: Callable[[], object], words: str) -> None:
    ticket = bring_to(Status.HANDLING, operator)
    for act in ("supervise", "chase", "reply_supervision", "judge_supervision"):
        do(ticket, act, operator)
    assert list(consistency.faults()) == []
    breaks()
    assert any(words in fault for fault in consistency.faults())


def test_what_the_write_path_makes_agrees(operator: Operator) -> None:
    for status in STATES_OF[Kind.COMPLAINT] - {Status.DECLINED}:
        bring_to(status, operator)
    assert list(consistency.faults()) == []


def test_one_ticket_alone_can_be_checked(operator: Operator) -> None:
    sound, broken = bring_to(Status.HANDLING, operator), bring_to(Status.DRAFT, operator)
    Ticket.objects.filter(pk=broken.pk).update(contact_count=1)
    TicketNote.objects.all().delete()
    assert list(consistency.faults(sound)) == []
    assert len(list(consistency.faults(broken))) == 1


def test_the_command_lists_and_fails(operator: Operator) -> None:
    """interfaces.md: exit 1 with a list."""
    ticket = bring_to(Status.HANDLING, operator)
    out = StringIO()
    call_command("check_consistency", stdout=out)
    assert "agrees" in out.getvalue()
    Ticket.objects.update(contact_count=1, bounce_count=1)
    with pytest.raises(CommandError, match="2 contradictions"):
        call_command("check_consistency", stdout=out)
    assert out.getvalue().count(ticket.number) == 2
