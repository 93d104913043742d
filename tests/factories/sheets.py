"""Spreadsheets as people send them in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from complaints.resources.rows import HEADERS

ROW: dict[str, Any] = {
    "外部编号": "A-1",
    "受理时间": "2026-11-23 08:30",
    "渠道": "客服热线",
    "客户姓名": "张伟",
    "联系电话": "13812345678",
    "地市": "南京",
    "业务类型": "移动业务",
    "摘要": "套餐外流量费有异议",
    "内容": "客户称未使用流量却被收费，要求核实。",
}


def row(**changes: Any) -> dict[str, Any]:
    """A row that can be imported, with these columns changed."""
    return ROW | changes


def rows(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Rows that can be imported, numbered A-1, A-2, …"""
    return [row(外部编号=f"A-{number}", **changes) for number in range(1, count + 1)]


def headers_of(table: Sequence[dict[str, Any]]) -> list[str]:
    """The columns that occur in a table, those of the template first."""
    used = {header for one in table for header in one}
    return [header for header in HEADERS.values() if header in used] + sorted(used - set(HEADERS.values()))


def xlsx(table: Sequence[dict[str, Any]], headers: Sequence[str] | None = None) -> bytes:
    """A workbook with one sheet."""
    book = Workbook()
    sheet = book.worksheets[0]
    headers = headers or headers_of(table)
    sheet.append(list(headers))
    for one in table:
        sheet.append([one.get(header) for header in headers])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def csv_text(table: Sequence[dict[str, Any]], delimiter: str = ",") -> str:
    """The same as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, headers_of(table), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()
