"""The access log (model 10)."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client, RequestFactory

from core import access
from core.clock import FrozenClock
from core.errors import Refused
from core.models import AccessKind, AccessLog

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-password"


@pytest.fixture
def user() -> object:
    return get_user_model().objects.create_user(username="agent", password=PASSWORD)


def test_login_and_logout_are_recorded_with_the_address(client: Client, user: object) -> None:
    client.post("/accounts/login/", {"username": "agent", "password": PASSWORD}, REMOTE_ADDR="10.1.2.3")
    client.post("/accounts/logout/")
    logout, login = AccessLog.objects.all()
    assert (login.kind, login.user, login.username, login.ip, login.success) == (
        AccessKind.LOGIN, user, "agent", "10.1.2.3", True,
    )  # fmt: skip
    assert (logout.kind, logout.user) == (AccessKind.LOGOUT, user)


def test_a_failed_login_is_recorded_with_what_was_typed_but_never_the_password(client: Client, user: object) -> None:
    client.post("/accounts/login/", {"username": "agent", "password": "wrong-password"})
    entry = AccessLog.objects.get()
    assert (entry.kind, entry.user, entry.username, entry.success) == (AccessKind.LOGIN_FAILED, None, "agent", False)
    assert "wrong-password" not in str(entry.__dict__)


def test_an_endless_user_name_does_not_break_the_log(client: Client) -> None:
    response = client.post("/accounts/login/", {"username": "😀" * 10_000, "password": "x"})
    assert response.status_code == 200


def test_a_look_at_full_data_is_recorded_with_its_reason(user: object, frozen_clock: FrozenClock) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3")
    entry = access.record(
        by=user, kind=AccessKind.VIEW_FULL, subject="C2611230000421", reason="回访", request=request  # type: ignore[arg-type]
    )  # fmt: skip
    entry.refresh_from_db()
    assert (entry.at, entry.subject, entry.reason) == (frozen_clock.instant, "C2611230000421", "回访")


def test_an_entry_is_never_changed(user: object) -> None:
    entry = access.record(by=None, kind=AccessKind.EXPORT, subject="list")
    entry.reason = "later thought"
    with pytest.raises(Refused):
        entry.save()


def test_the_log_in_the_admin_is_read_only_even_for_a_superuser(client: Client) -> None:
    admin = get_user_model().objects.create_superuser(username="root", password=PASSWORD)
    client.force_login(admin)
    entry = AccessLog.objects.get()
    assert client.get("/admin/core/accesslog/").status_code == 200
    assert client.get(f"/admin/core/accesslog/{entry.pk}/change/").status_code == 200
    assert client.post(f"/admin/core/accesslog/{entry.pk}/change/", {"reason": "x"}).status_code == 403
    assert client.post(f"/admin/core/accesslog/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/core/accesslog/add/").status_code == 403


def test_migrations_are_complete() -> None:
    call_command("makemigrations", "core", check=True, dry_run=True)
