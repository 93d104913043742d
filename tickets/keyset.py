"""Going on after a row in a list sorted by a column and the id, however many rows lie before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Q

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

Place = tuple["datetime | None", int]  # what a row is sorted by: the value of the column, and its id
RowsT = TypeVar("RowsT", bound="QuerySet[Any]")


def beyond(rows: RowsT, column: str, place: Place, *, is_rising: bool = True) -> RowsT:
    """The rows that come after `place`, in the order of `column` (never null) and id, rising or falling."""
    value, pk = place
    side = "gt" if is_rising else "lt"
    return rows.filter(Q(**{f"{column}__{side}": value}) | Q(**{f"pk__{side}": pk}), **{f"{column}__{side}e": value})
