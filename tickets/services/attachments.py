"""Attaching files to a ticket: checked by content, hashed, stored under a meaningless name (model 10, U-34)."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousFileOperation
from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from tickets import workflow
from tickets.models import Attachment
from tickets.models.attachment import storage_name
from tickets.services.file_types import check_file
from tickets.services.noting import keep_reason
from tickets.services.scanning import check_clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.core.files import File
    from django.db.models import ForeignObjectRel, Manager, Model, QuerySet

    from organization.models import User
    from tickets.actions import Step
    from tickets.models import Ticket

NAME_LENGTH = 120


def attach(ticket_id: int, file: File[bytes], *, purpose: str, by: User, at: datetime | None = None) -> Attachment:
    """Attach a file to a ticket and give back its row.

    `purpose` is a value of `AttachmentPurpose`; `at` other than now (an instant in UTC) is for loaders and tests.
    Raises Refused for a file that is not accepted, and what `workflow.perform` raises. Nothing is kept on refusal.
    """
    name = clean_name(file.name or "")
    content_type = check_file(file, name, purpose)
    check_clean(file, name)
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
    step.said.append(row)
    step.notes.update(attachment=row.pk, purpose=row.purpose, sha256=row.sha256)


def remove_attachment(step: Step) -> None:
    """The effect of `remove_attachment`. Data: attachment (id), reason. The file goes once the step is stored; purpose
    and hash stay in the record, so that what comes up again can be told from what was never there."""
    row = step.ticket.attachments.filter(pk=step.data["attachment"]).first()
    if row is None:
        raise Refused(_("There is no such file any more. Reload the page."), code="file_unknown")
    if not step.data.get("reason", "").strip():
        raise Refused(_("Say why the file is removed."), code="reason_missing")
    if any(_points_at(relation, row) for relation in Attachment._meta.related_objects):
        raise Refused(_("The case rests on this file. Put another in its place first."), code="file_needed")
    stored, storage = str(row.file.name), row.file.storage
    Attachment.objects.filter(pk=row.pk).update(file="", name="", removed_at=step.at, removed_by=step.person)
    keep_reason(step)
    step.notes.update(removed=row.pk, purpose=row.purpose, sha256=row.sha256)
    transaction.on_commit(partial(storage.delete, stored), robust=True)


def _points_at(relation: ForeignObjectRel, row: Attachment) -> bool:
    others: Manager[Model] = relation.related_model._base_manager
    return others.filter(**{relation.field.name: row}).exists()


def file_faults(tickets: QuerySet[Ticket]) -> Iterator[str]:
    """Files of these tickets that are gone from the disk, or are not what was attached; in sentences."""
    for row in Attachment.objects.filter(ticket__in=tickets).select_related("ticket").order_by("pk").iterator():
        words = {"number": row.ticket.number, "id": row.pk}
        try:
            with row.file.open("rb") as file:
                is_whole = _sha256(file) == row.sha256
        except (OSError, ValueError, SuspiciousFileOperation):  # no file, no name, a path outside the folder
            yield _("%(number)s: the file of attachment %(id)s is missing") % words
        else:
            if not is_whole:
                yield _("%(number)s: the file of attachment %(id)s was changed") % words


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
