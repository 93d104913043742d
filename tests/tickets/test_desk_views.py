"""Saved views and chosen columns: a name for filters, never for tickets (design, Pools)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, order_in
from tickets.columns import CHOICES, NUMBER
from tickets.models import DeskView
from tickets.states import OrderStatus, Status
from tickets.templatetags.list_rows import CELLS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

ALL_DRAFTS = "/desk/arrange/?pool=all&status=draft"


def signed_in(operator: Operator, username: str) -> Client:
    client = Client()
    client.force_login(operator.user(username))
    return client


def save(client: Client, address: str = ALL_DRAFTS, **typed: Any) -> str:
    """Save a view; gives the address that it opens at."""
    answer = client.post(address, {"do": "save", "name": "我的草稿", **typed})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def numbers(client: Client, address: str) -> list[str]:
    return [row.ticket.number for row in client.get(address, follow=True).context["page"].rows]


def test_a_view_opens_with_its_filters_in_the_address(operator: Operator) -> None:
    draft, other = bring_to(Status.DRAFT, operator), bring_to(Status.PENDING_DISPATCH, operator)
    client = signed_in(operator, "dispatcher")
    address = save(client)
    view = DeskView.objects.get()
    assert address == f"/desk/?status=draft&pool=all&view={view.pk}"
    assert numbers(client, f"/desk/?view={view.pk}") == [draft.number]
    assert set(numbers(client, "/desk/?pool=all")) == {draft.number, other.number}
    save(client, "/desk/arrange/?pool=all&status=pending_dispatch")  # the same name again
    assert numbers(client, f"/desk/?view={view.pk}") == [other.number]


def test_a_default_opens_its_pool_and_can_be_left(operator: Operator) -> None:
    draft, other = bring_to(Status.DRAFT, operator), bring_to(Status.PENDING_DISPATCH, operator)
    client = signed_in(operator, "dispatcher")
    save(client, is_default="on")
    assert numbers(client, "/desk/?pool=all") == [draft.number]
    assert set(numbers(client, "/desk/?pool=all&view=")) == {draft.number, other.number}
    save(client, "/desk/arrange/?pool=all", name="全部", is_default="on")
    assert set(numbers(client, "/desk/?pool=all")) == {draft.number, other.number}
    assert DeskView.objects.filter(is_default=True).count() == 1


def test_a_shared_view_shows_each_only_its_own_scope(operator: Operator) -> None:
    """Never tickets, always filters: the other province sees the view of the group and none of our tickets."""
    mine = order_in(OrderStatus.SENT, operator).ticket.number
    client = signed_in(operator, "group_supervisor")
    save(client, "/desk/arrange/?pool=all", name="全网", unit=str(operator.group.pk))
    view = DeskView.objects.get()
    assert numbers(signed_in(operator, "supervisor"), f"/desk/?view={view.pk}") == [mine]
    assert numbers(signed_in(operator, "supervisor2"), f"/desk/?view={view.pk}") == []


@pytest.mark.parametrize("who, status", [("handler", 422), ("agent", 422), ("director", 302)])
def test_who_arranges_the_work_of_others_shares_with_its_own_units(operator: Operator, who: str, status: int) -> None:
    client = signed_in(operator, who)
    pool = {"handler": "sign", "agent": "taken", "director": "review"}[who]
    unit = operator.user(who).memberships.get().unit
    typed = {"do": "save", "name": "给大家", "unit": str(unit.pk)}
    assert client.post(f"/desk/arrange/?pool={pool}", typed).status_code == status
    typed["unit"] = str(operator.group.pk)
    assert client.post(f"/desk/arrange/?pool={pool}", typed).status_code == 422


def test_another_persons_view_does_not_exist(operator: Operator) -> None:
    save(signed_in(operator, "dispatcher"))
    other, view = signed_in(operator, "dispatcher_b"), DeskView.objects.get()
    assert other.post(f"/desk/views/{view.pk}/delete/").status_code == 404
    page = other.get(f"/desk/?view={view.pk}")
    assert page.context["view"] is None
    assert signed_in(operator, "dispatcher").post(f"/desk/views/{view.pk}/delete/").status_code == 302
    assert not DeskView.objects.exists()


@pytest.mark.parametrize(
    "filters, columns",
    [
        ({"level": "no-such-level"}, ["state"]),
        ({"gone_filter": "1"}, ["gone_column"]),
        ({"accepted_from": "31.02.2026"}, ["state", "state"]),
    ],
)
def test_what_a_view_holds_and_nothing_knows_any_more_is_said(
    operator: Operator, filters: dict[str, str], columns: list[str]
) -> None:
    number = bring_to(Status.DRAFT, operator).number
    user = operator.user("dispatcher")
    view = DeskView.objects.create(user=user, pool="all", name="旧", filters=filters, columns=columns)
    client = signed_in(operator, "dispatcher")
    page = client.get(f"/desk/?view={view.pk}", follow=True)
    assert page.status_code == 200
    assert len(page.context["faults"]) == 1
    assert [row.ticket.number for row in page.context["page"].rows] == [number]


def test_columns_stand_in_the_order_that_was_chosen(operator: Operator) -> None:
    bring_to(Status.DRAFT, operator)
    client = signed_in(operator, "dispatcher")
    typed = {"do": "columns", "show_time": "on", "place_time": "1", "show_channel": "on", "place_channel": "2"}
    assert client.post("/desk/arrange/?pool=all", typed).status_code == 302
    heads = [column.code for column in client.get("/desk/?pool=all").context["columns"]]
    assert heads == ["number", "time", "channel"]
    assert len(client.get("/desk/?pool=dispatch").context["columns"]) > len(heads)
    nothing = client.post("/desk/arrange/?pool=all", {"do": "columns"})
    assert nothing.status_code == 422
    assert nothing.context["columns"].non_field_errors()


def test_every_column_has_its_cell(operator: Operator) -> None:
    assert set(CELLS) == {NUMBER.code, *CHOICES}
    order_in(OrderStatus.SENT, operator)
    user = operator.user("handler")
    DeskView.objects.create(user=user, pool="sign", columns=list(CHOICES))
    page = signed_in(operator, "handler").get("/desk/?pool=sign").content.decode()
    assert all(f'<td class="c-{code}"' in page for code in CELLS)
