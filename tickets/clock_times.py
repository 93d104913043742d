"""The times of one clock: when it is due, warned and next brought before somebody; how it stands still and goes on.

Nothing here saves and nothing opens or stops a clock: that is `tickets.clocks`. The arithmetic is
`tickets.domain.clock`.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import Refused
from tickets import calendars
from tickets.domain import clock as arithmetic
from tickets.domain.calendar import WorkCalendar
from tickets.domain.clock import Pause
from tickets.domain.errors import DomainError
from tickets.domain.limits import Limit, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tickets.models import StageClock
    from tickets.scheme.options import AlertStep, Options

_EVERY_HOUR = Limit(1, Unit.HOURS)  # how a promised date counts, which has no limit


@contextmanager
def in_words() -> Iterator[None]:
    """What the arithmetic refuses is a refusal of the act."""
    try:
        yield
    except DomainError as error:
        raise Refused(_(error.message_id) % error.params, code="clock") from error


def counting_of(row: StageClock) -> Limit:
    """The limit that says what time counts. Raises DomainError for a stored one that cannot be read."""
    return _EVERY_HOUR if row.limit is None else Limit.from_dict(row.limit)


def calendar_of(row: StageClock) -> WorkCalendar:
    """The calendar of the accountable unit; hours and natural days need none, and no query for it."""
    return calendars.load(row.unit) if counting_of(row).unit.counts_working_days_only else WorkCalendar()


def pauses_of(row: StageClock) -> list[Pause]:
    """The pauses that have ended."""
    return [Pause(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in row.pauses]


def chain_of(row: StageClock, options: Options) -> tuple[AlertStep, ...]:
    """The steps of the scheme's chain that this clock goes through."""
    return options.supervision.chain_for(row.stage, is_soft=counting_of(row).soft)


def set_due(row: StageClock, due: datetime, options: Options, calendar: WorkCalendar) -> None:
    """Make the instant `due` (UTC) the row's due time; warning, next alert and calendar version follow."""
    limit = counting_of(row)
    row.due_at = due
    row.warn_at = arithmetic.at_ratio(row.started_at, due, options.warn_ratio, limit, calendar, pauses_of(row))
    # Only what counts working days rests on a calendar, and is looked for when one changes.
    row.calendar_version = calendar.version if limit.unit.counts_working_days_only else ""
    row.is_provisional = arithmetic.is_provisional(row.started_at, due, limit, calendar)
    set_next_alert(row, options, calendar)


def set_next_alert(row: StageClock, options: Options, calendar: WorkCalendar) -> None:
    """The instant of the first step of the chain that was not raised yet; none for a clock that stands still."""
    chain = chain_of(row, options)
    if row.paused_at is not None or row.alerted >= len(chain):
        row.next_alert_at = None
        return
    row.next_alert_at = reached_at(row, chain[row.alerted], options, calendar)


def reached_at(row: StageClock, step: AlertStep, options: Options, calendar: WorkCalendar) -> datetime:
    """When a clock reaches a step of its chain; beyond due not before the scheme's pause for breath (model 6)."""
    if step.at == options.warn_ratio:
        return row.warn_at
    if step.at == 1:
        return row.due_at
    reached = arithmetic.at_ratio(row.started_at, row.due_at, step.at, counting_of(row), calendar, pauses_of(row))
    if step.at < 1:
        return reached
    return max(reached, row.due_at + options.supervision.beyond_due_after.span)


def counted_seconds(row: StageClock, at: datetime) -> int:
    """Seconds that ran until `at` (UTC) in the limit's own counting, pauses left out."""
    limit = counting_of(row)  # a stored limit that cannot be read is a broken row, not a refusal
    with in_words():
        return arithmetic.counted_seconds(row.started_at, at, limit, calendar_of(row), pauses_of(row))


def stand_still(row: StageClock, at: datetime) -> None:
    """The row's time stops running at `at` (挂起); one that cannot be paused runs on."""
    if row.is_pausable and row.paused_at is None:
        row.paused_at = max(at, row.started_at)
        row.next_alert_at = None


def go_on(row: StageClock, at: datetime, options: Options, latest: datetime | None) -> None:
    """The row's time runs again from `at`: what was left at the pause is laid out anew (model 4), and not at night.

    So is what was left of the first due time: it says when the row would be due without extensions. `latest` is the due
    time of the whole course.
    """
    if row.paused_at is None:
        return
    pause = Pause(row.paused_at, max(at, row.paused_at))
    limit, calendar = counting_of(row), calendar_of(row)
    with in_words():
        due, first = (
            by_day(row, arithmetic.resume(before, pause, limit, calendar), options, latest)
            for before in (row.due_at, row.original_due_at)
        )
    row.original_due_at = first
    if pause.end > pause.start:
        row.pauses = [*row.pauses, [_text(pause.start), _text(pause.end)]]
    row.paused_at = None
    set_due(row, due, options, calendar)


def extend(row: StageClock, due: datetime, options: Options) -> None:
    """A later due time was agreed (延期, U-44): the first one stays beside it, and the new one warns again."""
    row.schedule += 1
    row.alerted = 0
    set_due(row, due, options, calendar_of(row))


def by_day(row: StageClock, due: datetime, options: Options, latest: datetime | None) -> datetime:
    """`due`, moved on to the morning where the row's stage calls customers and nobody is called at that hour; never
    beyond `latest`, the due time of the whole course (quiet hours, model 4)."""
    quiet = options.quiet_hours
    if quiet is None or row.stage not in quiet.stages:
        return due
    return arithmetic.quiet_hours(due, quiet.start, quiet.earliest, latest=latest)


def due_by_limit(row: StageClock, calendar: WorkCalendar) -> datetime:
    """When the row's own limit runs out under `calendar`, with its pauses; a further attempt has what it was given."""
    limit, pauses = counting_of(row), pauses_of(row)
    if row.allowed_seconds is None:
        return arithmetic.due_with_pauses(row.started_at, limit, calendar, pauses)
    return arithmetic.lay_out(row.started_at, timedelta(seconds=row.allowed_seconds), limit, calendar, pauses)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()
