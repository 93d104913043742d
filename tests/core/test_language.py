"""Pages speak the language that the person chose, on every machine; before the log-in that of the machine."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories.organization import Operator

pytestmark = pytest.mark.django_db


def language_of(client: Client, page: str = "login", **headers: str) -> str:
    return client.get(reverse(page), headers=headers).headers["Content-Language"]


@pytest.mark.parametrize(
    "asked, language",
    [
        ("", "zh-hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("en-US,en", "en"),
        ("fr", "zh-hans"),
        ("en;q=x,", "zh-hans"),
    ],
)
def test_before_the_log_in_the_browser_asks_and_chinese_is_the_default(
    client: Client, asked: str, language: str
) -> None:
    assert language_of(client, **{"accept-language": asked}) == language


def test_the_switch_holds_before_the_log_in(client: Client) -> None:
    client.post(reverse("set_language"), {"language": "en"})
    assert language_of(client, **{"accept-language": "zh-CN"}) == "en"


def test_an_unknown_choice_is_ignored(client: Client, operator: Operator) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "xx"
    assert language_of(client) == "zh-hans"
    client.force_login(operator.user("agent"))
    client.post(reverse("set_language"), {"language": "xx"})
    assert operator.user("agent").language == ""


def test_ones_own_choice_goes_along_to_another_machine_and_is_nobody_elses(operator: Operator) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        client.force_login(operator.user("agent"))
    here.post(reverse("set_language"), {"language": "en"})
    assert language_of(there, "workbench", **{"accept-language": "zh-CN"}) == "en"
    there.force_login(operator.user("handler"))
    assert language_of(there, "workbench") == "zh-hans"
