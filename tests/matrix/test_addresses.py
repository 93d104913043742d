"""Every address by every role of the own and of a foreign province, against the hand-written table (permissions.md)."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from complaints.batches import BatchState, ImportBatch
from core import access, clock
from core.models import AccessKind
from organization import services
from organization.models import Absence, Membership, User
from organization.roles import Role
from tests.conftest import MONDAY_MORNING
from tests.factories.appeals import bring_appeal
from tests.factories.incidents import an_incident
from tests.factories.organization import SINCE, Operator, build_operator
from tests.factories.standing import standing
from tests.factories.tickets import bring_to, do, load_unicom, order_in
from tickets.models import Attachment, Message, Outbox, Scheme, SchemeVersion, Ticket, WorkdayOverride
from tickets.models.outbox import Channel
from tickets.services.attachments import attach

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

TABLE = Path(__file__).with_name("addresses.csv")
ALL = frozenset(str(role.value) for role in Role)
READERS = frozenset({"agent", "dispatcher", "director", "approver", "supervisor", "quality_checker", "manager"})
SIGHT = {
    "draft": READERS,
    "handling": READERS | {"handler"},
    "closed": READERS | {"handler", "revisitor"},
    "appeal": READERS - {"agent"} | {"liaison", "appeal_officer"},
}
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    address: str
    method: str
    subject: str
    roles: frozenset[str]
    status: str
    others: str

    def expected(self, role: str, *, foreign: bool) -> str:
        """The status for a role of the own or the foreign province, or several with a bar between."""
        if self.others.endswith("*") and role not in self.roles:
            return self.others[:-1]
        if self.subject in SIGHT and (foreign or role not in SIGHT[self.subject]):
            return "404"
        return self.status if role in self.roles and not (foreign and self.subject == "batch") else self.others


def table() -> Iterator[Row]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for line in csv.DictReader(lines):
        roles = {"everybody": ALL, "sight": SIGHT.get(line["subject"], ALL)}.get(line["roles"])
        allowed = frozenset(line["roles"].split()) if roles is None else roles
        for address in _expanded(line["address"]):
            yield Row(address, line["method"], line["subject"], allowed, line["status"], line["others"])


def _expanded(address: str) -> list[str]:
    found = re.fullmatch(r"(.*)\{(.*)\}(.*)", address)
    return [f"{found[1]}{name}{found[3]}" for name in found[2].split(",")] if found else [address]


ROWS = list(table())


@dataclass
class Place:
    """What stands in the database, and somebody of each role in both provinces."""

    tickets: dict[str, Ticket]
    operator: Operator
    attachment: Attachment
    batch: ImportBatch
    clients: dict[tuple[str, bool], Client]

    def url(self, row: Row) -> str:
        """The address with what it is about filled in."""
        name = row.address.removeprefix("admin:")
        ticket = self.tickets.get(row.subject)
        if ticket is not None and not row.address.startswith("admin:"):
            more: dict[str, list[Any]] = {
                "ticket_action": ["add_note"],
                "order_action": [1, "claim"],
                "supervision_action": [1, "reply_supervision"],
                "attachment": [self.attachment.pk],
                "ticket_print": ["opinion"],
            }
            return reverse(row.address, args=[ticket.number, *more.get(name, [])])
        if row.subject in ("row", "version"):
            app, model = ("organization", "user") if name == "auth_user_password_change" else name.split("_")[:2]
            kept = apps.get_model(app, model).objects.order_by("pk")[0]
            if row.subject == "version":
                kept.save()
                return reverse(row.address, args=[kept.pk, kept.history.latest().pk])
            return reverse(row.address, args=[kept.pk])
        if row.subject == "incident":
            end = ["end"] if row.address == "incident_act" else []
            return reverse(row.address, args=[an_incident(self.operator).pk, *end])
        subjects: dict[str, list[Any]] = {
            "batch": [self.batch.pk],
            "content": [ContentType.objects.get_for_model(Ticket).pk, self.tickets["handling"].pk],
            "": [],
        }
        pk_of_ticket = [ticket.pk] if ticket else None
        return reverse(row.address, args=pk_of_ticket or subjects.get(row.subject, [row.subject]))


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Place]:
    with standing(django_db_blocker), clock.frozen(MONDAY_MORNING):
        version = load_unicom()
        services.sync_roles()
        operator = build_operator()
        tickets = {
            "draft": bring_to("draft", operator),
            "handling": order_in("sent", operator).ticket,
            "closed": bring_to("closed", operator),
            "appeal": bring_appeal("handling", operator),
        }
        do(tickets["handling"], "supervise", operator)
        picture = SimpleUploadedFile("账单.png", PNG)
        attachment = attach(tickets["handling"].pk, picture, purpose="evidence", by=operator.user("dispatcher"))
        yield Place(tickets, operator, attachment, _configuration(operator, version), _clients(operator))


def test_no_address_is_left_out() -> None:
    known = {row.address for row in ROWS}
    assert known == set(_addresses(get_resolver()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.address} {row.subject}")
def test_an_address_opens_for_its_roles_only(row: Row, place: Place) -> None:
    url = place.url(row)
    foreign = (False, True) if row.subject in (*SIGHT, "batch") else (False,)
    faults = []
    for (role, is_foreign), client in place.clients.items():
        if is_foreign not in foreign:
            continue
        client.cookies.clear()
        client.force_login(User.objects.get(username=f"{role} {is_foreign}"))
        response = getattr(client, row.method)(url, _query(row))
        body = response.getvalue()
        response.close()
        wanted = row.expected(role, foreign=is_foreign)
        if str(response.status_code) not in wanted.split("|"):
            faults.append(f"{role}{' of 浙江' if is_foreign else ''}: {response.status_code}, not {wanted}")
        if is_foreign:
            assert place.tickets["handling"].contact.phone.encode() not in body
    assert faults == []


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.subject in (*SIGHT, "batch", "row")], ids=lambda row: row.address
)
def test_without_a_login_every_address_leads_to_it(row: Row, place: Place, client: Client) -> None:
    response = getattr(client, row.method)(place.url(row))
    assert (response.status_code, "/login/" in response.headers["Location"]) == (302, True)


def _query(row: Row) -> dict[str, str]:
    queries = {
        "search": {"q": "C2611230000018"},
        "admin:autocomplete": {"app_label": "organization", "model_name": "membership", "field_name": "user"},
    }
    return queries.get(row.address, {})


def _addresses(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, f"{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern) and entry.name:  # the admin's nameless ones lead to a named one or to 404
            yield f"{namespace}{entry.name}"


def _clients(operator: Operator) -> dict[tuple[str, bool], Client]:
    clients = {}
    for role in Role:
        for is_foreign, home in ((False, operator.js), (True, operator.zj)):
            unit = home.fixed_line if role == Role.HANDLER else home.unit
            user = User.objects.create(username=f"{role} {is_foreign}", name=f"仅{role.label}", is_staff=True)
            Membership.objects.create(user=user, unit=unit, role=role, starts_on=SINCE)
            clients[str(role.value), is_foreign] = Client()
    return clients


def _configuration(operator: Operator, version: SchemeVersion) -> ImportBatch:
    """A row of everything that an administrator keeps, and an import that waits for its confirmation."""
    now = clock.now()
    user = operator.user("handler")
    Absence.objects.create(user=user, starts_at=now, ends_at=now + dt.timedelta(days=1))
    WorkdayOverride.objects.create(day=dt.date(2026, 12, 25), is_working=False, note="台风停工")
    access.record(by=user, kind=AccessKind.LOGIN, subject=user.username)
    told = Outbox.objects.order_by("pk")[0]
    Message.objects.create(
        key="1", outbox=told, channel=Channel.SMS, unit=operator.js.unit, created_at=now, next_try_at=now
    )
    assert Scheme.objects.exists()
    return ImportBatch.objects.create(
        file_name="十月.xlsx",
        unit=operator.js.unit,
        scheme_version=version,
        state=BatchState.CHECKED,
        uploaded_at=now,
        uploaded_by=operator.user("agent"),
        new_count=0,
        unchanged_count=0,
        faulty_count=1,
    )
