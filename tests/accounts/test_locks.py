"""Five failures lock a log-in for half an hour (outside-facts, 等保: limits on failed log-ins)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services import locks
from core import clock
from core.models import AccessKind
from organization.models import Membership, User
from organization.roles import Role
from organization.services import sync_roles
from tests.accounts.seats import is_in, recorded, type_in
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import SINCE, UnitFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def user() -> User:
    return UserFactory(username="wangfang")


def fail(times: int, username: str = "wangfang") -> list[int]:
    """The answers to wrong passwords, each from another browser and address."""
    return [
        Client(REMOTE_ADDR=f"10.0.0.{number}", HTTP_USER_AGENT=f"browser {number}")
        .post("/accounts/login/", {"username": username, "password": "wrong"})
        .status_code
        for number in range(1, times + 1)
    ]


def test_the_fifth_failure_locks_and_says_until_when(user: User) -> None:
    assert fail(5) == [200, 200, 200, 200, 429]
    client = Client()
    answer = type_in(client, "wangfang")
    assert answer.status_code == 429
    assert "09:30" in answer.content.decode()
    assert not is_in(client)
    assert recorded(AccessKind.LOCKED) == ["wangfang"]
    assert recorded(AccessKind.LOGIN_FAILED) == ["wangfang"] * 6


def test_four_failures_and_a_log_in_begin_anew(user: User) -> None:
    fail(4)
    assert type_in(Client(), "wangfang").status_code == 302
    assert fail(4) == [200] * 4


@pytest.mark.parametrize("seconds, status", [(1799, 429), (1800, 302)])
def test_it_opens_after_half_an_hour_tries_meanwhile_or_not(
    user: User, frozen_clock: clock.FrozenClock, seconds: int, status: int
) -> None:
    fail(5)
    frozen_clock.move_to(MONDAY_MORNING + dt.timedelta(minutes=20))
    assert fail(1) == [429]
    frozen_clock.move_to(MONDAY_MORNING + dt.timedelta(seconds=seconds))
    assert type_in(Client(), "wangfang").status_code == status


def test_a_name_that_nobody_has_is_locked_alike(user: User) -> None:
    assert fail(5, "nobody")[-1] == 429
    assert locks.locked_until("wangfang") is None


def test_an_administrator_releases_it(user: User) -> None:
    sync_roles()
    administrator = UserFactory(username="chief")
    Membership.objects.create(user=administrator, unit=UnitFactory(), role=Role.ADMINISTRATOR, starts_on=SINCE)
    fail(5)
    client = Client()
    client.force_login(administrator)
    assert "09:30" in client.get(reverse("admin:organization_user_change", args=[user.pk])).content.decode()
    client.post(
        reverse("admin:organization_user_changelist"), {"action": "release_locks", "_selected_action": [user.pk]}
    )
    assert recorded(AccessKind.LOCK_RELEASED) == ["chief → wangfang"]
    assert type_in(Client(), "wangfang").status_code == 302
