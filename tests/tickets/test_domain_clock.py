"""Dues, warnings, pauses, attempts and quiet hours (model 4), on the hand-made table and the scenarios' instants."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.tickets import minute_counter
from tickets.domain.calendar import WorkCalendar
from tickets.domain.clock import (
    SHANGHAI,
    Pause,
    SegmentKind,
    at_ratio,
    counted_seconds,
    counted_time,
    due,
    due_with_pauses,
    format_instant,
    is_provisional,
    lay_out,
    next_attempt_due,
    quiet_hours,
    resume,
    segments,
    warn,
)
from tickets.domain.errors import DomainError
from tickets.domain.limits import Limit

CALENDAR = WorkCalendar()
CASES = list(csv.DictReader((Path(__file__).parent / "deadline_cases.csv").read_text(encoding="utf-8").splitlines()))
SECOND = timedelta(seconds=1)


def at(text: str) -> datetime:
    """Read `2026-09-22 24:00`, Shanghai time."""
    day, clock = text.split(" ")
    if clock == "24:00":
        return datetime.combine(date.fromisoformat(day), time(), SHANGHAI).astimezone(UTC) + timedelta(days=1)
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def pauses_of(text: str) -> list[Pause]:
    """Read `FROM/TO & FROM/TO`."""
    return [Pause(*(at(instant) for instant in pause.split("/"))) for pause in text.split(" & ") if pause]


@pytest.mark.parametrize("case", CASES, ids=[f"{case['start']} {case['limit']}: {case['why']}" for case in CASES])
def test_the_hand_made_table(case: dict[str, str]) -> None:
    """Each row was worked out by hand from the notices of 2024 to 2026; every instant is exact."""
    start, limit, pauses = at(case["start"]), Limit.parse(case["limit"]), pauses_of(case["pauses"])
    due_at = due_with_pauses(start, limit, CALENDAR, pauses)
    assert format_instant(due_at, as_due=True) == case["due"]
    assert format_instant(at_ratio(start, due_at, 0.9, limit, CALENDAR, pauses)) == case["warn"]
    assert is_provisional(start, due_at, limit, CALENDAR) is (case["provisional"] == "yes")
    if not pauses:
        assert due(start, limit, CALENDAR) == due_at == at(case["due"])
        assert warn(start, limit, CALENDAR) == at(case["warn"])


def test_the_table_is_large_and_says_nothing_twice() -> None:
    """At least 200 cases, each of its own (issue: deadlines)."""
    assert len({(case["start"], case["limit"], case["pauses"]) for case in CASES}) == len(CASES) >= 200


@pytest.mark.parametrize("case", CASES, ids=[f"{case['start']} {case['limit']} {case['pauses']}" for case in CASES])
def test_the_table_agrees_with_counting_minutes(case: dict[str, str]) -> None:
    """A second opinion that shares no code with the product."""
    pauses = [tuple(_naive(instant) for instant in pause.split("/")) for pause in case["pauses"].split(" & ") if pause]
    due_at, warn_at = minute_counter.count(_naive(case["start"]), case["limit"], pauses)  # type: ignore[arg-type]
    assert (due_at, warn_at) == (_naive(case["due"]), _naive(case["warn"]))


def _naive(text: str) -> datetime:
    """An instant of the table as plain Shanghai time."""
    return at(text).astimezone(SHANGHAI).replace(tzinfo=None)


@pytest.mark.parametrize(
    "hours, warned_after",
    [("17", "15:18"), ("41", "36:54"), ("65", "58:30"), ("24", "21:36"), ("48", "43:12"), ("72", "64:48")],
)
def test_warning_points_of_u32(hours: str, warned_after: str) -> None:
    """U-32: 90 % of each limit, to the minute."""
    start = at("2026-11-23 09:00")
    whole, minutes = warned_after.split(":")
    assert warn(start, Limit.parse(f"{hours}h"), CALENDAR) - start == timedelta(hours=int(whole), minutes=int(minutes))


def test_sc_08_thresholds_past_due() -> None:
    """SC-08: 41 h from Friday 16:00; ratios above 1 go on counting past due."""
    start, limit = at("2026-09-25 16:00"), Limit.parse("41h")
    due_at = due(start, limit, CALENDAR)
    expected = {"0.9": "27 04:54", "1.0": "27 09:00", "1.25": "27 19:15", "1.5": "28 05:30", "2.0": "29 02:00"}
    for ratio, instant in expected.items():
        assert at_ratio(start, due_at, float(ratio), limit, CALENDAR) == at(f"2026-09-{instant}")


def test_thresholds_past_due_skip_days_off() -> None:
    """1 wd from Thursday 12:00 counts 36 h; half of that again is 18 h into the Monday after."""
    start, limit = at("2026-03-05 12:00"), Limit.parse("1wd")
    assert at_ratio(start, due(start, limit, CALENDAR), 1.5, limit, CALENDAR) == at("2026-03-09 18:00")


def test_sc_12_a_rejected_report_gets_what_was_left() -> None:
    """SC-12: handed in 09-21 09:00 and returned 15:00, so the new attempt is due six hours later, 09-23 06:00."""
    limit = Limit.parse("3wd")
    first_due = due(at("2026-09-18 10:00"), limit, CALENDAR)
    second_due = next_attempt_due(at("2026-09-21 15:00"), first_due, at("2026-09-21 09:00"), limit, CALENDAR)
    assert second_due == at("2026-09-23 06:00")
    assert at_ratio(at("2026-09-21 15:00"), second_due, 0.9, limit, CALENDAR) == at("2026-09-23 02:06")


@pytest.mark.parametrize(
    "stopped, left",
    [
        ("2026-11-23 12:59:59", timedelta(hours=2, seconds=1)),
        ("2026-11-23 13:00:00", timedelta(hours=2)),
        ("2026-11-23 13:00:01", timedelta(hours=2)),
        ("2026-11-23 15:00:00", timedelta(hours=2)),
        ("2026-11-24 15:00:00", timedelta(hours=2)),
    ],
)
def test_an_attempt_gets_two_hours_at_least(stopped: str, left: timedelta) -> None:
    """Also where the one before was late: a rejection buys no time, but leaves some to work in."""
    start = at("2026-11-25 09:00")
    due_at = next_attempt_due(start, at("2026-11-23 15:00"), at(stopped), Limit.parse("6h"), CALENDAR)
    assert due_at == start + left


def test_the_minimum_of_an_attempt_counts_in_the_limit_s_unit() -> None:
    """Two hours from a Saturday lie on Monday for working days."""
    due_at = next_attempt_due(
        at("2026-03-07 09:00"), at("2026-03-06 24:00"), at("2026-03-06 23:30"), Limit.parse("3wd"), CALENDAR
    )
    assert due_at == at("2026-03-09 02:00")


def test_resume_agrees_with_the_whole_computation() -> None:
    """One pause after another, each from the due before it, or all from the start: the same due."""
    start, limit = at("2026-09-18 10:00"), Limit.parse("3wd")
    pauses = pauses_of("2026-09-18 20:00/2026-09-20 08:00 & 2026-09-21 09:00/2026-09-25 12:00")
    due_at = due(start, limit, CALENDAR)
    for pause in pauses:
        due_at = resume(due_at, pause, limit, CALENDAR)
    # 76 h were left on Sunday 08:00 and 51 h on Monday 09:00; after Mid-Autumn: 28, 29, and 3 h of 30.
    assert due_at == due_with_pauses(start, limit, CALENDAR, pauses) == at("2026-09-30 03:00")


@pytest.mark.parametrize("offset", [0 * SECOND, SECOND, timedelta(days=3)])
def test_a_pause_after_due_changes_nothing(offset: timedelta) -> None:
    """The time had run out before it began."""
    due_at = at("2026-11-23 10:00")
    pause = Pause(due_at + offset, due_at + offset + timedelta(hours=5))
    assert resume(due_at, pause, Limit.parse("1h"), CALENDAR) == due_at


def test_a_pause_of_no_length_changes_nothing() -> None:
    """Paused and resumed at the same instant."""
    instant = at("2026-11-23 09:30")
    assert resume(at("2026-11-23 10:00"), Pause(instant, instant), Limit.parse("1h"), CALENDAR) == at(
        "2026-11-23 10:00"
    )


@pytest.mark.parametrize(
    "pauses, reason",
    [
        ("2026-11-23 12:00/2026-11-23 11:00", "ends before it starts"),
        ("2026-11-23 08:59/2026-11-23 11:00", "before its clock"),
        ("2026-11-23 10:00/2026-11-23 12:00 & 2026-11-23 11:59/2026-11-23 13:00", "overlap"),
        ("2026-11-23 11:59/2026-11-23 13:00 & 2026-11-23 10:00/2026-11-23 12:00", "overlap"),
    ],
)
def test_pauses_that_cannot_be(pauses: str, reason: str) -> None:
    """Overlapping, reversed, or older than the clock."""
    with pytest.raises(DomainError, match=reason):
        due_with_pauses(at("2026-11-23 09:00"), Limit.parse("24h"), CALENDAR, pauses_of(pauses))


@pytest.mark.parametrize(
    "before, after",
    [
        ("2026-11-23 20:59:59", "2026-11-23 20:59:59"),
        ("2026-11-23 21:00:00", "2026-11-23 21:00:00"),
        ("2026-11-23 21:00:01", "2026-11-24 09:00:00"),
        ("2026-11-23 24:00", "2026-11-24 09:00:00"),
        ("2026-11-24 08:00:00", "2026-11-24 09:00:00"),
        ("2026-11-24 08:59:59", "2026-11-24 09:00:00"),
        ("2026-11-24 09:00:00", "2026-11-24 09:00:00"),
        ("2026-11-24 09:00:01", "2026-11-24 09:00:01"),
    ],
)
def test_quiet_hours_one_second_around_each_edge(before: str, after: str) -> None:
    """An answer is not due at night, nor before 09:00."""
    assert quiet_hours(at(before)) == at(after)


def test_quiet_hours_never_pass_total_and_never_shorten() -> None:
    """`latest` is the due of `total`."""
    night = at("2026-11-23 23:00")
    assert quiet_hours(night, latest=at("2026-11-24 03:00")) == at("2026-11-24 03:00")
    assert quiet_hours(night, latest=at("2026-11-24 10:00")) == at("2026-11-24 09:00")
    assert quiet_hours(night, latest=at("2026-11-23 22:00")) == night
    assert quiet_hours(night, quiet_from=time(23, 30)) == night


def test_segments_show_days_off_pauses_and_evenings() -> None:
    """Every kind once, neighbours of a kind joined, summing up to the elapsed time."""
    start, limit = at("2026-03-06 10:00"), Limit.parse("1wd@18:00")
    pauses = pauses_of("2026-03-09 02:00/2026-03-09 04:00")
    due_at = due_with_pauses(start, limit, CALENDAR, pauses)
    shown = [
        (piece.kind, format_instant(piece.start), format_instant(piece.end, as_due=True))
        for piece in segments(start, due_at, limit, CALENDAR, pauses)
    ]
    assert shown == [
        (SegmentKind.COUNTED, "2026-03-06 10:00", "2026-03-06 18:00"),
        (SegmentKind.UNCOUNTED, "2026-03-06 18:00", "2026-03-06 24:00"),
        (SegmentKind.OFF_DAY, "2026-03-07 00:00", "2026-03-08 24:00"),
        (SegmentKind.COUNTED, "2026-03-09 00:00", "2026-03-09 02:00"),
        (SegmentKind.PAUSED, "2026-03-09 02:00", "2026-03-09 04:00"),
        (SegmentKind.COUNTED, "2026-03-09 04:00", "2026-03-09 18:00"),
        (SegmentKind.UNCOUNTED, "2026-03-09 18:00", "2026-03-09 24:00"),
        (SegmentKind.COUNTED, "2026-03-10 00:00", "2026-03-10 02:00"),
    ]


def test_time_that_counts_nothing() -> None:
    """On a day off no working time runs, and no time at all gives no segment."""
    limit = Limit.parse("1wd")
    assert counted_time(at("2026-03-07 00:00"), at("2026-03-08 24:00"), limit, CALENDAR) == timedelta()
    assert lay_out(at("2026-03-07 09:00"), timedelta(), limit, CALENDAR) == at("2026-03-07 09:00")
    assert segments(at("2026-03-07 09:00"), at("2026-03-07 09:00"), limit, CALENDAR) == ()


def test_counted_seconds_are_whole() -> None:
    """A stage clock stores whole seconds; a started one is not counted."""
    start = at("2026-11-23 09:00")
    assert (
        counted_seconds(start, start + timedelta(seconds=59, microseconds=999_999), Limit.parse("1h"), CALENDAR) == 59
    )


def test_a_warning_is_exact_to_the_microsecond() -> None:
    """One second left of the day: 0.9 s."""
    start = at("2026-03-02 23:59:59")
    assert warn(start, Limit.parse("0nd"), CALENDAR) == start + timedelta(milliseconds=900)


def test_an_override_moves_the_due() -> None:
    """Both ways: Tuesday taken away, Saturday given."""
    start, limit = at("2026-03-02 09:00"), Limit.parse("1wd")
    assert due(start, limit, WorkCalendar({date(2026, 3, 3): False})) == at("2026-03-04 24:00")
    assert due(at("2026-03-06 09:00"), limit, WorkCalendar({date(2026, 3, 7): True})) == at("2026-03-07 24:00")


def test_an_override_settles_a_provisional_day() -> None:
    """1 wd over New Year 2027 is provisional until its days are settled."""
    start, limit = at("2026-12-31 09:00"), Limit.parse("1wd")
    settled = WorkCalendar({date(2027, 1, 1): True})
    assert is_provisional(start, due(start, limit, CALENDAR), limit, CALENDAR)
    assert not is_provisional(start, due(start, limit, settled), limit, settled)


def test_instants_of_any_zone_give_utc() -> None:
    """The same instant in another zone is the same start; what comes out is UTC."""
    start = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
    assert due(start, Limit.parse("3wd"), CALENDAR) == due(start.astimezone(SHANGHAI), Limit.parse("3wd"), CALENDAR)
    assert due(start.astimezone(SHANGHAI), Limit.parse("3wd"), CALENDAR).tzinfo is UTC


@pytest.mark.parametrize(
    "start, reason",
    [
        (datetime(2026, 9, 18, 10), "needs its time zone"),
        (datetime(1999, 12, 31, tzinfo=UTC), "between 2000 and 2199"),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), "between 2000 and 2199"),
    ],
)
def test_a_start_that_cannot_be(start: datetime, reason: str) -> None:
    """Naive, or so far off that it is a mistake."""
    with pytest.raises(DomainError, match=reason):
        due(start, Limit.parse("1wd"), CALENDAR)


@pytest.mark.parametrize("ratio", [-0.1, 10.1, float("nan"), float("inf")])
def test_a_ratio_that_cannot_be(ratio: float) -> None:
    """Only a number from 0 to 10."""
    with pytest.raises(DomainError, match="from 0 to 10"):
        warn(at("2026-09-18 10:00"), Limit.parse("1wd"), CALENDAR, ratio)


def test_time_does_not_run_backwards() -> None:
    """An end before the start, or a negative stretch, is a mistake of the caller."""
    start, limit = at("2026-09-18 10:00"), Limit.parse("1wd")
    with pytest.raises(DomainError, match="before the start"):
        counted_time(start, start - SECOND, limit, CALENDAR)
    with pytest.raises(DomainError, match="between 0 and a hundred years"):
        lay_out(start, -SECOND, limit, CALENDAR)
    with pytest.raises(DomainError, match="between 0 and a hundred years"):
        lay_out(start, timedelta(days=40_000), limit, CALENDAR)


@pytest.mark.parametrize(
    "start, due_at",
    [
        ("2026-03-05 23:59:59", "2026-03-06 24:00"),
        ("2026-03-05 24:00", "2026-03-09 24:00"),
        ("2026-03-06 00:00:01", "2026-03-09 24:00"),
        ("2026-03-06 23:59:59", "2026-03-09 24:00"),
        ("2026-03-06 24:00", "2026-03-09 24:00"),
        ("2026-03-08 23:59:59", "2026-03-09 24:00"),
        ("2026-03-09 00:00:00", "2026-03-10 24:00"),
    ],
)
def test_one_second_around_midnight(start: str, due_at: str) -> None:
    """24:00 of a day is 00:00 of the next, and an instant belongs to the day that it begins."""
    assert due(at(start), Limit.parse("1wd"), CALENDAR) == at(due_at)


@pytest.mark.parametrize(
    "start, due_at",
    [
        ("2026-03-02 17:59:59", "2026-03-03 18:00"),
        ("2026-03-02 18:00:00", "2026-03-03 18:00"),
        ("2026-03-02 18:00:01", "2026-03-04 18:00"),
    ],
)
def test_one_second_around_the_day_end(start: str, due_at: str) -> None:
    """Only a start after the day's end counts as made on the next day."""
    assert due(at(start), Limit.parse("1wd@18:00"), CALENDAR) == at(due_at)


def test_instants_are_written_in_shanghai_time() -> None:
    """A due at 00:00 reads 24:00 of the day before, other instants do not; seconds only where there are some."""
    midnight = at("2026-09-22 24:00")
    assert format_instant(midnight, as_due=True) == "2026-09-22 24:00"
    assert format_instant(midnight) == "2026-09-23 00:00"
    assert format_instant(midnight + SECOND, as_due=True) == "2026-09-23 00:00:01"
