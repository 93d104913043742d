"""What holds for every start, limit and pause (model 4)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from tickets.domain.calendar import WorkCalendar
from tickets.domain.clock import (
    Pause,
    SegmentKind,
    at_ratio,
    counted_time,
    due,
    due_with_pauses,
    lay_out,
    next_attempt_due,
    quiet_hours,
    resume,
    segments,
    warn,
)
from tickets.domain.limits import Limit, Unit

STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 6, 30), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(), timedelta(days=20))
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=6).map(WorkCalendar)
LIMITS = st.sampled_from(
    [
        Limit.parse(text)
        for text in ("1min", "17h", "72h", "0nd", "7nd", "1mo", "0wd", "1wd", "7wd", "2wd@18:00", "0wd@12:30", "96wdh")
    ]
)


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Pause]:
    """Up to three pauses after `start`, in order."""
    pauses = []
    for _ in range(draw(st.integers(0, 3))):
        begin = start + draw(SPANS)
        start = begin + draw(SPANS)
        pauses.append(Pause(begin, start))
    return pauses


@given(STARTS, LIMITS, CALENDARS, st.data())
def test_segments_add_up(start: datetime, limit: Limit, calendar: WorkCalendar, data: st.DataObject) -> None:
    """They follow each other from start to due, no two neighbours are of a kind, and the counted ones are the count."""
    pauses = data.draw(pauses_after(start))
    due_at = due_with_pauses(start, limit, calendar, pauses)
    pieces = segments(start, due_at, limit, calendar, pauses)
    assert [start, *(piece.end for piece in pieces)] == [*(piece.start for piece in pieces), due_at]
    assert all(piece.duration > timedelta() for piece in pieces)
    assert all(one.kind is not other.kind for one, other in pairwise(pieces))
    counted = sum((piece.duration for piece in pieces if piece.kind is SegmentKind.COUNTED), timedelta())
    assert counted == counted_time(start, due(start, limit, calendar), limit, calendar)


@given(STARTS, SPANS, LIMITS, CALENDARS)
def test_who_starts_later_is_not_due_earlier(
    start: datetime, later_by: timedelta, limit: Limit, calendar: WorkCalendar
) -> None:
    """Due times keep the order of their starts."""
    assert start <= due(start, limit, calendar) <= due(start + later_by, limit, calendar)


@given(STARTS, LIMITS, CALENDARS)
def test_the_warning_lies_between_start_and_due(start: datetime, limit: Limit, calendar: WorkCalendar) -> None:
    """And thresholds keep their order, past due as well."""
    due_at = due(start, limit, calendar)
    assert start <= warn(start, limit, calendar) <= due_at
    marks = [at_ratio(start, due_at, ratio, limit, calendar) for ratio in (0.5, 0.9, 1, 1.25, 1.5, 2)]
    assert marks == sorted(marks)
    assert marks[2] == due_at or not counted_time(start, due_at, limit, calendar)


@given(STARTS, SPANS, LIMITS, CALENDARS, st.data())
def test_laying_out_is_the_inverse_of_counting(
    start: datetime, span: timedelta, limit: Limit, calendar: WorkCalendar, data: st.DataObject
) -> None:
    """An amount laid out counts as that amount, and never reaches beyond where it was counted."""
    pauses = data.draw(pauses_after(start))
    assert counted_time(start, lay_out(start, span, limit, calendar, pauses), limit, calendar, pauses) == span
    end = start + span
    assert lay_out(start, counted_time(start, end, limit, calendar, pauses), limit, calendar, pauses) <= end


@given(STARTS, SPANS, SPANS, LIMITS, CALENDARS)
def test_counting_in_two_parts_is_counting_at_once(
    start: datetime, first: timedelta, second: timedelta, limit: Limit, calendar: WorkCalendar
) -> None:
    """Nothing is lost or counted twice at a seam."""
    middle, end = start + first, start + first + second
    parts = counted_time(start, middle, limit, calendar) + counted_time(middle, end, limit, calendar)
    assert parts == counted_time(start, end, limit, calendar)


@given(STARTS, LIMITS, CALENDARS, st.data())
def test_pauses_take_nothing_and_give_nothing(
    start: datetime, limit: Limit, calendar: WorkCalendar, data: st.DataObject
) -> None:
    """The due is never earlier, the counted time stays the limit's, and pause by pause leads to the same due."""
    pauses = data.draw(pauses_after(start))
    plain, paused = due(start, limit, calendar), due_with_pauses(start, limit, calendar, pauses)
    assert paused >= plain
    assert counted_time(start, paused, limit, calendar, pauses) == counted_time(start, plain, limit, calendar)
    step_by_step = plain
    for pause in pauses:
        step_by_step = resume(step_by_step, pause, limit, calendar)
    assert step_by_step == paused or not counted_time(start, plain, limit, calendar)


@given(STARTS, LIMITS, SPANS, SPANS)
def test_where_all_time_counts_a_pause_shifts_the_due_by_its_length(
    start: datetime, limit: Limit, after: timedelta, length: timedelta
) -> None:
    """For min, h, nd and mo."""
    calendar = WorkCalendar()
    assume(not limit.unit.counts_working_days_only)
    due_at = due(start, limit, calendar)
    assume(start + after < due_at)
    pause = Pause(start + after, start + after + length)
    assert due_with_pauses(start, limit, calendar, [pause]) == due_at + length


@given(STARTS, st.integers(0, 30), CALENDARS)
def test_working_days_against_counting_on_the_fingers(start: datetime, count: int, calendar: WorkCalendar) -> None:
    """The due day is a working day, and from the start's day to it lie exactly so many of them."""
    limit = Limit(count, Unit.WORKING_DAYS)
    eight_hours = timedelta(hours=8)
    first = (start + eight_hours).date()
    last = (due(start, limit, calendar) + eight_hours).date() - timedelta(days=1)
    between = [first + timedelta(days=offset) for offset in range(1, (last - first).days + 1)]
    assert calendar.is_working_day(last)
    worked = sum(calendar.is_working_day(day) for day in between)
    assert worked == count if count else worked == (not calendar.is_working_day(first))


@given(STARTS, LIMITS, DAYS)
def test_a_day_taken_away_never_hastens_a_due(start: datetime, limit: Limit, day: date) -> None:
    """An override that makes a day free moves a due later or not at all."""
    assert due(start, limit, WorkCalendar({day: False})) >= due(start, limit, WorkCalendar())


@given(STARTS, LIMITS, CALENDARS, st.floats(0, 1))
def test_a_report_rejected_at_once_keeps_its_due(
    start: datetime, limit: Limit, calendar: WorkCalendar, share: float
) -> None:
    """A rejection buys no time, except up to the minimum; waiting for a reviewer costs none."""
    due_at = due(start, limit, calendar)
    stopped = start + share * (due_at - start)
    again = next_attempt_due(stopped, due_at, stopped, limit, calendar)
    if counted_time(stopped, due_at, limit, calendar) >= timedelta(hours=2):
        assert again == due_at
    else:
        assert counted_time(stopped, again, limit, calendar) == timedelta(hours=2)


@given(STARTS, SPANS)
def test_quiet_hours_keep_the_order(due_at: datetime, later_by: timedelta) -> None:
    """A later due stays the later one, none moves by more than twelve hours, and moving again changes nothing."""
    moved = quiet_hours(due_at)
    assert due_at <= moved <= due_at + timedelta(hours=12)
    assert moved <= quiet_hours(due_at + later_by)
    assert quiet_hours(moved) == moved
