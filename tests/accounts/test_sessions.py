"""Sessions end when nobody uses them (outside-facts, 等保: time-out); what scripts ask for on their own is no use."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.gate import BACKGROUND
from accounts.models import Session
from accounts.session_store import SessionStore
from core import clock
from core.models import AccessKind, AccessLog
from organization import services
from organization.models import User
from tests.accounts.seats import is_in, recorded, type_in
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
IDLE = 30 * 60
SESSIONS = "/accounts/sessions/"


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


def asks(client: Client) -> bool:
    """Whether the browser is still logged in when a script asks for something on its own."""
    return client.get("/accounts/still-here/", headers={BACKGROUND: "1"}).status_code == 204


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
        assert asks(seat)
    after(IDLE - 1, frozen_clock)
    assert asks(seat)
    after(IDLE, frozen_clock)
    assert not asks(seat)
    assert seat.get("/").headers["Location"] == "/accounts/login/?next=/"
    entry = AccessLog.objects.get(kind=AccessKind.SESSION_TIMED_OUT)
    assert (entry.username, entry.at) == ("wangfang", clock.now())


def test_a_person_sees_and_ends_sessions_but_not_the_present_one(seat: Client) -> None:
    user = User.objects.get(username="wangfang")
    phone, tablet = Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone) MicroMessenger/8.0"), Client()
    for client in (phone, tablet):
        type_in(client, "wangfang")
    page = seat.get(SESSIONS).content.decode()
    assert page.count("<tr>") == 4
    assert "iPhone" in page
    assert str(seat.session.session_key) not in page

    seat.post(SESSIONS, {"session": str(Session.objects.get(agent__contains="iPhone").public_id)})
    assert (is_in(seat), is_in(phone), is_in(tablet)) == (True, False, True)
    seat.post(SESSIONS)
    assert (is_in(seat), is_in(tablet)) == (True, False)
    assert recorded(AccessKind.SESSION_ENDED) == ["wangfang → wangfang"] * 2

    stranger = Client()
    stranger.force_login(UserFactory())
    stranger.post(SESSIONS, {"session": str(Session.objects.get(user=user).public_id)})
    assert stranger.post(SESSIONS, {"session": "nonsense"}).status_code == 403
    assert is_in(seat)


def test_a_closed_account_s_sessions_end_for_good(seat: Client) -> None:
    user = User.objects.get(username="wangfang")
    for is_active in (False, True):
        services.update_user(
            user=user, by=None, name=user.name, employee_no="", phone="", email="", is_active=is_active
        )
        assert not is_in(seat)


def test_a_log_in_brings_a_key_of_its_own_and_leads_nowhere_else() -> None:
    UserFactory(username="wangfang")
    client = Client()
    planted = SessionStore()
    planted.create()
    client.cookies["sessionid"] = str(planted.session_key)
    answer = type_in(client, "wangfang", to="https://elsewhere.example/")
    assert answer.headers["Location"] == "/"
    assert client.cookies["sessionid"].value != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()
