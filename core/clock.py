"""The only source of now.

Everything that depends on the time asks `now()`; tests and loaders freeze it with `frozen()`. Instants are aware and in
UTC; days are the days of Shanghai.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

SHANGHAI = ZoneInfo("Asia/Shanghai")


class FrozenClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.instant = _aware(at)

    def move_to(self, at: datetime) -> None:
        """Set the clock to the aware instant `at`, forwards or backwards."""
        self.instant = _aware(at)


_frozen: FrozenClock | None = None


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return _frozen.instant if _frozen else datetime.now(UTC)


@contextmanager
def frozen(at: datetime) -> Iterator[FrozenClock]:
    """Hold the clock at the aware instant `at`, for every thread of this process, until the block ends."""
    global _frozen
    before, _frozen = _frozen, FrozenClock(at)
    try:
        yield _frozen
    finally:
        _frozen = before


def database_now() -> datetime:
    """The database's own time, aware, in UTC: for leases that processes hold against each other, and nothing else.

    It is one for all of them, and no jump or freezing of this process's clock moves it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        found = cursor.fetchone()[0]
    instant = datetime.fromisoformat(found) if isinstance(found, str) else found
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def local_day(instant: datetime) -> date:
    """The Shanghai day on which the aware `instant` falls."""
    return _aware(instant).astimezone(SHANGHAI).date()


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant; without a zone it is Shanghai time. Returns UTC, raises ValueError in words."""
    try:
        instant = datetime.fromisoformat(text.strip())
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=SHANGHAI)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day of the calendar overflow in another zone
        raise ValueError(
            _("“%(text)s” is not a date and time. Write it like 2026-11-23 15:20.") % {"text": text}
        ) from None


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"An instant needs a time zone: {instant.isoformat()}")
    return instant.astimezone(UTC)
