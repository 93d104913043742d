"""Working days: the State Council's notices, and what an administrator corrected by hand (model 4, Calendars)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version as installed_version

import chinese_calendar

ONE_DAY = timedelta(days=1)
FRIDAY = 4
NOTICES_VERSION = f"notices {installed_version('chinesecalendar')}"


@cache
def _notice(year: int) -> frozenset[date] | None:
    """Give the working days that the State Council's notice leaves in a year, or None where no notice is known."""
    days = (date(year, 1, 1) + offset * ONE_DAY for offset in range((date(year, 12, 31) - date(year, 1, 1)).days + 1))
    try:
        return frozenset(day for day in days if chinese_calendar.is_workday(day))
    except NotImplementedError:  # how the library says that it does not know the year
        return None


class WorkCalendar:
    """Says which days (Asia/Shanghai) are working days.

    `overrides` go both ways: True makes a day a working day, False a day off. `version` names them; with the version
    of the notices before it, it becomes the calendar's version, which every due time computed here keeps.
    """

    def __init__(self, overrides: Mapping[date, bool] | None = None, version: str = "") -> None:
        self._overrides = dict(overrides or {})
        self.version = f"{NOTICES_VERSION}+{version}" if version else NOTICES_VERSION

    def is_working_day(self, day: date) -> bool:
        """Tell whether `day` is worked. A year without a notice counts Monday to Friday."""
        override = self._overrides.get(day)
        if override is not None:
            return override
        notice = _notice(day.year)
        return day.weekday() <= FRIDAY if notice is None else day in notice

    def is_known(self, day: date) -> bool:
        """Tell whether `day` is settled; a date computed from an unsettled day is provisional."""
        return day in self._overrides or _notice(day.year) is not None

    def next_working_day(self, day: date) -> date:
        """Give `day` itself when it is worked, else the first working day after it."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def working_days_after(self, day: date, count: int) -> date:
        """Give the `count`-th working day after `day`, which itself is never counted; 0 gives `day` back."""
        for _ in range(count):
            day = self.next_working_day(day + ONE_DAY)
        return day
