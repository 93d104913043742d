"""Workers held in the middle of a write, and killed there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from celery import Task
from django.db import connection
from django.db.models import Model

from tests.services.processes import database_url, kill_all, wait_for, worker

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@contextmanager
def writing_blocked(table: str, url: str = "") -> Iterator[None]:
    """Whoever wants to write to the table, of the test database or of that at `url`, waits until the block ends;
    reading goes on."""
    with psycopg.connect(url or database_url()) as blocker:
        blocker.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        yield
        blocker.rollback()


def somebody_waits() -> bool:
    """Whether somebody waits for a lock of the test database's server."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def kill_while_writing(task: Task, model: type[Model]) -> None:
    """Have a worker do `task`, and kill it and its children when it is about to write rows of `model`."""
    with worker(), writing_blocked(model._meta.db_table):
        task.delay()
        wait_for(somebody_waits, seconds=60, what=f"The write to {model._meta.db_table}")
        kill_all()
