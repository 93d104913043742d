"""When something is due, and how much of its time has run (model 4; U-29…U-32, U-62, U-88).

Instants go in and come out aware and in UTC; days are days in Asia/Shanghai; 24:00 of a day is 00:00 of the next.
An instant belongs to the day that begins with it. Everything is exact to the microsecond.

What time counts: for min, h, nd and mo all of it; for wd and wdh only time within working days, 24 hours each.
With a `day_end` the working day is over there: from `day_end` to 24:00 nothing counts, so a clock laid out again
after a pause is never due in the evening.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from .calendar import ONE_DAY, WorkCalendar
from .errors import DomainError, gettext_noop
from .limits import Limit, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
WARN_RATIO = Decimal("0.9")  # U-32
ATTEMPT_MINIMUM = timedelta(hours=2)
QUIET_FROM = time(21)
QUIET_EARLIEST = time(9)

_FIRST_YEAR, _LAST_YEAR = 2000, 2199
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_LARGEST_RATIO = 10
_LONGEST = 100 * 366 * ONE_DAY
_MICROSECOND = timedelta(microseconds=1)


class SegmentKind(StrEnum):
    """What a stretch of time is to a clock."""

    COUNTED = "counted"
    OFF_DAY = "off_day"
    PAUSED = "paused"
    UNCOUNTED = "uncounted"  # a working day's evening after `day_end`


@dataclass(frozen=True)
class Pause:
    """A clock stood still from `start` to `end` (挂起)."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Segment:
    """A stretch of time of one kind, from `start` up to but not including `end`."""

    start: datetime
    end: datetime
    kind: SegmentKind

    @property
    def duration(self) -> timedelta:
        """Give the elapsed length of the stretch."""
        return self.end - self.start


def due(start: datetime, limit: Limit, calendar: WorkCalendar) -> datetime:
    """Give the instant at which `limit`, running from `start`, has run out. Raises DomainError for a naive start."""
    start = _instant(start)
    length = limit.unit.length
    if length is not None:
        return lay_out(start, _times(length, limit.amount), limit, calendar)
    day = _local_day(start)
    count = int(limit.amount)
    match limit.unit:
        case Unit.NATURAL_DAYS:
            day += count * ONE_DAY
        case Unit.MONTHS:
            day = _months_on(day, count)
        case _:
            if limit.day_end and start > _at(day, limit.day_end):
                day += ONE_DAY
            day = calendar.working_days_after(day, count) if count else calendar.next_working_day(day)
    return _day_end(day, limit)


def warn(start: datetime, limit: Limit, calendar: WorkCalendar, ratio: Decimal | float = WARN_RATIO) -> datetime:
    """Give the instant at which `ratio` of the time counted between `start` and its due has run (U-32)."""
    return at_ratio(start, due(start, limit, calendar), ratio, limit, calendar)


def at_ratio(
    start: datetime,
    due_at: datetime,
    ratio: Decimal | float,
    limit: Limit,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
) -> datetime:
    """Give the instant at which `ratio` of the time counted from `start` to `due_at` has run, pauses left out.

    `due_at` may be any due: the first one, or one moved by a pause, an extension or the quiet hours. Above 1 the
    count goes on in the same unit past due.
    """
    total = counted_time(start, due_at, limit, calendar, pauses)
    return lay_out(start, _times(total, exact_ratio(ratio)), limit, calendar, pauses)


def exact_ratio(ratio: Decimal | float | str) -> Decimal:
    """Give a ratio from 0 to 10 without floating point: a float counts as the decimal it is written as.

    Six decimals are kept. Raises DomainError for anything else.
    """
    try:
        number = Decimal(str(ratio))
    except InvalidOperation:
        number = Decimal("NaN")
    if not (number.is_finite() and 0 <= number <= _LARGEST_RATIO):
        raise DomainError(gettext_noop("The ratio must be a number from 0 to 10, not %(ratio)s."), ratio=ratio)
    return round(number, 6)


