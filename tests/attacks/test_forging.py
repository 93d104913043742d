"""Forged requests: without the form's token, with another method, on to another site."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories.organization import Operator
from tests.factories.tickets import bring_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

# Programs bring a key of their own and no cookie, so that nobody's browser can be made to send one.
WITHOUT_COOKIE = ("/api/",)
SAMPLES = {"int": "1", "slug": "C2611230000018", "str": "x", "path": "1", "uuid": "0" * 8, "jsi18n": "x"}


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, object]]:
    """Every address with something in the place of its parts, and its view."""
    for entry in resolver.url_patterns:
        route = re.sub(r"<(?:(\w+):)?\w+>", lambda part: SAMPLES.get(part[1] or "str", "x"), str(entry.pattern))
        here = before + re.sub(r"[\^$]|\(\?P<\w+>.*?\)", lambda part: "x" if "(" in part[0] else "", route)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, here)
        elif isinstance(entry, URLPattern):
            yield here, entry.callback


def test_no_address_takes_a_post_without_its_token(operator: Operator) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator.user("administrator"))
    tried = 0
    for address, view in addresses(get_resolver()):
        if address.startswith(WITHOUT_COOKIE):
            continue
        assert not getattr(view, "csrf_exempt", False), address
        assert client.post(address, {"text": "forged"}).status_code in (403, 404), address
        tried += 1
    assert tried > 80


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_do_nothing(method: str, operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    client = Client()
    client.force_login(operator.user("dispatcher"))
    for address in (
        f"/desk/tickets/{ticket.number}/",
        f"/desk/tickets/{ticket.number}/do/answer/",
        "/desk/",
        "/notices/",
    ):
        assert getattr(client, method)(address).status_code == 405
    ticket.refresh_from_db()
    assert ticket.status == "handling"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "https:evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site(target: str, operator: Operator) -> None:
    password = {"username": "agent", "password": "demo-bihuan"}
    for address, typed in (
        ("/accounts/login/", password | {"next": target}),
        ("/i18n/setlang/", {"language": "en", "next": target}),
    ):
        response = Client().post(address, typed)
        assert "evil" not in response.headers.get("Location", "")
        assert "javascript" not in response.headers.get("Location", "")
