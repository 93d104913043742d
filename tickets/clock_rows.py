"""Clocks as a page shows them: what is timed, by which rule, how it went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tickets.calendars import Calendars
from tickets.clock_times import counting_of, pauses_of
from tickets.display import due_words, duration_words
from tickets.domain.calendar import WorkCalendar
from tickets.domain.clock import SegmentKind, segments
from tickets.domain.limits import Limit, Unit
from tickets.states import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tickets.models import StageClock
    from tickets.scheme import LimitRule, SchemeDocument

_TONES = {Outcome.RUNNING: "working", Outcome.MET: "done", Outcome.BREACHED: "late", Outcome.CANCELLED: "ended"}


_KINDS = {
    SegmentKind.COUNTED: gettext_lazy("counted"),
    SegmentKind.OFF_DAY: gettext_lazy("days off"),
    SegmentKind.PAUSED: gettext_lazy("paused"),
    SegmentKind.UNCOUNTED: gettext_lazy("after the end of the day"),
}


@dataclass(frozen=True)
class Stretch:
    """Time from `start` to `end` that counted, or did not, in words."""

    start: datetime
    end: datetime
    kind: str
    length: str


@dataclass(frozen=True)
class ClockRow:
    """One clock. `rules` are the rule IDs behind its limit; `is_derived`: it was computed from stated ones (U-31);
    `target` is what is aimed at within the limit (U-88), empty for none.

    `paused` is how long it stood still before now, `stretches` how its time adds up until it stopped,
    stands still or is due, where not all of it counted; `fair_time` tells it to the second, and who paused it.
    """

    clock: StageClock
    tone: str
    limit: str
    target: str
    rules: str
    used: str
    is_derived: bool
    paused: str
    stretches: list[Stretch]

    @property
    def is_running(self) -> bool:
        """Whether it still counts."""
        return self.clock.outcome == Outcome.RUNNING


def clock_rows(clocks: Iterable[StageClock], document: SchemeDocument) -> list[ClockRow]:
    """The clocks with what their scheme says of their rules."""
    derived = {rule.id for rule in document.limits if rule.derived}
    targets = {rule.id: _target_of(rule) for rule in document.limits}
    clocks = list(clocks)
    calendars = Calendars() if any(row.calendar_version for row in clocks) else None
    return [
        ClockRow(
            clock=row,
            tone=_TONES[Outcome(row.outcome)],
            limit=limit_of(row),
            target=targets.get(row.rule, ""),
            rules=_rules_of(row, document),
            used=duration_words(timedelta(seconds=row.counted_seconds)) if row.counted_seconds is not None else "",
            is_derived=row.rule in derived,
            paused=_paused_time(row),
            stretches=_stretches(row, calendars),
        )
        for row in clocks
    ]


def clock_hint(row: StageClock, document: SchemeDocument) -> str:
    """When a clock is due, its limit and the rules behind it; a promised date has no rule."""
    words = {"due": due_words(row.due_at), "limit": limit_of(row), "rules": _rules_of(row, document)}
    if not words["rules"]:
        return _("Due %(due)s, %(limit)s") % words
    return _("Due %(due)s, limit %(limit)s, rule %(rules)s") % words


def _paused_time(row: StageClock) -> str:
    lengths = [pause.end - pause.start for pause in pauses_of(row)]
    return duration_words(sum(lengths, timedelta())) if lengths else ""


def _stretches(row: StageClock, calendars: Calendars | None) -> list[Stretch]:
    """How the time adds up until the clock stopped, stands still or is due; nothing where all of it counts."""
    calendar = calendars.of(row.unit) if calendars and row.calendar_version else WorkCalendar()
    end = row.stopped_at or row.paused_at or row.due_at
    pieces = segments(row.started_at, end, counting_of(row), calendar, pauses_of(row))
    if all(piece.kind is SegmentKind.COUNTED for piece in pieces):
        return []
    return [
        Stretch(piece.start, piece.end, str(_KINDS[piece.kind]), duration_words(piece.duration)) for piece in pieces
    ]


def limit_of(row: StageClock) -> str:
    """The limit of a clock in words; a promised date has none."""
    return limit_words(Limit.from_dict(row.limit)) if row.limit else _("promised date")


def _target_of(rule: LimitRule) -> str:
    if rule.target is None:
        return ""
    return limit_words(replace(rule.upper, amount=rule.target)) if rule.target else _("at once")


def _rules_of(row: StageClock, document: SchemeDocument) -> str:
    return _(", ").join(document.limit_sources.get(row.rule, ()))


def limit_words(limit: Limit) -> str:
    """A limit in words, such as 41 hours or 3 working days."""
    count = limit.to_dict()["amount"]
    number = int(limit.amount)
    words = {
        Unit.MINUTES: ngettext("%(count)s minute", "%(count)s minutes", number),
        Unit.HOURS: ngettext("%(count)s hour", "%(count)s hours", number),
        Unit.NATURAL_DAYS: ngettext("%(count)s calendar day", "%(count)s calendar days", number),
        Unit.MONTHS: ngettext("%(count)s month", "%(count)s months", number),
        Unit.WORKING_DAYS: ngettext("%(count)s working day", "%(count)s working days", number),
        Unit.WORKING_DAY_HOURS: ngettext("%(count)s working-day hour", "%(count)s working-day hours", number),
    }
    return words[limit.unit] % {"count": count}
