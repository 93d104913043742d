"""The operator, and a client for any of its people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from organization import services
from tests.factories.organization import Operator, build_operator


@pytest.fixture
def operator(db: None) -> Operator:
    """A fresh operator with the permissions of its roles in place."""
    services.sync_roles()
    return build_operator()


@pytest.fixture
def client_of(operator: Operator) -> Callable[[str], Client]:
    """A logged-in client for a user name."""

    def log_in(username: str) -> Client:
        client = Client()
        client.force_login(operator.users[username])
        return client

    return log_in
