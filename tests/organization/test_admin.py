"""The administrator's pages, and everybody else before their doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from core import clock
from organization import services
from organization.models import Absence, Function, LiaisonTerm, Membership, Unit, User
from organization.roles import Role
from tests.factories.organization import MembershipFactory, Operator, UnitFactory, UserFactory

LogIn = Callable[[str], Client]
MODELS = ("unit", "user", "membership", "liaisonterm", "absence")
NO_FORMSET = {f"memberships-{key}": "0" for key in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}


def url(model: str, page: str, *args: object) -> str:
    """The address of an admin page of the organisation."""
    return reverse(f"admin:organization_{model}_{page}", args=args)


@pytest.fixture
def client(client_of: LogIn) -> Client:
    """The administrator."""
    return client_of("administrator")


@pytest.fixture
def rows(operator: Operator) -> dict[str, int]:
    """The id of a row of each model."""
    user, hour = operator.users["handler"], timedelta(hours=1)
    now = clock.now()
    return {
        "unit": operator.js.fixed_line.pk,
        "user": user.pk,
        "membership": Membership.objects.get(user=user).pk,
        "liaisonterm": LiaisonTerm.objects.get(user=operator.users["liaison"]).pk,
        "absence": services.record_absence(user=user, starts_at=now, ends_at=now + hour, by=None).pk,
    }


def unit_form(unit: Unit, **changes: Any) -> dict[str, Any]:
    """What the browser sends for an existing unit."""
    data = {
        "name": unit.name,
        "parent": unit.parent_id or "",
        "functions": [row.function for row in unit.functions.all()],
        "manager": unit.manager_id or "",
        "is_active": "on",
    }
    return data | changes


@pytest.mark.parametrize("model", MODELS)
def test_the_administrator_opens_every_page(client: Client, rows: dict[str, int], model: str) -> None:
    for address in (
        url(model, "changelist"),
        url(model, "changelist") + "?q=C-NJ",
        url(model, "add"),
        url(model, "change", rows[model]),
        url(model, "history", rows[model]),
    ):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_others_are_refused(client_of: LogIn, rows: dict[str, int], role: Role) -> None:
    client = client_of(role.value)
    for model in MODELS:
        for address in (url(model, "changelist"), url(model, "add"), url(model, "change", rows[model])):
            assert client.get(address).status_code == 403, address
            assert client.post(address, {}).status_code == 403, address


def test_visitors_are_sent_to_the_log_in(db: None) -> None:
    answer = Client().get(url("unit", "changelist"))
    assert answer.status_code == 302
    assert "login" in answer["Location"]


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_deleted_even_by_a_superuser(rows: dict[str, int], model: str) -> None:
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    assert client.post(url(model, "delete", rows[model]), {"post": "yes"}).status_code == 403
    client.post(url(model, "changelist"), {"action": "delete_selected", "_selected_action": [rows[model]]})
    assert apps.get_model("organization", model).objects.filter(pk=rows[model]).exists()


def test_a_unit_is_made_through_the_service(client: Client, operator: Operator) -> None:
    data = {
        "code": "C-WX",
        "name": "无锡市分公司",
        "tier": "city",
        "parent": operator.js.unit.pk,
        "functions": ["remote_unit", "channel"],
        "is_active": "on",
    }
    answer = client.post(url("unit", "add"), data)
    assert answer.status_code == 302
    unit = Unit.objects.get(code="C-WX")
    assert (unit.province, unit.city, unit.depth) == (operator.js.unit, unit, 3)
    assert {row.function for row in unit.functions.all()} == {Function.REMOTE_UNIT, Function.CHANNEL}
    assert unit.history.latest().history_user == operator.users["administrator"]


def test_a_refused_unit_keeps_what_was_typed(client: Client, operator: Operator) -> None:
    data = {"code": "C-WX", "name": "无锡市分公司", "tier": "city", "parent": operator.group.pk, "is_active": "on"}
    answer = client.post(url("unit", "add"), data)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors.keys() == {"parent"}
    assert "无锡市分公司" in answer.content.decode()
    assert not Unit.objects.filter(code="C-WX").exists()


def test_a_unit_is_changed_and_moved_with_its_subtree(client: Client, operator: Operator) -> None:
    city = operator.js.cities[0]
    data = unit_form(city.unit, parent=operator.zj.unit.pk, manager=operator.users["head2"].pk, name="南京分公司")
    assert client.post(url("unit", "change", city.unit.pk), data).status_code == 302
    unit = Unit.objects.get(pk=city.unit.pk)
    assert (unit.name, unit.province, unit.manager) == ("南京分公司", operator.zj.unit, operator.users["head2"])
    assert Unit.objects.get(pk=city.hall.pk).province == operator.zj.unit


def test_a_cycle_and_a_peopled_unit_are_errors_of_their_fields(client: Client, operator: Operator) -> None:
    js = operator.js
    answer = client.post(url("unit", "change", js.unit.pk), unit_form(js.unit, parent=js.market.pk))
    assert answer.context["adminform"].form.errors.keys() == {"parent"}
    data = unit_form(js.market)
    del data["is_active"]
    answer = client.post(url("unit", "change", js.market.pk), data)
    assert answer.context["adminform"].form.errors.keys() == {"is_active"}
    assert "韩梅" in answer.content.decode()
    assert Unit.objects.get(pk=js.market.pk).is_active


def test_an_account_is_opened_and_closed(client: Client) -> None:
    password = "Bamboo-72-river"
    data = {
        "username": "wangwu",
        "name": "王五",
        "employee_no": "A1",
        "usable_password": "true",
        "password1": password,
        "password2": password,
    }
    assert client.post(url("user", "add"), data).status_code == 302
    user = User.objects.get(username="wangwu")
    assert user.check_password(password)
    assert not user.is_superuser
    page = client.get(url("user", "change", user.pk)).content.decode()
    assert user.password not in page
    assert "../password/" in page
    assert client.get(reverse("admin:auth_user_password_change", args=[user.pk])).status_code == 200
    data = {"name": "王武", "employee_no": "A1"} | NO_FORMSET
    assert client.post(url("user", "change", user.pk), data).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.is_active, user.check_password(password)) == ("王武", False, True)


def test_a_taken_employee_number_is_an_error_of_its_field(client: Client, operator: Operator) -> None:
    UserFactory(employee_no="A1")
    data = {"username": "wangwu", "name": "王五", "employee_no": "A1", "usable_password": "false"}
    answer = client.post(url("user", "add"), data)
    assert "employee_no" in answer.context["adminform"].form.errors
    user = operator.users["agent"]
    data = {"name": "安", "employee_no": "A1", "is_active": "on"} | NO_FORMSET
    answer = client.post(url("user", "change", user.pk), data)
    assert answer.context["adminform"].form.errors.keys() == {"employee_no"}


def test_the_roles_on_a_users_page_are_for_reading(client: Client, operator: Operator) -> None:
    user = operator.users["agent"]
    page = client.get(url("user", "change", user.pk)).content.decode()
    assert operator.js.hotline.name in page
    assert "is_superuser" not in page
    row = Membership.objects.get(user=user)
    data = {"name": user.name, "is_active": "on", "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1"}
    data |= {"memberships-0-id": f"{row.pk}", "memberships-0-role": "administrator", "memberships-0-user": f"{user.pk}"}
    client.post(url("user", "change", user.pk), data)
    assert Membership.objects.get(user=user).role == Role.AGENT


def test_a_role_is_granted_and_ended(client: Client, operator: Operator) -> None:
    user = operator.users["head"]
    data = {"user": user.pk, "unit": operator.js.unit.pk, "role": "manager", "starts_on": "2026-11-23", "ends_on": ""}
    assert client.post(url("membership", "add"), data).status_code == 302
    row = Membership.objects.get(user=user)
    again = client.post(url("membership", "add"), data)
    assert again.context["adminform"].form.errors.keys() == {"role"}
    address = url("membership", "change", row.pk)
    early = client.post(address, {"ends_on": "2026-11-22"})
    assert early.context["adminform"].form.errors.keys() == {"ends_on"}
    assert client.post(address, {"ends_on": "2026-11-30", "role": "administrator"}).status_code == 302
    row.refresh_from_db()
    assert (row.role, row.ends_on) == (Role.MANAGER, date(2026, 11, 30))
    assert row.history.latest().history_user == operator.users["administrator"]


def test_a_liaison_officer_is_followed_by_another(client: Client, operator: Operator) -> None:
    unit = operator.js.unit
    stranger, successor = operator.users["head"], MembershipFactory(unit=unit, role=Role.LIAISON).user
    data = {"unit": unit.pk, "user": stranger.pk, "starts_on": "2026-11-23"}
    refused = client.post(url("liaisonterm", "add"), data)
    assert refused.context["adminform"].form.errors.keys() == {"user"}
    assert client.post(url("liaisonterm", "add"), data | {"user": successor.pk}).status_code == 302
    assert LiaisonTerm.objects.get(user=operator.users["liaison"]).ends_on == date(2026, 11, 22)


def test_an_absence_is_recorded_and_shortened(client: Client, operator: Operator) -> None:
    user, deputy = operator.users["handler"], operator.users["handler_b"]
    data = {"user": user.pk, "deputy": user.pk, "starts_at_0": "2026-11-23", "starts_at_1": "09:00"}
    data |= {"ends_at_0": "2026-11-24", "ends_at_1": "09:00"}
    refused = client.post(url("absence", "add"), data)
    assert refused.context["adminform"].form.errors.keys() == {"deputy"}
    assert client.post(url("absence", "add"), data | {"deputy": deputy.pk}).status_code == 302
    row = Absence.objects.get(user=user)
    assert row.starts_at == datetime(2026, 11, 23, 9, tzinfo=clock.SHANGHAI)
    data |= {"deputy": "", "ends_at_0": "2026-11-23", "ends_at_1": "18:00"}
    assert client.post(url("absence", "change", row.pk), data).status_code == 302
    row.refresh_from_db()
    assert (row.user, row.deputy, row.ends_at.hour) == (user, None, 10)


def test_a_refusal_after_a_valid_form_is_a_message(
    client: Client, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else was faster: the form's question was answered yes, the service's no."""
    data = {"user": operator.users["agent"].pk, "unit": operator.js.hotline.pk, "role": "agent"}
    data |= {"starts_on": "2026-11-23", "ends_on": "2026-12-31"}
    monkeypatch.setattr("organization.forms.NewMembershipForm.clean", lambda form: form.cleaned_data)
    answer = client.post(url("membership", "add"), data, follow=True)
    assert answer.status_code == 200
    assert operator.users["agent"].name in str(next(iter(answer.context["messages"])))
    assert Membership.objects.filter(user=operator.users["agent"]).count() == 1


@pytest.mark.parametrize("model", ["unit", "user", "membership"])
def test_lists_take_a_fixed_number_of_queries(
    client: Client, operator: Operator, model: str, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        MembershipFactory(unit=UnitFactory(parent=operator.js.unit, functions=[Function.ASSISTANT, Function.CHANNEL]))
    with django_assert_max_num_queries(10):
        client.get(url(model, "changelist"))


def test_the_site_is_our_own(rf: RequestFactory) -> None:
    assert type(admin.site._wrapped).__name__ == "BihuanAdminSite"  # type: ignore[attr-defined]
