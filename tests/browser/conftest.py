"""A real browser: Debian's Chromium, against Django's live server on the test database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import BrowserContext
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from core import clock
from organization.services import sync_roles
from tests.browser.desk import Office
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import load_unicom

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session", autouse=True)
def _playwright_runs_beside_django() -> None:
    """Playwright keeps an event loop in this thread; Django would refuse the database there."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session", autouse=True)
def _nobody_is_left(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A page that was closed while the server answered it can leave a connection behind; PostgreSQL would then not let
    the test database go."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the installed Chromium. Without one the tests fail: a skipped test would look like a passed one."""
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        pytest.fail("Chromium is not installed. On Debian: apt-get install chromium fonts-noto-cjk.")
    return {**browser_type_launch_args, "executable_path": path, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A Chinese operator's screen."""
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1440, "height": 900},
    }


@pytest.fixture
def operator(transactional_db: None) -> Operator:
    """The operator under the scheme `unicom`, committed, so that the server's threads see it."""
    load_unicom()
    sync_roles()
    return build_operator()


@pytest.fixture
def office(
    new_context: Callable[[], BrowserContext],
    live_server: LiveServer,
    frozen_clock: clock.FrozenClock,
    operator: Operator,
) -> Iterator[Office]:
    """The operator's people at their desks. Whatever happens, no page breaks: no script error, no refused resource,
    no answer of 500 and above."""
    office = Office(new_context, live_server.url, frozen_clock)
    yield office
    assert office.faults == []
