"""Passwords: how they must be, when a new one is due, what follows (outside-facts, 等保: complexity and change)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Session
from accounts.services.passwords import set_password
from core import clock
from core.models import AccessKind
from organization.models import Membership, User
from organization.roles import Role
from organization.services import sync_roles
from tests.accounts.seats import is_in, recorded, type_in
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import PASSWORD, SINCE, UnitFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
PAGE = "/accounts/password/"
NEW = "Bamboo-72-river"


@pytest.fixture
def user() -> User:
    return UserFactory(username="wangfang")


def change(client: Client, old: str, new: str) -> int:
    typed = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(PAGE, typed).status_code


@pytest.mark.parametrize(
    "password, code",
    [
        ("Short-1", "password_too_short"),
        ("onlysmallletters", "password_too_plain"),
        ("small-letters", "password_too_plain"),
        ("Wangfang-1", "password_too_similar"),
        (PASSWORD, "password_used_before"),
    ],
)
def test_a_weak_password_is_refused(user: User, password: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, user)
    assert code in [one.code for one in refused.value.error_list]


def test_the_last_five_are_not_taken_again_the_sixth_is(user: User) -> None:
    had = [f"Bamboo-{number}-river" for number in range(6)]
    for password in had:
        set_password(user=user, password=password, by=user)
    validate_password(had[0], user)
    with pytest.raises(ValidationError):
        validate_password(had[1], user)


def test_changing_it_ends_every_other_session_at_once(user: User) -> None:
    here, there = Client(), Client()
    type_in(here, "wangfang")
    type_in(there, "wangfang")
    before = here.session.session_key
    assert change(here, PASSWORD, NEW) == 302
    assert (is_in(here), is_in(there)) == (True, False)
    assert here.session.session_key != before
    assert Session.objects.filter(user=user).count() == 1
    assert recorded(AccessKind.PASSWORD_SET) == ["wangfang → wangfang"]


def test_the_old_password_cannot_be_guessed(user: User) -> None:
    client = Client()
    client.force_login(user)
    assert [change(client, f"guess-{number}", NEW) for number in range(6)] == [200] * 5 + [429]
    assert change(client, PASSWORD, NEW) == 429


def test_what_an_administrator_set_is_changed_before_anything_else(user: User) -> None:
    sync_roles()
    chief = UserFactory(username="chief")
    Membership.objects.create(user=chief, unit=UnitFactory(), role=Role.ADMINISTRATOR, starts_on=SINCE)
    there, admin = Client(), Client()
    type_in(there, "wangfang")
    admin.force_login(chief)
    typed = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert admin.post(reverse("admin:auth_user_password_change", args=[user.pk]), typed).status_code == 302
    assert not is_in(there)
    assert recorded(AccessKind.PASSWORD_SET) == ["chief → wangfang"]

    assert type_in(there, "wangfang", NEW).status_code == 302
    for address in ("/", "/desk/", "/admin/", "/admin/password_change/"):
        assert there.get(address).headers["Location"] == PAGE
    assert change(there, NEW, NEW) == 200
    assert change(there, NEW, "Another-92-river") == 302
    assert there.get("/").status_code == 200


@pytest.mark.parametrize("seconds, is_due", [(-1, False), (0, True)])
def test_after_ninety_days_a_new_one_is_due(
    user: User, settings: Settings, frozen_clock: clock.FrozenClock, seconds: int, is_due: bool
) -> None:
    settings.PASSWORD_DAYS = 90
    frozen_clock.move_to(user.password_set_at + dt.timedelta(days=90, seconds=seconds))
    client = Client()
    client.force_login(user)
    assert (client.get("/").headers.get("Location") == PAGE) is is_due
    assert frozen_clock.instant > MONDAY_MORNING
