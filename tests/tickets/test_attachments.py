"""Attachments: type by content, limits, storage outside the web root, access through the ticket's scope (model 10)."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.errors import NotPermitted, Refused
from core.models import AccessKind, AccessLog
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import do, entry, load_unicom, take_complaint
from tickets.digests import digest_of
from tickets.models import Attachment, Ticket
from tickets.models.attachment import AttachmentPurpose
from tickets.services import file_types
from tickets.services.attachments import attach, clean_name

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
MP3 = b"ID3\x03" + b"\x00" * 64


def future_zip() -> bytes:
    """A document whose list of parts asks for a version of the format that nobody knows."""
    content = bytearray(office("word/document.xml"))
    content[content.find(b"PK\x01\x02") + 6] = 200
    return bytes(content)


def office(part: str, *more: str) -> bytes:
    """An Office document with just its parts' names."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in ("[Content_Types].xml", part, *more):
            archive.writestr(name, "<x/>")
    return content.getvalue()


GOOD = {
    "照片.png": PNG,
    "p.JPG": b"\xff\xd8\xff\xe0" + b"\x00" * 32,
    "p.jpeg": b"\xff\xd8\xff\xe0" + b"\x00" * 32,
    "p.gif": b"GIF89a" + b"\x00" * 32,
    "p.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 " + b"\x00" * 32,
    "p.bmp": b"BM" + b"\x00" * 64,
    "单据.pdf": b"%PDF-1.7\n" + b"x" * 32,
    "说明.docx": office("word/document.xml"),
    "详单.xlsx": office("xl/workbook.xml"),
    "记录.txt": "客户说".encode(),
    "旧记录.txt": "客户说".encode("gb18030"),
}
RECORDINGS = {
    "a.mp3": MP3,
    "a.wav": b"RIFF\x00\x00\x00\x00WAVEfmt " + b"\x00" * 32,
    "a.ogg": b"OggS" + b"\x00" * 32,
    "a.m4a": b"\x00\x00\x00\x20ftypM4A " + b"\x00" * 32,
    "a.amr": b"#!AMR\n" + b"\x00" * 32,
}
SCRIPT = b"<script>alert(1)</script>"
BAD = {
    "picture.png": (SCRIPT, "file_mismatch"),
    "picture.jpg": (b"#!/bin/sh\nrm -rf /\n", "file_mismatch"),
    "page.html": (SCRIPT, "file_type"),
    "picture.svg": (b"<svg onload='alert(1)'/>", "file_type"),
    "program.exe": (b"MZ" + b"\x00" * 64, "file_type"),
    "no ending": (PNG, "file_type"),
    "table.xlsx": (office("xl/workbook.xml", "xl/vbaProject.bin"), "file_mismatch"),
    "letter.docx": (office("xl/workbook.xml"), "file_mismatch"),
    "future.docx": (future_zip(), "file_mismatch"),
    "broken.docx": (b"PK\x03\x04" + b"\x00" * 64, "file_mismatch"),
    "binary.txt": (b"MZ\x00\x01\x02", "file_mismatch"),
    "empty.png": (b"", "file_empty"),
    "sound.mp3": (MP3, "file_type"),
}


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


@pytest.fixture
def operator(frozen_clock: object) -> Operator:
    load_unicom()
    return build_operator()


def stored_files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", GOOD)
def test_documents_and_pictures_are_taken_by_content(name: str, operator: Operator) -> None:
    ticket = take_complaint(operator)
    row = attach(ticket.pk, upload(name, GOOD[name]), purpose="evidence", by=operator.user("agent"))
    assert (row.name, row.size) == (name, len(GOOD[name]))
    assert row.sha256 == hashlib.sha256(GOOD[name]).hexdigest()
    assert row.content_type == file_types.ACCEPTED["evidence"].types[name.lower().rsplit(".", 1)[1]]
    with row.file.open() as kept:
        assert kept.read() == GOOD[name]


@pytest.mark.parametrize("name", RECORDINGS)
def test_recordings_are_taken_by_content(name: str, operator: Operator) -> None:
    ticket = take_complaint(operator)
    row = attach(ticket.pk, upload(name, RECORDINGS[name]), purpose="recording", by=operator.user("agent"))
    assert row.content_type.startswith("audio/")


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_not_what_it_says_is_refused_and_not_kept(name: str, operator: Operator) -> None:
    ticket, before = take_complaint(operator), stored_files()
    content, code = BAD[name]
    with pytest.raises(Refused) as refused:
        attach(ticket.pk, upload(name, content), purpose="evidence", by=operator.user("agent"))
    assert refused.value.code == code
    assert stored_files() == before
    assert not Attachment.objects.exists()


def test_a_file_over_its_limit_is_refused_in_words(operator: Operator) -> None:
    limits = {purpose.value: 20 * 1024 * 1024 for purpose in AttachmentPurpose} | {"recording": 100 * 1024 * 1024}
    assert {purpose: accepted.limit for purpose, accepted in file_types.ACCEPTED.items()} == limits
    ticket = take_complaint(operator)
    full, over = upload("p.png", PNG), upload("p.png", PNG)
    full.size = limits["evidence"]
    over.size = limits["evidence"] + 1
    attach(ticket.pk, full, purpose="evidence", by=operator.user("agent"))
    with pytest.raises(Refused, match="20") as refused:
        attach(ticket.pk, over, purpose="evidence", by=operator.user("agent"))
    assert refused.value.code == "file_too_large"


