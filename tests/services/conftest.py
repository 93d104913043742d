"""An operator whose rows are committed, so that other connections and processes see them."""

from __future__ import annotations

import pytest

from config.celery import app
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import load_unicom


@pytest.fixture
def operator(transactional_db: None) -> Operator:
    """Units and users of two provinces under the scheme `unicom`; gone after the test."""
    load_unicom()
    return build_operator()


@pytest.fixture
def empty_queue() -> None:
    """What other tests have woken does not reach this one's worker."""
    app.control.purge()
