"""The way in, in a real browser."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_wrong_password_keeps_the_name_and_a_right_one_lets_in(page: Page, live_server: LiveServer) -> None:
    get_user_model().objects.create_user(username="agent", password="a-long-password")
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text) if "Content Security" in message.text else None)
    page.goto(f"{live_server.url}/accounts/login/")
    page.fill("#id_username", "agent")
    page.fill("#id_password", "wrong-password")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errorlist")
    assert page.input_value("#id_username") == "agent"
    page.fill("#id_password", "a-long-password")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/")
    assert violations == []
