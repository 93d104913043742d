"""Time limits as the sources state them: an amount in the unit it was given in, never converted (model 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from enum import StrEnum

from .errors import DomainError, gettext_noop


class Unit(StrEnum):
    """The unit of a limit, which also says what time counts."""

    MINUTES = "min"
    HOURS = "h"
    NATURAL_DAYS = "nd"
    MONTHS = "mo"
    WORKING_DAYS = "wd"
    WORKING_DAY_HOURS = "wdh"

    @property
    def counts_working_days_only(self) -> bool:
        """Tell whether days off stand outside this unit's count."""
        return self in (Unit.WORKING_DAYS, Unit.WORKING_DAY_HOURS)

    @property
    def length(self) -> timedelta | None:
        """Give the fixed length of one unit, or None for days and months, which end at 24:00 whatever the start."""
        return _LENGTHS.get(self)


_LENGTHS: dict[Unit, timedelta] = {
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.WORKING_DAY_HOURS: timedelta(hours=1),
}

# Ten years in each unit, generously: what is longer is a slip of the keyboard, not a limit.
_LARGEST = {
    Unit.MINUTES: 10 * 366 * 24 * 60,
    Unit.HOURS: 10 * 366 * 24,
    Unit.NATURAL_DAYS: 10 * 366,
    Unit.MONTHS: 10 * 12,
    Unit.WORKING_DAYS: 10 * 250,
    Unit.WORKING_DAY_HOURS: 10 * 250 * 24,
}

_MAY_BE_ZERO = (Unit.NATURAL_DAYS, Unit.WORKING_DAYS)  # "the same day"

_FORM = re.compile(
    r"(?P<amount>[0-9]{1,12}(\.[0-9]{1,6})?) ?(?P<unit>[a-z]+)(@(?P<day_end>[0-9]{1,2}:[0-9]{2}))?(?P<soft> soft)?"
)


@dataclass(frozen=True)
class Limit:
    """How long something may take.

    `day_end` (working days only) is the Shanghai time at which a day ends instead of 24:00. A `soft` limit warns
    and never breaches (B-05 "尽可能当天"). Raises DomainError, a ValueError, where the parts make no sense together.
    """

    amount: Decimal | int
    unit: Unit
    day_end: time | None = None
    soft: bool = False

    def __post_init__(self) -> None:
        amount = Decimal(self.amount)
        if not amount.is_finite() or amount < 0:
            raise DomainError(gettext_noop("A limit cannot be negative or endless: %(amount)s."), amount=self.amount)
        if amount == 0 and self.unit not in _MAY_BE_ZERO:
            raise DomainError(gettext_noop("A limit of 0 makes sense only in nd or wd (the same day)."))
        if amount > _LARGEST[self.unit]:
            raise DomainError(
                gettext_noop("A limit may be ten years at most; %(amount)s %(unit)s is more."),
                amount=amount,
                unit=self.unit.value,
            )
        self._check_fraction(amount)
        self._check_day_end()

    def _check_fraction(self, amount: Decimal) -> None:
        if self.unit.length is None and amount != int(amount):
            raise DomainError(
                gettext_noop("%(unit)s takes whole numbers only, not %(amount)s."), unit=self.unit.value, amount=amount
            )
        if self.unit.length is not None and (amount * (self.unit.length // timedelta(seconds=1))) % 1:
            raise DomainError(
                gettext_noop("%(amount)s %(unit)s is not a whole number of seconds."),
                amount=amount,
                unit=self.unit.value,
            )

    def _check_day_end(self) -> None:
        if self.day_end is None:
            return
        if self.unit is not Unit.WORKING_DAYS:
            raise DomainError(
                gettext_noop("A day end (@HH:MM) goes with wd only, not with %(unit)s."), unit=self.unit.value
            )
        if self.day_end == time(0) or self.day_end != self.day_end.replace(second=0, microsecond=0, tzinfo=None):
            raise DomainError(
                gettext_noop(
                    "The day end must be a time of day from 00:01 to 23:59 in whole minutes, not %(day_end)s."
                ),
                day_end=self.day_end.isoformat(),
            )

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read a limit: `24h`, `90min`, `0nd`, `1mo`, `3wd`, `96wdh`, `2wd@18:00`, and ` soft` behind any of them.

        Raises DomainError with what is wrong.
        """
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise DomainError(
                gettext_noop("“%(text)s” is not a limit: write a number and a unit, such as 24h, 3wd or 2wd@18:00."),
                text=text[:40],
            )
        day_end = match["day_end"]
        return cls(
            amount=Decimal(match["amount"]),
            unit=_unit(match["unit"]),
            day_end=parse_time_of_day(day_end) if day_end else None,
            soft=match["soft"] is not None,
        )

    @property
    def span(self) -> timedelta:
        """Give the elapsed time of a limit in min or h. Raises TypeError for a unit without a fixed length."""
        if self.unit.length is None or self.unit.counts_working_days_only:
            raise TypeError(f"{self} is no stretch of elapsed time")
        return self.unit.length * int(self.amount)

    def __str__(self) -> str:
        day_end = f"@{self.day_end:%H:%M}" if self.day_end else ""
        return f"{self._plain_amount}{self.unit}{day_end}{' soft' if self.soft else ''}"

    @property
    def _plain_amount(self) -> str:
        return f"{Decimal(self.amount).normalize():f}"

    def to_dict(self) -> dict[str, str | bool | None]:
        """Give the limit as JSON values, for the copy that a stage clock keeps."""
        return {
            "amount": self._plain_amount,
            "unit": self.unit.value,
            "day_end": f"{self.day_end:%H:%M}" if self.day_end else None,
            "soft": self.soft,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Limit:
        """Read back what `to_dict` gave; `day_end` and `soft` may be missing. Raises DomainError."""
        day_end = f"@{data['day_end']}" if data.get("day_end") else ""
        soft = " soft" if data.get("soft") else ""
        return cls.parse(f"{data.get('amount')}{data.get('unit')}{day_end}{soft}")


def _unit(text: str) -> Unit:
    try:
        return Unit(text)
    except ValueError:
        raise DomainError(
            gettext_noop("“%(unit)s” is not a unit; the units are min, h, nd, mo, wd and wdh."), unit=text
        ) from None


def parse_time_of_day(text: str) -> time:
    """Read a time of day written as HH:MM. Raises DomainError."""
    hour, separator, minute = text.partition(":")
    try:
        if not separator:
            raise ValueError
        return time(int(hour), int(minute))
    except ValueError:
        raise DomainError(
            gettext_noop("“%(text)s” is not a time of day; write it as HH:MM, such as 18:00."), text=text
        ) from None
