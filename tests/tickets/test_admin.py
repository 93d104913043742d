"""The administrator's pages of the kernel: to read, and working days to declare (model 4)."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from organization import services
from organization.roles import Role
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import load_unicom
from tickets.models import DictionaryEntry, Scheme, SchemeVersion, WorkdayOverride

pytestmark = pytest.mark.django_db
READ = (Scheme, SchemeVersion, DictionaryEntry)
ADD = "admin:tickets_workdayoverride_add"


@pytest.fixture
def operator() -> Operator:
    """The operator, its permissions and its scheme."""
    services.sync_roles()
    load_unicom()
    return build_operator()


def client_of(operator: Operator, username: str) -> Client:
    """A logged-in client."""
    client = Client()
    client.force_login(operator.user(username))
    return client


@pytest.mark.parametrize("model", READ)
def test_the_administrator_reads_schemes_and_dictionaries(operator: Operator, model: type) -> None:
    client, name = client_of(operator, "administrator"), model.__name__.lower()
    row = model.objects.first()  # type: ignore[attr-defined]
    change = reverse(f"admin:tickets_{name}_change", args=[row.pk])
    assert client.get(reverse(f"admin:tickets_{name}_changelist")).status_code == 200
    assert client.get(change).status_code == 200
    assert client.post(change, {}).status_code == 403
    assert client.get(reverse(f"admin:tickets_{name}_add")).status_code == 403
    assert client.get(reverse(f"admin:tickets_{name}_delete", args=[row.pk])).status_code == 403


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_others_are_refused(operator: Operator, role: Role) -> None:
    client = client_of(operator, role.value)
    for model in (*READ, WorkdayOverride):
        assert client.get(reverse(f"admin:tickets_{model.__name__.lower()}_changelist")).status_code == 403
    assert client.get(reverse(ADD)).status_code == 403


def test_a_day_is_declared_once_and_changed(operator: Operator) -> None:
    client = client_of(operator, "administrator")
    data = {"day": "2026-12-31", "is_working": "", "unit": "", "note": "公司放假"}
    assert client.post(reverse(ADD), data).status_code == 302
    row = WorkdayOverride.objects.get()
    assert (row.day, row.is_working, row.unit) == (date(2026, 12, 31), False, None)
    assert str(row) == "2026-12-31: 休息日"
    again = client.post(reverse(ADD), data)
    assert again.context["adminform"].form.errors.keys() == {"day"}
    there = client.post(reverse(ADD), data | {"unit": operator.js.unit.pk})
    assert there.status_code == 302
    change = reverse("admin:tickets_workdayoverride_change", args=[row.pk])
    assert client.post(change, {"is_working": "on", "note": "照常上班", "day": "2027-01-01"}).status_code == 302
    row.refresh_from_db()
    assert (row.day, row.is_working, row.note) == (date(2026, 12, 31), True, "照常上班")
    assert client.get(reverse("admin:tickets_workdayoverride_delete", args=[row.pk])).status_code == 403


def test_a_day_that_is_none_is_an_error(operator: Operator) -> None:
    answer = client_of(operator, "administrator").post(reverse(ADD), {"day": "2026-02-30", "note": ""})
    assert answer.context["adminform"].form.errors.keys() == {"day", "note"}
