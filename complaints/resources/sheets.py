"""Reading an uploaded spreadsheet as plain text cells, whatever is in the file; what cannot be read is refused.

Files come from outside: everything is bounded before it is unpacked, and no formula is ever trusted.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import logging
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from complaints.batches import ROW_LIMIT
from core.errors import Refused

logger = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
FILE_LIMIT = 20 * MEBIBYTE
UNPACKED_LIMIT = 128 * MEBIBYTE
MEMBER_LIMIT = 500
COLUMN_LIMIT = 200
FORMULA = "="
_UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z0-9:]+)"')
_TEXT_NUMBER = re.compile(r'="([^"]*)"')  # how exports keep programs from rounding a number


@dataclass(frozen=True)
class Sheet:
    """A table of text: `rows` are the number of the row in the file and its cells, one for each header."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_sheet(name: str, file: IO[bytes], size: int) -> Sheet:
    """The first sheet of an .xlsx, or a .csv in UTF-8 or GB 18030. `size` is in bytes.

    Raises Refused in words: wrong kind, too big, damaged, merged cells, no rows, headers empty or double.
    """
    if size > FILE_LIMIT:
        raise _refused(_("The file is larger than %(limit)s MiB. Split it."), limit=FILE_LIMIT // MEBIBYTE)
    suffix = PurePath(name).suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise _refused(_("Only .xlsx and .csv files can be read. Save the file as “Excel Workbook (.xlsx)”."))
    content = file.read()
    return _table(_xlsx_rows(content) if suffix == ".xlsx" else _csv_rows(content))


def header_text(text: str) -> str:
    """A header in one spelling: half-width, without spaces around it and without a mark for “required”."""
    return unicodedata.normalize("NFKC", text).strip().rstrip("*").strip()


def _refused(message: str, **values: object) -> Refused:
    return Refused(message % values if values else message, code="bad_sheet")


def _table(rows: Iterator[list[str]]) -> Sheet:
    headers = _headers(next(rows, []))
    kept: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in enumerate(rows, start=2):
        if not any(cells):
            continue
        if any(cells[len(headers) :]):
            raise _refused(_("Row %(row)s has a value in a column without a header."), row=number)
        if len(kept) == ROW_LIMIT:
            raise _refused(_("The file has more than %(limit)s rows. Split it."), limit=ROW_LIMIT)
        filled = cells[: len(headers)]
        kept.append((number, (*filled, *[""] * (len(headers) - len(filled)))))
    if not kept:
        raise _refused(_("The file has no rows below its headers."))
    return Sheet(headers, tuple(kept))


def _headers(cells: Iterable[str]) -> tuple[str, ...]:
    headers = [header_text(cell) for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    if not headers:
        raise _refused(_("The first row is empty: it must hold the headers of the template."))
    if len(headers) > COLUMN_LIMIT:
        raise _refused(_("The file has more than %(limit)s columns."), limit=COLUMN_LIMIT)
    for index, header in enumerate(headers, start=1):
        if not header:
            raise _refused(_("Column %(column)s has no header."), column=get_column_letter(index))
        if header in headers[: index - 1]:
            raise _refused(_("The header “%(header)s” stands twice."), header=header)
    return tuple(headers)


# CSV


def _csv_rows(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [_csv_cell(cell) for cell in cells]
    except csv.Error as error:
        raise _refused(
            _("The file is not a readable CSV: a quotation mark is missing or a cell is too long.")
        ) from error


def _csv_cell(cell: str) -> str:
    quoted = _TEXT_NUMBER.fullmatch(cell)
    return (quoted[1] if quoted else cell).strip()


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(_("The encoding of the file is unknown. Save it as “CSV UTF-8” or as .xlsx."))


# XLSX


def _xlsx_rows(content: bytes) -> Iterator[list[str]]:
    _inspect(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that we do not read
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
            sheet = book.worksheets[0]
            for cells in sheet.iter_rows(max_col=COLUMN_LIMIT + 1, values_only=True):
                yield [_text(value) for value in cells]
        except Refused:
            raise
        except Exception as error:
            # A foreign file can break its reader anywhere; whatever it was, the answer is the same.
            logger.info("An uploaded workbook could not be read: %r", error)
            raise _damaged() from error


def _inspect(content: bytes) -> None:
    """Refuse what must not reach the reader: bombs, document types (entities), merged cells."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MEMBER_LIMIT or sum(member.file_size for member in members) > UNPACKED_LIMIT:
                message = _("Unpacked, the file is larger than %(limit)s MiB. Copy the rows into the template.")
                raise _refused(message, limit=UNPACKED_LIMIT // MEBIBYTE)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _inspect_xml(member.filename, archive.read(member))
    except _UNREADABLE as error:
        raise _damaged() from error


def _inspect_xml(name: str, xml: bytes) -> None:
    if b"<!DOCTYPE" in xml or b"\x00" in xml:
        raise _damaged()
    merged = _MERGED.search(xml) if "worksheets/" in name else None
    if merged:
        raise _refused(
            _("The cells %(cells)s are merged. Undo the merging and fill in every row."), cells=merged[1].decode()
        )


def _damaged() -> Refused:
    return _refused(_("The file is not a readable .xlsx: it is damaged, protected by a password, or of another kind."))


def _text(value: Any) -> str:
    """A cell as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, ArrayFormula | DataTableFormula):
        return FORMULA
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        rounded = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
        return rounded.isoformat(sep=" ")
    return str(value)
