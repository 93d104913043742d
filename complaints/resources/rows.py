"""The columns of the template and the check of a file, row by row, with every fault of every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import tablib
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext as _
from import_export import fields, resources
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult

from complaints.batches import REF_LIMIT, TAKEN, ImportRow
from complaints.models import Complaint
from complaints.resources import cells
from complaints.resources.sheets import Sheet
from complaints.services.importing import CheckedFile, CheckedRow, digest_of
from core import clock
from core.errors import Refused
from organization.grants import grants_of
from organization.models import Unit, User
from organization.roles import Role
from organization.selectors import centre_for
from tickets.facts import facts_of
from tickets.models import DictionaryEntry
from tickets.models.ticket import DESCRIPTION_LIMIT, CustomerTier
from tickets.scheme import SchemeDocument, ScriptField
from tickets.services.judging import judge_priority
from tickets.services.schemes import current_version
from tickets.states import Kind

REF = "external_ref"
EXAMPLE_REF = "示例-0001"  # in the template; nobody's ticket
SCRIPT_PREFIX = "字段:"
SCRIPT = "extra."
ANSWER_LIMIT = 500
LOOKUP = 500  # references looked up at once

# What each value is called in the template. The headers are data of the template, not texts of the product.
HEADERS: dict[str, str] = {
    REF: "外部编号",
    "accepted_at": "受理时间",
    "channel": "渠道",
    "request_type": "请求类型",
    "name": "客户姓名",
    "phone": "联系电话",
    "service_number": "业务号码",
    "address": "联系地址",
    "tier": "客户等级",
    "brand": "品牌",
    "home": "地市",
    "business_type": "业务类型",
    "complaint_type": "投诉类型",
    "level": "级别",
    "summary": "摘要",
    "description": "内容",
    "remedy_sought": "诉求",
    "is_critical": "重大",
    "is_urgent": "紧迫",
    "is_widespread": "广泛",
}
ENTRY_COLUMNS = ("channel", "business_type", "complaint_type")
Faults = dict[str, list[ValidationError]]
REQUIRED = (REF, "accepted_at", "channel", "name", "phone", "business_type", "summary", "description")


class Column(fields.Field):
    """A column whose value goes into the row's data; an empty cell leaves nothing there."""

    def save(self, instance: RowData, row: Mapping[str, str], is_m2m: bool = False, **kwargs: Any) -> None:
        """See the class. Raises ValueError in words."""
        value = self.clean(row, **kwargs)
        if value not in ("", None):
            instance.values[self.attribute] = value


@dataclass
class RowData:
    """A row on its way through the check."""

    ref: str = ""
    values: dict[str, Any] = field(default_factory=dict)


