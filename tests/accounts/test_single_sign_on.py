"""In through another system (OpenID Connect): only for open accounts, only on its word in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from joserfc.jwk import RSAKey
from pytest_django import Settings

from core.models import AccessKind, AccessLog
from organization.models import User
from tests.accounts.seats import CODE, code_of, is_in, recorded
from tests.factories.organization import UserFactory
from tests.factories.provider import CLIENT_ID, SECRET, Provider, oidc_provider

pytestmark = [pytest.mark.django_db, pytest.mark.loopback]
LEAVE, BACK = "/accounts/login/sso/", "/accounts/login/sso/back/"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with oidc_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider, settings: Settings) -> Provider:
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = running.issuer, CLIENT_ID, SECRET
    running.claims, running.signs_with = {}, None
    return running


@pytest.fixture
def user() -> User:
    return UserFactory(username="wangfang", email="wangfang@example.cn")


def come(client: Client, provider: Provider, to: str = "/desk/", **claims: Any) -> str:
    """Go to the provider and come back with what it says; where one is led."""
    provider.claims = claims
    away = client.get(LEAVE, {"next": to}).headers["Location"]
    assert away.startswith(f"{provider.issuer}/authorize?")
    return client.get(BACK, provider.come_from(away)).headers["Location"]


def test_an_open_account_is_let_in_and_led_on(client: Client, provider: Provider, user: User) -> None:
    assert LEAVE in client.get("/accounts/login/").content.decode()
    assert come(client, provider, preferred_username="wangfang") == "/desk/"
    assert is_in(client)
    assert provider.asked["code_challenge_method"] == ["S256"]
    assert recorded(AccessKind.LOGIN) == ["wangfang"]
    assert come(Client(), provider, to="https://elsewhere.example/", preferred_username="wangfang") == "/"


@pytest.mark.parametrize(
    "claims, reason",
    [
        ({"preferred_username": "nobody"}, "no_account"),
        ({"preferred_username": "closed"}, "no_account"),
        ({"email": "wangfang@example.cn"}, "no_account"),
        ({"email": "wangfang@example.cn", "email_verified": True}, ""),
        ({"preferred_username": "wangfang", "aud": "another-site"}, "sso_failed"),
        ({"preferred_username": "wangfang", "iss": "https://elsewhere.example"}, "sso_failed"),
        ({"preferred_username": "wangfang", "nonce": "an old one"}, "sso_failed"),
        ({"preferred_username": "wangfang", "exp": 1}, "sso_failed"),
    ],
)
def test_whoever_has_no_account_or_brings_no_good_word_stays_out(
    client: Client, provider: Provider, user: User, claims: dict[str, Any], reason: str
) -> None:
    UserFactory(username="closed", is_active=False)
    come(client, provider, **claims)
    assert is_in(client) is (reason == "")
    failed = AccessLog.objects.filter(kind=AccessKind.LOGIN_FAILED).values_list("reason", flat=True)
    assert list(failed) == ([f"OIDC: {reason}"] if reason else [])


def test_a_foreign_signature_or_state_is_refused(client: Client, provider: Provider, user: User) -> None:
    provider.signs_with = RSAKey.generate_key(2048, parameters={"kid": "1"})
    assert come(client, provider, preferred_username="wangfang") == "/accounts/login/"
    assert client.get(BACK, {"code": "a", "state": "b"}).headers["Location"] == "/accounts/login/"
    assert client.get(BACK, {"error": "access_denied"}).headers["Location"] == "/accounts/login/"
    assert "统一认证未通过" in client.get("/accounts/login/").content.decode()
    assert not is_in(client)


def test_who_has_a_second_factor_is_asked_for_it(client: Client, provider: Provider, user: User) -> None:
    enrolling = Client()
    enrolling.force_login(user)
    enrolling.get("/accounts/second-factor/")
    enrolling.post("/accounts/second-factor/", {"code": code_of(user)})
    assert come(client, provider, preferred_username="wangfang") == CODE
    assert not is_in(client)


def test_without_a_provider_there_is_no_such_way(client: Client) -> None:
    assert LEAVE not in client.get("/accounts/login/").content.decode()
    assert client.get(LEAVE).status_code == client.get(BACK).status_code == 404
