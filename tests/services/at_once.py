"""People who act at the same moment: threads with database connections of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

PATIENCE = 20  # seconds: long for a lock, short for a deadlock


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls together, each in a thread of its own; gives what each returned, or the exception it raised."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            gate.wait(PATIENCE)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(2 * PATIENCE) for future in [pool.submit(run, call) for call in calls]]


def second_meets_first(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Run `first` and commit it only when `second` waits for its locks; gives what each returned or raised.

    So the second has read nothing that the first wrote, and the order does not depend on luck.
    """
    has_written = threading.Event()

    def hold() -> Any:
        with transaction.atomic():
            try:
                return first()
            finally:
                has_written.set()
                _wait_for_somebody_waiting()

    def follow() -> Any:
        assert has_written.wait(PATIENCE)
        return second()

    done = at_once(hold, follow)
    return done[0], done[1]


def _wait_for_somebody_waiting() -> None:
    deadline = time.monotonic() + PATIENCE
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(waiting)
            if cursor.fetchone():
                return
            time.sleep(0.02)
    raise AssertionError("the second never had to wait for the first")
