"""How instants, durations and states are shown: the same words on every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from tickets.states import OrderStatus, Status

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.models import StageClock

MINUTE = timedelta(minutes=1)

# What a state asks of the reader; the values of orders and tickets that are equal mean the same.
TONES: dict[str, str] = {
    Status.DRAFT: "waiting",
    Status.PENDING_DISPATCH: "waiting",
    Status.PENDING_INSTRUCTION: "judging",
    Status.HANDLING: "working",
    Status.PENDING_ANSWER: "waiting",
    Status.PENDING_CLEARANCE: "judging",
    Status.CLOSED: "done",
    Status.PENDING_SCREENING: "judging",
    Status.REVISITED: "done",
    Status.ARCHIVED: "ended",
    Status.DECLINED: "ended",
    Status.WITHDRAWN: "ended",
    Status.MERGED: "ended",
    Status.VOID: "ended",
    OrderStatus.SENT: "waiting",
    OrderStatus.PENDING_REVIEW: "judging",
    OrderStatus.REPLIED: "waiting",
    OrderStatus.ACCEPTED: "done",
    OrderStatus.RETURN_REQUESTED: "judging",
    OrderStatus.RETURNED: "ended",
    OrderStatus.RECALLED: "ended",
    "issued": "waiting",  # supervision orders, whose other states are called as those of orders
    "acknowledged": "working",
    "judged": "done",
    "proposed": "waiting",  # responsibility
    "adjudicated": "done",
    "contested": "judging",
    "final": "done",
}


INCIDENT_TONES = {"proposed": "judging", "open": "working", "ended": "done", "dismissed": "ended"}


@dataclass(frozen=True)
class Remaining:
    """What is left of a clock: words, a tone (calm, near, late) and the share of its time that is gone, in percent."""

    words: str
    tone: str
    percent: int


def instant_words(instant: datetime | None) -> str:
    """An instant in Shanghai time, 11-23 15:20; with the year where it is not this one. Empty for None."""
    if instant is None:
        return ""
    local = instant.astimezone(clock.SHANGHAI)
    this_year = local.year == clock.local_day(clock.now()).year
    return f"{local:%m-%d %H:%M}" if this_year else f"{local:%Y-%m-%d %H:%M}"


def due_words(instant: datetime | None) -> str:
    """A due time like `instant_words`, but midnight is 24:00 of the day that ends (model 4)."""
    if instant is None:
        return ""
    local = instant.astimezone(clock.SHANGHAI)
    if (local.hour, local.minute, local.second) != (0, 0, 0):
        return instant_words(instant)
    return instant_words(local - MINUTE)[:-5] + "24:00"


def stored_instant(text: str | None) -> datetime | None:
    """An instant out of a JSON body: with its zone from PostgreSQL, in plain UTC from SQLite. None for none."""
    instant = parse_datetime(text) if text else None
    return instant.replace(tzinfo=UTC) if instant is not None and instant.tzinfo is None else instant


def duration_words(length: timedelta) -> str:
    """A length of time in its two largest units, cut to the minute."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return _("less than a minute")
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    words = [
        ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days else "",
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours} if hours else "",
        _("%(count)d min") % {"count": minutes} if minutes and not days else "",
    ]
    shown = [word for word in words if word]
    return shown[0] if len(shown) == 1 else _("%(larger)s %(smaller)s") % {"larger": shown[0], "smaller": shown[1]}


def words_for_scripts(at: datetime) -> dict[str, Any]:
    """What `live.js` needs to count on from the instant `at` (UTC) in the words of `time_left` and `duration_words`;
    of what is counted the singular and the plural."""
    return {
        "now": int(at.timestamp()),
        "left": _("%(time)s left"),
        "late": _("%(time)s late"),
        "both": _("%(larger)s %(smaller)s"),
        "days": [ngettext("%(count)d day", "%(count)d days", count) for count in (1, 2)],
        "hours": [ngettext("%(count)d hour", "%(count)d hours", count) for count in (1, 2)],
        "minutes": _("%(count)d min"),
        "less": _("less than a minute"),
    }


def remaining_of(row: StageClock, at: datetime) -> Remaining:
    """What is left of a running clock at the instant `at` (UTC); of one that stands still, what was left then."""
    if row.paused_at is not None:
        left = time_left(row.started_at, row.warn_at, row.due_at, row.paused_at)
        return Remaining(_("Paused"), "paused", left.percent)
    return time_left(row.started_at, row.warn_at, row.due_at, at)


def time_left(start: datetime, near_from: datetime, due: datetime, at: datetime) -> Remaining:
    """What is left at the instant `at` of the time from `start` to `due`, which is short from `near_from` on (UTC)."""
    if at > due:
        return Remaining(_("%(time)s late") % {"time": duration_words(at - due)}, "late", 100)
    words = _("%(time)s left") % {"time": duration_words(due - at)}
    whole, gone = due - start, at - start
    return Remaining(words, "near" if at >= near_from else "calm", max(0, int(100 * gone / whole)) if whole else 100)
