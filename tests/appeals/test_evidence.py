"""The evidence of an appeal: what the regulator gets, packed with its hashes, and nothing that is not named."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from appeals.evidence import profile
from appeals.evidence.pack import pack
from appeals.models import AppealDetail
from core.errors import Refused
from core.models import AccessKind, AccessLog
from organization.models import User
from tests.factories.appeals import bring_appeal, take_appeal
from tests.factories.escalations import take_escalation
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, take_complaint
from tickets.actions import actions_of
from tickets.models import Attachment, Ticket
from tickets.services.attachments import attach
from tickets.services.intake import Customer
from tickets.states import Kind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

MP3 = b"ID3\x03" + b"\x00" * 64
PDF = b"%PDF-1.4\n%%EOF\n"
CUSTOMER = Customer(
    name="𠮷伟喆",
    phone="13912340001",
    service_number="13812345678",
    address="南京市玄武区龙蟠路77号",
    email="secret.mail@example.cn",
)
TYPED = (
    "客户𠮷伟喆（13812345678）称：请打 139 1234 0001 或025-83456789，身份证 320102198001011234，"
    "卡号6222 0212 3456 7890 123，邮箱other@mail.example.cn，工号A1234，家住南京市玄武区龙蟠路77号3栋502室，"
    "旧址中山北路12号5幢。接待人方志强答应退费100.50元，2026-11-20 15:30 前办结。"
)
HIDDEN = (
    "139 1234 0001",
    "83456789",
    "320102198001011234",
    "6222 0212 3456 7890 123",
    "other@mail.example.cn",
    "A1234",
    "龙蟠路",
    "77号",
    "502室",
    "12号5幢",
    "方志强",
)


def case_of(operator: Operator, status: str = "replied") -> Ticket:
    """An appeal in `status`, by default answered to the regulator, made of a closed complaint; real files on both."""
    below = bring_to("closed", operator, customer=CUSTOMER)
    attach(below.pk, SimpleUploadedFile("投诉通话.mp3", MP3), purpose="recording", by=operator.user("dispatcher"))
    appeal: Ticket = take_appeal(operator, customer=CUSTOMER, made_of=below, matter={"description": TYPED})
    reply = SimpleUploadedFile("复函.pdf", PDF)
    attach(appeal.pk, reply, purpose="regulator_reply", by=operator.user("appeal_officer"))
    return bring_appeal(status, operator, ticket=appeal)


@pytest.fixture
def appeal(operator: Operator) -> Ticket:
    return case_of(operator)


def opened(ticket: Ticket) -> zipfile.ZipFile:
    with pack(ticket) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def text_of(archive: zipfile.ZipFile) -> str:
    """The text of the PDF in one line, blanks left out: lines break anywhere."""
    pages = PdfReader(io.BytesIO(archive.read("evidence.pdf"))).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def logged_in(operator: Operator, who: str) -> Client:
    client = Client()
    client.force_login(operator.user(who))
    return client


def test_the_document_tells_the_case_from_both_sides(appeal: Ticket) -> None:
    text = text_of(opened(appeal))
    below = appeal.links.get().earlier
    for told in (
        appeal.number,
        AppealDetail.objects.get(ticket=appeal).case_number,
        "工业和信息化部电信用户申诉受理中心",
        "𠮷伟喆",
        "13812345678",
        "退费100.50元，2026-11-2015:30前办结",
        "光猫已更换，宽带恢复正常。",  # the answer
        "经核查，系统误开通该业务。",  # the report
        "排查同批号码。",
        below.number,
        "江苏投诉处理中心",
        "001-case_original.pdf",
        "003-recording.mp3",
    ):
        assert told in text, told


def test_numbers_addresses_and_staff_typed_into_a_text_are_hidden(appeal: Ticket) -> None:
    text = text_of(opened(appeal))
    assert [value for value in HIDDEN if "".join(value.split()) in text] == []
    assert "[电话已隐去]" in text
    assert "[证件号或卡号已隐去]" in text


def test_of_people_who_worked_on_it_unit_and_role_are_named(appeal: Ticket) -> None:
    text = text_of(opened(appeal))
    assert [user.name for user in User.objects.all() if user.name in text] == []
    assert [word for word in ("江苏投诉处理中心", "派单员", "总部客户服务部", "申诉专员") if word not in text] == []


def test_whose_fault_it_was_and_how_it_is_judged_stay_inside_u07f(operator: Operator) -> None:
    ticket = case_of(operator, "concluded")
    text = text_of(opened(ticket))
    verdict = AppealDetail.objects.get(ticket=ticket)
    for word in (verdict.get_verdict_display(), verdict.get_statistical_mark_display(), "系统配置错误", "计费配置错误"):
        assert word not in text


def test_every_file_is_in_the_manifest_with_its_hash(appeal: Ticket) -> None:
    archive = opened(appeal)
    manifest = json.loads(archive.read("manifest.json"))
    assert archive.testzip() is None
    assert {one["path"] for one in manifest["files"]} | {"manifest.json"} == set(archive.namelist())
    for one in manifest["files"]:
        content = archive.read(one["path"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one["size"], one["sha256"])
    assert manifest["appeal"] == appeal.number
    assert manifest["record"][0]["last_hash"] == Ticket.objects.get(pk=appeal.pk).last_event_hash
    shown = text_of(archive)
    assert [one["path"] for one in manifest["files"][1:] if one["sha256"] not in shown] == []


def test_file_names_say_nothing_about_the_customer(operator: Operator, appeal: Ticket) -> None:
    by = operator.user("appeal_officer")
    attach(appeal.pk, SimpleUploadedFile("𠮷伟喆13912340001.PDF", PDF), purpose="evidence", by=by)
    archive = opened(appeal)
    assert "attachments/003-evidence.pdf" in archive.namelist()
    assert b"13912340001" not in archive.read("manifest.json")


def test_the_same_case_gives_the_same_bytes_at_any_time_to_everybody(appeal: Ticket, frozen_clock: Any) -> None:
    with pack(appeal) as first:
        before = first.read()
    frozen_clock.move_to(frozen_clock.instant + dt.timedelta(days=40))
    with translation.override("en"), pack(appeal) as second:
        assert second.read() == before


def test_a_missing_file_is_told_in_words_and_nothing_is_made(operator: Operator, appeal: Ticket) -> None:
    row = Attachment.objects.filter(ticket=appeal, purpose="regulator_reply").get()
    Path(row.file.path).unlink()
    with pytest.raises(Refused) as refused:
        pack(appeal)
    assert refused.value.code == "file_missing"
    response = logged_in(operator, "appeal_officer").post(reverse("evidence", args=[appeal.number]))
    assert response.status_code == 422
    assert "复函.pdf" in response.content.decode()
    assert not AccessLog.objects.filter(kind=AccessKind.EXPORT).exists()


def test_a_changed_file_is_told_in_words(appeal: Ticket) -> None:
    row = Attachment.objects.filter(ticket=appeal, purpose="regulator_reply").get()
    Path(row.file.path).write_bytes(PDF + b"x")
    with pytest.raises(Refused) as refused:
        pack(appeal)
    assert refused.value.code == "file_changed"


@pytest.mark.parametrize(
    "who, status",
    [
        ("appeal_officer", 200),
        ("liaison", 200),
        ("liaison2", 404),
        ("dispatcher", 404),
        ("supervisor", 404),
        ("group_supervisor", 404),
        ("manager", 404),
        ("escalation_officer", 404),
        ("administrator", 404),
    ],
)
def test_only_who_answers_to_the_regulator_gets_it(who: str, status: int, operator: Operator, appeal: Ticket) -> None:
    response: Any = logged_in(operator, who).post(reverse("evidence", args=[appeal.number]))
    assert response.status_code == status
    if status == 200:
        archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
        assert appeal.number in text_of(archive)
        log = AccessLog.objects.get(kind=AccessKind.EXPORT)
        assert (log.username, log.subject, log.detail) == (who, appeal.number, "evidence")
    else:
        assert not AccessLog.objects.filter(kind=AccessKind.EXPORT).exists()
    response.close()


def test_s_09_nobody_gets_a_complaint_about_its_own_unit_by_it(operator: Operator, appeal: Ticket) -> None:
    below = appeal.links.get().earlier
    Ticket.objects.filter(pk=below.pk).update(complained_unit=operator.js.unit)
    response = logged_in(operator, "liaison").post(reverse("evidence", args=[appeal.number]))
    assert response.status_code == 422
    assert not AccessLog.objects.filter(kind=AccessKind.EXPORT).exists()
    given: Any = logged_in(operator, "appeal_officer").post(reverse("evidence", args=[appeal.number]))
    assert given.status_code == 200
    given.close()


def test_it_is_made_by_posting_and_of_appeals_only(operator: Operator, appeal: Ticket) -> None:
    client = logged_in(operator, "appeal_officer")
    below = appeal.links.get().earlier
    assert client.get(reverse("evidence", args=[appeal.number])).status_code == 405
    assert client.post(reverse("evidence", args=[below.number])).status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator.user("appeal_officer"))
    assert strict.post(reverse("evidence", args=[appeal.number])).status_code == 403


def test_the_page_offers_it_to_those_who_may(operator: Operator, appeal: Ticket) -> None:
    address = reverse("evidence", args=[appeal.number])
    page = reverse("ticket", args=[appeal.number])
    assert address in logged_in(operator, "appeal_officer").get(page).content.decode()
    assert address in logged_in(operator, "liaison").get(page).content.decode()
    assert address not in logged_in(operator, "group_supervisor").get(page).content.decode()


def test_an_appeal_without_a_complaint_has_its_own_evidence(operator: Operator) -> None:
    alone = take_appeal(operator, customer=CUSTOMER)
    archive = opened(alone)
    assert alone.number in text_of(archive)
    assert json.loads(archive.read("manifest.json"))["earlier"] == []


def test_what_the_group_did_on_the_same_complaint_is_in_it(operator: Operator) -> None:
    below = bring_to("handling", operator, customer=CUSTOMER)
    above = take_escalation(operator, customer=CUSTOMER, made_of=below, summary="总部督办断网")
    appeal = take_appeal(operator, customer=CUSTOMER, made_of=below)
    archive = opened(appeal)
    text = text_of(archive)
    assert [word for word in (below.number, above.number, "总部督办断网") if word not in text] == []
    assert json.loads(archive.read("manifest.json"))["earlier"] == [below.number, above.number]


def test_tickets_of_other_customers_are_not_in_it(operator: Operator, appeal: Ticket) -> None:
    below = appeal.links.get().earlier
    other = take_complaint(operator, customer=Customer(name="赵六", phone="13700000007"), summary="别人的事")
    do(other, "submit", operator)
    later = take_complaint(operator, customer=CUSTOMER, repeat_of=below, summary="后来又投诉一次")
    text = text_of(opened(appeal))
    assert [word for word in ("赵六", "13700000007", "别人的事", later.number, other.number) if word in text] == []


def test_the_profile_names_steps_that_exist() -> None:
    assert {kind: sorted(steps - actions_of(kind).keys()) for kind, steps in profile.STEPS.items()} == {
        kind: [] for kind in Kind.values
    }


def test_a_case_of_hundreds_of_pages_is_made(operator: Operator) -> None:
    below = bring_to("handling", operator, customer=CUSTOMER)
    long = "客户称宽带断网，要求恢复。" * 150
    for _round in range(170):
        do(below, "interim_reply", operator, content=long[:2000], promised_for=None)
    appeal = take_appeal(operator, customer=CUSTOMER, made_of=below)
    archive = opened(appeal)
    assert len(PdfReader(io.BytesIO(archive.read("evidence.pdf"))).pages) > 200
    assert archive.getinfo("evidence.pdf").file_size < 4 * 1024 * 1024
