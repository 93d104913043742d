"""Working days (model 4, Calendars; outside-facts, Working days)."""

from datetime import date

import pytest

from tickets.domain.calendar import WorkCalendar


def days_of_2026(*ranges: str) -> list[date]:
    """Read `02-15–02-23` or `01-04` as days of 2026."""
    days: list[date] = []
    for text in ranges:
        first, _, last = text.partition("–")
        start, end = (date.fromisoformat(f"2026-{part}") for part in (first, last or first))
        days += [date.fromordinal(number) for number in range(start.toordinal(), end.toordinal() + 1)]
    return days


OFF = days_of_2026(
    "01-01–01-03", "02-15–02-23", "04-04–04-06", "05-01–05-05", "06-19–06-21", "09-25–09-27", "10-01–10-07"
)
MADE_UP = days_of_2026("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")


def test_every_day_of_2026_follows_the_notice() -> None:
    """The holidays are off, the made-up days are worked, every other day is Monday to Friday."""
    calendar = WorkCalendar()
    for number in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal()):
        day = date.fromordinal(number)
        expected = day in MADE_UP or (day.weekday() <= 4 and day not in OFF)
        assert calendar.is_working_day(day) is expected, day


@pytest.mark.parametrize("day", [date(2003, 10, 1), date(2027, 10, 1), date(2150, 1, 1)])
def test_a_year_without_a_notice_counts_monday_to_friday(day: date) -> None:
    """The library refuses such years; that never reaches the caller."""
    calendar = WorkCalendar()
    assert calendar.is_working_day(day) is (day.weekday() <= 4)
    assert not calendar.is_known(day)


def test_an_override_goes_both_ways_and_settles_its_day_only() -> None:
    """An administrator can take a working day away, give one, and settle a day of a year to come."""
    calendar = WorkCalendar({date(2026, 3, 3): False, date(2026, 3, 7): True, date(2027, 1, 1): False})
    assert not calendar.is_working_day(date(2026, 3, 3))
    assert calendar.is_working_day(date(2026, 3, 7))
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.is_known(date(2027, 1, 1))
    assert not calendar.is_known(date(2027, 1, 2))


def test_overrides_of_one_calendar_do_not_reach_another() -> None:
    """What the caller does to its mapping later, or to another calendar, changes nothing here."""
    overrides = {date(2026, 3, 3): False}
    calendar = WorkCalendar(overrides)
    overrides[date(2026, 3, 4)] = False
    assert calendar.is_working_day(date(2026, 3, 4))
    assert WorkCalendar().is_working_day(date(2026, 3, 3))


def test_stepping_over_days_off() -> None:
    """SC-30's Wednesday, and the days around National Day 2026."""
    calendar = WorkCalendar()
    assert calendar.next_working_day(date(2026, 10, 1)) == date(2026, 10, 8)
    assert calendar.next_working_day(date(2026, 10, 10)) == date(2026, 10, 10)
    assert calendar.working_days_after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert calendar.working_days_after(date(2026, 10, 3), 0) == date(2026, 10, 3)


def test_the_version_names_notices_and_overrides() -> None:
    """Every due time keeps the calendar version that it came from: a newer library is another version, too."""
    notices = WorkCalendar().version
    assert notices.startswith("notices ")
    assert WorkCalendar({date(2026, 3, 3): False}, version="abc").version == f"{notices}+abc"
