"""What a cell of the template may hold, and what it means: import-export widgets that refuse in words."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from import_export.widgets import Widget

from complaints.resources.sheets import FORMULA
from core import clock
from organization.models import Unit
from tickets.phones import normalise_phone, normalise_service_number
from tickets.scheme import Entry, SchemeDocument

YES = frozenset({"是", "y", "yes", "true", "1", "√"})
NO = frozenset({"否", "n", "no", "false", "0", "×"})
EARLIEST = dt.datetime(2001, 1, 1, tzinfo=clock.SHANGHAI)
LATEST = dt.datetime(2100, 1, 1, tzinfo=clock.SHANGHAI)
SHOWN = 40  # characters of a cell that a message quotes
_SERIAL = re.compile(r"[1-9]\d{4}(\.\d+)?")
_SERIAL_START = dt.datetime(1899, 12, 30, tzinfo=clock.SHANGHAI)
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_DATE = re.compile(r"(\d{4})\s*[年/.\-]\s*(\d{1,2})\s*[月/.\-]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(\d{1,2})\s*[时点:]\s*(\d{1,2})\s*分?(?:\s*:?\s*(\d{1,2})\s*秒?)?")
_PLACE_ENDINGS = ("省分公司", "市分公司", "县分公司", "分公司", "省", "市", "县")


class Cell(Widget):
    """A text cell of at most `limit` characters. Subclasses read a text that is not empty."""

    def __init__(self, *, required: bool = False, limit: int = 200) -> None:
        super().__init__()
        self.required = required
        self.limit = limit

    def clean(self, value: Any, row: Mapping[str, str] | None = None, **kwargs: Any) -> Any:
        """The value that the text means, "" for an empty cell. Raises ValueError in words."""
        text = str(value or "")
        if not text:
            if self.required:
                raise ValueError(_("Must not be empty."))
            return ""
        if text.startswith(FORMULA):
            raise ValueError(_("Holds a formula. Copy the cells and paste them as values."))
        if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\r\n\t" for character in text):
            raise ValueError(_("Holds characters that cannot be shown. Type the text again."))
        if len(text) > self.limit:
            raise ValueError(
                _("Has %(count)s characters; %(limit)s are allowed.") % {"count": len(text), "limit": self.limit}
            )
        return self.read(text, row or {})

    def read(self, text: str, row: Mapping[str, str]) -> Any:
        """The value of a text; `row` are the cells beside it. Raises ValueError in words."""
        return text


class PhoneCell(Cell):
    """A phone number, normalised as the ticket keeps it."""

    def read(self, text: str, row: Mapping[str, str]) -> str:
        """See the class."""
        return normalise_phone(text)


class ServiceNumberCell(Cell):
    """A service number, normalised as the ticket keeps it."""

    def read(self, text: str, row: Mapping[str, str]) -> str:
        """See the class."""
        return normalise_service_number(text)


class FlagCell(Cell):
    """Yes or no."""

    def read(self, text: str, row: Mapping[str, str]) -> bool:
        """See the class."""
        return read_flag(text)


class InstantCell(Cell):
    """A date with its time of day, in Shanghai; given in ISO 8601, so that it can be kept as JSON."""

    def read(self, text: str, row: Mapping[str, str]) -> str:
        """See the class."""
        return read_instant(text).isoformat()


class ChoiceCell(Cell):
    """An entry of a dictionary, by code, by label, or in a tree by the labels on the way to it: “移动业务/语音通话”."""

    def __init__(self, document: SchemeDocument, dimension: str, *, required: bool = False) -> None:
        super().__init__(required=required)
        # What is gone from the market is kept for old tickets, not offered for new ones.
        offered = [entry for entry in document.all_entries(dimension) if not entry.attributes.get("legacy")]
        self.names = _names(document, offered)

    def read(self, text: str, row: Mapping[str, str]) -> str:
        """The code."""
        return self.pick(text, self.found(text))

    def found(self, text: str) -> set[str]:
        """The codes that a text may stand for. Raises ValueError for none."""
        codes = self.names.get(_folded(text))
        if not codes:
            raise ValueError(_("“%(text)s” is not one of the allowed values.") % {"text": text[:SHOWN]})
        return codes

    def pick(self, text: str, codes: set[str]) -> str:
        """The only one of the codes. Raises ValueError where there are several."""
        if len(codes) > 1:
            raise ValueError(
                _("“%(text)s” stands for several values: write one of the codes %(codes)s.")
                % {"text": text[:SHOWN], "codes": ", ".join(sorted(codes))}
            )
        return next(iter(codes))


class ComplaintTypeCell(ChoiceCell):
    """A complaint type, which belongs to the business type beside it (U-27)."""

    def __init__(self, document: SchemeDocument, business_column: str) -> None:
        super().__init__(document, "complaint_type")
        self.document = document
        self.business_column = business_column
        self.business = ChoiceCell(document, "business_type")

    def read(self, text: str, row: Mapping[str, str]) -> str:
        """The code."""
        codes = self.found(text)
        try:
            business = self.business.clean(row.get(self.business_column))
        except ValueError:
            return min(codes)  # the business has its own fault; the row is refused anyway
        if business:
            allowed = codes & {entry.code for entry in self.document.complaint_types_for(business)}
            if not allowed:
                label = self.document.label("business_type", business)
                raise ValueError(
                    _("“%(text)s” does not belong to the business “%(business)s”.")
                    % {"text": text[:SHOWN], "business": label}
                )
            codes = allowed
        return self.pick(text, codes)


class PlaceCell(Cell):
    """A city or a province by code or name, with or without “市分公司”; given as the unit's code."""

    def __init__(self, places: Iterable[Unit], refusal: Callable[[Unit], str]) -> None:
        """`refusal` says why a place cannot be the customer's, "" where it can."""
        super().__init__()
        self.refusal = refusal
        self.names: dict[str, list[Unit]] = {}
        for unit in places:
            for name in {unit.code, unit.name, *_short_names(unit.name)}:
                self.names.setdefault(_folded(name), []).append(unit)

    def read(self, text: str, row: Mapping[str, str]) -> str:
        """The code of the unit."""
        units = self.names.get(_folded(text), [])
        if len(units) != 1:
            message = (
                _("“%(text)s” is the name of several places: write the code of one.")
                if units
                else _("“%(text)s” is neither a city nor a province of the operator.")
            )
            raise ValueError(message % {"text": text[:SHOWN]})
        if reason := self.refusal(units[0]):
            raise ValueError(reason)
        return units[0].code


