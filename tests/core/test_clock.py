"""The one clock."""

import threading
from datetime import UTC, date, datetime

import pytest

from core import clock


def test_now_is_aware_and_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_frozen_clock_stands_still_moves_and_is_released() -> None:
    start = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    later = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    with clock.frozen(start) as frozen:
        assert clock.now() == start == clock.now()
        frozen.move_to(later)
        assert clock.now() == later
    assert clock.now() != later


def test_frozen_clock_holds_for_every_thread_and_nests() -> None:
    start = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    seen: list[datetime] = []
    with clock.frozen(start):
        with clock.frozen(datetime(2027, 1, 1, tzinfo=UTC)):
            pass
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen == [start]


def test_frozen_clock_is_released_after_an_error() -> None:
    start = datetime(2000, 1, 1, tzinfo=UTC)
    with pytest.raises(KeyError), clock.frozen(start):
        raise KeyError
    assert clock.now() != start


@pytest.mark.parametrize(
    "instant, day",
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 16, 0, 0, tzinfo=UTC), date(2026, 11, 24)),
    ],
)
def test_a_day_is_a_shanghai_day(instant: datetime, day: date) -> None:
    assert clock.local_day(instant) == day


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T09:00", "2026-11-23 09:00:00", " 2026-11-23T09:00+08:00 ", "2026-11-23T01:00Z"],
)
def test_instants_without_a_zone_are_shanghai_time(text: str) -> None:
    assert clock.parse_instant(text) == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "23.11.2026"])
def test_a_malformed_instant_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="2026-11-23 15:20"):
        clock.parse_instant(text)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.local_day(datetime(2026, 11, 23))
