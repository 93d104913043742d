"""How services lock and save rows whose history is kept."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model

from core import clock
from organization.models import User

Row = TypeVar("Row", bound=Model)


def locked(row: Row) -> Row:
    """The row as it is in the database now, locked until the transaction ends."""
    manager = type(row)._default_manager
    return manager.select_for_update(of=("self",), no_key=True).get(pk=row.pk)


def save(row: Row, by: User | None) -> Row:
    """Save the row; its history names `by` and the instant of the injectable clock."""
    _sign(row, by)
    row.save()
    return row


def delete(row: Model, by: User | None) -> None:
    """Delete the row; its history stays and names `by`."""
    _sign(row, by)
    row.delete()


def _sign(row: Model, by: User | None) -> None:
    row._history_user = by  # type: ignore[attr-defined]
    row._history_date = clock.now()  # type: ignore[attr-defined]
