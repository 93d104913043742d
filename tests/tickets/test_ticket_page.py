"""The page of one ticket: what is shown to whom, in how many queries (desk.md, model 2, 5, 10)."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import bring_to, do, load_unicom, order_in, take_complaint
from tickets.models import Ticket
from tickets.states import STATES_OF, Kind, Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(frozen_clock: object) -> Operator:
    load_unicom()
    return build_operator()


def page(operator: Operator, who: str, ticket: Ticket) -> str:
    """The page as `who` sees it."""
    client = Client()
    client.force_login(operator.user(who))
    response = client.get(reverse("ticket", args=[ticket.number]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("status", sorted(STATES_OF[Kind.COMPLAINT] - {Status.DECLINED}))
def test_the_page_opens_in_every_state(status: str, operator: Operator) -> None:
    ticket = bring_to(status, operator)
    assert ticket.number in page(operator, "supervisor", ticket)


def test_a_ticket_of_another_province_does_not_exist(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    client = Client()
    client.force_login(operator.user("dispatcher2"))
    for number in (ticket.number, "C0000000000000", "x' OR 1=1", "工单", "a%00b"):
        assert client.get(f"/desk/tickets/{number}/").status_code == 404
    assert client.get(reverse("ticket_action", args=[ticket.number, "dispatch"])).status_code == 404
    assert client.get(reverse("order_action", args=[ticket.number, 1, "sign"])).status_code == 404


def test_without_a_log_in_the_page_asks_for_one(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    response = Client().get(reverse("ticket", args=[ticket.number]))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("count", [5, 60])
def test_the_page_takes_at_most_15_queries_whatever_the_history(count: int, operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    for index in range(count):
        do(ticket, "interim_reply" if index % 3 else "add_note", operator, by="dispatcher")
    for code in ("P-JS-NETWORK", "P-JS-BILLING", "P-JS-MARKET", "P-JS-SERVICE")[: count // 15]:
        do(ticket, "dispatch", operator, orders=[{"unit": operator.units[code], "role": "assist"}])
    client = Client()
    client.force_login(operator.user("dispatcher"))
    client.get(reverse("ticket", args=[ticket.number]))  # once per process Django asks SQLite whether it knows JSON
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(reverse("ticket", args=[ticket.number])).status_code == 200
    assert len(queries) <= 15, "\n".join(query["sql"][:150] for query in queries)


def buttons(html: str) -> set[str]:
    """The acts that a page offers on the ticket and on its orders."""
    return set(re.findall(r"/do/([a-z_]+)/", html))


@pytest.mark.parametrize(
    "status, who, offered, withheld",
    [
        ("draft", "agent", {"submit", "answer_on_spot", "void"}, {"dispatch", "decline"}),
        (
            "pending_dispatch",
            "dispatcher",
            {"dispatch", "send_back", "answer_on_spot"},
            {"answer", "assign", "decline"},
        ),
        ("pending_dispatch", "manager", set(), {"dispatch", "add_note"}),
        ("pending_instruction", "approver", {"instruct", "return_instruction"}, {"dispatch"}),
        ("handling", "handler", {"sign", "claim", "request_return"}, {"reply", "dispatch", "accept"}),
        ("handling", "handler_network", None, None),
        ("pending_answer", "dispatcher", {"answer", "reject_result", "interim_reply"}, {"dispatch"}),
        ("pending_clearance", "director_centre", {"approve_clearance", "refuse_clearance"}, set()),
        ("closed", "revisitor", {"revisit"}, {"attempt_revisit", "rework"}),
        ("pending_screening", "dispatcher", {"rework", "dismiss"}, {"revisit"}),
        ("archived", "supervisor", {"unarchive"}, {"void"}),
    ],
)
def test_the_buttons_are_what_this_user_may_do_now(
    status: str, who: str, offered: set[str] | None, withheld: set[str] | None, operator: Operator
) -> None:
    ticket = bring_to(status, operator)
    if offered is None or withheld is None:
        client = Client()
        client.force_login(operator.user(who))
        assert client.get(reverse("ticket", args=[ticket.number])).status_code == 404
        return
    shown = buttons(page(operator, who, ticket))
    assert offered <= shown
    assert not withheld & shown


def test_each_order_has_the_buttons_of_its_side(operator: Operator) -> None:
    order = order_in("replied", operator)
    assert buttons(page(operator, "dispatcher", order.ticket)) >= {"accept", "reject", "recall"}
    assert not buttons(page(operator, "handler", order.ticket)) & {"accept", "reject", "recall", "reply"}


def test_the_timeline_says_who_did_what_in_which_role_and_marks_the_customer(operator: Operator) -> None:
    ticket = bring_to("closed", operator)
    html = page(operator, "supervisor", ticket)
    assert html.count('data-tone="customer"') == 2  # taken, answered
    assert "光猫已更换，宽带恢复正常。" in html
    assert "陈国华" in html
    assert "江苏固网运维部" in html


def test_a_draft_leads_to_the_page_where_it_is_filled_in(operator: Operator) -> None:
    ticket = bring_to("draft", operator)
    address = reverse("admin:complaints_complaint_change", args=[ticket.pk])
    assert address in page(operator, "agent", ticket)
    assert address not in page(operator, "supervisor", ticket)


def test_derived_limits_are_marked_u31(operator: Operator) -> None:
    assert "U-31" in page(operator, "dispatcher", bring_to("handling", operator))


def test_earlier_tickets_on_the_matter_are_linked_both_ways(operator: Operator) -> None:
    first = bring_to("closed", operator)
    second = take_complaint(operator, repeat_of=first)
    assert second.number in page(operator, "agent", first)
    assert first.number in page(operator, "agent", second)
