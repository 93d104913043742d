"""How the time of a clock adds up (公平计时): every stretch from its start on, counted or not, and why (model 4).

The arithmetic is `tickets.domain.clock`; this says what each stretch was, so that nobody has to believe a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tickets.calendars import Calendars
from tickets.clock_rows import limit_of
from tickets.clock_times import counting_of, due_by_limit, pauses_of
from tickets.domain.calendar import WorkCalendar
from tickets.domain.clock import Pause as Standstill
from tickets.domain.clock import SegmentKind, segments
from tickets.models import Extension, Pause
from tickets.models.time import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from tickets.models import StageClock, Ticket


class Sort(TextChoices):
    """What a stretch of time is to a clock, in the order of its summary."""

    COUNTED = "counted", gettext_lazy("counted")
    LATE = "late", pgettext_lazy("stretch of time", "late")
    LEFT = "left", gettext_lazy("still left")
    NIGHT = "night", gettext_lazy("night: nobody is called")
    AGREED = "agreed", gettext_lazy("more time, agreed")
    OFF_DAY = "off_day", gettext_lazy("days off")
    EVENING = "evening", gettext_lazy("after the end of the day")
    PAUSED = "paused", gettext_lazy("paused")


_UNCOUNTED = {
    SegmentKind.OFF_DAY: Sort.OFF_DAY,
    SegmentKind.PAUSED: Sort.PAUSED,
    SegmentKind.UNCOUNTED: Sort.EVENING,
}


@dataclass(frozen=True)
class Stretch:
    """Time from `start` to `end`; `why` says by whom it was paused or agreed and on what ground."""

    start: datetime
    end: datetime
    sort: Sort
    why: str = ""

    @property
    def length(self) -> str:
        """How long, to the second."""
        return exact_words(self.end - self.start)


@dataclass(frozen=True)
class FairTime:
    """One clock with its stretches, and for each sort of them how long they are together; the `whole` is their sum."""

    clock: StageClock
    stretches: tuple[Stretch, ...]

    @property
    def limit(self) -> str:
        """The limit in words."""
        return limit_of(self.clock)

    @property
    def sums(self) -> list[tuple[Sort, str]]:
        """The lengths by sort."""
        by_sort = {sort: [one for one in self.stretches if one.sort is sort] for sort in Sort}
        return [(sort, exact_words(_sum(found))) for sort, found in by_sort.items() if found]

    @property
    def whole(self) -> str:
        """How long all of it is."""
        return exact_words(_sum(self.stretches))


def fair_times(ticket: Ticket, clocks: Iterable[StageClock], at: datetime) -> list[FairTime]:
    """The clocks (with their units) of a ticket at the instant `at` (UTC), in two or three queries for all."""
    clocks = list(clocks)
    calendars = Calendars() if any(row.calendar_version for row in clocks) else None
    pauses = list(ticket.pauses.filter(decision=Decision.APPROVED).select_related("asked_by", "decided_by"))
    agreed = list(ticket.extensions.filter(decision=Decision.APPROVED).select_related("asked_by", "decided_by"))
    found = []
    for row in clocks:
        calendar = calendars.of(row.unit) if calendars and row.calendar_version else WorkCalendar()
        extensions = [one for one in agreed if one.clock_id == row.pk]
        found.append(FairTime(row, tuple(_stretches(row, calendar, pauses, extensions, at))))
    return found


def _stretches(
    row: StageClock, calendar: WorkCalendar, pauses: Sequence[Pause], extensions: Sequence[Extension], at: datetime
) -> list[Stretch]:
    """The time until the clock stopped, stands still or is due; of one that runs also what is left."""
    standstills = pauses_of(row)
    stop = row.stopped_at or max(at, row.started_at)
    if row.paused_at is not None and stop > row.paused_at:
        standstills.append(Standstill(row.paused_at, stop))
    end = max(stop, row.due_at) if row.stopped_at is None and row.paused_at is None else stop
    own_end = min(due_by_limit(row, calendar), row.due_at) if row.limit else row.due_at
    cuts = sorted({stop, own_end, row.due_at})
    found: list[Stretch] = []
    for piece in segments(row.started_at, end, counting_of(row), calendar, standstills):
        edges = [piece.start, *(cut for cut in cuts if piece.start < cut < piece.end), piece.end]
        for start, finish in pairwise(edges):
            sort, why = _UNCOUNTED.get(piece.kind, Sort.COUNTED), ""
            if sort is Sort.PAUSED:
                why = _why_paused(start, pauses)
            elif sort is Sort.COUNTED:
                sort, why = _counted_as(row, start, stop, own_end, extensions)
            if found and found[-1].sort is sort and found[-1].why == why:
                start = found.pop().start
            found.append(Stretch(start, finish, sort, why))
    return found


def _counted_as(
    row: StageClock, start: datetime, stop: datetime, own_end: datetime, extensions: Sequence[Extension]
) -> tuple[Sort, str]:
    """What a counted stretch is: beyond the clock's own limit it was agreed on or given for the night, then late."""
    if start >= row.due_at:
        return Sort.LATE, ""
    if start >= own_end:
        return (Sort.AGREED, _said(extensions[-1])) if extensions else (Sort.NIGHT, "")
    return (Sort.LEFT if start >= stop else Sort.COUNTED), ""


def _why_paused(start: datetime, pauses: Sequence[Pause]) -> str:
    """Who asked for the pause that lasted at `start`, who approved it, and why."""
    for one in pauses:
        if one.started_at and one.started_at <= start and (one.ended_at is None or start < one.ended_at):
            return f"{one.get_reason_display()} · {_said(one)}"
    return ""


def _said(asked: Pause | Extension) -> str:
    words = _("asked for by %(who)s, approved by %(by)s: %(ground)s")
    return words % {"who": asked.asked_by, "by": asked.decided_by, "ground": asked.ground}


def _sum(stretches: Iterable[Stretch]) -> timedelta:
    return sum((one.end - one.start for one in stretches), timedelta())


def exact_words(length: timedelta) -> str:
    """A length of time to the second, 41:00:00, so that a reader can add it up."""
    seconds = round(length.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
