"""The working-day calendar that applies to a unit: the State Council's notices plus dated overrides (model 4)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db.models import Q

from tickets.domain.calendar import WorkCalendar
from tickets.models import WorkdayOverride

if TYPE_CHECKING:
    from organization.models import Unit


def load(unit: Unit | None = None) -> WorkCalendar:
    """The calendar of `unit` (None: the common one). An override for a nearer unit beats one for a unit above it,
    and that beats one for all. Its version names the overrides that it holds."""
    applies = Q(unit__isnull=True)
    if unit is not None:
        applies |= Q(unit__in=unit.ancestor_ids)
    rows = WorkdayOverride.objects.filter(applies).values_list("day", "is_working", "unit__path")
    overrides = {day: working for day, working, _path in sorted(rows, key=lambda row: len(row[2] or ""))}
    digest = hashlib.sha256(repr(sorted(overrides.items())).encode()).hexdigest()[:12] if overrides else ""
    return WorkCalendar(overrides, version=digest)
