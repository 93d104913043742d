"""Error pages, log-in, and the security headers that every answer carries."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config import urls
from core.errors import NotPermitted, Refused, Stale
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import PASSWORD, UserFactory


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def misread(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret inside")


class FaultyAddresses:
    urlpatterns = [path("refuse", refuse), path("misread", misread), path("fail", fail), *urls.urlpatterns]
    handler400, handler403 = urls.handler400, urls.handler403
    handler404, handler500 = urls.handler404, urls.handler500


@pytest.mark.parametrize("address, status", [("refuse", 403), ("misread", 400), ("fail", 500), ("nowhere", 404)])
def test_faults_get_a_page_of_their_own(address: str, status: int) -> None:
    with override_settings(ROOT_URLCONF=FaultyAddresses):
        response = Client(raise_request_exception=False).get(f"/{address}")
    assert response.status_code == status
    assert b"<h1>" in response.content
    assert b"secret" not in response.content


def test_an_expired_form_says_so() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert b"<h1>" in response.content


@pytest.mark.django_db
def test_there_is_one_page_to_log_in(client: Client) -> None:
    """The admin's own leads there, and on to where the person wanted to go; not to another site."""
    UserFactory(username="wangfang")
    unit = "/admin/organization/unit/"
    asked = client.get(f"/admin/login/?next={unit}")
    assert asked.headers["Location"] == f"/accounts/login/?next={unit}"
    assert client.get("/admin/login/").headers["Location"] == "/accounts/login/?next=/admin/"
    assert client.get(unit, follow=True).redirect_chain[-1][0] == f"/accounts/login/?next={unit}"
    typed = {"username": "wangfang", "password": PASSWORD}
    assert client.post(asked.headers["Location"], typed | {"next": unit}).headers["Location"] == unit
    away = Client().get("/admin/login/?next=https://elsewhere.example/").headers["Location"]
    assert Client().post(away, typed | {"next": "https://elsewhere.example/"}).headers["Location"] == "/"


def test_pages_carry_a_strict_content_security_policy(client: Client) -> None:
    headers = client.get("/accounts/login/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_refusals_carry_words_and_a_code() -> None:
    assert (str(Refused("No.", code="why")), Refused("No.").code) == ("No.", "refused")
    assert NotPermitted("No.").code == "not_permitted"
    stale = Stale(who="王芳", when=MONDAY_MORNING)
    assert "王芳" in stale.message
    assert "9:00" in stale.message or "09:00" in stale.message
