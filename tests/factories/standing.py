"""Rows that stand for a whole module of tests: the operator and the scheme are built once, not for every test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connections, transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def standing(blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is written inside is there for every test until the block ends, and gone afterwards.

    Each test still runs in a transaction of its own within. Not for tests that need real commits.
    """
    # After each test Django closes the connection; PostgreSQL would end the transaction with it.
    stays_open = patch.object(connections["default"], "close", lambda: None)
    with blocker.unblock(), transaction.atomic():
        with stays_open:
            yield
        transaction.set_rollback(True)
