"""Pages speak Chinese unless the person chose English."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def language_of(client: Client, **headers: str) -> str:
    return client.get(reverse("login"), headers=headers).headers["Content-Language"]


def test_chinese_is_the_default_whatever_the_browser_says(client: Client) -> None:
    assert language_of(client, **{"accept-language": "en-US,en"}) == "zh-hans"


def test_the_choice_holds(client: Client) -> None:
    client.post(reverse("set_language"), {"language": "en"})
    assert language_of(client) == "en"


def test_an_unknown_choice_is_ignored(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "xx"
    assert language_of(client) == "zh-hans"
