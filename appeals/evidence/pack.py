"""The evidence as one file: the PDF, the files and recordings, and a manifest with the hash of each.

The same case gives the same bytes, so that a pack can be made again and compared.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.utils import translation
from django.utils.translation import gettext as _

from appeals.evidence.document import written
from appeals.evidence.gathering import gather
from core import clock
from core.errors import Refused

if TYPE_CHECKING:
    from django.core.files import File

    from appeals.evidence.gathering import Evidence, Exhibit
    from tickets.models import Ticket

PDF, MANIFEST = "evidence.pdf", "manifest.json"
_UNIX = 3
_CHUNK = 1024 * 1024


def pack(appeal: Ticket) -> IO[bytes]:
    """The pack of an appeal as an open temporary file, at its beginning; the caller closes it. It is in Chinese,
    whatever language its maker has chosen.

    Raises Refused (`file_missing`, `file_changed`) where a file is not there or not what was attached.
    """
    with translation.override(settings.LANGUAGE_CODE):
        evidence = gather(appeal)
        document = written(evidence)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        _fill(file, evidence, document)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _fill(file: IO[bytes], evidence: Evidence, document: bytes) -> None:
    listed: list[dict[str, Any]] = [
        {"path": PDF, "size": len(document), "sha256": hashlib.sha256(document).hexdigest()}
    ]
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(_entry(evidence, PDF, zipfile.ZIP_DEFLATED), document)
        for exhibit in evidence.exhibits:
            _copy(archive, evidence, exhibit)
            row = exhibit.attachment
            listed.append(
                {
                    "path": exhibit.path,
                    "size": row.size,
                    "sha256": row.sha256,
                    "purpose": row.purpose,
                    "ticket": exhibit.ticket,
                    "attached_at": row.at.isoformat(),
                }
            )
        manifest = {
            "format": 1,
            "appeal": evidence.number,
            "earlier": [course.number for course in evidence.earlier],
            "as_of": evidence.as_of.isoformat(),
            "record": [
                {"ticket": row.ticket, "events": row.events, "last_hash": row.last_hash} for row in evidence.sealed
            ],
            "files": listed,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        archive.writestr(_entry(evidence, MANIFEST, zipfile.ZIP_DEFLATED), text)


def _copy(archive: zipfile.ZipFile, evidence: Evidence, exhibit: Exhibit) -> None:
    """Put a file in as it was attached, not compressed: pictures and recordings are already."""
    digest = hashlib.sha256()
    entry = _entry(evidence, exhibit.path, zipfile.ZIP_STORED)
    with _opened(exhibit) as source, archive.open(entry, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != exhibit.attachment.sha256:
        raise _unusable(_("“%(name)s” of %(number)s is not what was attached"), exhibit, "file_changed")


def _opened(exhibit: Exhibit) -> File[bytes]:
    try:
        return exhibit.attachment.file.open("rb")
    except (OSError, ValueError, SuspiciousFileOperation):  # no file, no name, a path outside the folder
        raise _unusable(_("“%(name)s” of %(number)s is missing"), exhibit, "file_missing") from None


def _unusable(fault: str, exhibit: Exhibit, code: str) -> Refused:
    words = {"fault": fault % {"name": exhibit.attachment.name, "number": exhibit.ticket}}
    return Refused(_("%(fault)s. No evidence was made: ask an administrator to restore the file.") % words, code=code)


def _entry(evidence: Evidence, path: str, compression: int) -> zipfile.ZipInfo:
    local = evidence.as_of.astimezone(clock.SHANGHAI)
    entry = zipfile.ZipInfo(path, local.timetuple()[:6])
    entry.compress_type = compression
    entry.create_system = _UNIX
    entry.external_attr = 0o644 << 16
    return entry
