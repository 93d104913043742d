"""Light or dark: the person's choice, else the device's (design, One look)."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


def dark_sheet(client: Client, address: str = LOGIN) -> str:
    """The line of the page that links the dark colours; empty without."""
    lines = client.get(address).content.decode().splitlines()
    return next((line for line in lines if "css/dark.css" in line), "")


def test_the_device_decides_until_the_person_does(client: Client) -> None:
    assert "prefers-color-scheme: dark" in dark_sheet(client)
    assert client.post("/me/look/", {"look": "dark", "next": LOGIN}).headers["Location"] == LOGIN
    assert dark_sheet(client)
    assert "prefers" not in dark_sheet(client)
    client.post("/me/look/", {"look": "light"})
    assert dark_sheet(client) == dark_sheet(client, "/no-such-page/") == ""


def test_what_cannot_be_chosen_changes_nothing_and_leads_nowhere_else(client: Client) -> None:
    client.post("/me/look/", {"look": "dark"})
    answer = client.post("/me/look/", {"look": "purple", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"
    assert dark_sheet(client)
    client.cookies["look"] = '"><script>'
    assert "prefers-color-scheme: dark" in dark_sheet(client)
