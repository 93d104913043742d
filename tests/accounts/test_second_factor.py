"""The second factor (outside-facts, 等保: two factors): who must have one, how it is set up, asked for and removed."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import RecoveryCode, SecondFactor
from core import clock
from core.models import AccessKind
from organization.models import Membership, Tier, User
from organization.roles import Role
from organization.services import sync_roles
from tests.accounts.seats import CODE, code_of, is_in, recorded, type_in
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import SINCE, UnitFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
PAGE = "/accounts/second-factor/"


@pytest.fixture(autouse=True)
def _required(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


def holder(role: Role, tier: Tier = Tier.PROVINCE) -> User:
    """Somebody with a role in a unit of the tier."""
    unit = UnitFactory(parent=None) if tier == Tier.GROUP else UnitFactory()
    user = UserFactory(username=f"{role}")
    Membership.objects.create(user=user, unit=unit, role=role, starts_on=SINCE)
    return user


def enrol(client: Client, user: User) -> list[str]:
    """Set the factor up in the browser; the recovery codes that it shows."""
    client.get(PAGE)
    page = client.post(PAGE, {"code": code_of(user)})
    return re.findall(r"<kbd>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</kbd>", page.content.decode())


@pytest.fixture
def manager(frozen_clock: clock.FrozenClock) -> User:
    """A manager who set the factor up half a minute ago."""
    user = holder(Role.MANAGER)
    client = Client()
    type_in(client, user.username)
    assert len(enrol(client, user)) == 10
    frozen_clock.move_to(MONDAY_MORNING + dt.timedelta(seconds=30))
    return user


@pytest.mark.parametrize(
    "role, tier, is_led",
    [
        (Role.ADMINISTRATOR, Tier.PROVINCE, True),
        (Role.MANAGER, Tier.PROVINCE, True),
        (Role.APPEAL_OFFICER, Tier.GROUP, True),
        (Role.SUPERVISOR, Tier.GROUP, True),
        (Role.SUPERVISOR, Tier.PROVINCE, False),
    ],
)
def test_who_must_have_one_is_led_to_it_and_does_nothing_else(role: Role, tier: Tier, is_led: bool) -> None:
    sync_roles()
    user = holder(role, tier)
    client = Client()
    type_in(client, user.username)
    for address in ("/", "/admin/", "/accounts/sessions/"):
        assert (client.get(address).headers.get("Location") == PAGE) is is_led
    assert client.get(PAGE).status_code == 200
    assert client.get(f"{PAGE}picture.svg").headers["Content-Type"] == "image/svg+xml"
    enrol(client, user)
    assert client.get("/accounts/sessions/").status_code == 200
    assert client.get(f"{PAGE}picture.svg").status_code == 404
    assert recorded(AccessKind.FACTOR_SET) == [f"{role} → {role}"]


def test_the_log_in_asks_for_the_code_and_takes_it_once(manager: User) -> None:
    client = Client()
    assert type_in(client, "manager", to="/desk/").headers["Location"] == CODE
    assert not is_in(client)
    before = client.session.session_key
    code = code_of(manager)
    assert client.post(CODE, {"code": f"{code[:3]} {code[3:]}"}).headers["Location"] == "/desk/"
    assert is_in(client)
    assert client.session.session_key != before

    replay = Client()
    type_in(replay, "manager")
    assert replay.post(CODE, {"code": code}).status_code == 200
    assert not is_in(replay)


@pytest.mark.parametrize("seconds, is_taken", [(-30, True), (30, True), (-61, False), (61, False)])
def test_a_phone_may_be_half_a_minute_off(
    manager: User, frozen_clock: clock.FrozenClock, seconds: int, is_taken: bool
) -> None:
    now = MONDAY_MORNING + dt.timedelta(minutes=5)
    frozen_clock.move_to(now + dt.timedelta(seconds=seconds))
    code = code_of(manager)
    frozen_clock.move_to(now)
    client = Client()
    type_in(client, "manager")
    client.post(CODE, {"code": code})
    assert is_in(client) is is_taken


def test_wrong_codes_lock_like_wrong_passwords(manager: User) -> None:
    client = Client()
    type_in(client, "manager")
    answers = [
        client.post(CODE, {"code": wrong}).status_code for wrong in ("000000", "x", "１２３４５６", "", "9" * 32)
    ]
    assert answers == [200] * 5  # nothing typed is no try
    assert client.post(CODE, {"code": "111111"}).status_code == 429
    assert client.post(CODE, {"code": code_of(manager)}).status_code == 429
    assert type_in(Client(), "manager").status_code == 429


def test_the_code_is_typed_within_five_minutes(manager: User, frozen_clock: clock.FrozenClock) -> None:
    client = Client()
    type_in(client, "manager")
    frozen_clock.move_to(clock.now() + dt.timedelta(seconds=301))
    assert client.post(CODE, {"code": code_of(manager)}).headers["Location"] == "/accounts/login/"
    assert Client().get(CODE).headers["Location"] == "/accounts/login/"


def test_a_recovery_code_lets_in_once_and_only_its_hash_is_kept(manager: User) -> None:
    client = Client()
    type_in(client, "manager")
    client.post(CODE, {"code": code_of(manager)})
    clock_code = SecondFactor.objects.get(user=manager)
    clock_code.last_step -= 1  # the same code is taken once more, as half a minute later
    clock_code.save()
    shown = client.post(PAGE, {"code": code_of(manager), "renew": ""}).content.decode()
    recovery = re.findall(r"<kbd>([a-z2-7-]{19})</kbd>", shown)[0]
    assert RecoveryCode.objects.filter(digest__contains=recovery.replace("-", "")).count() == 0
    for expected in (True, False):
        other = Client()
        type_in(other, "manager")
        other.post(CODE, {"code": recovery.upper()})
        assert is_in(other) is expected
    assert recorded(AccessKind.RECOVERY_CODE) == ["manager → manager"]


def test_an_administrator_removes_it_and_the_sessions_end(manager: User) -> None:
    sync_roles()
    client, chief = Client(), Client()
    type_in(client, "manager")
    client.post(CODE, {"code": code_of(manager)})
    administrator = holder(Role.ADMINISTRATOR)
    type_in(chief, administrator.username)
    enrol(chief, administrator)
    asked = {"action": "remove_factors", "_selected_action": [manager.pk]}
    chief.post(reverse("admin:organization_user_changelist"), asked)
    assert recorded(AccessKind.FACTOR_ENDED) == ["administrator → manager"]
    assert not is_in(client)
    assert type_in(client, "manager").headers["Location"] == "/"
    assert client.get("/").headers["Location"] == PAGE
