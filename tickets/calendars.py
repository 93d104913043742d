"""The working-day calendar that applies to a unit: the State Council's notices plus dated overrides (model 4)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db.models import Q

from tickets.domain.calendar import WorkCalendar
from tickets.models import WorkdayOverride

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from organization.models import Unit

    _Override = tuple[date, bool, str | None]


def load(unit: Unit | None = None) -> WorkCalendar:
    """The calendar of `unit` (None: the common one). An override for a nearer unit beats one for a unit above it,
    and that beats one for all. Its version names the overrides that it holds."""
    applies = Q(unit__isnull=True)
    if unit is not None:
        applies |= Q(unit__in=unit.ancestor_ids)
    return _calendar(_overrides(WorkdayOverride.objects.filter(applies)))


class Calendars:
    """The calendars of many units, for one query in all."""

    def __init__(self) -> None:
        self._rows = _overrides(WorkdayOverride.objects.all())
        self._made: dict[int, WorkCalendar] = {}

    def of(self, unit: Unit) -> WorkCalendar:
        """What `load` gives for the unit."""
        if unit.pk not in self._made:
            self._made[unit.pk] = _calendar([row for row in self._rows if unit.path.startswith(row[2] or "")])
        return self._made[unit.pk]


def _overrides(rows: QuerySet[WorkdayOverride]) -> list[_Override]:
    return list(rows.values_list("day", "is_working", "unit__path"))


def _calendar(rows: list[_Override]) -> WorkCalendar:
    overrides = {day: working for day, working, _path in sorted(rows, key=lambda row: len(row[2] or ""))}
    digest = hashlib.sha256(repr(sorted(overrides.items())).encode()).hexdigest()[:12] if overrides else ""
    return WorkCalendar(overrides, version=digest)