def read_flag(text: str) -> bool:
    """Yes or no as people write it. Raises ValueError in words."""
    word = _folded(text)
    if word not in YES | NO:
        raise ValueError(_("“%(text)s” is neither 是 nor 否.") % {"text": text[:SHOWN]})
    return word in YES


def read_instant(text: str) -> dt.datetime:
    """A date and time, by ISO 8601, in Chinese, or as the serial number of a spreadsheet; Shanghai time.

    A date alone is the start of that day. Raises ValueError in words, also for years far away.
    """
    if _SERIAL.fullmatch(text):
        instant = _SERIAL_START + dt.timedelta(seconds=round(float(text) * 86_400))
    else:
        instant = clock.parse_instant(_iso(text))
    if not EARLIEST <= instant <= LATEST:
        raise ValueError(_("The date “%(text)s” lies too far away. Correct the year.") % {"text": text[:SHOWN]})
    return instant.astimezone(clock.SHANGHAI)


def read_number(text: str) -> str:
    """A number as the ticket keeps it: text that is a decimal. Raises ValueError in words."""
    plain = text.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(_("“%(text)s” is not a number.") % {"text": text[:SHOWN]})
    return str(Decimal(plain))


def _iso(text: str) -> str:
    """The text in ISO 8601 where it is a date in another spelling, else as it is."""
    day = _DATE.match(text)
    rest = text[day.end() :].strip(" T") if day else ""
    moment = _TIME.fullmatch(rest or "0:00")
    if day is None or moment is None:
        return text
    hours, minutes, seconds = (part or "0" for part in moment.groups())
    return f"{_two_digits(day.groups(), '-')} {_two_digits((hours, minutes, seconds), ':')}"


def _two_digits(parts: Iterable[str], mark: str) -> str:
    return mark.join(part.zfill(2) for part in parts)


def _names(document: SchemeDocument, entries: Iterable[Entry]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for entry in entries:
        above = [found for code in entry.path if (found := document.entry(entry.dimension, code))]
        for text in (
            entry.code,
            entry.label.zh,
            entry.label.en,
            "/".join(one.label.zh for one in above),
            "/".join(one.label.en for one in above),
        ):
            names.setdefault(_folded(text), set()).add(entry.code)
    return names


def _short_names(name: str) -> set[str]:
    return {name.removesuffix(ending) for ending in _PLACE_ENDINGS if name.endswith(ending)}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "").casefold()
