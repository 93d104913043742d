"""Refusals: what a person meets when something cannot be done."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _


class Refused(Exception):
    """An act that cannot be done.

    `message` is a translated sentence that says what happened and what to do; `code` is a stable slug for programs.
    """

    default_code = "refused"

    def __init__(self, message: str | Promise, code: str | None = None) -> None:
        self.message = str(message)
        self.code = code or self.default_code
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class NotPermitted(Refused):
    """The person lacks the role for this act, or the object is outside the scope of the role."""

    default_code = "not_permitted"


class Stale(Refused):
    """Somebody else changed the object after the form was opened; `who` is their name, `when` the instant."""

    default_code = "stale"

    def __init__(self, who: str, when: datetime) -> None:
        self.who = who
        self.when = when
        super().__init__(
            _(
                "Changed by %(who)s at %(when)s after you opened it. "
                "Your input is kept: look at the change, then send again."
            )
            % {"who": who, "when": date_format(localtime(when), "DATETIME_FORMAT")}
        )
