"""Reading what people upload: whatever the file is, the answer is in words and never an error page."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from complaints.resources import cells, sheets
from complaints.resources.sheets import Sheet, read_sheet
from core import clock
from core.errors import Refused
from tests.factories.sheets import ROW, csv_text, row, rows, xlsx


def read(content: bytes, name: str = "a.xlsx") -> Sheet:
    return read_sheet(name, io.BytesIO(content), len(content))


def refused(content: bytes, name: str = "a.xlsx") -> str:
    with pytest.raises(Refused) as caught:
        read(content, name)
    assert caught.value.code == "bad_sheet"
    return caught.value.message


def workbook(*lines: list[object], then: Callable[[Workbook], None] = lambda book: None) -> bytes:
    book = Workbook()
    for line in lines:
        book.worksheets[0].append(line)
    then(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_member(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its files changed."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            data = old.read(member)
            new.writestr(member, change(data) if member == name else data)
    return changed.getvalue()


@pytest.mark.parametrize(
    "encoding, delimiter",
    [("utf-8", ","), ("utf-8-sig", ","), ("gb18030", ","), ("utf-16", "\t"), ("utf-8", ";"), ("gb18030", "\t")],
)
def test_csv_in_the_encodings_of_spreadsheet_programs(encoding: str, delimiter: str) -> None:
    sheet = read(csv_text(rows(2), delimiter).encode(encoding), "a.csv")
    assert sheet.headers == tuple(ROW)
    assert [number for number, _cells in sheet.rows] == [2, 3]
    assert sheet.rows[1][1] == tuple(row(外部编号="A-2").values())


def test_cells_are_read_as_a_person_would_have_typed_them() -> None:
    content = workbook(
        ["编号*", " 时间 ", "字段：code", "金额", "是"],
        [13812345678, dt.datetime(2026, 11, 23, 15, 19, 59, 999_600), " 文字 ", 1.5, True],
        [None, None, None, None, None],
        ["=1+1", dt.date(2026, 11, 23), None, 2.0, "#N/A"],
    )
    sheet = read(content)
    assert sheet.headers == ("编号", "时间", "字段:code", "金额", "是")
    assert sheet.rows == (
        (2, ("13812345678", "2026-11-23 15:20:00", "文字", "1.5", "True")),
        (4, ("=1+1", "2026-11-23 00:00:00", "", "2", "#N/A")),
    )
    assert read(b'a,b\n="0138",1', "a.csv").rows == ((2, ("0138", "1")),)


def test_an_array_formula_counts_as_a_formula() -> None:
    content = workbook(["a"], [ArrayFormula("A2:A2", "=SUM(1,2)")])
    assert read(content).rows == ((2, ("=",)),)


@pytest.mark.parametrize(
    "content, name",
    [
        (b"", "a.xlsx"),
        (b"not a workbook", "a.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.xlsx"),  # an old .xls, or one with a password
        (xlsx(rows(1))[:-40], "a.xlsx"),
        (xlsx(rows(1))[:200] + b"\x00" * 40 + xlsx(rows(1))[240:], "a.xlsx"),
        (b"\xff\xff\xff\x80", "a.csv"),
        (b'a,b\n"never closed,1', "a.csv"),
        (b"a,b\n" + b"x" * 200_000, "a.csv"),
        (b"", "a.csv"),
        (b"a,b\n", "a.csv"),
        (b"a,b\n,\n", "a.csv"),
        (b"a,a\n1,2", "a.csv"),
        (b"a,,c\n1,2,3", "a.csv"),
        (b"\n\na,b\n1,2", "a.csv"),
        (b"a,b\n1,2,3", "a.csv"),
        (b"a\n1", "a.xls"),
        (b"a\n1", "a"),
        ("，".join(["a"] * 3).encode() + b"," * 300 + b"z\n1", "a.csv"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content: bytes, name: str) -> None:
    assert refused(content, name)


def test_a_file_too_large_is_not_even_read() -> None:
    class Unread(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("read")

    with pytest.raises(Refused):
        read_sheet("a.xlsx", Unread(), sheets.FILE_LIMIT + 1)


def test_more_rows_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROW_LIMIT", 3)
    assert len(read(xlsx(rows(3))).rows) == 3
    assert "3" in refused(xlsx(rows(4)))


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * (sheets.UNPACKED_LIMIT // 8))
    assert len(bomb.getvalue()) < sheets.MEBIBYTE
    assert "128" in refused(bomb.getvalue())


def test_entities_are_refused() -> None:
    """A few kilobytes of nested entities would unfold to gigabytes."""
    laugh = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]>'
    assert refused(with_member(xlsx(rows(1)), "xl/worksheets/sheet1.xml", lambda xml: laugh + xml))


def test_a_sheet_that_is_no_xml_is_refused() -> None:
    assert refused(with_member(xlsx(rows(1)), "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2]))


def test_merged_cells_are_refused_by_name() -> None:
    content = workbook(["a", "b"], [1, 2], [3, 4], then=lambda book: book.worksheets[0].merge_cells("A2:A3"))
    assert "A2:A3" in refused(content)


def test_a_cell_at_the_far_end_of_the_sheet_costs_nothing() -> None:
    def far(book: Workbook) -> None:
        book.worksheets[0]["XFD1"].value = "far"

    assert read(workbook(["a"], [1], then=far)).headers == ("a",)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23 15:20",
        "2026/11/23 15:20:00",
        "2026.11.23 15:20",
        "2026年11月23日 15:20",
        "2026年11月23日15时20分",
        "2026-11-23T15:20",
        "2026-11-23T07:20:00Z",
        "46349.6388888889",
    ],
)
def test_an_instant_in_the_spellings_of_spreadsheets(text: str) -> None:
    assert cells.read_instant(text) == clock.parse_instant("2026-11-23 15:20")


@pytest.mark.parametrize("text", ["", "昨天", "2026-13-01 10:00", "1899-12-31", "9999-12-31 10:00", "15:20", "46349x"])
def test_other_texts_are_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        cells.read_instant(text)


def test_numbers_are_kept_as_decimal_text() -> None:
    assert [cells.read_number(text) for text in ("12", "1,234.50", "-0.1")] == ["12", "1234.50", "-0.1"]
    for text in ("十二", "NaN", "1e999999999", "1.2.3"):
        with pytest.raises(ValueError, match=r".+"):
            cells.read_number(text)


def test_the_factory_writes_what_it_says() -> None:
    assert load_workbook(io.BytesIO(xlsx(rows(2)))).worksheets[0].max_row == 3
