"""No way through the product leads nowhere: each role follows every link and every search form that it is shown, from
the workbench on, and meets no refusal, no fault and no contact data that it may not see."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import resolve
from pytest_django import DjangoDbBlocker

from core import clock
from organization.services import sync_roles
from tests.conftest import MONDAY_MORNING
from tests.factories.appeals import bring_appeal
from tests.factories.escalations import bring_escalation
from tests.factories.organization import Operator, build_operator
from tests.factories.standing import standing
from tests.factories.tickets import CUSTOMER, bring_to, do, load_unicom, order_in
from tickets.models import Ticket
from tickets.states import OrderStatus, Status

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

IDENTITY = "320106199003078517"
STATES = ("pending_dispatch", "closed", "archived")
WITHOUT_CONTACT = frozenset({"director", "approver", "quality_checker", "manager", "administrator"})
ROLES = (
    *("agent", "dispatcher", "handler", "director", "director_centre", "approver", "revisitor", "supervisor"),
    *("quality_checker", "liaison", "manager", "escalation_officer", "appeal_officer", "administrator"),
)
MOST = 120


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Operator]:
    """A small office: tickets of every kind in the states that ask for something, work orders, supervision."""
    with standing(django_db_blocker), clock.frozen(MONDAY_MORNING):
        load_unicom()
        sync_roles()
        operator = build_operator()
        said: dict[str, Any] = {"description": f"请回电{CUSTOMER.phone}，身份证{IDENTITY}，宽带断网。"}
        for state in STATES:
            bring_to(state, operator, **said)
        for order_state in (OrderStatus.SENT, OrderStatus.PENDING_REVIEW):
            order = order_in(order_state, operator, **said)
        do(order.ticket, "supervise", operator)
        for state in (Status.HANDLING, Status.PENDING_REVIEW):
            bring_escalation(state, operator)
        bring_appeal(Status.HANDLING, operator)
        yield operator


@pytest.mark.parametrize("who", ROLES)
def test_every_link_leads_somewhere(who: str, office: Operator) -> None:
    walk = Walk(office, who)
    walk.go()
    assert walk.faults == []
    assert len(walk.seen) < MOST, "The walk follows too much: see Walk.place"
    if who in WITHOUT_CONTACT:
        assert walk.shown == []


class Walk:
    """Somebody who clicks on everything once."""

    def __init__(self, office: Operator, who: str) -> None:
        self.client = Client()
        self.client.force_login(office.user(who))
        self.kinds = {ticket.number: (ticket.kind, ticket.status) for ticket in Ticket.objects.all()}
        self.seen: set[Any] = set()
        self.faults: list[str] = []
        self.shown: list[str] = []  # pages with contact data

    def go(self) -> None:
        """Follow everything from the workbench on."""
        waiting = deque([("/", "the log-in")])
        while waiting:
            address, origin = waiting.popleft()
            place = self.place(address)
            if place in self.seen:
                continue
            self.seen.add(place)
            answer = self.client.get(address, follow=True)
            if answer.status_code != 200:
                self.faults.append(f"{answer.status_code} {address} linked on {origin}")
            body = answer.getvalue()
            answer.close()
            if not answer.headers["Content-Type"].startswith("text/html"):
                continue
            page = body.decode()
            if CUSTOMER.phone in page or IDENTITY in page:
                self.shown.append(address)
            waiting += [(found, address) for found in ways_from(page, address)]

    def place(self, address: str) -> Any:
        """Addresses of one place are walked once: a list however narrowed down, a kind of ticket in each state, an act
        on each kind, a row of each table."""
        path, _mark, query = address.partition("?")
        match = resolve(path)
        about = {
            name: value for name, value in match.kwargs.items() if name not in ("number", "seq", "object_id", "pk")
        }
        ticket: tuple[Any, ...] | None = self.kinds.get(match.kwargs.get("number", ""))
        if ticket is not None and about:
            ticket = ticket[:1]
        return match.view_name, *about.values(), ticket, QueryDict(query).get("pool")


def ways_from(page: str, address: str) -> Iterator[str]:
    """The addresses of ours that a page leads to: by a link, or by sending a form of it as it stands."""
    reader = _Ways()
    reader.feed(page)
    for way in reader.ways:
        parts = urlsplit(urljoin(f"http://testserver{address}", way))
        if parts.netloc == "testserver" and not parts.path.startswith("/static/"):
            yield f"{parts.path}?{parts.query}" if parts.query else parts.path


class _Ways(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ways: list[str] = []
        self._form: tuple[str, dict[str, str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and values.get("href") and not values["href"].startswith("#"):
            self.ways.append(values["href"])
        elif tag == "form" and values.get("method", "get").lower() == "get":
            self._form = values.get("action", ""), {}
        elif tag == "input" and self._form and values.get("name") and values.get("type") != "checkbox":
            self._form[1][values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form:
            action, fields = self._form
            self.ways.append(f"{action}?{urlencode(fields)}")
            self._form = None
