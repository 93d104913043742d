"""Sessions end when nobody uses them (outside-facts, 等保: time-out); what scripts ask for on their own is no use."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.gate import BACKGROUND
from core import clock
from core.models import AccessKind, AccessLog
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
IDLE = 30 * 60


@pytest.fixture(autouse=True)
def _sessions_end(settings: Settings) -> None:
    settings.SESSION_IDLE_SECONDS = IDLE


@pytest.fixture
def seat() -> Client:
    """The browser of somebody who has just logged in."""
    client = Client()
    client.force_login(UserFactory(username="wangfang"))
    assert is_in(client)
    return client


def is_in(client: Client, *, background: bool = False) -> bool:
    """Whether the browser is still logged in, asked for by a person or by a script on its own."""
    return client.get("/accounts/still-here/", headers={BACKGROUND: "1"} if background else {}).status_code == 204


def after(seconds: int, frozen_clock: clock.FrozenClock) -> None:
    """Let the time pass from the log-in on."""
    frozen_clock.move_to(MONDAY_MORNING + dt.timedelta(seconds=seconds))


def test_a_second_before_the_limit_it_lives_and_begins_anew(seat: Client, frozen_clock: clock.FrozenClock) -> None:
    after(IDLE - 1, frozen_clock)
    assert is_in(seat)
    after(2 * IDLE - 2, frozen_clock)
    assert is_in(seat)


def test_at_the_limit_it_ends_whatever_scripts_asked_for_meanwhile(
    seat: Client, frozen_clock: clock.FrozenClock
) -> None:
    for seconds in range(30, IDLE, 300):
        after(seconds, frozen_clock)
        assert is_in(seat, background=True)
    after(IDLE - 1, frozen_clock)
    assert is_in(seat, background=True)
    after(IDLE, frozen_clock)
    assert not is_in(seat, background=True)
    assert seat.get("/").headers["Location"] == "/accounts/login/?next=/"
    entry = AccessLog.objects.get(kind=AccessKind.SESSION_TIMED_OUT)
    assert (entry.username, entry.at) == ("wangfang", clock.now())
