"""Production refuses to start unsafely, and says what to do (interfaces.md)."""

import subprocess
import sys
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from config.env import BASE_DIR
from config.safety import refuse_demo_accounts

SAFE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "DATABASE_URL": "sqlite:///:memory:",
    "SECRET_KEY": "k3y-of-many-letters-" * 3,
    "ALLOWED_HOSTS": "bihuan.example",
}


def start(*command: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Load the production settings in a process of their own, the safe environment changed as told."""
    environment = {name: value for name, value in (SAFE | changes).items() if value is not None}
    command = (sys.executable, *(command or ("-c", "import django; django.setup()")))
    return subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True)


def test_production_starts_with_a_safe_environment_and_django_finds_nothing_to_warn_of() -> None:
    """Cookies, HSTS and the rest of `check --deploy`."""
    result = start("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is a default or too short"),
        ({"SECRET_KEY": "insecure" + "x" * 60}, "SECRET_KEY is a default"),
        ({"SECRET_KEY": "k3y" * 20}, "SECRET_KEY is a default or too short"),
        ({"OIDC_ISSUER": "http://login.example.cn", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}, "is not https"),
        ({"OIDC_ISSUER": "https://login.example.cn", "OIDC_CLIENT_ID": "a"}, "OIDC_CLIENT_SECRET not. Set them"),
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"DEMO": "1"}, "DEMO is on"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set"),
        ({"EMAIL_URL": "mail.example.cn"}, "EMAIL_URL cannot be read"),
        ({"EMAIL_URL": "smtp://:25"}, "EMAIL_URL cannot be read"),
        ({"EMAIL_URL": "smtp://user:secret@mail.example.cn:port"}, "EMAIL_URL cannot be read"),
        ({"SMS_GATEWAY_URL": "sms.example.cn/send"}, "SMS_GATEWAY_URL is no web address"),
        ({"DINGTALK_ROBOT_URL": "https://:443/"}, "DINGTALK_ROBOT_URL is no web address"),
    ],
)
def test_production_refuses_an_unsafe_environment_in_words(changes: dict[str, Any], words: str) -> None:
    result = start(**changes)
    assert result.returncode != 0
    assert words in result.stderr
    assert "secret" not in result.stderr


def test_a_variable_set_to_nothing_is_not_set() -> None:
    result = start(DATABASE_URL="", EMAIL_URL="", SMS_GATEWAY_URL="")
    assert result.returncode == 0, result.stderr


@pytest.mark.django_db
def test_demo_accounts_are_refused_outside_a_demonstration(settings: Settings) -> None:
    user = get_user_model().objects.create_user(username="agent", password=settings.DEMO_PASSWORD)
    settings.DEMO = True
    refuse_demo_accounts()
    settings.DEMO = False
    with pytest.raises(ImproperlyConfigured, match="agent"):
        refuse_demo_accounts()
    user.set_password("another-password")
    user.save()
    refuse_demo_accounts()
