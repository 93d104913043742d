"""A document of headings, paragraphs, facts and tables, laid out first and then written with fpdf2.

It is laid out on sheets of our own, because the number of pages stands on each, rows of any height go on over pages,
and Chinese lines have rules of their own. The same content and date give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import TextMode

from core.pdf.lines import printable, wrapped

if TYPE_CHECKING:
    from datetime import datetime

    from fpdf.fonts import TTFFont

FONT = Path(__file__).resolve().parent.parent / "fonts" / "NotoSansSC-Regular.ttf"

# Everything is in millimetres, but sizes of letters, in points.
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
MARGIN, TOP, BOTTOM = 18.0, 26.0, 277.0
ROOM = PAGE_WIDTH - 2 * MARGIN
POINT = 25.4 / 72
LEADING = 1.5
CELL_GAP, ROW_GAP = 2.5, 1.2
TEXT, SMALL = 10.0, 9.0
# By level; the third is the caption of a table.
HEADINGS, GAPS = {1: 14.0, 2: 11.5, 3: SMALL}, {1: 5.0, 2: 3.0, 3: 0.5}
CAPTION = 3
ROW_KEPT = 80.0  # a row up to this high is not torn apart
INK, GREY, RULE = 30, 105, 200


@dataclass(frozen=True)
class Column:
    """A column of a table: its title and its part of the width."""

    title: str
    share: float


@dataclass(frozen=True)
class _Words:
    """Text with its base line."""

    x: float
    y: float
    size: float
    text: str
    shade: int = INK
    is_bold: bool = False


@dataclass
class _Sheet:
    """What stands on a page: words, rules across it by height, and the headings for the reader's list of contents."""

    words: list[_Words] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)
    sections: list[tuple[float, str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    """A row of a table in lines, by cell."""

    cells: list[list[str]]
    size: float
    shades: list[int]

    @property
    def lines(self) -> int:
        return max(map(len, self.cells))


class Document:
    """An A4 document, written from the top to the bottom, in a `with` block that closes the font's file.

    `title` stands on the first page, `header` and the pages' numbers on each. `made_at` is the date of the file.
    """

    def __init__(self, *, title: str, header: str, made_at: datetime) -> None:
        self._pdf = FPDF(format="A4")
        self._pdf.add_font("text", fname=FONT)
        self._font = cast("TTFFont", self._pdf.fonts["text"])
        self._pdf.set_creation_date(made_at)
        self._pdf.set_title(title)
        self._pdf.set_lang("zh-CN")
        self._pdf.set_auto_page_break(False)
        self._header = self._shown(header)
        self._sheets = [_Sheet()]
        self._headings: list[tuple[list[str], int]] = []  # those that wait for what they stand over
        self._y = TOP
        self._write(_Row([self._lines(title, ROOM, 18.0)], 18.0, [INK]), [MARGIN], is_bold=True)
        self._y += 2

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self._font.ttfont.close()

    def heading(self, text: str, level: int = 1) -> None:
        """A heading of level 1 or 2, never the last line of a page; it stands in the reader's list of contents."""
        self._headings.append((self._lines(text, ROOM, HEADINGS[level]), level))

    def caption(self, text: str) -> None:
        """A line over the table that follows, on the same page."""
        self._headings.append((self._lines(text, ROOM, HEADINGS[CAPTION]), CAPTION))

    def paragraph(self, text: str) -> None:
        """A paragraph over the whole width."""
        row = _Row([self._lines(text, ROOM, TEXT)], TEXT, [INK])
        self._begin(min(row.lines, 3) * self._leading(TEXT))
        self._write(row, [MARGIN])
        self._y += 1.5

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Labels with what stands beside them, in two columns."""
        self._table((Column("", 26), Column("", 100)), rows, [GREY, INK], size=TEXT, has_head=False)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """A table whose head stands again on each page that it goes on over."""
        self._table(columns, rows, [INK] * len(columns), size=SMALL, has_head=True)

    def content(self) -> bytes:
        """The file; nothing can be written afterwards."""
        self._begin(0)
        count = len(self._sheets)
        for number, sheet in enumerate(self._sheets, 1):
            self._pdf.add_page()
            self._put(_Words(MARGIN, 15, SMALL, self._header, GREY))
            self._rule(18)
            pages = _("Page %(number)s of %(count)s") % {"number": number, "count": count}
            middle = (PAGE_WIDTH - self._width(pages, SMALL)) / 2
            self._put(_Words(middle, 287, SMALL, pages, GREY))
            for y, name, level in sheet.sections:
                self._pdf.set_y(y)
                self._pdf.start_section(name, level)
            for y in sheet.rules:
                self._rule(y)
            for words in sheet.words:
                self._put(words)
        return bytes(self._pdf.output())

    def _table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        shades: list[int],
        *,
        size: float,
        has_head: bool,
    ) -> None:
        whole = sum(column.share for column in columns)
        widths = [ROOM * column.share / whole for column in columns]
        lefts = [MARGIN + sum(widths[:index]) for index in range(len(widths))]

        def row_of(texts: Sequence[str], shades: list[int]) -> _Row:
            cells = zip(texts, widths, strict=True)
            return _Row([self._lines(text, width - CELL_GAP, size) for text, width in cells], size, shades)

        head = row_of([column.title for column in columns], [GREY] * len(columns)) if has_head else None
        body = [row_of(texts, shades) for texts in rows]
        self._begin(sum(min(self._height(row), ROW_KEPT) for row in ([head] if head else []) + body[:1]))
        if head is not None:
            self._write(head, lefts)
            self._end_row()
        for row in body:
            if self._height(row) <= ROW_KEPT and self._y + self._height(row) > BOTTOM:
                self._next_sheet(head, lefts)
            self._write(row, lefts, head)
            self._end_row()
        self._y += 1.5

    def _begin(self, height: float) -> None:
        """Put what waits over the next block down, on a page that has room for it and `height` of the block."""
        above = sum(GAPS[level] + len(lines) * self._leading(HEADINGS[level]) + 1 for lines, level in self._headings)
        if self._y + above + height > BOTTOM:
            self._next_sheet()
        for lines, level in self._headings:
            is_caption = level == CAPTION
            self._y += GAPS[level]
            if not is_caption:
                self._sheets[-1].sections.append((self._y, lines[0], level - 1))
            self._write(_Row([lines], HEADINGS[level], [GREY if is_caption else INK]), [MARGIN], is_bold=not is_caption)
            self._y += 1
        self._headings.clear()

    def _write(self, row: _Row, lefts: list[float], head: _Row | None = None, *, is_bold: bool = False) -> None:
        """The lines of a row; what finds no room goes on on the next page, below `head` again."""
        step = self._leading(row.size)
        for index in range(row.lines):
            if self._y + step > BOTTOM:
                self._next_sheet(head, lefts)
            base = self._y + step * 0.72
            self._sheets[-1].words += [
                _Words(left, base, row.size, lines[index], shade, is_bold)
                for lines, left, shade in zip(row.cells, lefts, row.shades, strict=True)
                if index < len(lines) and lines[index]
            ]
            self._y += step

    def _end_row(self) -> None:
        self._y += ROW_GAP
        self._sheets[-1].rules.append(self._y)
        self._y += ROW_GAP

    def _next_sheet(self, head: _Row | None = None, lefts: Sequence[float] = ()) -> None:
        self._sheets.append(_Sheet())
        self._y = TOP
        if head is not None:
            self._write(head, list(lefts))
            self._end_row()

    def _lines(self, text: str, room: float, size: float) -> list[str]:
        return wrapped(self._shown(text), room, partial(self._width, size=size))

    def _shown(self, text: str) -> str:
        return printable(text, self._font.cmap)

    def _width(self, text: str, size: float) -> float:
        return float(sum(self._font.cw[ord(one)] for one in text)) * size * POINT / 1000

    def _height(self, row: _Row) -> float:
        return row.lines * self._leading(row.size) + 2 * ROW_GAP

    def _leading(self, size: float) -> float:
        return size * POINT * LEADING

    def _rule(self, y: float) -> None:
        self._pdf.set_draw_color(RULE)
        self._pdf.set_line_width(0.15)
        self._pdf.line(MARGIN, y, PAGE_WIDTH - MARGIN, y)

    def _put(self, words: _Words) -> None:
        self._pdf.set_font("text", size=words.size)
        self._pdf.set_text_color(words.shade)
        if not words.is_bold:
            self._pdf.text(words.x, words.y, words.text)
            return
        # There is one face: its letters are drawn with an edge to be bold.
        with self._pdf.local_context(text_mode=TextMode.FILL_STROKE, line_width=0.35, draw_color=words.shade):
            self._pdf.text(words.x, words.y, words.text)
