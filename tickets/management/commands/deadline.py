"""`manage.py deadline`: show how a due time comes about, for one start or for a file of them (model 4)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import parse_instant
from tickets import calendars
from tickets.domain.calendar import WorkCalendar
from tickets.domain.clock import (
    SHANGHAI,
    WARN_RATIO,
    Pause,
    Segment,
    SegmentKind,
    at_ratio,
    due_with_pauses,
    exact_ratio,
    format_instant,
    is_provisional,
    segments,
)
from tickets.domain.errors import DomainError
from tickets.domain.limits import Limit, parse_time_of_day

SEGMENT_LABELS = {
    SegmentKind.COUNTED: gettext_lazy("counted"),
    SegmentKind.OFF_DAY: gettext_lazy("day off"),
    SegmentKind.PAUSED: gettext_lazy("paused"),
    SegmentKind.UNCOUNTED: gettext_lazy("after the day's end"),
}
BATCH_COLUMNS = ("line", "start", "limit", "due", "warn", "provisional", "segments")


@dataclass(frozen=True)
class Computation:
    """One due time with all that led to it."""

    start: datetime
    limit: Limit
    due: datetime
    warn: datetime
    segments: tuple[Segment, ...]
    provisional: bool

    @property
    def counted(self) -> timedelta:
        """Give the time that counted."""
        return sum((piece.duration for piece in self.segments if piece.kind is SegmentKind.COUNTED), timedelta())


class Command(BaseCommand):
    """Show a due time, its warning and the stretches of time between."""

    help = "Shows when a limit is due, when it warns, and which stretches of time count."

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--start", help=_("Start, such as 2026-09-18T10:00; without a zone it is Shanghai time."))
        source.add_argument("--batch", metavar="FILE.csv", help=_("A CSV file with the columns start and limit."))
        parser.add_argument("--limit", help=_("Limit, such as 24h, 90min, 0nd, 1mo, 3wd, 96wdh or 2wd@18:00."))
        parser.add_argument("--warn", default=str(WARN_RATIO), help=_("Share of the counted time that warns (0.9)."))
        parser.add_argument("--pause", action="append", metavar="FROM/TO", help=_("A pause; may be repeated."))
        parser.add_argument("--day-end", metavar="HH:MM", help=_("When a working day ends, instead of 24:00."))
        parser.add_argument("--format", choices=("text", "json"), default="text", help=_("Form of the output."))

    def handle(self, **options: Any) -> None:
        """Print one computation, or one line for each row of the file."""
        self.calendar = self._load_calendar()
        self.ratio_text = str(options["warn"])
        try:
            self.ratio = exact_ratio(self.ratio_text)
        except DomainError as error:
            raise CommandError(_in_words(error)) from error
        as_json = options["format"] == "json"
        if options["batch"]:
            if options["limit"] or options["pause"] or options["day_end"]:
                raise CommandError(
                    _("With --batch the limits come from the file; leave --limit, --pause, --day-end out.")
                )
            self._print_batch(Path(options["batch"]), as_json=as_json)
            return
        if not options["limit"]:
            raise CommandError(_("Give the limit too, such as --limit 3wd."))
        try:
            result = self._compute(options["start"], options["limit"], options["day_end"], options["pause"] or [])
        except ValueError as error:
            raise CommandError(_in_words(error)) from error
        if as_json:
            self.stdout.write(json.dumps(self._as_json(result), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(self._as_text(result)))

    def _load_calendar(self) -> WorkCalendar:
        """Give the common calendar; without a database (before the first migration) the notices alone."""
        try:
            return calendars.load()
        except DatabaseError:
            self.stderr.write(
                _("The overrides of the calendar cannot be read; only the State Council's notices count.")
            )
            return WorkCalendar()

    def _compute(
        self, start_text: str, limit_text: str, day_end: str | None = None, pause_texts: list[str] | None = None
    ) -> Computation:
        """Read the texts and compute. Raises ValueError in words."""
        start = parse_instant(start_text)
        limit = Limit.parse(limit_text)
        if day_end:
            limit = replace(limit, day_end=parse_time_of_day(day_end))
        pauses = [_read_pause(text) for text in pause_texts or []]
        due = due_with_pauses(start, limit, self.calendar, pauses)
        return Computation(
            start=start,
            limit=limit,
            due=due,
            warn=at_ratio(start, due, self.ratio, limit, self.calendar, pauses),
            segments=segments(start, due, limit, self.calendar, pauses),
            provisional=is_provisional(start, due, limit, self.calendar),
        )

    def _print_batch(self, path: Path, *, as_json: bool) -> None:
        """Print a line for each good row at once, then fail with the line number and reason of each bad one."""
        faults: list[str] = []
        lines = csv.writer(self.stdout, lineterminator="\n")
        if not as_json:
            lines.writerow(BATCH_COLUMNS)
        for number, row in _rows(path):
            try:
                result = self._compute(row["start"] or "", row["limit"] or "")
            except ValueError as error:
                faults.append(_("line %(number)s: %(reason)s") % {"number": number, "reason": _in_words(error)})
                continue
            if as_json:
                self.stdout.write(json.dumps({"line": number, **self._as_json(result)}, ensure_ascii=False))
            else:
                lines.writerow(_as_csv(number, result))
        if faults:
            raise CommandError("\n".join([_("Some rows could not be computed:"), *faults]))

    def _as_json(self, result: Computation) -> dict[str, object]:
        return {
            "start": _iso(result.start),
            "limit": str(result.limit),
            "due": _iso(result.due),
            "due_text": format_instant(result.due, as_due=True),
            "warn": _iso(result.warn),
            "ratio": self.ratio_text,
            "counted_seconds": _seconds(result.counted),
            "provisional": result.provisional,
            "calendar": self.calendar.version,
            "segments": [
                {
                    "start": _iso(piece.start),
                    "end": _iso(piece.end),
                    "kind": piece.kind.value,
                    "seconds": _seconds(piece.duration),
                }
                for piece in result.segments
            ],
        }

    def _as_text(self, result: Computation) -> Iterator[str]:
        yield _("Start: %(instant)s") % {"instant": format_instant(result.start)}
        yield _("Limit: %(limit)s") % {"limit": result.limit}
        yield _("Due: %(instant)s") % {"instant": format_instant(result.due, as_due=True)}
        yield _("Warning at %(ratio)s: %(instant)s") % {
            "ratio": self.ratio_text,
            "instant": format_instant(result.warn),
        }
        yield _("Counted: %(hours)s") % {"hours": _clock(result.counted)}
        yield _("Calendar: %(version)s") % {"version": self.calendar.version}
        if result.provisional:
            yield _("Provisional: a year on the way has no notice of the State Council yet, Monday to Friday counted.")
        for piece in result.segments:
            span = f"{format_instant(piece.start)} – {format_instant(piece.end, as_due=True)}"
            yield f"  {span}  {_clock(piece.duration)}  {SEGMENT_LABELS[piece.kind]}"


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Read the file's rows with their line numbers. Raises CommandError where it is no such file."""
    try:
        # A byte that is not UTF-8 spoils its own row, not the file.
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.DictReader(file)
            if not {"start", "limit"} <= set(reader.fieldnames or ()):
                raise CommandError(_("%(file)s needs a first line with the columns start and limit.") % {"file": path})
            for row in reader:
                yield reader.line_num, row
    except OSError as error:
        raise CommandError(
            _("%(file)s cannot be read: %(reason)s.") % {"file": path, "reason": error.strerror}
        ) from error
    except csv.Error as error:
        raise CommandError(_("%(file)s is not a CSV file: %(reason)s.") % {"file": path, "reason": error}) from error


def _read_pause(text: str) -> Pause:
    start, separator, end = text.partition("/")
    if not separator:
        raise ValueError(_("“%(text)s” is not a pause; write it as FROM/TO.") % {"text": text})
    return Pause(parse_instant(start), parse_instant(end))


def _in_words(error: Exception) -> str:
    """Say in the reader's language what is wrong."""
    if isinstance(error, DomainError):
        return _(error.message_id) % error.params
    return str(error)


def _as_csv(number: int, result: Computation) -> tuple[object, ...]:
    pieces = (
        f"{piece.kind.value} {format_instant(piece.start)}/{format_instant(piece.end, as_due=True)}"
        for piece in result.segments
    )
    return (
        number,
        format_instant(result.start),
        result.limit,
        format_instant(result.due, as_due=True),
        format_instant(result.warn),
        "yes" if result.provisional else "no",
        "; ".join(pieces),
    )


def _iso(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).isoformat()


def _seconds(span: timedelta) -> int | float:
    seconds = span.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


def _clock(span: timedelta) -> str:
    """Write a span as hours and minutes, with seconds where it has some."""
    minutes, seconds = divmod(span // timedelta(seconds=1), 60)
    text = f"{minutes // 60} h {minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text
