"""People at their browsers, for the tests of accounts."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client
from django_otp.oath import TOTP

from accounts.models import SecondFactor
from core import clock
from core.models import AccessKind, AccessLog
from organization.models import User
from tests.factories.organization import PASSWORD

LOGIN, CODE = "/accounts/login/", "/accounts/login/code/"


def type_in(client: Client, username: str, password: str = PASSWORD, to: str = "") -> HttpResponse:
    """Send the log-in page."""
    return client.post(LOGIN, {"username": username, "password": password, "next": to})  # type: ignore[return-value]


def is_in(client: Client) -> bool:
    """Whether the browser is logged in."""
    return client.get("/accounts/still-here/").status_code == 204


def code_of(user: User) -> str:
    """What the user's authenticator shows now."""
    totp = TOTP(bytes.fromhex(SecondFactor.objects.get(user=user).key))
    totp.time = clock.now().timestamp()
    return f"{totp.token():06}"


def recorded(kind: AccessKind) -> list[str]:
    """Whom the access log names for a kind: who did it and, if it is said, to whom."""
    rows = AccessLog.objects.filter(kind=kind).order_by("pk").values_list("username", "subject")
    return [" → ".join(filter(None, row)) for row in rows]
