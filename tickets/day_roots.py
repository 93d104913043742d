"""The root of each day's events, logged outside the database, so that rewriting a whole chain shows too (model 10).

The log is a text file with one line per Shanghai day: the day, how many events carry an instant of that day, and the
SHA-256 over their hashes in the order of ticket and number. Lines are only ever added.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from tickets.models import TicketEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayRoot:
    """What the log holds of one day."""

    day: date
    count: int
    root: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.count} {self.root}"


def root_of(day: date) -> DayRoot:
    """The root of a Shanghai day as the database has it now."""
    start = datetime.combine(day, datetime.min.time(), clock.SHANGHAI)
    hashes = (
        TicketEvent.objects.filter(at__gte=start, at__lt=start + ONE_DAY)
        .order_by("ticket_id", "seq")
        .values_list("hash", flat=True)
    )
    count, digest = 0, hashlib.sha256()
    for event_hash in hashes.iterator():
        count += 1
        digest.update(event_hash.encode())
    return DayRoot(day, count, digest.hexdigest())


def log_until(day: date) -> list[DayRoot]:
    """Log the root of `day`, and before it those of days that were missed since the last line. Again: nothing."""
    last = max((known.day for known in logged()), default=day - ONE_DAY)
    missing = [last + ONE_DAY * count for count in range(1, (day - last).days + 1)]
    roots = [root_of(one) for one in missing]
    if roots:
        settings.DAY_ROOTS_FILE.parent.mkdir(parents=True, exist_ok=True)
        with settings.DAY_ROOTS_FILE.open("a", encoding="utf-8") as log:
            log.writelines(f"{root}\n" for root in roots)
            log.flush()
            os.fsync(log.fileno())
    return roots


def logged() -> Iterator[DayRoot]:
    """The lines of the log; none when there is no log yet. Raises Refused for a line that is not one of ours."""
    if not settings.DAY_ROOTS_FILE.exists():
        return
    with settings.DAY_ROOTS_FILE.open(encoding="utf-8") as log:
        for number, line in enumerate(log, start=1):
            try:
                day, count, root = line.split()
                yield DayRoot(date.fromisoformat(day), int(count), root)
            except ValueError:
                raise Refused(
                    _("Line %(line)s of %(file)s is not readable: the log of the days was changed.")
                    % {"line": number, "file": settings.DAY_ROOTS_FILE},
                    code="day_roots",
                ) from None
