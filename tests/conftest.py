"""What every test gets: no network, no undefined template variables, a clock that can be held."""

import os
import socket
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.template import Engine
from django.template.base import Node
from pytest_django import DjangoDbBlocker

from config.env import BASE_DIR
from core import clock
from tests.factories.organization import Operator, build_operator
from tests.factories.standing import standing
from tests.factories.tickets import load_unicom

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# A Monday that is a working day, nine o'clock in Shanghai.
MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=clock.SHANGHAI)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark `once` what asks no database."""
    asking = {"db", "transactional_db", "django_db_setup"}
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        if not marks & {"django_db", "services", "browser"} and asking.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.once)


@pytest.fixture
def frozen_clock() -> Iterator[clock.FrozenClock]:
    """The clock, held at MONDAY_MORNING; `frozen_clock.move_to(instant)` moves it."""
    with clock.frozen(MONDAY_MORNING) as frozen:
        yield frozen


@pytest.fixture(scope="module")
def operator(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Operator]:
    """Units and users of two provinces under the scheme `unicom`, built once for each module; `operator.user(name)`
    reads one fresh."""
    with standing(django_db_blocker):
        load_unicom()
        yield build_operator()


class NetworkBlocked(AssertionError):
    """A test tried to reach the network."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With a browser SQLite is a file, as in use: in memory, tables lock each other across the server's threads."""
    if connection.vendor == "sqlite" and any(item.get_closest_marker("browser") for item in request.session.items):
        directory = tmp_path_factory.mktemp("database")
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(directory / "test.sqlite3")


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tests marked `services`, `browser` or `loopback` may open sockets, and only on this machine (plus the host
    of REDIS_URL)."""
    hosts = set(LOOPBACK) if _is_marked(request, "services", "browser", "loopback") else set()
    if redis_url := os.environ.get("REDIS_URL"):
        hosts.add(urlsplit(redis_url).hostname or "localhost")
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in hosts:
            raise NetworkBlocked(f"This test may not connect to {address}. Mark it `services` if it must.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _services_are_there(request: pytest.FixtureRequest) -> None:
    """A test that needs services fails without them: a skipped test would look like a passed one."""
    if _is_marked(request, "services") and not (connection.vendor == "postgresql" and os.environ.get("REDIS_URL")):
        pytest.fail("This test needs PostgreSQL and Redis: run `make test-services`.")


def _is_marked(request: pytest.FixtureRequest, *names: str) -> bool:
    return any(request.node.get_closest_marker(name) for name in names)


class UndefinedTemplateVariable(AssertionError):
    """One of our templates shows a variable that its view does not give."""


class FailOnUndefined(str):
    """Django's `string_if_invalid`: fails for our templates, stays silent for those of other packages."""

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, name: object) -> str:
        origin = _template_being_rendered()
        if origin and Path(origin).is_relative_to(BASE_DIR) and "site-packages" not in origin:
            raise UndefinedTemplateVariable(f"{{{{ {name} }}}} is undefined in {origin}")
        return ""


def _template_being_rendered() -> str | None:
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return str(node.origin.name)
    return None


@pytest.fixture(autouse=True, scope="session")
def _undefined_template_variables_fail() -> None:
    Engine.get_default().string_if_invalid = FailOnUndefined()
