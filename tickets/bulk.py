"""Writing many rows at once where Django's own bulk methods spend most of their time on building long statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model


def insert_all(rows: Sequence[Model]) -> None:
    """Insert rows of one model, which get their ids; runs in the caller's transaction.

    By COPY on PostgreSQL, which costs less than half of `bulk_create`; by that elsewhere.
    """
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)
        return
    table, quote = model._meta.db_table, connection.ops.quote_name
    fields = model._meta.concrete_fields
    columns = ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        numbers = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        cursor.execute(numbers, [table, len(rows)])
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk, row._state.adding = pk, False
        with cursor.copy(f"COPY {quote(table)} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])


def update_each(rows: Sequence[Model], *names: str) -> None:
    """Save the named fields of each row; runs in the caller's transaction.

    By one UPDATE from a list of values on PostgreSQL, by one statement that is run many times elsewhere.
    """
    if not rows:
        return
    meta, quote = rows[0]._meta, connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if field.name in names]
    columns = [quote(str(field.column)) for field in fields]
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] + [row.pk] for row in rows
    ]
    table = quote(meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            types = [field.db_type(connection) for field in fields]
            new = ", ".join(f"{name} = new.{name}::{kind}" for name, kind in zip(columns, types, strict=True))
            one = f"({', '.join(['%s'] * (len(fields) + 1))})"
            listed = f"(VALUES {', '.join([one] * len(rows))}) AS new ({', '.join(columns)}, id)"
            statement = f"UPDATE {table} SET {new} FROM {listed} WHERE {table}.id = new.id"  # noqa: S608 - our names
            cursor.execute(statement, [value for line in values for value in line])
        else:
            new = ", ".join(f"{name} = %s" for name in columns)
            cursor.executemany(f"UPDATE {table} SET {new} WHERE id = %s", values)  # noqa: S608 - our names
