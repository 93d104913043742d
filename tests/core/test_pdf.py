"""PDF documents: every character shown, lines and tables that go on over pages, the same bytes for the same content."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from core.pdf import Column, Document
from core.pdf.lines import printable, wrapped

MADE = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)
HAN = range(0x4E00, 0x9FA6)


@pytest.fixture
def made() -> Iterator[Document]:
    with new_document() as made:
        yield made


def new_document() -> Document:
    return Document(title="申诉证据材料", header="申诉证据材料 A2611230000018", made_at=MADE)


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def one(char: str) -> float:
    return 1.0


def test_names_with_rare_characters_stay_as_they_are(made: Document) -> None:
    made.paragraph("𠮷田喆㛃𬭊、镕堃翀䶮")
    assert "𠮷田喆㛃𬭊、镕堃翀䶮" in pages(made.content())[0]


def test_the_font_has_every_han_character_of_the_first_block_and_of_extension_a(made: Document) -> None:
    known = made._font.cmap
    assert not [f"U+{code:X}" for code in (*HAN, *range(0x3400, 0x4DB6)) if code not in known]


@pytest.mark.parametrize(
    "text, shown",
    [
        ("😀", "[U+1F600]"),
        ("\U00030000", "[U+30000]"),
        ("a\u200bb", "a[U+200B]b"),
        ("\u202e123", "[U+202E]123"),
        ("\x07", "[U+0007]"),
        ("一\t二", "一 二"),
        ("一\r\n二\r三", "一\n二\n三"),
    ],
)
def test_what_the_font_lacks_or_has_no_shape_is_shown_by_its_code_point(text: str, shown: str, made: Document) -> None:
    assert printable(text, made._font.cmap) == shown


@pytest.mark.parametrize(
    "text, lines",
    [
        ("一二三四五六", ["一二三四", "五六"]),
        ("一二三四，五", ["一二三", "四，五"]),
        ("一二三（四", ["一二三", "（四"]),
        ("一ab 二cde三", ["一ab", "二cde", "三"]),
        ("abcdefghij", ["abcd", "efgh", "ij"]),
        ("，" * 6, ["，，，，", "，，"]),
        ("一\n\n二", ["一", "", "二"]),
        ("", [""]),
    ],
)
def test_lines_break_where_chinese_may_be_broken(text: str, lines: list[str]) -> None:
    assert wrapped(text, 4, one) == lines


def test_nothing_is_lost_at_the_end_of_a_line() -> None:
    text = "客户（张先生）说：“宽带断网48小时，至今未修复！”要求退费100.50元，见https://example.cn/a?b=1。" * 9
    assert "".join(wrapped(text, 37, one)) == text


def test_a_table_goes_on_over_pages_below_its_head(made: Document) -> None:
    made.table([Column("时间", 20), Column("内容", 80)], [(f"第{n}行", "宽带断网。" * 20) for n in range(60)])
    found = pages(made.content())
    assert len(found) > 3
    assert all("时间" in page and "内容" in page for page in found)
    assert [n for n in range(60) if f"第{n}行" not in "".join(found)] == []
    assert f"第1页，共{len(found)}页" in found[0]


def test_a_row_higher_than_a_page_is_shown_whole(made: Document) -> None:
    text = "".join(map(chr, HAN[:4000]))
    made.facts([("诉求", text)])
    found = pages(made.content())
    body = "".join("".join(page.splitlines()[2:]) for page in found)
    assert [char for char in text if char not in body] == []
    assert len(found) > 1


def test_the_same_content_and_date_give_the_same_bytes() -> None:
    contents = set()
    for _round in range(2):
        with new_document() as made:
            made.heading("一、案件")
            made.facts([("诉求", "宽带断网两天")])
            contents.add(made.content())
    assert len(contents) == 1


def test_a_heading_stands_in_the_list_of_contents_and_is_never_last_on_a_page(made: Document) -> None:
    for n in range(80):
        made.heading(f"第{n}节", 2 if n % 3 else 1)
        made.caption(f"表{n}")
        made.facts([("本节", f"第{n}行")])
    reader = PdfReader(io.BytesIO(made.content()))
    for page in reader.pages:
        assert re.search(r"第\d+行$", page.extract_text())
    assert "第79节" in str(reader.outline)


def test_hundreds_of_pages_are_made_in_reasonable_time_and_size(made: Document) -> None:
    for n in range(230):
        made.heading(f"第{n}节")
        made.paragraph("".join(chr(HAN[(n * 53 + i * 7) % 3500]) for i in range(1900)))
    content = made.content()
    assert len(PdfReader(io.BytesIO(content)).pages) > 200
    assert len(content) < 4 * 1024 * 1024
