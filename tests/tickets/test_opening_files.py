"""Opening a ticket's files: in parts, in place, logged; looked through before they are kept; removed for a reason."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from core.errors import NotPermitted, Refused
from core.models import AccessKind, AccessLog
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, last_event
from tickets.models import Attachment, Ticket
from tickets.services.attachments import attach, file_faults
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

SOUND = b"ID3\x03" + bytes(range(96))
PDF = b"%PDF-1.7\n" + b"x" * 32
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def attached(
    operator: Operator, name: str = "录音 一.mp3", content: bytes = SOUND, purpose: str = "recording"
) -> Attachment:
    ticket = bring_to("handling", operator)
    return attach(ticket.pk, SimpleUploadedFile(name, content), purpose=purpose, by=operator.user("dispatcher"))


def opened(operator: Operator, row: Attachment, who: str = "dispatcher", method: str = "get", **headers: str) -> Any:
    """The answer, its content as `.body`."""
    client = Client()
    client.force_login(operator.user(who))
    response = getattr(client, method)(reverse("attachment", args=[row.ticket.number, row.pk]), headers=headers)
    response.body = response.getvalue()
    response.close()
    return response


@pytest.mark.parametrize(
    "asked, status, span, content",
    [
        ("bytes=0-", 206, "bytes 0-99/100", SOUND),
        ("bytes=10-19", 206, "bytes 10-19/100", SOUND[10:20]),
        ("bytes=90-500", 206, "bytes 90-99/100", SOUND[90:]),
        ("bytes=-10", 206, "bytes 90-99/100", SOUND[90:]),
        ("bytes=100-", 416, "bytes */100", b""),
        ("bytes=-0", 416, "bytes */100", b""),
        ("bytes=9-3", 200, None, SOUND),
        ("bytes=0-1,5-6", 200, None, SOUND),
        ("lines=1-2", 200, None, SOUND),
        ("", 200, None, SOUND),
    ],
)
def test_a_recording_is_given_in_parts(
    asked: str, status: int, span: str | None, content: bytes, operator: Operator
) -> None:
    response = opened(operator, attached(operator), **({"Range": asked} if asked else {}))
    assert (response.status_code, response.headers.get("Content-Range")) == (status, span)
    assert response.body == content
    assert status == 416 or response.headers["Content-Length"] == str(len(content))


def test_a_part_of_what_was_another_file_is_the_whole(operator: Operator) -> None:
    row = attached(operator)
    assert opened(operator, row, Range="bytes=5-", **{"If-Range": '"other"'}).status_code == 200
    assert opened(operator, row, Range="bytes=5-", **{"If-Range": f'"{row.sha256}"'}).status_code == 206
    head = opened(operator, row, method="head")
    assert (head.body, head.headers["Content-Length"], head.headers["Accept-Ranges"]) == (b"", "100", "bytes")


def test_a_file_is_shown_where_that_is_safe_and_named_as_the_person_may_read_it(operator: Operator) -> None:
    sound = opened(operator, attached(operator)).headers
    assert sound["Content-Type"] == "audio/mpeg"
    assert sound["Content-Disposition"] == "inline; filename*=utf-8''%E5%BD%95%E9%9F%B3%20%E4%B8%80.mp3"
    assert sound["Content-Security-Policy"].startswith("default-src 'none';")
    assert sound["X-Content-Type-Options"] == "nosniff"
    # The browser's PDF viewer needs more than nothing: the policy of all pages.
    pdf = opened(operator, attached(operator, "账单.pdf", PDF, "evidence")).headers
    assert pdf["Content-Disposition"].startswith("inline")
    assert "default-src 'self'" in pdf["Content-Security-Policy"]
    text = attached(operator, "13912340001.txt", "客户说".encode(), "evidence")
    assert opened(operator, text).headers["Content-Disposition"] == 'attachment; filename="13912340001.txt"'
    assert "139****0001" in opened(operator, text, who="manager").headers["Content-Disposition"]


def test_opening_it_in_parts_is_one_entry_of_the_log(operator: Operator) -> None:
    row = attached(operator)
    for start in range(0, 30, 10):
        opened(operator, row, Range=f"bytes={start}-")
    opened(operator, row, who="supervisor")
    log = AccessLog.objects.filter(kind=AccessKind.ATTACHMENT).order_by("pk")
    assert list(log.values_list("username", "subject", "detail")) == [
        ("dispatcher", row.ticket.number, f"#{row.pk}"),
        ("supervisor", row.ticket.number, f"#{row.pk}"),
    ]


# Looking through


def program(ends_with: int) -> str:
    return f"{sys.executable} -c 'import sys; sys.stdin.buffer.read(); sys.exit({ends_with})'"


@pytest.mark.parametrize("ends_with, code", [(1, "file_harmful"), (2, "scanner_away")])
def test_what_is_not_found_clean_is_not_kept(ends_with: int, code: str, operator: Operator, settings: Any) -> None:
    settings.ATTACHMENT_SCANNER = program(ends_with)
    before = stored(settings)
    with pytest.raises(Refused) as refused:
        attached(operator)
    assert refused.value.code == code
    assert (stored(settings), Attachment.objects.count()) == (before, 0)


def test_what_is_found_clean_is_kept_whole(operator: Operator, settings: Any) -> None:
    settings.ATTACHMENT_SCANNER = program(0)
    with attached(operator).file.open() as kept:
        assert kept.read() == SOUND


@pytest.mark.parametrize(
    "said, code",
    [
        (b"stream: OK\0", None),
        (b"stream: Eicar FOUND\0", "file_harmful"),
        (b"size limit. ERROR\0", "scanner_away"),
    ],
)
def test_clamd_is_asked_over_its_socket(
    said: bytes, code: str | None, operator: Operator, settings: Any, tmp_path: Path
) -> None:
    got: list[bytes] = []
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(tmp_path / "clamd"))
    server.listen()

    def answer() -> None:
        connection, _address = server.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while length := struct.unpack("!L", stream.read(4))[0]:
                got.append(stream.read(length))
            connection.sendall(said)

    thread = threading.Thread(target=answer)
    thread.start()
    settings.ATTACHMENT_SCANNER = f"unix:{tmp_path / 'clamd'}"
    try:
        attached(operator)
        refused = None
    except Refused as refusal:
        refused = refusal.code
    thread.join(5)
    server.close()
    assert (refused, b"".join(got)) == (code, SOUND)


def test_without_its_scanner_nothing_is_kept(operator: Operator, settings: Any, tmp_path: Path) -> None:
    settings.ATTACHMENT_SCANNER = f"unix:{tmp_path / 'nowhere'}"
    with pytest.raises(Refused, match=r"一分钟|minute") as refused:
        attached(operator)
    assert refused.value.code == "scanner_away"


# Removing


def test_a_supervisor_removes_a_file_and_its_hash_stays(
    operator: Operator, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    row, before = attached(operator), stored(settings)
    with pytest.raises(NotPermitted):
        remove(row, operator, by="dispatcher")
    with pytest.raises(Refused, match=r"原因|why"):
        remove(row, operator, reason=" ")
    with django_capture_on_commit_callbacks(execute=True):
        remove(row, operator, reason="他人的录音")
    assert len(stored(settings)) == len(before) - 1
    kept = Attachment._base_manager.get(pk=row.pk)
    assert (kept.name, kept.file.name, kept.sha256) == ("", "", row.sha256)
    assert kept.removed_by == operator.user("supervisor")
    assert last_event(row.ticket).data["sha256"] == row.sha256
    assert opened(operator, row).status_code == 404
    client = Client()
    client.force_login(operator.user("manager"))
    html = client.get(reverse("ticket", args=[row.ticket.number])).content.decode()
    assert "他人的录音" in html
    assert row.sha256 in html
    assert row.name not in html
    assert list(file_faults(Ticket.objects.all())) == []
    with pytest.raises(Refused):
        remove(row, operator)


def test_a_refused_removal_leaves_the_file(operator: Operator, settings: Any) -> None:
    row, before = attached(operator), stored(settings)
    with transaction.atomic():
        remove(row, operator)
        transaction.set_rollback(True)
    assert stored(settings) == before
    assert opened(operator, row).status_code == 200


def test_the_form_offers_this_tickets_files_only(operator: Operator) -> None:
    row, other = attached(operator), attached(operator, "别人的.png", PNG, "evidence")
    client = Client()
    client.force_login(operator.user("supervisor"))
    address = reverse("ticket_action", args=[row.ticket.number, "remove_attachment"])
    assert "别人的" not in client.get(address).content.decode()
    typed = {"version": row.ticket.version, "reason": "错传", "attachment": other.pk}
    assert client.post(address, typed).status_code == 422
    assert client.post(address, typed | {"attachment": row.pk}).status_code == 302
    assert list(Attachment.objects.all()) == [other]


def remove(row: Attachment, operator: Operator, *, by: str = "supervisor", reason: str = "错传") -> None:
    perform(row.ticket_id, "remove_attachment", by=operator.user(by), attachment=row.pk, reason=reason)


def stored(settings: Any) -> list[Path]:
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