def counted_time(
    start: datetime, end: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> timedelta:
    """Give the time that the limit's unit counts from `start` to `end`, pauses left out.

    Raises DomainError where `end` lies before `start`.
    """
    counted = (
        piece.duration for piece in _until(end, start, limit, calendar, pauses) if piece.kind is SegmentKind.COUNTED
    )
    return sum(counted, timedelta())


def counted_seconds(
    start: datetime, end: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> int:
    """Give `counted_time` in whole seconds, rounded down: the figure that a stage clock stores."""
    return counted_time(start, end, limit, calendar, pauses) // timedelta(seconds=1)


def lay_out(
    start: datetime, amount: timedelta, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> datetime:
    """Give the first instant at which `amount` of counted time has run from `start`, pauses left out.

    The inverse of `counted_time`; only the limit's unit and day end matter. Raises DomainError for an amount that
    is negative or longer than a hundred years.
    """
    if not timedelta() <= amount <= _LONGEST:
        raise DomainError(gettext_noop("A stretch of time must be between 0 and a hundred years."))
    start = _instant(start)
    if not amount:
        return start
    for piece in _walk(start, limit, calendar, pauses):
        if piece.kind is SegmentKind.COUNTED:
            if amount <= piece.duration:
                return piece.start + amount
            amount -= piece.duration
    raise AssertionError("time does not end")


def resume(due_at: datetime, pause: Pause, limit: Limit, calendar: WorkCalendar) -> datetime:
    """Give the new due after a pause: the counted time left at its start is laid out again from its end.

    A pause that begins at or after `due_at` changes nothing: the time had run out.
    """
    due_at = _instant(due_at)
    if not _checked([pause], pause.start) or pause.start >= due_at:
        return due_at
    return lay_out(pause.end, counted_time(pause.start, due_at, limit, calendar), limit, calendar)


def due_with_pauses(start: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause]) -> datetime:
    """Give the due of a clock that stood still during `pauses`, in any order. Raises where they overlap or reverse."""
    total = counted_time(start, due(start, limit, calendar), limit, calendar)
    return lay_out(start, total, limit, calendar, pauses)


def next_attempt_due(
    start: datetime,
    due_before: datetime,
    stopped_before: datetime,
    limit: Limit,
    calendar: WorkCalendar,
    minimum: timedelta = ATTEMPT_MINIMUM,
) -> datetime:
    """Give the due of an attempt that begins at `start`, after the one before it was rejected.

    It gets the counted time between `stopped_before` and `due_before` that was left unused, at least `minimum`:
    a rejection buys no time, and waiting for a reviewer costs none.
    """
    due_before, stopped_before = _instant(due_before), _instant(stopped_before)
    unused = timedelta()
    if stopped_before < due_before:
        unused = counted_time(stopped_before, due_before, limit, calendar)
    return lay_out(start, max(unused, minimum), limit, calendar)


def quiet_hours(
    due_at: datetime,
    quiet_from: time = QUIET_FROM,
    earliest: time = QUIET_EARLIEST,
    latest: datetime | None = None,
) -> datetime:
    """Move a due that falls after `quiet_from` or before `earliest` (Shanghai) on to `earliest`.

    Nobody is to be called at night, so a due of the stage `answer` is not before 09:00; nor is it moved beyond
    `latest`, the due of `total`. It is never moved backwards.
    """
    due_at = _instant(due_at)
    day = _local_day(due_at)
    if due_at > _at(day, quiet_from):
        day += ONE_DAY
    moved = _at(day, earliest)
    if latest is not None:
        moved = min(moved, _instant(latest))
    return max(due_at, moved)


def segments(
    start: datetime, end: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> tuple[Segment, ...]:
    """Show the time from `start` to `end` (a due, say) as stretches that add up to it, neighbours of a kind joined.

    The counted ones add up to `counted_time`.
    """
    joined: list[Segment] = []
    for piece in _until(end, start, limit, calendar, pauses):
        if joined and joined[-1].kind is piece.kind:
            piece = Segment(joined.pop().start, piece.end, piece.kind)
        joined.append(piece)
    return tuple(joined)


def is_provisional(start: datetime, due_at: datetime, limit: Limit, calendar: WorkCalendar) -> bool:
    """Tell whether `due_at` rests on a day whose year has no notice yet; only working days depend on notices."""
    if not limit.unit.counts_working_days_only:
        return False
    first = _local_day(_instant(start))
    last = max(first, _local_day(_instant(due_at) - _MICROSECOND))  # 24:00 still belongs to the day that it ends
    return any(not calendar.is_known(first + offset * ONE_DAY) for offset in range((last - first).days + 1))


def format_instant(instant: datetime, *, as_due: bool = False) -> str:
    """Write an instant in Shanghai time, with seconds only where it has some.

    `as_due` shows 00:00 as 24:00 of the day before, because a due ends a day and begins none.
    """
    local = _instant(instant).astimezone(SHANGHAI)
    if as_due and local.time() == time(0):
        return f"{local.date() - ONE_DAY:%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}" if local.second == local.microsecond == 0 else f"{local:%Y-%m-%d %H:%M:%S}"


def _walk(start: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause]) -> Iterator[Segment]:
    """Go forwards from `start` without end, in pieces of one kind each."""
    checked = _checked(pauses, start)
    for piece in _days(start, limit, calendar):
        yield from _cut(piece, checked)


def _until(
    end: datetime, start: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause]
) -> Iterator[Segment]:
    """Walk from `start` and stop at `end`."""
    start, end = _instant(start), _instant(end)
    if end < start:
        raise DomainError(gettext_noop("The end lies before the start."))
    for piece in _walk(start, limit, calendar, pauses):
        if piece.start >= end:
            return
        yield Segment(piece.start, min(piece.end, end), piece.kind)


def _days(start: datetime, limit: Limit, calendar: WorkCalendar) -> Iterator[Segment]:
    """Say of each day, or of all time where days make no difference, whether it counts."""
    if not limit.unit.counts_working_days_only:
        yield Segment(start, _NEVER, SegmentKind.COUNTED)
        return
    day = _local_day(start)
    while True:
        midnight, day_end = _at(day + ONE_DAY), _day_end(day, limit)
        if not calendar.is_working_day(day):
            yield Segment(start, midnight, SegmentKind.OFF_DAY)
        else:
            if start < day_end:
                yield Segment(start, day_end, SegmentKind.COUNTED)
            if day_end < midnight:
                yield Segment(max(start, day_end), midnight, SegmentKind.UNCOUNTED)
        start, day = midnight, day + ONE_DAY


def _cut(piece: Segment, pauses: Sequence[Pause]) -> Iterator[Segment]:
    """Cut the pauses out of a piece."""
    cursor = piece.start
    for pause in pauses:
        if pause.end <= cursor or pause.start >= piece.end:
            continue
        if cursor < pause.start:
            yield Segment(cursor, pause.start, piece.kind)
            cursor = pause.start
        end = min(pause.end, piece.end)
        yield Segment(cursor, end, SegmentKind.PAUSED)
        cursor = end
    if cursor < piece.end:
        yield Segment(cursor, piece.end, piece.kind)


def _checked(pauses: Sequence[Pause], start: datetime) -> list[Pause]:
    """Give the pauses in order, in UTC, or refuse them."""
    utc = (Pause(_instant(pause.start), _instant(pause.end)) for pause in pauses)
    ordered = sorted((pause for pause in utc if pause.start != pause.end), key=lambda pause: pause.start)
    if any(pause.end < pause.start for pause in ordered):
        raise DomainError(gettext_noop("A pause ends before it starts."))
    if ordered and ordered[0].start < _instant(start):
        raise DomainError(gettext_noop("A pause starts before its clock does."))
    if any(later.start < earlier.end for earlier, later in pairwise(ordered)):
        raise DomainError(gettext_noop("Two pauses overlap."))
    return ordered


def _instant(value: datetime) -> datetime:
    if value.tzinfo is None or value.utcoffset() is None:
        raise DomainError(gettext_noop("An instant needs its time zone: %(value)s."), value=value.isoformat())
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise DomainError(gettext_noop("The year must be between 2000 and 2199: %(value)s."), value=value.isoformat())
    return value.astimezone(UTC)


def _local_day(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


def _at(day: date, moment: time = time(0)) -> datetime:
    return datetime.combine(day, moment, SHANGHAI).astimezone(UTC)


def _day_end(day: date, limit: Limit) -> datetime:
    return _at(day, limit.day_end) if limit.day_end else _at(day + ONE_DAY)


def _months_on(day: date, count: int) -> date:
    """Give the same date `count` months on, or that month's last day where it has no such date (model 4)."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _times(span: timedelta, factor: Decimal | int) -> timedelta:
    """Multiply without floating point, rounding down to the microsecond."""
    return int(span // _MICROSECOND * Fraction(factor)) * _MICROSECOND
