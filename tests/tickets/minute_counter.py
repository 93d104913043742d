"""A second opinion on due times: it knows nothing of the product, walks from minute to minute and counts.

The days off and made-up days are typed in from the State Council's notices for 2024, 2025 and 2026.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from fractions import Fraction

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Pause = tuple[datetime, datetime]


def _days(year: int, *spans: str) -> set[date]:
    """Days of a year written as "10-01…10-07" or "10-10"."""
    found: set[date] = set()
    for span in spans:
        first, _to, last = span.partition("…")
        day, end = (date.fromisoformat(f"{year}-{text}") for text in (first, last or first))
        while day <= end:
            found.add(day)
            day += DAY
    return found


OFF = (
    _days(2024, "01-01", "02-10…02-17", "04-04…04-06", "05-01…05-05", "06-10", "09-15…09-17", "10-01…10-07")
    | _days(2025, "01-01", "01-28…02-04", "04-04…04-06", "05-01…05-05", "05-31…06-02", "10-01…10-08")
    | _days(2026, "01-01…01-03", "02-15…02-23", "04-04…04-06", "05-01…05-05", "06-19…06-21", "09-25…09-27")
    | _days(2026, "10-01…10-07")
)
MADE_UP = (
    _days(2024, "02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12")
    | _days(2025, "01-26", "02-08", "04-27", "09-28", "10-11")
    | _days(2026, "01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
)


def is_worked(day: date) -> bool:
    """Whether a day is worked; Monday to Friday where no notice is known."""
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def count(start: datetime, limit: str, pauses: list[Pause]) -> tuple[datetime, datetime]:
    """When a limit such as `3wd@18:00` that starts at a full minute (Shanghai time, naive) is due, and when 90 % of it
    has run."""
    match = re.fullmatch(r"([\d.]+)(min|h|nd|mo|wdh|wd)(?:@(\d\d:\d\d))?", limit)
    assert match is not None
    amount, unit, ends = Fraction(match[1]), match[2], time.fromisoformat(match[3]) if match[3] else None
    by_workdays = unit in ("wd", "wdh")
    if unit in ("min", "h", "wdh"):
        minutes = amount * (1 if unit == "min" else 60)
    else:
        minutes = _counted(start, _end(start, int(amount), unit, ends), by_workdays, ends)
    return _lay_out(start, minutes, by_workdays, ends, pauses), _lay_out(
        start, minutes * Fraction(9, 10), by_workdays, ends, pauses
    )


def _end(start: datetime, amount: int, unit: str, ends: time | None) -> datetime:
    day = start.date()
    if unit == "mo":
        months = day.month - 1 + amount
        year, month = day.year + months // 12, months % 12 + 1
        day = date(year, month, min(day.day, monthrange(year, month)[1]))
    elif unit == "nd":
        day += amount * DAY
    else:
        if ends is not None and start.time() > ends:
            day += DAY
        left = amount
        while left or (amount == 0 and not is_worked(day)):
            day += DAY
            left -= bool(left) and is_worked(day)
    return datetime.combine(day, ends) if ends else datetime.combine(day + DAY, time())


def _counts(minute: datetime, by_workdays: bool, ends: time | None) -> bool:
    if not by_workdays:
        return True
    return is_worked(minute.date()) and (ends is None or minute.time() < ends)


def _counted(start: datetime, end: datetime, by_workdays: bool, ends: time | None) -> Fraction:
    counted, minute = 0, start
    while minute < end:
        counted += _counts(minute, by_workdays, ends)
        minute += MINUTE
    return Fraction(counted)


def _lay_out(start: datetime, minutes: Fraction, by_workdays: bool, ends: time | None, pauses: list[Pause]) -> datetime:
    minute, left = start, minutes
    while True:
        stands = any(begin <= minute < end for begin, end in pauses)
        if not stands and _counts(minute, by_workdays, ends):
            if left <= 1:
                return minute + timedelta(seconds=float(left * 60))
            left -= 1
        minute += MINUTE
