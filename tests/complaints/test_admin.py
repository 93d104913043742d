"""The admin of complaints: who sees what, the list, the page to read; never a delete or another's row."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.filters import CappedPaginator
from complaints.models import Complaint
from organization import services
from organization.roles import Role
from tests.complaints.intake import ADD, FAULT, change_of, client_of
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, take_complaint
from tickets.states import Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
LIST = "admin:complaints_complaint_changelist"
TAKERS, READERS = {Role.AGENT, Role.DISPATCHER}, {Role.SUPERVISOR, Role.QUALITY_CHECKER, Role.MANAGER}


@pytest.fixture(autouse=True)
def _roles(operator: Operator) -> None:
    services.sync_roles()


@pytest.mark.parametrize("role", list(Role))
def test_pages_open_for_the_roles_that_need_them(operator: Operator, role: Role) -> None:
    """Permissions follow the roles; an administrator sees no ticket content."""
    ticket = bring_to(Status.HANDLING, operator)
    client = client_of(operator, role.value)
    sees = role in TAKERS | READERS
    assert client.get(reverse(LIST)).status_code == (200 if sees else 403)
    assert client.get(reverse(ADD)).status_code == (200 if role in TAKERS else 403)
    if sees:
        assert client.get(change_of(ticket)).status_code == 200
        assert client.post(change_of(ticket), FAULT | {"_save": ""}).status_code == 403
        assert client.get(reverse("admin:complaints_complaint_delete", args=[ticket.pk])).status_code == 403


@pytest.mark.parametrize("username", ["agent2", "dispatcher2", "manager2", "agent_hall"])
def test_a_complaint_outside_the_scope_does_not_exist(operator: Operator, username: str) -> None:
    draft = take_complaint(operator)
    client = client_of(operator, username)
    for page in ("change", "history", "delete"):
        address = reverse(f"admin:complaints_complaint_{page}", args=[draft.pk])
        assert client.get(address).status_code == 404, page
    assert client.post(change_of(draft), FAULT | {"_save": ""}).status_code == 404
    assert draft.number not in client.get(reverse(LIST)).content.decode()
    assert draft.number not in client.get(reverse(LIST), {"q": draft.number}).context["cl"].result_list


@pytest.mark.parametrize(
    "lookup",
    [
        {"description__contains": "138"},
        {"description__regex": "("},
        {"status__exact": "\0"},
        {"accepted_at__gte": "0001-01-01"},
        {"accepted_at__lt": "9999-12-31 23:59:59-14:00"},
    ],
    ids=str,
)
def test_a_list_answers_nothing_but_its_own_filters(operator: Operator, lookup: dict[str, str]) -> None:
    """A text that is masked is not guessed bit by bit (model 10), and no address breaks the page."""
    assert client_of(operator, "manager").get(reverse(LIST), lookup).status_code == 400


def test_the_filters_beside_the_list_are_answered(operator: Operator) -> None:
    client = client_of(operator, "manager")
    offered = client.get(reverse(LIST)).context["cl"]
    addresses = [choice["query_string"] for spec in offered.filter_specs for choice in spec.choices(offered)]
    assert len(addresses) > 20
    for address in {*addresses[::8], *addresses[:3], "?level=unheard-of", "?channel=%00"}:
        assert client.get(reverse(LIST) + address).status_code == 200, address


def test_the_page_to_read_shows_no_contact_data(operator: Operator) -> None:
    ticket = bring_to(Status.HANDLING, operator)
    page = client_of(operator, "manager").get(change_of(ticket)).content.decode()
    assert ticket.summary in page
    for secret in ("张伟", "13812345678", "中山路"):
        assert secret not in page


def test_readers_of_a_draft_do_not_get_its_form(operator: Operator) -> None:
    draft = take_complaint(operator)
    page = client_of(operator, "manager").get(change_of(draft)).content.decode()
    assert draft.number in page
    assert "13812345678" not in page
    assert 'name="phone"' in client_of(operator, "agent").get(change_of(draft)).content.decode()


def test_the_list_has_no_search_that_would_put_a_phone_into_the_address(operator: Operator) -> None:
    """Model 10: the search in the header is the one search, and it is sent as a form."""
    bring_to(Status.HANDLING, operator)
    page = client_of(operator, "manager").get(reverse(LIST)).content.decode()
    assert 'id="searchbar"' not in page
    assert re.search(r'<form class="find" method="post"', page)


def test_filters_narrow_the_list(operator: Operator) -> None:
    bring_to(Status.HANDLING, operator)
    bring_to(Status.DRAFT, operator)
    client = client_of(operator, "dispatcher")

    def count(**filters: str) -> int:
        return len(client.get(reverse(LIST), filters).context["cl"].result_list)

    assert count() == 2
    assert count(status__exact="handling") == 1
    assert (count(level="general"), count(level="national"), count(level="x'--")) == (2, 0, 0)
    assert (count(business_type="broadband"), count(business_type="fixed"), count(business_type="lte")) == (2, 2, 0)
    assert (count(priority="4"), count(priority="1"), count(priority="nine")) == (2, 0, 2)
    assert (count(channel="hotline"), count(channel="hall")) == (2, 0)


def test_the_list_costs_the_same_whatever_its_length(operator: Operator) -> None:
    client, costs = client_of(operator, "dispatcher"), []
    client.get(reverse(LIST))
    for rows in (1, 5):
        for _ in range(rows):
            take_complaint(operator)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse(LIST))
        costs.append(len(queries))
    assert len(page.context["cl"].result_list) == 6
    assert costs[0] == costs[1] <= 14


def test_the_add_page_has_a_query_budget(operator: Operator, django_assert_max_num_queries: Any) -> None:
    client = client_of(operator, "agent")
    client.get(reverse(ADD))
    with django_assert_max_num_queries(10):
        client.get(reverse(ADD))


def test_a_count_stops(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaints.filters.COUNTED", 2)
    for _ in range(3):
        take_complaint(operator)
    assert CappedPaginator(Complaint.objects.get_queryset().order_by("-id"), 50).count == 2


def test_nothing_is_deleted_or_done_in_bulk() -> None:
    page = admin.site._registry[Complaint]
    assert page.actions is None
    assert not page.show_full_result_count
    assert page.date_hierarchy is None


def test_the_number_of_the_call_before_is_not_taken_over(operator: Operator) -> None:
    """The channel of the last call is proposed, its customer is not."""
    client = client_of(operator, "agent")
    client.post(reverse(ADD), FAULT | {"_submit": ""})
    page = client.get(reverse(ADD)).content.decode()
    assert '<option value="hotline" selected' in page
    assert "13812345678" not in page
