"""What people said cannot be rewritten behind the record: verify_log compares each row with its digest (U-04)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from core import clock
from tests.factories.commands import verify
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, last_event
from tickets.models import (
    Amendment,
    Answer,
    Attachment,
    InterimReply,
    RevisitAttempt,
    Ticket,
    TicketEvent,
    TicketNote,
    WorkOrderReply,
)
from tickets.services.attachments import attach
from tickets.states import Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
# A column of each kind of row, what somebody would like to have written there, and the name of the row.
REWRITTEN: dict[type[Any], tuple[dict[str, Any], str]] = {
    TicketNote: ({"text": "客户表示满意"}, "note"),
    Answer: ({"content": "已赔偿一万元。"}, "answer"),
    InterimReply: ({"promised_for": dt.datetime(2027, 1, 1, tzinfo=dt.UTC)}, "interim reply"),
    RevisitAttempt: ({"satisfaction": "very_satisfied"}, "revisit attempt"),
    WorkOrderReply: ({"restored_at": dt.datetime(2026, 11, 22, tzinfo=dt.UTC)}, "work-order reply"),
    Attachment: ({"sha256": "0" * 64}, "attachment"),
    Amendment: ({"old": "无"}, "amendment"),
}
KINDS = pytest.mark.parametrize("model", REWRITTEN, ids=lambda model: model.__name__)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def ticket(operator: Operator) -> Ticket:
    """A ticket about which everything has been said that can be, revisited by now."""
    ticket = bring_to(Status.HANDLING, operator)
    do(ticket, "amend", operator)
    do(ticket, "add_note", operator)
    do(ticket, "interim_reply", operator, promised_for=clock.now() + dt.timedelta(hours=6))
    attach(ticket.pk, SimpleUploadedFile("账单.png", PNG), purpose="evidence", by=operator.user("dispatcher"))
    do(ticket, "claim", operator, order=1)
    do(ticket, "reply", operator, order=1, restored_at=clock.now())
    do(ticket, "approve", operator, order=1)
    do(ticket, "accept", operator, order=1)
    do(ticket, "answer", operator)
    return do(ticket, "revisit", operator)


def test_what_was_said_is_proven(ticket: Ticket) -> None:
    assert "The record is whole: 1 tickets." in verify(files=True)
    assert all(model.objects.exists() for model in REWRITTEN)


@KINDS
def test_a_rewritten_row_is_found(ticket: Ticket, model: type[Any]) -> None:
    """U-04: the chain alone would not notice."""
    row, (changes, name) = model.objects.earliest("pk"), REWRITTEN[model]
    model.objects.filter(pk=row.pk).update(**changes)
    told = verify()
    assert f"{ticket.number}: {name} {row.pk} of event" in told
    assert "was changed" in told
    assert "was changed" in verify(ticket=ticket.number)


@KINDS
def test_a_removed_row_is_found(ticket: Ticket, model: type[Any]) -> None:
    row = model.objects.earliest("pk")
    model.objects.filter(pk=row.pk).delete()
    told = verify()
    assert f"{REWRITTEN[model][1]} {row.pk} of event" in told
    assert "is missing" in told


@KINDS
def test_a_row_slipped_in_is_found(ticket: Ticket, model: type[Any]) -> None:
    row = model.objects.latest("pk")
    row.pk = None
    if model is RevisitAttempt:
        row.number += 1
    row.save(force_insert=True)
    assert f"no event tells of {REWRITTEN[model][1]} {row.pk}" in verify()


def test_a_row_moved_to_another_ticket_is_found(ticket: Ticket, operator: Operator) -> None:
    other = bring_to(Status.PENDING_DISPATCH, operator)
    TicketNote.objects.update(ticket=other)
    told = verify()
    assert f"{other.number}: no event tells of note" in told
    assert f"{ticket.number}: note" in told


def test_a_file_that_was_changed_or_is_gone_is_found(ticket: Ticket) -> None:
    """Read from the disk only where that is asked for."""
    file = Path(Attachment.objects.get().file.path)
    file.write_bytes(PNG + b"more")
    assert "whole" in verify()
    assert "the file of attachment" in verify(files=True)
    assert "was changed" in verify(files=True)
    file.unlink()
    assert "is missing" in verify(files=True, ticket=ticket.number)


def test_the_same_words_have_another_digest_each_time(ticket: Ticket, operator: Operator) -> None:
    """Nobody sees from the record that two customers said the same (model 10)."""
    digests = []
    for _time in range(2):
        do(ticket, "add_note", operator, text="同一句话")
        (entry,) = last_event(ticket).data["said"]
        digests.append(entry["digest"])
    assert digests[0] != digests[1]


def test_corrected_contact_data_leave_no_digest(operator: Operator) -> None:
    """A phone has so few values that its digest would tell it (model 10)."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    do(ticket, "amend", operator, changes={"phone": "13900000000", "summary": "宽带断网三天"})
    assert Amendment.objects.filter(is_contact=True).exists()
    proven = {entry["id"] for entry in last_event(ticket).data["said"]}
    assert proven == {Amendment.objects.get(field="summary").pk}
    assert "13900000000" not in str(list(TicketEvent.objects.values_list("data", flat=True)))
    assert "whole" in verify()


def test_values_are_digested_as_the_database_gives_them_back(operator: Operator) -> None:
    """Instants in any zone, figures given as text: what counts is what is stored."""
    ticket = bring_to(Status.CLOSED, operator)
    local = clock.now().astimezone(clock.SHANGHAI)
    do(ticket, "revisit", operator, speed="5", at=local + dt.timedelta(minutes=5))
    other = bring_to(Status.PENDING_DISPATCH, operator)
    do(other, "interim_reply", operator, promised_for=local + dt.timedelta(hours=6))
    assert "whole" in verify()
