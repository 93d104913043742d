"""No field leaves the house that its profile does not name: every text of the database is marked, and the evidence read
for the marks. A field that comes to the product later stays inside until it is named here too."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, models, transaction

from core.clock import FrozenClock
from tests.appeals.test_evidence import CUSTOMER, MP3, PDF, opened, text_of
from tests.factories.appeals import act, bring_appeal, take_appeal
from tests.factories.escalations import take_escalation
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do
from tickets.models import Ticket
from tickets.services.attachments import attach

pytestmark = pytest.mark.django_db

# What the regulator gets, by field. The name and number are the appellant's own.
GIVEN = {
    "Answer.content",
    "Answer.plan",
    "AppealDetail.case_business",
    "AppealDetail.case_nature",
    "AppealDetail.case_number",
    "AppealDetail.earlier_handling",
    "AppealDetail.regulator",
    "ComplaintDetail.recording_ref",
    "ComplaintDetail.remedy_sought",
    "Contact.name",
    "Contact.service_number",
    "DictionaryEntry.label_zh",
    "EscalationDetail.recording_ref",
    "EscalationDetail.remedy_sought",
    "InterimReply.content",
    "Report.customer_told",
    "Report.ground",
    "Report.investigation",
    "Report.measures",
    "Report.result",
    "Ticket.description",
    "Ticket.last_event_hash",
    "Ticket.request_type",
    "Ticket.summary",
    "Unit.name",
}
# What must have been there to leak, among much else.
INSIDE = {
    "Amendment.new",
    "Amendment.old",
    "Answer.person_told",
    "AppealDetail.filed_to",
    "AppealDetail.verdict_ground",
    "Attachment.name",
    "Contact.address",
    "Contact.email",
    "Contact.phone",
    "EscalationDetail.source_ref",
    "Extension.ground",
    "HandOver.note",
    "Report.remark",
    "ResponsibilityFinding.ground",
    "RevisitAttempt.remark",
    "SupervisionOrder.demand",
    "SupervisionOrder.reply",
    "SupervisionOrder.verdict_note",
    "SupervisionTrigger.note",
    "TicketNote.text",
    "User.employee_no",
    "User.name",
    "User.phone",
    "User.username",
    "WorkOrder.demand",
    "WorkOrder.return_note",
    "WorkOrderReply.finding",
    "WorkOrderReply.measure",
    "WorkOrderReply.script",
    "WorkOrderReply.verdict_note",
}
# Texts that are no words but codes and proofs by which a case hangs together.
KEPT = {
    "Attachment.file",
    "Attachment.sha256",
    "Ticket.number",
    "TicketEvent.action",
    "TicketEvent.from_status",
    "TicketEvent.role",
    "TicketEvent.to_status",
}


def marked_fields() -> Iterator[tuple[type[models.Model], models.Field[Any, Any]]]:
    """Every text that people or systems write, of every table but those of the scheme and of history."""
    for app in ("tickets", "complaints", "escalations", "appeals", "organization"):
        for model in apps.get_app_config(app).get_models():
            if model._meta.proxy or model.__name__.startswith(("Historical", "Scheme")):
                continue
            for field in model._meta.concrete_fields:
                is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
                if is_text and f"{model.__name__}.{field.name}" not in KEPT:
                    yield model, field


def full_case(operator: Operator, frozen_clock: FrozenClock) -> Ticket:
    """A case with a row in nearly every table."""
    complaint = bring_to("handling", operator, customer=CUSTOMER)
    do(complaint, "add_note", operator, text="内部")
    do(complaint, "add_contact", operator, kind="urging", text="催促")
    do(complaint, "amend", operator, changes={"phone": "13900000001", "summary": "改过"})
    do(complaint, "supervise", operator)
    do(complaint, "interim_reply", operator, content="进展", promised_for=None)
    do(complaint, "hand_over", operator)
    do(complaint, "claim", operator, order=1)
    do(complaint, "ask_extension", operator, order=1)
    do(complaint, "reply", operator, order=1)
    do(complaint, "refuse", operator, order=1)
    do(complaint, "reply", operator, order=1)
    do(complaint, "approve", operator, order=1)
    do(complaint, "accept", operator, order=1)
    do(complaint, "answer", operator)
    complaint = do(complaint, "revisit", operator)
    take_escalation(operator, customer=CUSTOMER, made_of=complaint)
    dispatcher = operator.user("dispatcher")
    attach(complaint.pk, SimpleUploadedFile("通话.mp3", MP3), purpose="recording", by=dispatcher)
    appeal: Ticket = take_appeal(operator, customer=CUSTOMER, made_of=complaint, is_key_customer=True)
    for name, purpose in (("复函.pdf", "regulator_reply"), ("报备.pdf", "evidence")):
        attach(appeal.pk, SimpleUploadedFile(name, PDF), purpose=purpose, by=operator.user("appeal_officer"))
    appeal = bring_appeal("pending_review", operator, ticket=appeal)
    frozen_clock.move_to(frozen_clock.instant + dt.timedelta(hours=1))
    act(appeal, "file_for_record", operator)
    act(appeal, "return_report", operator)
    appeal = act(appeal, "report", operator)
    act(appeal, "approve", operator)
    act(appeal, "reply_regulator", operator)
    act(appeal, "revisit", operator)
    act(appeal, "adjudicate_responsibility", operator)
    return act(appeal, "conclude", operator)


def mark_everything() -> dict[str, str]:
    """Write a mark of its own into every text; gives the field of each mark. Where a table refuses it, nothing."""
    marks = (f"ZQ{number:04}X" for number in itertools.count(1))
    given = {}
    for model, field in marked_fields():
        mark = next(marks)
        if field.max_length is None or field.max_length >= len(mark):
            rows = model._base_manager.all()
            # A text that no two rows may share is marked in one.
            for part in (rows, rows.filter(pk__in=rows.order_by("pk").values("pk")[:1])):
                with suppress(IntegrityError), transaction.atomic():
                    if part.update(**{field.name: mark}):
                        given[mark] = f"{model.__name__}.{field.name}"
                    break
    return given


def test_only_named_fields_leave_the_house(operator: Operator, frozen_clock: FrozenClock) -> None:
    appeal = full_case(operator, frozen_clock)
    given = mark_everything()
    Ticket.objects.update(extra={"fault_address": "ZQEXTRA", "free": "ZQEXTRA"})
    archive = opened(appeal)
    text = text_of(archive)
    names = "\n".join(archive.namelist()) + archive.read("manifest.json").decode()
    assert {field for mark, field in given.items() if mark in text} == GIVEN
    assert "ZQEXTRA" not in text
    assert {field for mark, field in given.items() if mark in names} == {"Ticket.last_event_hash"}
    assert sorted(INSIDE - set(given.values())) == []
