"""Form fields of the intake page: choices from a scheme's document, places, the questions of a script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import clock
from core.picks import Pick
from organization.models import Tier, Unit
from tickets.forms.fields import NOTHING, Choices, InstantField

if TYPE_CHECKING:
    from tickets.scheme import SchemeDocument
    from tickets.scheme.entries import Entry
    from tickets.scheme.rules import ScriptField

EARLIEST, LATEST = dt.datetime(2000, 1, 1, tzinfo=clock.SHANGHAI), dt.datetime(2100, 1, 1, tzinfo=clock.SHANGHAI)
YES, NO = "yes", "no"
ANSWER_LIMIT = 500


class MatterInstantField(InstantField):
    """A time that a complaint may be about."""

    def clean(self, value: Any) -> dt.datetime | None:
        """The aware instant, None when left out; refuses what no complaint can be about."""
        instant: dt.datetime | None = super().clean(value)
        if instant is not None and not EARLIEST <= instant <= LATEST:
            raise ValidationError(_("This date lies too far away. Correct the year."), code="far_away")
        return instant


class UnitField(forms.TypedChoiceField):
    """A unit out of those given, by default grouped by province; cleans to the unit, or None."""

    def __init__(self, units: Iterable[Unit] = (), *, is_flat: bool = False, **options: Any) -> None:
        known = {str(unit.pk): unit for unit in units}
        flat = [(value, unit.name) for value, unit in known.items()]
        options.setdefault("widget", Pick)
        super().__init__(
            choices=[NOTHING, *(flat if is_flat else _by_province(known.values()))],
            coerce=lambda value: known.get(str(value)),
            empty_value=None,
            required=False,
            **options,
        )


class DependentSelect(Pick):
    """A long list whose options say which choice of another field they belong to (`data-for`)."""

    belongs_to: Mapping[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the attribute to the option."""
        option = super().create_option(name, value, *args, **kwargs)
        if parent := self.belongs_to.get(str(value)):
            option["attrs"]["data-for"] = parent
        return option


def leaf_choices(document: SchemeDocument, dimension: str, *, keep: str = "") -> Choices:
    """What nothing lies below, grouped by what it lies under. What is gone from the market only where it is `keep`."""
    entries = document.all_entries(dimension)
    parents = {entry.parent for entry in entries}
    offered = [
        entry
        for entry in entries
        if entry.code not in parents and (not entry.attributes.get("legacy") or entry.code == keep)
    ]
    return grouped((_root_label(document, entry), entry.code, str(entry.label)) for entry in offered)


def tree_choices(document: SchemeDocument, dimension: str, levels: int) -> Choices:
    """The entries of the upper levels of a tree, indented, grouped by the topmost."""
    return grouped(
        (_root_label(document, entry), entry.code, "　" * (entry.level - 1) + str(entry.label))
        for entry in document.all_entries(dimension)
        if entry.level <= levels
    )


def business_roots(document: SchemeDocument) -> dict[str, str]:
    """For each code of business and complaint types the topmost business that it belongs to."""
    roots = {entry.code: entry.path[0] for entry in document.all_entries("business_type")}
    types = {entry.code: entry.attributes["business_type"] for entry in document.all_entries("complaint_type")}
    return roots | {code: roots.get(business, business) for code, business in types.items()}


def places(units: Iterable[Unit]) -> list[Unit]:
    """The provinces and cities among units."""
    return [unit for unit in units if unit.pk in (unit.province_id, unit.city_id)]


def provinces(units: Iterable[Unit]) -> list[Unit]:
    """The provinces among units."""
    return [unit for unit in units if unit.tier == Tier.PROVINCE and unit.pk == unit.province_id]


def script_field(asked: ScriptField) -> forms.Field:
    """The form field for a question of a script. Nothing is required of a draft."""
    label, required = str(asked.label), False
    if asked.type == "number":
        return forms.DecimalField(label=label, required=required, max_digits=12, decimal_places=2)
    if asked.type == "datetime":
        return MatterInstantField(label=label, required=required)
    if asked.type == "choice":
        choices = [NOTHING, *((choice.code, str(choice.label)) for choice in asked.choices)]
        return forms.ChoiceField(label=label, required=required, choices=choices)
    if asked.type == "boolean":
        field = forms.TypedChoiceField(
            label=label,
            required=required,
            choices=[NOTHING, (YES, _("yes")), (NO, _("no"))],
            coerce=lambda value: value == YES,
            empty_value=None,
        )
        if asked.proposes:
            field.widget.attrs |= {"data-proposes": asked.proposes, "data-yes": YES}
            field.widget.attrs["data-proposed"] = _("ticked because of “%(question)s”") % {"question": label}
        return field
    return forms.CharField(label=label, required=required, max_length=ANSWER_LIMIT)


def stored_answer(value: Any) -> Any:
    """An answer to a script's question as the ticket keeps it: JSON, instants with their zone, numbers as text."""
    if isinstance(value, dt.datetime):
        return value.astimezone(clock.SHANGHAI).isoformat()
    return str(value) if isinstance(value, Decimal) else value


def shown_answer(asked: ScriptField, value: Any) -> Any:
    """A stored answer as the form field shows it; what does not fit the field is shown empty."""
    if value in (None, ""):
        return ""
    if asked.type == "boolean":
        return YES if value is True else NO
    if asked.type == "datetime":
        try:
            return clock.parse_instant(str(value))
        except ValueError:
            return ""
    return value


def grouped(rows: Iterable[tuple[str, str, str]]) -> Choices:
    """Rows (group, value, label) as choices with groups, in the order in which they come."""
    groups: dict[str, Choices] = {}
    for group, value, label in rows:
        groups.setdefault(group, []).append((value, label))
    return list(groups.items())


def _by_province(units: Iterable[Unit]) -> Choices:
    listed = list(units)
    names = {unit.pk: unit.name for unit in listed}
    return grouped((names.get(unit.province_id or 0, _("Group")), str(unit.pk), unit.name) for unit in listed)


def _root_label(document: SchemeDocument, entry: Entry) -> str:
    return document.label(entry.dimension, entry.path[0])
