"""Attaching files to a ticket: checked by content, hashed, stored under a meaningless name (model 10, U-34)."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tickets import workflow
from tickets.models import Attachment
from tickets.models.attachment import storage_name
from tickets.services.file_types import check_file

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.files import File

    from organization.models import User
    from tickets.actions import Step

NAME_LENGTH = 120


def attach(ticket_id: int, file: File[bytes], *, purpose: str, by: User, at: datetime | None = None) -> Attachment:
    """Attach a file to a ticket and give back its row.

    `purpose` is a value of `AttachmentPurpose`; `at` other than now (an instant in UTC) is for loaders and tests.
    Raises Refused for a file that is not accepted, and what `workflow.perform` raises. Nothing is kept on refusal.
    """
    name = clean_name(file.name or "")
    content_type = check_file(file, name, purpose)
    digest = _sha256(file)
    row = Attachment(purpose=purpose, name=name, content_type=content_type, size=file.size, sha256=digest)
    # The file is written before the transaction, so that no lock waits for the disk.
    storage = row.file.storage
    file.seek(0)
    stored = storage.save(storage_name(row, name), file)
    row.file.name = stored
    try:
        workflow.perform(ticket_id, "attach", by=by, at=at, attachment=row)
    except BaseException:
        storage.delete(stored)
        raise
    return row


def keep_attachment(step: Step) -> None:
    """The effect of `attach`. Data: attachment (unsaved, its file stored). The event keeps the hash, not the name,
    which may tell who the customer is."""
    row: Attachment = step.data["attachment"]
    row.ticket, row.at, row.by = step.ticket, step.at, step.person
    row.save(force_insert=True)
    step.notes.update(attachment=row.pk, purpose=row.purpose, sha256=row.sha256)


def clean_name(name: str) -> str:
    """A file name to show: without folders, control and direction marks, and no longer than a row takes."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(char for char in base if not unicodedata.category(char).startswith("C")).strip()
    path = PurePosixPath(shown or "file")
    return path.stem[: NAME_LENGTH - len(path.suffix[:16])] + path.suffix[:16]


def _sha256(file: File[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()