def test_the_name_on_disk_says_nothing_and_the_event_keeps_only_the_hash(operator: Operator) -> None:
    ticket = take_complaint(operator)
    row = attach(ticket.pk, upload("张伟13812345678.png", PNG), purpose="evidence", by=operator.user("agent"))
    assert "张伟" not in str(row.file.name)
    assert "1381234" not in str(row.file.name)
    assert Path(row.file.path).is_relative_to(settings.MEDIA_ROOT)
    event = ticket.events.latest("seq")
    assert event.action == "attach"
    said = [{"row": "Attachment", "id": row.pk, "digest": digest_of(row, event.previous_hash)}]
    assert event.data == {"attachment": row.pk, "purpose": "evidence", "sha256": row.sha256, "said": said}
    row.name = "王芳13900000000.png"
    assert digest_of(row, event.previous_hash) == said[0]["digest"]


def test_a_signature_is_attached_to_the_draft_and_lets_it_be_submitted_u34(operator: Operator) -> None:
    ticket = take_complaint(operator, by=operator.user("agent_hall"), channel=entry("channel", "hall"))
    with pytest.raises(Refused) as refused:
        do(ticket, "submit", operator)
    assert refused.value.code == "signature_missing"
    attach(ticket.pk, upload("签字.png", PNG), purpose="signature", by=operator.user("agent_hall"))
    assert do(ticket, "submit", operator).status == "pending_dispatch"


def test_attaching_needs_scope_and_role_and_leaves_nothing_behind(operator: Operator) -> None:
    ticket, before = take_complaint(operator), stored_files()
    with pytest.raises(Ticket.DoesNotExist):
        attach(ticket.pk, upload("p.png", PNG), purpose="evidence", by=operator.user("agent2"))
    with pytest.raises(NotPermitted):
        attach(ticket.pk, upload("p.png", PNG), purpose="evidence", by=operator.user("manager"))
    assert stored_files() == before


@pytest.mark.parametrize(
    "sent, shown",
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Temp\\单据.pdf", "单据.pdf"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\x00b\n.png", "ab.png"),
        ("", "file"),
        ("长" * 300 + ".png", "长" * 116 + ".png"),
    ],
)
def test_a_shown_name_has_no_folders_and_no_tricks(sent: str, shown: str) -> None:
    assert clean_name(sent) == shown


def logged_in(operator: Operator, who: str) -> Client:
    client = Client()
    client.force_login(operator.user(who))
    return client


def test_a_file_is_attached_on_the_page_and_opened_through_the_scope(operator: Operator) -> None:
    ticket = take_complaint(operator)
    client = logged_in(operator, "agent")
    sent = client.post(
        reverse("attachments", args=[ticket.number]), {"purpose": "evidence", "file": upload("照片.png", PNG)}
    )
    assert sent.status_code == 302
    row = Attachment.objects.get()
    address = reverse("attachment", args=[ticket.number, row.pk])
    assert address in client.get(reverse("ticket", args=[ticket.number])).content.decode()
    opened: Any = client.get(address)
    assert b"".join(opened.streaming_content) == PNG
    assert opened["Content-Type"] == "image/png"
    assert opened["Content-Disposition"].startswith("inline")
    assert opened["X-Content-Type-Options"] == "nosniff"
    log = AccessLog.objects.filter(kind=AccessKind.ATTACHMENT).get()
    assert (log.username, log.subject, log.detail) == ("agent", ticket.number, f"#{row.pk}")


def test_what_a_browser_cannot_show_safely_is_saved_first(operator: Operator) -> None:
    ticket = take_complaint(operator)
    row = attach(ticket.pk, upload("记录.txt", "说明".encode()), purpose="evidence", by=operator.user("agent"))
    opened = logged_in(operator, "agent").get(reverse("attachment", args=[ticket.number, row.pk]))
    assert opened["Content-Disposition"].startswith("attachment")
    opened.close()


def test_outside_the_scope_or_under_another_number_a_file_does_not_exist(operator: Operator) -> None:
    ticket, other = take_complaint(operator), take_complaint(operator)
    row = attach(ticket.pk, upload("照片.png", PNG), purpose="evidence", by=operator.user("agent"))
    assert logged_in(operator, "agent2").get(reverse("attachment", args=[ticket.number, row.pk])).status_code == 404
    assert logged_in(operator, "agent").get(reverse("attachment", args=[other.number, row.pk])).status_code == 404
    assert Client().get(reverse("attachment", args=[ticket.number, row.pk])).status_code == 302
    assert not AccessLog.objects.filter(kind=AccessKind.ATTACHMENT).exists()


@pytest.mark.parametrize(
    "data",
    [
        {"purpose": "evidence", "file": upload("picture.png", SCRIPT)},
        {"purpose": "evidence", "file": upload("empty.png", b"")},
        {"purpose": "poem", "file": upload("p.png", PNG)},
        {"purpose": "evidence"},
        {"purpose": "evidence", "file": "not a file"},
    ],
)
def test_a_refused_file_comes_back_on_the_page_in_words(data: dict[str, Any], operator: Operator) -> None:
    ticket = take_complaint(operator)
    refused: Any = logged_in(operator, "agent").post(reverse("attachments", args=[ticket.number]), data)
    assert refused.status_code == 422
    assert refused.context["attachment_form"].errors
    assert not Attachment.objects.exists()


def test_who_only_reads_attaches_nothing(operator: Operator) -> None:
    ticket = take_complaint(operator)
    client, data = logged_in(operator, "manager"), {"purpose": "evidence", "file": upload("p.png", PNG)}
    assert client.post(reverse("attachments", args=[ticket.number]), data).status_code == 403
    stranger = logged_in(operator, "agent2")
    assert stranger.post(reverse("attachments", args=[ticket.number]), data).status_code == 404
