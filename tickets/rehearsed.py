"""Queries whose SQL is kept: building one out of all that a person's roles reach costs more than running it (ADR 0014).

What every open page asks each half minute (tickets.views.live) is built once for a person and the rights that it has.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from organization.grants import grants_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from organization.models import User

MOST_KEPT = 1000  # queries of some ten kilobytes each; then it starts afresh
_kept: dict[tuple[Any, ...], tuple[str, tuple[Any, ...]]] = {}


def rows_of(name: tuple[Any, ...], user: User, build: Callable[[], QuerySet[Any, Any]]) -> list[tuple[Any, ...]]:
    """The rows of the `values_list` that `build` makes for the user, raw as the database gives them.

    `name` says all that the query depends on beside the user and its grants; it must not depend on the time.
    """
    rights = tuple(
        (grant.role, grant.unit.path, grant.unit.province_id, grant.unit.city_id) for grant in grants_of(user)
    )
    key = (*name, user.pk, rights)
    query = _kept.get(key)
    if query is None:
        try:
            query = build().query.sql_with_params()
        except EmptyResultSet:  # nothing can ever meet the condition
            query = ("", ())
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = query
    sql, parameters = query
    if not sql:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [tuple(_aware(value) for value in row) for row in cursor.fetchall()]


def _aware(value: Any) -> Any:
    """SQLite keeps instants in UTC without saying so."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
