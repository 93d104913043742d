"""The columns that a list of tickets or work orders can have (design, Pools)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import Promise


@dataclass(frozen=True)
class Column:
    """A column by its code, which is also its style; `short` heads it where the label is too long for it."""

    code: str
    label: Promise
    short: Promise | None = None


NUMBER = Column("number", _("Ticket no."))  # the first of every list: it opens the ticket
CHOICES: dict[str, Column] = {
    column.code: column
    for column in (
        Column("priority", _("Priority"), _("Pri.")),
        Column("state", _("State")),
        Column("level", _("Level")),
        Column("business", _("Business")),
        Column("summary", _("Summary")),
        Column("customer", _("Customer")),
        Column("unit", _("Unit")),
        Column("time", _("Remaining time")),
        Column("category", _("Complaint type")),
        Column("channel", _("Channel")),
        Column("accepted", _("Accepted at")),
        Column("due", _("Due")),
        Column("holder", _("Holder")),
        Column("place", _("Place")),
    )
}
USUAL = ("priority", "state", "level", "business", "summary", "customer", "unit", "time")


def columns_of(codes: Iterable[str]) -> tuple[Column, ...]:
    """The number and the columns of these codes, in their order; the usual ones for none. Codes that the product does
    not know any more are left out."""
    known = [CHOICES[code] for code in dict.fromkeys(codes) if code in CHOICES]
    return (NUMBER, *(known or (CHOICES[code] for code in USUAL)))
