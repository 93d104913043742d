"""The fields that the forms of acts are built of."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import clock
from core.picks import Pick
from organization.models import Unit
from tickets.selectors import handling_units

if TYPE_CHECKING:
    from collections.abc import Iterable

    from organization.models import User
    from tickets.scheme import SchemeDocument

Choices = list[tuple[str, Any]]
NOTHING = ("", "—")
FARTHEST = dt.timedelta(days=366)  # a later promise is a slip of the keyboard
LONG, SHORT = 4000, 2000  # characters, as the columns take them


def text_field(
    label: Any, *, limit: int = SHORT, required: bool = True, rows: int = 4, **options: Any
) -> forms.CharField:
    """A text of several lines."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, required=required, widget=widget, **options)


def tree_field(label: Any) -> forms.ChoiceField:
    """An entry of a tree, or none; typing narrows the list."""
    return forms.ChoiceField(label=label, required=False, widget=Pick)


class InstantField(forms.DateTimeField):
    """An instant to the minute, typed as Shanghai time."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class PromiseField(InstantField):
    """A time to come within a year: what a customer is promised."""

    def clean(self, value: Any) -> dt.datetime | None:
        """The aware instant, None when left out; refuses the past and what lies too far ahead."""
        promised: dt.datetime | None = super().clean(value)
        if promised is None:
            return None
        now = clock.now()
        if promised <= now:
            raise ValidationError(_("This time has passed already. Choose a later one."), code="past")
        if promised > now + FARTHEST:
            raise ValidationError(_("This is more than a year ahead. Correct the date."), code="far_away")
        return promised


class PastField(InstantField):
    """A time that something happened at, within the last year."""

    def clean(self, value: Any) -> dt.datetime | None:
        """The aware instant, None when left out; refuses what has not happened yet."""
        happened: dt.datetime | None = super().clean(value)
        if happened is None:
            return None
        now = clock.now()
        if happened > now:
            raise ValidationError(_("This time lies in the future. Correct it."), code="future")
        if happened < now - FARTHEST:
            raise ValidationError(_("This is more than a year ago. Correct the date."), code="far_away")
        return happened


class UnitField(forms.TypedChoiceField):
    """A unit out of those given, grouped by province, the province named `first` on top; cleans to the unit."""

    def __init__(self, units: Iterable[Unit] = (), *, first: int | None = None, **options: Any) -> None:
        known = {str(unit.pk): unit for unit in units}
        options.setdefault("widget", Pick)
        super().__init__(
            choices=[NOTHING, *by_province(known.values(), first)],
            coerce=lambda value: known.get(str(value)),
            empty_value=None,
            **options,
        )


class PersonField(forms.TypedChoiceField):
    """A person out of those given; cleans to the user."""

    def __init__(self, people: Iterable[User] = (), **options: Any) -> None:
        known = {str(user.pk): user for user in people}
        options.setdefault("widget", Pick)
        super().__init__(
            choices=[NOTHING, *((value, user.name) for value, user in known.items())],
            coerce=lambda value: known.get(str(value)),
            empty_value=None,
            **options,
        )


def units_to_handle() -> list[Unit]:
    """The units that can be given an order, with their provinces."""
    return list(handling_units().select_related("province").order_by("path"))


def by_province(units: Iterable[Unit], first: int | None = None) -> Choices:
    """Units as choices grouped by province: the one with the id `first` on top, the group's own at the end."""
    groups: dict[int, tuple[str, Choices]] = {}
    for unit in units:
        name = unit.province.name if unit.province else _("Group")
        groups.setdefault(unit.province_id or 0, (name, []))[1].append((str(unit.pk), unit.name))
    order = sorted(groups, key=lambda key: (key != first, key == 0))
    return [groups[key] for key in order]


def plain_choices(document: SchemeDocument, dimension: str) -> Choices:
    """The entries of a dictionary without a tree."""
    return [(entry.code, str(entry.label)) for entry in document.all_entries(dimension)]


def tree_choices(document: SchemeDocument, dimension: str, *, keep: str = "") -> Choices:
    """The entries of a tree, indented, grouped by the topmost. What is gone from the market only where it is `keep`."""
    groups: dict[str, Choices] = {}
    for entry in document.all_entries(dimension):
        if entry.attributes.get("legacy") and entry.code != keep:
            continue
        label = "　" * max(0, entry.level - 2) + str(entry.label)
        groups.setdefault(document.label(dimension, entry.path[0]), []).append((entry.code, label))
    return list(groups.items())
