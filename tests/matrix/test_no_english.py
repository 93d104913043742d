"""Chinese is the language of the product: no English word is left on a page where a user reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse
from pytest_django import DjangoDbBlocker, Settings

from core import clock, error_pages
from organization.models import Unit
from organization.services import sync_roles
from tests.accounts.seats import code_of
from tests.conftest import MONDAY_MORNING
from tests.factories import sheets
from tests.factories.escalations import bring_escalation
from tests.factories.organization import PASSWORD, Operator, build_operator
from tests.factories.standing import standing
from tests.factories.tickets import bring_to, load_unicom, order_in
from tests.matrix.reading import english_words
from tickets.models import Ticket
from tickets.pools import pools_of
from tickets.services.schemes import shipped_text
from tickets.states import STATES_OF, Kind, OrderStatus, Status

pytestmark = [pytest.mark.once, pytest.mark.django_db]

ROLES = (
    "agent",
    "dispatcher",
    "handler",
    "director",
    "director_centre",
    "approver",
    "revisitor",
    "supervisor",
    "quality_checker",
    "liaison",
    "manager",
    "escalation_officer",
    "appeal_officer",
    "administrator",
)
ACTING = (*ROLES[:8], "escalation_officer", "liaison")  # the others see the same pages without buttons
# An administrator sees codes and attributes, and what a scheme says in both languages.
_SCHEME_VALUES = re.findall(r"(?:code|en|unit_suffix): ([^,}\n]+)|(\w+): true", shipped_text("unicom"))
SCHEME_WORDS = frozenset(re.findall(r"[\w.-]+", " ".join(map(" ".join, _SCHEME_VALUES)).lower()))
SCHEME_PAGES = ("scheme", "schemeversion", "dictionaryentry")


@pytest.fixture(scope="module")
def operator(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Operator]:
    """An operator with a ticket in every state, and with work orders in every state."""
    with standing(django_db_blocker), clock.frozen(MONDAY_MORNING):
        load_unicom()
        sync_roles()
        operator = build_operator()
        for state in STATES_OF[Kind.COMPLAINT] - {Status.DECLINED}:  # `unicom` takes every complaint
            bring_to(state, operator)
        for state in STATES_OF[Kind.ESCALATION]:
            bring_escalation(state, operator)
        for order_state in OrderStatus:
            order_in(order_state, operator)
        yield operator


class Reader:
    """Somebody who opens pages and reads them."""

    def __init__(self, operator: Operator, who: str) -> None:
        self.user = operator.user(who)
        self.client = Client()
        self.client.force_login(self.user)
        self.data = frozenset(name.lower() for name in [*operator.users, *operator.units])
        self.faults: dict[str, tuple[str, str]] = {}  # word: the first address and text it stood in

    def read(self, address: str, response: Any, data: frozenset[str] = frozenset()) -> str:
        """Note the English words of an answer that is a page; the page."""
        html: str = response.content.decode()
        if "html" in response["Content-Type"]:
            for word, text in english_words(html, self.data | data).items():
                self.faults.setdefault(word, (address, text))
        return html

    def report(self) -> str:
        """Each word with where it stood."""
        return "\n".join(f"{word}: {text!r} at {address}" for word, (address, text) in self.faults.items())

    def open(self, address: str, data: frozenset[str] = frozenset()) -> str:
        """Open a page that must be there."""
        response = self.client.get(address)
        assert response.status_code == 200, address
        return self.read(address, response, data)

    def send(self, address: str, **values: Any) -> Any:
        """Send a form and read what comes back."""
        response = self.client.post(address, values, follow=True)
        self.read(f"POST {address}", response)
        return response


@pytest.mark.parametrize("who", ROLES)
def test_workbench_and_pools(who: str, operator: Operator) -> None:
    reader = Reader(operator, who)
    reader.open(reverse("workbench"))
    for pool in pools_of(reader.user):
        reader.open(f"{reverse('pool')}?pool={pool.code}")
    if pools_of(reader.user):
        reader.open(f"{reverse('search')}?found=lost&accepted_from=nonsense")
        reader.send(reverse("search"), q="C2600000000000")
    assert not reader.faults, reader.report()


@pytest.mark.parametrize("who", ["supervisor", "manager", "director", "approver", "agent"])
def test_the_monitor(who: str, operator: Operator) -> None:
    """Tiles, tree, people, list and wall; what cannot be asked for; and who has no business there."""
    reader = Reader(operator, who)
    unit = operator.js.fixed_line.pk
    for address in ("", f"?unit={unit}", "?lateness=0&to_assign=on", "units/", "wall/", f"wall/?unit={unit}"):
        page = f"{reverse('monitor')}{address}"
        reader.read(page, reader.client.get(page))
    assert not reader.faults, reader.report()


@pytest.mark.parametrize("who", ACTING)
def test_ticket_pages_and_the_forms_of_acts(who: str, operator: Operator) -> None:
    """Every ticket that the person sees, each form it offers once, and what an empty form is answered with."""
    reader = Reader(operator, who)
    forms: dict[str, str] = {}
    numbers = list(Ticket.objects.visible_to(reader.user).values_list("number", flat=True))
    for number in numbers:
        html = reader.open(reverse("ticket", args=[number]))
        forms |= {act: address for address, act in re.findall(r'"(/desk/tickets/[^"]+/do/([a-z_]+)/)"', html)}
    assert forms
    for address in forms.values():
        reader.read(address, reader.client.get(address, follow=True))
        reader.send(address)
    reader.send(reverse("attachments", args=[numbers[0]]))
    reader.send(reverse("ticket_contact", args=[numbers[0]]))
    assert not reader.faults, reader.report()


@pytest.mark.parametrize("who", ROLES)
def test_admin_pages(who: str, operator: Operator) -> None:
    """Lists, forms to add and to change, what an empty form is answered with, and histories."""
    reader = Reader(operator, who)
    reader.read("admin", reader.client.get(reverse("admin:index"), follow=True))
    for model in admin.site._registry:
        name = model._meta.model_name or ""
        data = SCHEME_WORDS if name in SCHEME_PAGES else frozenset()
        for address in _admin_addresses(model):
            response = reader.client.get(address, follow=True)
            html = reader.read(address, response, data)
            if response.status_code == 200 and "/history/" not in address:
                formsets = dict(re.findall(r'name="([\w-]+_FORMS)" value="(\d+)"', html))
                reader.read(f"POST {address}", reader.client.post(address, formsets), data)
    assert not reader.faults, reader.report()


def test_the_intake_page(operator: Operator) -> None:
    """The script at the side, the caller's tickets, what is refused, and what was recorded."""
    reader = Reader(operator, "agent")
    add = reverse("admin:complaints_complaint_add")
    reader.open(add)
    reader.send(reverse("intake_side"), business_type="broadband", complaint_type="fixed_fault", phone="13812345678")
    for ending in ("_save", "_submit", "_answer"):
        reader.send(add, **{ending: "1", "phone": "12", "accepted_at": "明天"})
    reader.send(add, _submit="1", phone="13812345678", channel="hall", summary="😀" * 200)
    assert not reader.faults, reader.report()


