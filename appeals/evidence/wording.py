"""Instants and clocks in the words of a document that is read years later: always with the year, never with "now"."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core import clock

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.clock_rows import Stretch


def moment(instant: datetime | None) -> str:
    """An instant in Shanghai time, 2026-11-23 15:20; empty for None."""
    return f"{instant.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}" if instant else ""


def due_moment(instant: datetime | None) -> str:
    """A due time; midnight is 24:00 of the day that ends (model 4)."""
    if instant is None:
        return ""
    local = instant.astimezone(clock.SHANGHAI)
    if (local.hour, local.minute, local.second) != (0, 0, 0):
        return moment(instant)
    return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"


def stretch_words(stretch: Stretch) -> str:
    """A stretch of a clock's time: from, to, whether it counted, and how long it was."""
    start, end = moment(stretch.start), due_moment(stretch.end)
    day = start[: len("2026-11-23 ")]
    return _("%(from)s to %(to)s: %(kind)s, %(length)s") % {
        "from": start,
        "to": end.removeprefix(day),
        "kind": stretch.kind,
        "length": stretch.length,
    }
