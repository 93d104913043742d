"""Every screen can be used without good eyes, a mouse or a light room: axe-core finds nothing serious, light or dark.

The pages come straight from Django's test client: no server has to run, and all of them share one small office.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Page, Route

from organization.models import User
from tests.matrix.test_addresses import ALL, ROWS, SIGHT, Place, place

__all__ = ["place"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

AXE = Path(__file__).with_name("vendor") / "axe-core" / "axe.min.js"
HOST = "http://testserver"
# Of the admin's pages, which are made of the same templates, those of one table stand for all.
TABLES = ("organization_unit", "organization_user", "complaints_complaint", "complaints_importbatch")
RUN = """(only) => axe.run(document, only ? { runOnly: [only] } : {}).then((found) => found.violations
    .filter((fault) => ["serious", "critical"].includes(fault.impact))
    .map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`))"""


class Window:
    """A browser before Django's test client, as somebody."""

    def __init__(self, page: Page) -> None:
        self.page, self.client = page, Client()
        self.kind = ""
        self.looked_at = 0
        page.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        request, address = route.request, urlsplit(route.request.url)
        if request.method != "GET":
            route.fulfill(status=204)
            return
        answer = self.client.get(f"{address.path}?{address.query}", follow=request.resource_type == "document")
        body = answer.getvalue()
        answer.close()
        if request.resource_type == "document":
            self.kind = answer.headers["Content-Type"]
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=body)

    def faults(self, address: str) -> list[str]:
        """What is wrong with the page at an address: all in the light, what depends on colours in the dark."""
        self.page.emulate_media(color_scheme="light")
        self.page.goto(HOST + address)
        if not self.kind.startswith("text/html"):
            return []
        self.looked_at += 1
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[Any] = self.page.evaluate(RUN, None)
        self.page.emulate_media(color_scheme="dark")
        found += [f"dark {fault}" for fault in self.page.evaluate(RUN, "color-contrast")]
        return [f"{address} {fault}" for fault in found]


def test_axe_finds_nothing_serious_on_any_screen(page: Page, place: Place) -> None:
    window = Window(page)
    found = window.faults("/accounts/login/") + window.faults("/nowhere/")
    for row in ROWS:
        is_page = (
            row.method == "get" and row.roles and "200" in row.status.split("|") and row.subject != "no-such-token"
        )
        table = row.address.removeprefix("admin:").rpartition("_")[0]
        allowed = sorted(row.roles & SIGHT.get(row.subject, ALL))
        if not is_page or not allowed or row.address in ("attachment", "healthz", "readyz", "admin:jsi18n"):
            continue
        if row.address.startswith("admin:") and table and table not in TABLES:
            continue
        window.client.force_login(User.objects.get(username=f"{allowed[0]} False"))
        found += window.faults(place.url(row))
    assert found == []
    assert window.looked_at > 50


def test_axe_finds_what_is_wrong(page: Page) -> None:
    page.set_content(
        '<html lang="zh"><title>x</title><main><img src="x.png">'
        '<p style="color:#aaa">这一段文字太淡，看不清楚</p></main></html>'
    )
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert {fault.split(":")[0] for fault in page.evaluate(RUN, None)} == {"image-alt", "color-contrast"}
