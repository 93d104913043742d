"""The words for instants and durations, the same on every page (design, Shared parts)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from core import clock
from tickets.display import due_words, duration_words, instant_words, remaining_of
from tickets.models import StageClock

pytestmark = pytest.mark.usefixtures("frozen_clock")


def at(text: str) -> dt.datetime:
    return clock.parse_instant(text)


@pytest.mark.parametrize(
    "instant, plain, as_due",
    [
        ("2026-11-23 15:20", "11-23 15:20", "11-23 15:20"),
        ("2026-11-24 00:00", "11-24 00:00", "11-23 24:00"),
        ("2026-12-01 00:00", "12-01 00:00", "11-30 24:00"),
        ("2027-01-01 00:00", "2027-01-01 00:00", "12-31 24:00"),
        ("2025-06-01 08:00", "2025-06-01 08:00", "2025-06-01 08:00"),
    ],
)
def test_midnight_ends_the_day_of_what_is_due(instant: str, plain: str, as_due: str) -> None:
    assert instant_words(at(instant)) == plain
    assert due_words(at(instant)) == as_due


def test_nothing_has_no_words() -> None:
    assert (instant_words(None), due_words(None)) == ("", "")


@pytest.mark.parametrize(
    "length, words",
    [
        (dt.timedelta(seconds=59), "less than a minute"),
        (dt.timedelta(minutes=20), "20 min"),
        (dt.timedelta(hours=1, minutes=20), "1 hour 20 min"),
        (dt.timedelta(hours=3), "3 hours"),
        (dt.timedelta(days=2, hours=4, minutes=59), "2 days 4 hours"),
        (dt.timedelta(days=2, minutes=59), "2 days"),
        (dt.timedelta(days=400), "400 days"),
    ],
)
def test_a_length_of_time_in_its_two_largest_units(length: dt.timedelta, words: str) -> None:
    with translation.override("en"):
        assert duration_words(length) == words


@pytest.mark.parametrize(
    "now, words, tone, percent",
    [
        ("2026-11-23 10:00", "9 hours left", "calm", 10),
        ("2026-11-23 18:00", "1 hour left", "near", 90),
        ("2026-11-23 19:00", "less than a minute left", "near", 100),
        ("2026-11-23 19:00:01", "less than a minute late", "late", 100),
        ("2026-11-24 22:00", "1 day 3 hours late", "late", 100),
    ],
)
def test_a_clock_is_calm_then_near_then_late(now: str, words: str, tone: str, percent: int) -> None:
    """U-32: amber from the warning; at the due time itself it is not late yet."""
    row = StageClock(started_at=at("2026-11-23 09:00"), warn_at=at("2026-11-23 18:00"), due_at=at("2026-11-23 19:00"))
    with translation.override("en"):
        left = remaining_of(row, at(now))
    assert (left.words, left.tone, left.percent) == (words, tone, percent)
