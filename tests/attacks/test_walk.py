"""A walk over the pages, as people of every role: nobody reads more of a customer than the role lets, nothing that was
typed runs, nothing comes from elsewhere (model 10, U-42)."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from pytest_django import DjangoDbBlocker

from core import clock
from organization import services
from tests.attacks.marked import SCRIPT, SECRETS, tickets_with_marks
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import Operator, build_operator
from tests.factories.standing import standing
from tests.factories.tickets import load_unicom
from tickets.models import Ticket

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

PAGES_EACH = 24
MASKED = (
    "manager",
    "quality_checker",
    "director",
    "director_network",
    "approver",
    "handler",
    "administrator",
    "agent2",
)
FULL = ("dispatcher", "agent", "supervisor", "appeal_officer")
LISTS = (
    "/",
    "/desk/?pool=all",
    "/notices/",
    "/supervision/",
    "/supervision/access/",
    "/supervision/orders/",
    "/admin/",
)
# Where people's words and customers' data may stand. They stand in no other table.
KEEPING = re.compile(
    r"tickets\.(ticket|contact|ticketnote|answer|interimreply|revisitattempt|rating|workorder|workorderreply|amendment"
    r"|pause|extension|supervisionorder|supervisiontrigger|report|responsibility\w*|attachment|handover)$"
)


class _Reader(HTMLParser):
    """Collects where a page leads, what it loads, and what would run in it."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag with what it refers to."""
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.loads += [values[name] for name in ("src", "action", "formaction", "data", "poster") if name in values]
        self.loads += [values["href"]] if tag in ("link", "base") and "href" in values else []
        self.inline += [f"{tag} {name}" for name in values if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in values and values.get("type") != "application/json"):
            self.inline.append(tag)


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Operator, list[Ticket]]]:
    with standing(django_db_blocker), clock.frozen(MONDAY_MORNING):
        load_unicom()
        services.sync_roles()
        operator = build_operator()
        yield operator, tickets_with_marks(operator)


def pages(client: Client, tickets: list[Ticket]) -> Iterator[tuple[str, Any]]:
    """What a person reaches by links, one page of each sort for each ticket."""
    waiting = deque(LISTS)
    known: set[tuple[Any, ...]] = set()
    waiting.extend(reverse("ticket", args=[ticket.number]) for ticket in tickets)
    while waiting and len(known) < PAGES_EACH:
        address = waiting.popleft()
        parts = urlsplit(address)
        try:
            found = resolve(parts.path)
        except Resolver404:
            continue
        sort = (found.view_name, *found.kwargs.values())
        if sort in known or found.view_name in ("admin:jsi18n", "admin:logout", "logout"):
            continue
        known.add(sort)
        response = client.get(address)
        yield address, response
        if response.get("Content-Type", "").startswith("text/html"):
            reader = _Reader()
            reader.feed(response.content.decode())
            waiting.extend(link for link in reader.links if link.startswith(("/", "?")) and "static" not in link)


@pytest.mark.parametrize("who", [*MASKED, *FULL])
def test_nothing_leaks_runs_or_comes_from_elsewhere(
    who: str, place: tuple[Operator, list[Ticket]], caplog: pytest.LogCaptureFixture
) -> None:
    operator, tickets = place
    client, faults, seen = Client(), [], ""
    client.force_login(operator.user(who))
    for address, response in pages(client, tickets):
        body = f"{response.headers}{response.getvalue().decode(errors='replace')}"
        if who in MASKED:
            bare = re.sub(r"[\s\-]", "", body)
            faults += [f"{address} shows {secret}" for secret in SECRETS if secret in bare]
        faults += [f"{address} runs what was typed"] if SCRIPT in body or "<img src=x" in body else []
        faults += [f"{address}: {fault}" for fault in _browser_faults(response, body)]
        seen += body
    assert faults == []
    assert who in ("administrator", "agent2") or ("137****9876" if who in MASKED else "&lt;script&gt;") in seen
    assert not [secret for secret in SECRETS if secret in caplog.text]


def _browser_faults(response: HttpResponse, body: str) -> Iterator[str]:
    """What a browser should have been told, and what on the page comes from elsewhere or stands in it."""
    policy = response.headers.get("Content-Security-Policy", "")
    yield from ["no policy"] if "frame-ancestors 'none'" not in policy or "unsafe" in policy else []
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    yield from (name for name, value in wanted.items() if response.headers.get(name) != value)
    yield from [] if "camera=()" in response.headers.get("Permissions-Policy", "") else ["no permissions policy"]
    if response.headers.get("Content-Type", "").startswith("text/html"):
        reader = _Reader()
        reader.feed(body)
        yield from (f"loads {one}" for one in reader.loads if urlsplit(one).netloc or urlsplit(one).scheme)
        yield from (f"inline {one}" for one in reader.inline)


def test_no_other_table_keeps_what_was_typed(place: tuple[Operator, list[Ticket]]) -> None:
    """Events, notices, messages, histories and logs hold no personal data and no free text (model 10)."""
    faults = []
    for model in apps.get_models():
        if not KEEPING.fullmatch(model._meta.label_lower) and not model._meta.proxy and model._meta.managed:
            rows = json.dumps(list(model._base_manager.values()), default=str, ensure_ascii=False)
            faults += [f"{model._meta.label}: {secret}" for secret in (*SECRETS, "alert(9)") if secret in rows]
    assert faults == []


def test_what_stands_for_a_row_names_nobody(place: tuple[Operator, list[Ticket]]) -> None:
    """`__str__` goes into logs, histories and lists to choose from."""
    rows = [row for model in apps.get_models() for row in model._base_manager.all()[:200]]
    assert not [secret for secret in SECRETS if secret in "\n".join(map(str, rows))]


@pytest.mark.parametrize("fragment", ["1371234", "49876", "1361234", "32010219900307", "闻人千", "SVC9081", "幸福路77"])
def test_a_part_of_what_is_masked_finds_nothing(fragment: str, place: tuple[Operator, list[Ticket]]) -> None:
    """What is masked is found by its exact value only: never guessed bit by bit (model 10)."""
    operator, tickets = place
    client = Client()
    client.force_login(operator.user("manager"))
    html = client.post(reverse("search"), {"q": fragment}, follow=True).content.decode()
    assert not [ticket.number for ticket in tickets if ticket.number in html]