class ComplaintResource(resources.Resource):
    """Maps the rows of a sheet to complaints to be taken. It writes nothing: `complaints.services.importing` does."""

    class Meta:
        import_id_fields = (REF,)
        skip_diff = True
        report_skipped = True
        store_instance = True
        instance_loader_class = BaseInstanceLoader

    def __init__(self, *, by: User, unit: Unit) -> None:
        """`by` imports for `unit`."""
        super().__init__()
        self.unit = unit
        self.version = current_version(settings.DEFAULT_SCHEME)
        self.document: SchemeDocument = self.version.document
        self.now = clock.now()
        roles = {grant.role for grant in grants_of(by) if grant.unit == unit}
        self.only_dispatches = Role.AGENT not in roles
        self.known: dict[str, str] = {}  # digests of what was imported before, by reference
        self.first_rows: dict[str, int] = {}
        self.numbers: list[int] = []
        self.present: list[Column] = []
        self._refusals: dict[int, str] = {}
        widgets = self._widgets()
        for name, header in HEADERS.items():
            self.fields[name] = Column(attribute=name, column_name=header, widget=widgets[name])
        for code in self.script_fields:
            widget = cells.Cell(limit=ANSWER_LIMIT)
            self.fields[SCRIPT + code] = Column(SCRIPT + code, column_name=SCRIPT_PREFIX + code, widget=widget)

    def check(self, sheet: Sheet) -> CheckedFile:
        """Check every row of a sheet. Raises Refused when its columns are not those of the template."""
        self._check_headers(sheet)
        if refusal := self._refusal_of_home(self.unit):
            raise Refused(refusal, code="no_centre")
        dataset = tablib.Dataset(headers=list(sheet.headers))
        for _number, row in sheet.rows:
            dataset.append(row)
        self.numbers = [number for number, _row in sheet.rows]
        self.present = [column for column in self.fields.values() if column.column_name in sheet.headers]
        self.known = self._known_digests(sheet)
        result = self.import_data(dataset, use_transactions=False)
        if result.base_errors:
            raise result.base_errors[0].error
        new: list[CheckedRow] = []
        faulty: list[CheckedRow] = []
        for (number, texts), row in zip(sheet.rows, result.rows, strict=True):
            if row.errors:
                raise row.errors[0].error
            if row.import_type == RowResult.IMPORT_TYPE_INVALID:
                ref = texts[sheet.headers.index(HEADERS[REF])][:REF_LIMIT]
                faulty.append(CheckedRow(number, ref, {}, tuple(self._faults(row.validation_error))))
            elif row.import_type == RowResult.IMPORT_TYPE_NEW:
                new.append(CheckedRow(number, row.instance.ref, row.instance.values))
        return CheckedFile(tuple(new), tuple(faulty), unchanged=len(sheet.rows) - len(new) - len(faulty))

    # What import-export asks of a resource

    def get_import_fields(self) -> list[Column]:
        """The columns that the sheet has: most files leave out most of what scripts may ask."""
        return self.present

    def get_instance(self, instance_loader: Any, row: Mapping[str, str]) -> None:
        """Nothing is ever changed by an import: a row is new, or was imported before."""

    def init_instance(self, row: Mapping[str, str] | None = None) -> RowData:
        """An empty row."""
        return RowData()

    def import_instance(self, instance: RowData, row: Mapping[str, str], **kwargs: Any) -> None:
        """Read the cells, then what several of them must say together. Raises ValidationError with every fault."""
        faults: Faults = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            error.update_error_dict(faults)
        instance.ref = instance.values.pop(REF, "")
        self._check_matter(instance.values, faults)
        self._check_reference(instance, self.numbers[kwargs["row_number"] - 1], faults)
        if faults:
            raise ValidationError(faults)

    def skip_row(self, instance: RowData, original: object, row: object, import_validation_errors: Any = None) -> bool:
        """A row that was imported before with the same content changes nothing."""
        return not import_validation_errors and instance.ref in self.known

    def save_m2m(self, instance: RowData, row: object, **kwargs: Any) -> None:
        """A row has no relations."""

    def do_instance_save(self, instance: RowData, is_create: bool) -> None:
        """The check saves nothing."""

    # Checks

    def _check_headers(self, sheet: Sheet) -> None:
        known = {column.column_name for column in self.fields.values()}
        unknown = [header for header in sheet.headers if header not in known]
        missing = [HEADERS[name] for name in REQUIRED if HEADERS[name] not in sheet.headers]
        if missing:
            message = _("These columns of the template are missing: %(columns)s.")
            raise Refused(message % {"columns": "、".join(missing)}, code="columns_missing")
        if unknown:
            message = _("These columns are not in the template: %(columns)s. Rename or remove them.")
            raise Refused(message % {"columns": "、".join(unknown)}, code="columns_unknown")

    def _check_matter(self, values: dict[str, Any], faults: Faults) -> None:
        """Signature, times and the answers that the script asks for, so that nothing is refused when it is written."""
        answers = {code: values.pop(SCRIPT + code) for code in self.script_fields if SCRIPT + code in values}
        accepted_at = values.get("accepted_at")
        if accepted_at and datetime.fromisoformat(accepted_at) > self.now:
            faults["accepted_at"] = _fault(_("Lies in the future."))
        channel = values.get("channel", "")
        if channel and self.document.options.signature_where_not_recorded and not self.document.records(channel):
            faults["channel"] = _fault(
                _("This channel cannot record: take the complaint on the intake page and attach the signed record.")
            )
        if not faults.keys() & {"channel", "business_type", "complaint_type", "request_type", "level", "tier"}:
            values["extra"] = self._answers(values, answers, faults)
            if not values["extra"]:
                del values["extra"]

    def _answers(self, values: dict[str, Any], answers: dict[str, str], faults: Faults) -> dict[str, Any]:
        """The answers as the ticket keeps them."""
        script = self.document.script_for(facts_of(self._ticket(values, answers)))
        asked = {one.code: one for one in script.fields} if script else {}
        kept: dict[str, Any] = {}
        for code, text in answers.items():
            if code not in asked:
                faults[SCRIPT + code] = _fault(_("Is not asked for this kind of complaint. Empty the cell."))
                continue
            try:
                kept[code] = _answer(asked[code], text)
            except ValueError as error:
                faults[SCRIPT + code] = _fault(str(error))
        for code, one in asked.items():
            if one.required and code not in answers and SCRIPT + code not in faults:
                message = _("Must not be empty for this kind of complaint: %(field)s.")
                faults[SCRIPT + code] = _fault(message % {"field": one.label})
        return kept

    def _ticket(self, values: dict[str, Any], answers: dict[str, str]) -> Complaint:
        """The ticket that the row would become, as far as rules ask about it; never saved."""
        chosen = {name: self.entries.get((name, values.get(name, ""))) for name in ENTRY_COLUMNS}
        channel = chosen["channel"]
        ticket = Complaint(
            kind=Kind.COMPLAINT,
            scheme_version=self.version,
            request_type=values.get("request_type", "complaint"),
            level=values.get("level", self.document.options.level_proposals.start),
            customer_tier=values.get("tier", CustomerTier.ORDINARY),
            is_written=bool(channel and channel.attributes.get("written")),
            extra=answers,
            **chosen,
            **{name: values.get(name, False) for name in ("is_critical", "is_urgent", "is_widespread")},
        )
        judge_priority(ticket)
        return ticket

    def _check_reference(self, instance: RowData, number: int, faults: Faults) -> None:
        """Once in the file, and where it was imported before, with the same content."""
        first = self.first_rows.setdefault(instance.ref, number)
        if not instance.ref or REF in faults:
            return
        if instance.ref == EXAMPLE_REF:
            faults[REF] = _fault(_("This is the example of the template. Delete the row."))
        elif first != number:
            faults[REF] = _fault(_("Stands in row %(row)s too.") % {"row": first})
        elif not faults and self.known.get(instance.ref, "") not in ("", digest_of(instance.values)):
            faults[REF] = _fault(
                _("Differs from the ticket already imported under this reference. Correct that ticket on its page.")
            )

    def _faults(self, error: ValidationError) -> Iterator[tuple[str, str]]:
        for name, errors in error.error_dict.items():
            column = self.fields[name].column_name
            yield from ((column, message) for one in errors for message in one.messages)

    def _known_digests(self, sheet: Sheet) -> dict[str, str]:
        place = sheet.headers.index(HEADERS[REF])
        refs = sorted({row[place] for _number, row in sheet.rows})
        rows = ImportRow.objects.filter(batch__unit=self.unit, batch__state__in=TAKEN)
        return {
            ref: digest
            for start in range(0, len(refs), LOOKUP)
            for ref, digest in rows.filter(external_ref__in=refs[start : start + LOOKUP]).values_list(
                "external_ref", "digest"
            )
        }

    # Columns

    @cached_property
    def script_fields(self) -> dict[str, ScriptField]:
        """Everything that a script may ask, by code."""
        return {asked.code: asked for script in self.document.scripts for asked in script.fields}

    @cached_property
    def entries(self) -> dict[tuple[str, str], DictionaryEntry]:
        """The dictionary entries that tickets point to."""
        rows = DictionaryEntry.objects.filter(scheme=self.version.scheme_id, dimension__in=ENTRY_COLUMNS)
        return {(row.dimension, row.code): row for row in rows}

    def _widgets(self) -> dict[str, cells.Cell]:
        def choice(dimension: str, *, required: bool = False) -> cells.ChoiceCell:
            return cells.ChoiceCell(self.document, dimension, required=required)

        return {
            REF: cells.Cell(required=True, limit=REF_LIMIT),
            "accepted_at": cells.InstantCell(required=True),
            "channel": choice("channel", required=True),
            "request_type": choice("request_type"),
            "name": cells.Cell(required=True, limit=64),
            "phone": cells.PhoneCell(required=True),
            "service_number": cells.ServiceNumberCell(),
            "address": cells.Cell(),
            "tier": choice("customer_tier"),
            "brand": choice("brand"),
            "home": cells.PlaceCell(places(), self._refusal_of_home),
            "business_type": choice("business_type", required=True),
            "complaint_type": cells.ComplaintTypeCell(self.document, HEADERS["business_type"]),
            "level": choice("level"),
            "summary": cells.Cell(required=True, limit=100),
            "description": cells.Cell(required=True, limit=DESCRIPTION_LIMIT),
            "remedy_sought": cells.Cell(),
            "is_critical": cells.FlagCell(),
            "is_urgent": cells.FlagCell(),
            "is_widespread": cells.FlagCell(),
        }

    def _refusal_of_home(self, home: Unit) -> str:
        """Why a customer's home cannot be taken care of from here, "" when it can."""
        if home.pk not in self._refusals:
            self._refusals[home.pk] = self._refuse_home(home)
        return self._refusals[home.pk]

    def _refuse_home(self, home: Unit) -> str:
        if self.only_dispatches and not _serves(self.unit, home):
            return _("Dispatchers import complaints of their own place only; agents take those of any place.")
        try:
            centre_for(home)
        except Refused as refused:
            return refused.message
        return ""


def places() -> list[Unit]:
    """The provinces and cities in use."""
    return list(Unit.objects.active().filter(Q(pk=F("province")) | Q(pk=F("city"))))


def _serves(unit: Unit, home: Unit) -> bool:
    """Whether a dispatcher of `unit` acts on tickets of that home (as `tickets.querysets` has it)."""
    if unit.city_id is not None:
        return home.city_id == unit.city_id
    return unit.province_id is None or home.province_id == unit.province_id


def _fault(message: str) -> list[ValidationError]:
    return [ValidationError(message, code="invalid")]


def _answer(asked: ScriptField, text: str) -> Any:
    """A cell as the ticket keeps the answer to a script's question. Raises ValueError in words."""
    if asked.type == "number":
        return cells.read_number(text)
    if asked.type == "datetime":
        return cells.read_instant(text).isoformat()
    if asked.type == "boolean":
        return cells.read_flag(text)
    if asked.type == "choice":
        names = {name: one.code for one in asked.choices for name in (one.code, one.label.zh, one.label.en)}
        if text not in names:
            allowed = "、".join(str(one.label) for one in asked.choices)
            raise ValueError(_("Write one of: %(values)s.") % {"values": allowed})
        return names[text]
    return text