def test_the_intake_page_of_the_group(operator: Operator) -> None:
    """The caller's tickets, and what is refused."""
    reader = Reader(operator, "escalation_officer")
    new = reverse("escalation_new")
    reader.open(new)
    reader.send(reverse("escalation_side"), phone="13812345678")
    for ending in ("_save", "_submit"):
        reader.send(new, **{ending: "1", "phone": "12", "accepted_at": "明天", "other_number": "C"})
    assert not reader.faults, reader.report()


def test_importing_a_spreadsheet(operator: Operator) -> None:
    """Each faulty row says what is wrong with it."""
    reader = Reader(operator, "agent")
    upload = reverse("admin:complaints_importbatch_add")
    html = reader.open(upload)
    reader.send(upload)
    field = re.search(r'<input type="file" name="(\w+)"', html)
    assert field is not None
    good = sheets.rows(2)
    faulty = [dict.fromkeys(row, "") | {next(iter(row)): f"R{number}"} for number, row in enumerate(good)]
    for content in (b"\x00\x01", sheets.xlsx(faulty), sheets.xlsx(good)):
        reader.send(upload, **{field[1]: SimpleUploadedFile("data.xlsx", content)})
    assert not reader.faults, reader.report()


def test_pages_without_a_log_in_and_error_pages(operator: Operator) -> None:
    reader = Reader(operator, "agent")
    factory = RequestFactory()
    reader.read("403", error_pages.permission_denied(factory.get("/"), Exception()))
    reader.read("400", error_pages.bad_request(factory.get("/"), Exception()))
    reader.read("403 csrf", error_pages.csrf_failure(factory.get("/")))
    reader.read("500", error_pages.server_error(factory.get("/")))
    reader.read("404", reader.client.get("/nothing/"))
    reader.client = Client()
    reader.open(reverse("login"))
    reader.send(reverse("login"), username="nobody", password="wrong")
    assert not reader.faults, reader.report()


def test_accounts(operator: Operator, settings: Settings) -> None:
    """Password, second factor, sessions, and the pages before the log-in that turn somebody away."""
    reader = Reader(operator, "manager")
    reader.open(reverse("password_change"))
    reader.send(reverse("password_change"), old_password="x", new_password1="a", new_password2="b")
    reader.open(reverse("second_factor"))
    reader.read("wrong code", reader.client.post(reverse("second_factor"), {"code": "1"}))
    reader.read("recovery codes", reader.client.post(reverse("second_factor"), {"code": code_of(reader.user)}))
    reader.open(reverse("second_factor"))
    reader.open(reverse("sessions"))
    settings.OIDC_ISSUER = "https://login.example.cn"
    reader.client = Client()
    reader.send(reverse("login"), username="manager", password=PASSWORD)
    for _number in range(6):
        reader.read("locked", reader.client.post(reverse("login"), {"username": "nobody", "password": "wrong"}))
    reader.client = Client()
    reader.client.force_login(operator.user("administrator"))
    reader.open(reverse("admin:organization_user_change", args=[reader.user.pk]))
    reader.open(reverse("sessions_of", args=[reader.user.username]))
    assert not reader.faults, reader.report()


def test_what_is_read_and_what_is_not() -> None:
    """The reader itself: texts, hints and buttons are read; keys, scripts and other languages are not."""
    html = (
        '<html lang="zh-hans"><p title="Hover">投诉 C26112300004217 VIP</p><button lang="en">English</button>'
        '<kbd>Enter</kbd><script>var word</script><input type="submit" value="Send"><b>工单</b> left'
    )
    assert set(english_words(html)) == {"hover", "send", "left"}


def _admin_addresses(model: Any) -> Iterator[str]:
    prefix = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    first = (Unit.objects.filter(parent__isnull=False) if model is Unit else model._default_manager.all()).first()
    keys = [first.pk] if first else []
    for page, arguments in (("changelist", []), ("add", []), ("change", keys), ("history", keys)):
        try:
            yield reverse(f"{prefix}_{page}", args=arguments)
        except NoReverseMatch:
            continue
