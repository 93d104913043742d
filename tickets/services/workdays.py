"""The administrator's overrides of working days (model 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from organization.services.records import save
from tickets.models import WorkdayOverride

if TYPE_CHECKING:
    from datetime import date

    from organization.models import Unit, User


@transaction.atomic
def declare_day(
    *, by: User | None, day: date, is_working: bool, note: str, unit: Unit | None = None
) -> WorkdayOverride:
    """Declare a Shanghai day working or off, for a unit's subtree or (None) for all; due times computed from now on
    follow it, and running clocks within minutes (`relaying`). `note` is the ground. Raises Refused (`day_declared`)
    where one for this day and unit exists."""
    check_free(day, unit)
    return save(WorkdayOverride(day=day, is_working=is_working, unit=unit, note=note), by)


@transaction.atomic
def change_day(*, by: User | None, override: WorkdayOverride, is_working: bool, note: str) -> WorkdayOverride:
    """Declare the same day otherwise, or on another ground."""
    override.is_working, override.note = is_working, note
    return save(override, by)


def check_free(day: date, unit: Unit | None) -> None:
    """One declaration for a day and a unit. Raises Refused (`day_declared`)."""
    if WorkdayOverride.objects.filter(day=day, unit=unit).exists():
        raise Refused(_("This day is declared already: change that declaration instead."), code="day_declared")
