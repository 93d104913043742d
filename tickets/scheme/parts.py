"""The small pieces of which a scheme document is built."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from django.utils.translation import get_language, gettext
from pydantic import BaseModel, BeforeValidator, ConfigDict, InstanceOf, StrictBool, StringConstraints

from tickets.domain.errors import DomainError
from tickets.domain.limits import Limit, Unit


class Part(BaseModel):
    """A part of the document: unchangeable, and refusing names that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _limit(value: object) -> Limit:
    if isinstance(value, Limit):
        return value
    try:
        return Limit.parse(str(value))
    except DomainError as error:
        raise ValueError(gettext(error.message_id) % error.params) from error


def _elapsed(limit: Limit) -> Limit:
    if limit.unit not in (Unit.MINUTES, Unit.HOURS):
        raise ValueError(gettext("Only elapsed time can be used here: write min or h, such as 2h."))
    return limit


def _time_of_day(value: object) -> time:
    # Without quotes YAML reads 21:00 as the number 1260.
    if not isinstance(value, str):
        raise ValueError(gettext("A time of day is written in quotes, such as “21:00”."))
    try:
        return time.fromisoformat(value)
    except ValueError:
        raise ValueError(gettext("A time of day is written as HH:MM, such as “21:00”.")) from None


Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
RuleId = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]+-[A-Z]?[0-9]+[a-z]?$", max_length=16)]
Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=2000)]
Flag = StrictBool
LimitField = Annotated[InstanceOf[Limit], BeforeValidator(_limit)]
ElapsedLimit = Annotated[LimitField, BeforeValidator(lambda value: _elapsed(_limit(value)))]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]


class Label(Part):
    """One text in the languages of the product."""

    zh: Text
    en: Text

    def __str__(self) -> str:
        """The text in the language in use."""
        return self.zh if (get_language() or "zh").startswith("zh") else self.en
