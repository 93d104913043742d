"""The template to fill in: the columns, an example, and what each column may hold."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from complaints.batches import ROW_LIMIT
from complaints.resources.rows import EXAMPLE_REF, HEADERS, REQUIRED, SCRIPT_PREFIX, places
from core import clock
from tickets.scheme import Entry, SchemeDocument
from tickets.services.schemes import current_version

FILE_NAME = "投诉导入模板.xlsx"
_EXAMPLE = {
    "external_ref": EXAMPLE_REF,
    "request_type": "投诉",
    "name": "张三",
    "phone": "13800000000",
    "service_number": "13800000000",
    "tier": "普通",
    "summary": "对套餐外流量费用有异议",
    "description": "客户反映上月账单多出套餐外流量费，要求核实并说明。（示例行，导入前请删除）",
    "remedy_sought": "核实费用并答复",
    "is_critical": "否",
    "is_urgent": "否",
    "is_widespread": "否",
}
_HINTS = {
    "external_ref": "贵方系统中的编号；同一编号再次导入不会重复建单",
    "accepted_at": "客户提出投诉的时间，北京时间，如 2026-11-23 15:20",
    "phone": "手机号，或带区号的固定电话",
    "home": "客户所在地市；不填则为受理单位所在地",
    "complaint_type": "须属于所填业务类型",
    "summary": "不超过 100 字",
    "description": "不超过 4000 字",
}
_CODE_LISTS = {
    "channel": "channel",
    "request_type": "request_type",
    "tier": "customer_tier",
    "brand": "brand",
    "business_type": "business_type",
    "complaint_type": "complaint_type",
    "level": "level",
}
_FLAGS = ("is_critical", "is_urgent", "is_widespread")
_TEXT = "@"  # so that numbers keep their zeros and are not rounded
_HEAD = Font(bold=True)
_NEEDED = PatternFill("solid", fgColor="FFF2CC")


def template() -> bytes:
    """The template as an .xlsx, made from the current scheme and organisation."""
    document = current_version(settings.DEFAULT_SCHEME).document
    allowed = _allowed(document)
    book = Workbook()
    rows = book.worksheets[0]
    rows.title = "工单"
    lists = book.create_sheet("可选值")
    _fill_rows(rows, allowed, lists)
    _fill_scripts(book.create_sheet("口径字段"), document)
    _fill_notes(book.create_sheet("填写说明"))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _allowed(document: SchemeDocument) -> dict[str, list[str]]:
    """The values that a column can be chosen from; trees by the labels on the way to the entry."""
    values = {name: _labels(document, dimension) for name, dimension in _CODE_LISTS.items()}
    values["channel"] = [
        entry.label.zh for entry in document.all_entries("channel") if _can_be_submitted(document, entry)
    ]
    values["home"] = [unit.name for unit in places()]
    return values | {name: ["是", "否"] for name in _FLAGS}


def _can_be_submitted(document: SchemeDocument, channel: Entry) -> bool:
    return document.records(channel.code) or not document.options.signature_where_not_recorded


def _labels(document: SchemeDocument, dimension: str) -> list[str]:
    entries = [entry for entry in document.all_entries(dimension) if not entry.attributes.get("legacy")]
    labels = {entry.code: entry.label.zh for entry in entries}
    return ["/".join(labels[code] for code in entry.path) for entry in entries]


def _fill_rows(sheet: Worksheet, allowed: dict[str, list[str]], lists: Worksheet) -> None:
    example = _EXAMPLE | {
        "accepted_at": (clock.now() - timedelta(hours=2)).astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "channel": allowed["channel"][0],
        "business_type": allowed["business_type"][0],
        "level": allowed["level"][0],
    }
    for index, (name, header) in enumerate(HEADERS.items(), start=1):
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].number_format = _TEXT
        sheet.column_dimensions[letter].width = 40 if name == "description" else 18
        head = sheet.cell(1, index, header)
        head.font = _HEAD
        if name in REQUIRED:
            head.fill = _NEEDED
        cell = sheet.cell(2, index, example.get(name))
        cell.number_format = _TEXT
        if name in allowed:
            sheet.add_data_validation(_list(letter, _put_list(lists, header, allowed[name])))
    sheet.freeze_panes = "B2"


def _put_list(lists: Worksheet, header: str, values: Sequence[str]) -> str:
    """Write a list into the next column of the second sheet; gives its address."""
    column = lists.max_column + 1 if lists.cell(1, 1).value else 1
    letter = get_column_letter(column)
    lists.column_dimensions[letter].width = 30
    lists.cell(1, column, header).font = _HEAD
    for row, value in enumerate(values, start=2):
        lists.cell(row, column, value)
    return f"'{lists.title}'!${letter}$2:${letter}${len(values) + 1}"


def _list(letter: str, address: str) -> DataValidation:
    """A drop-down that does not forbid codes or short names."""
    choice = DataValidation("list", formula1=address, allow_blank=True, showErrorMessage=False)
    choice.add(f"{letter}2:{letter}{ROW_LIMIT + 1}")
    return choice


def _fill_scripts(sheet: Worksheet, document: SchemeDocument) -> None:
    rows = [
        (
            script.label.zh,
            SCRIPT_PREFIX + asked.code,
            asked.label.zh,
            _KINDS[asked.type],
            "是" if asked.required else "否",
            "、".join(choice.label.zh for choice in asked.choices),
        )
        for script in document.scripts
        for asked in script.fields
    ]
    _fill_table(sheet, ("口径", "列名（需要时加到“工单”表）", "含义", "类型", "必填", "可选值"), rows)


_KINDS = {"text": "文字", "number": "数字", "datetime": "日期时间", "choice": "选项", "boolean": "是/否"}


def _fill_notes(sheet: Worksheet) -> None:
    rows = [(header, "是" if name in REQUIRED else "否", _HINTS.get(name, "")) for name, header in HEADERS.items()]
    _fill_table(sheet, ("列名", "必填", "说明"), rows)


def _fill_table(sheet: Worksheet, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    sheet.append(list(headers))
    for cell in sheet[1]:
        cell.font = _HEAD
        sheet.column_dimensions[cell.column_letter].width = 28
    for row in rows:
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            cell.number_format = _TEXT
            cell.alignment = Alignment(wrap_text=True, vertical="top")
