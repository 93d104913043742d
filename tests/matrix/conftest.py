"""The operator under the scheme `unicom`, built once for each module, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.factories.organization import Operator, build_operator
from tests.factories.standing import standing
from tests.factories.tickets import load_unicom


@pytest.fixture(scope="module")
def operator(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Operator]:
    """Units and users of two provinces; `operator.user(name)` reads one fresh."""
    with standing(django_db_blocker):
        load_unicom()
        yield build_operator()
