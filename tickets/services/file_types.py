"""What may be attached: the type of a file by its content, with the limits of model 10."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import filetype
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from core.errors import Refused
from tickets.models.attachment import AttachmentPurpose

if TYPE_CHECKING:
    from django.core.files import File

MIB = 1024 * 1024
HEAD_SIZE = 8192  # what `filetype` looks at
PICTURES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "bmp": "image/bmp",
}
DOCUMENTS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
}
RECORDINGS = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "amr": "audio/amr",
}
# What a browser may show or play in place; everything else is saved first.
SHOWN_IN_PLACE = frozenset({*PICTURES.values(), *RECORDINGS.values(), DOCUMENTS["pdf"]})
_OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}


@dataclass(frozen=True)
class Accepted:
    """What a purpose takes: extensions with their types, and the most bytes of a file."""

    types: dict[str, str]
    limit: int


ACCEPTED: dict[str, Accepted] = {
    **{purpose: Accepted(PICTURES | DOCUMENTS, 20 * MIB) for purpose in AttachmentPurpose},
    AttachmentPurpose.SIGNATURE: Accepted(PICTURES | {"pdf": DOCUMENTS["pdf"]}, 20 * MIB),
    AttachmentPurpose.RECORDING: Accepted(RECORDINGS, 100 * MIB),
}


def check_file(file: File[bytes], name: str, purpose: str) -> str:
    """The content type of a file that may be attached for `purpose`; `name` is its name as sent.

    Raises Refused in words: an empty or too large file, a type that is not taken, a content that is not what the
    name says (a script posing as a picture).
    """
    accepted = ACCEPTED.get(purpose)
    if accepted is None:
        raise Refused(_("Say what the file is: choose its purpose."), code="file_purpose")
    if not file.size:
        raise Refused(_("“%(name)s” is empty. Choose another file.") % {"name": name}, code="file_empty")
    if file.size > accepted.limit:
        raise Refused(
            _("“%(name)s” has %(size)s; at most %(limit)s are accepted. Make it smaller or split it.")
            % {"name": name, "size": filesizeformat(file.size), "limit": filesizeformat(accepted.limit)},
            code="file_too_large",
        )
    extension = PurePosixPath(name).suffix.lower().lstrip(".")
    content_type = accepted.types.get(extension)
    if content_type is None:
        raise Refused(
            _("“%(name)s” cannot be attached here. Accepted: %(types)s.")
            % {"name": name, "types": ", ".join(sorted(accepted.types))},
            code="file_type",
        )
    if not _is_what_it_says(file, extension):
        raise Refused(
            _("“%(name)s” is not what its ending says: the content is no valid %(type)s file. It was not kept.")
            % {"name": name, "type": extension},
            code="file_mismatch",
        )
    return content_type


def _is_what_it_says(file: File[bytes], extension: str) -> bool:
    file.seek(0)
    if extension == "txt":
        return _is_text(file)
    if extension in _OFFICE_PARTS:
        return _is_office(file, _OFFICE_PARTS[extension])
    kind = filetype.get_type(ext="jpg" if extension == "jpeg" else extension)
    return bool(kind.match(bytearray(file.read(HEAD_SIZE))))


def _is_office(file: File[bytes], part: str) -> bool:
    """Whether it is an Office document without macros; only the list of its parts is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return False
    return part in names and not any(name.endswith("vbaProject.bin") for name in names)


def _is_text(file: File[bytes]) -> bool:
    content: bytes = file.read()
    if any(byte < 32 and byte not in b"\t\n\f\r" for byte in content):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
