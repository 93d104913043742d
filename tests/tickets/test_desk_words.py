"""What people are told at the right moment: what was done to which order, why something came back, what was promised,
and what matters most now (desk.md)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import bring_to, do, load_unicom, order_in, take_complaint
from tickets.models import Ticket, WorkOrder

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def operator(frozen_clock: object) -> Operator:
    load_unicom()
    return build_operator()


def client_of(operator: Operator, who: str) -> Client:
    client = Client()
    client.force_login(operator.user(who))
    return client


def page(operator: Operator, who: str, ticket: Ticket) -> str:
    return client_of(operator, who).get(reverse("ticket", args=[ticket.number])).content.decode()


def form(operator: Operator, who: str, target: Ticket | WorkOrder, act: str) -> Any:
    """The opened form of an act."""
    address = reverse("ticket_action", args=[target.number, act]) if isinstance(target, Ticket) else ""
    if isinstance(target, WorkOrder):
        address = reverse("order_action", args=[target.ticket.number, target.seq, act])
    return client_of(operator, who).get(address)


def test_the_message_names_the_order_and_its_unit(operator: Operator) -> None:
    order = order_in("sent", operator)
    address = reverse("order_action", args=[order.ticket.number, order.seq, "claim"])
    done = client_of(operator, "handler").post(address, {"version": order.version}, follow=True)
    (message,) = done.context["messages"]
    for part in ("派单1", "江苏固网运维部", "处理中", order.ticket.number):
        assert part in str(message)


def test_while_a_result_waits_taking_it_is_the_main_button(operator: Operator) -> None:
    order = order_in("replied", operator)
    head = page(operator, "dispatcher", order.ticket).split("</header>", 2)[1]
    buttons = head.split('<div class="actions">')[1]
    assert buttons.index("/orders/1/do/accept/") < buttons.index("/do/dispatch/")
    assert '<button class="">采纳回单 · ' in buttons
    assert 'class="button " ' not in buttons  # everything else is quiet
    before = page(operator, "dispatcher", bring_to("handling", operator)).split("</header>", 2)[1]
    assert "accept" not in before
    assert 'class="button " ' in before


@pytest.mark.parametrize(
    "state, act", [("pending_review", "refuse"), ("replied", "reject"), ("return_requested", "refuse_return")]
)
def test_the_course_says_why_an_order_came_back(operator: Operator, state: str, act: str) -> None:
    ticket = order_in(state, operator).ticket
    do(ticket, act, operator, order=1, note="未说明故障原因")
    latest = _course(operator, ticket)[1]
    assert "未说明故障原因" in latest


def test_the_course_keeps_why_each_return_was_asked_for(operator: Operator) -> None:
    """The order itself holds the last asking only (C-03)."""
    ticket = order_in("return_requested", operator).ticket
    do(ticket, "refuse_return", operator, order=1)
    do(ticket, "request_return", operator, order=1, note="光缆属网络部维护")
    course = "".join(_course(operator, ticket))
    assert ("属网络部职责" in course, "光缆属网络部维护" in course) == (True, True)


@pytest.mark.parametrize(
    "state, act",
    [
        ("pending_answer", "reject_result"),
        ("pending_clearance", "refuse_clearance"),
        ("handling", "answer_direct"),
        ("handling", "recall"),
    ],
)
def test_the_course_says_why_the_ticket_went_back(operator: Operator, state: str, act: str) -> None:
    ticket = bring_to(state, operator)
    do(ticket, act, operator, order=1 if act == "recall" else None, note="客户称仍未恢复")
    assert "客户称仍未恢复" in "".join(_course(operator, ticket)[1:3])


def test_long_trees_are_narrowed_by_typing_like_units(operator: Operator) -> None:
    order = order_in("handling", operator)
    reply = form(operator, "handler", order, "reply").context["form"]
    classes = form(operator, "dispatcher", order.ticket, "reclassify").context["form"]
    for field in (reply["cause"], classes["cause"], classes["complaint_type"], classes["business_type"]):
        assert 'data-pick="' in str(field)


def test_giving_up_the_revisit_is_offered_once_it_is_allowed_u45(operator: Operator) -> None:
    ticket, now = bring_to("closed", operator), clock.now()
    for at in (now, now, now + DAY):
        assert 'name="give_up" value="1"' not in form(operator, "revisitor", ticket, "revisit").content.decode()
        do(ticket, "attempt_revisit", operator, at=at)
    assert 'name="give_up" value="1"' in form(operator, "revisitor", ticket, "revisit").content.decode()


def test_dispatching_shows_what_was_promised_at_the_level_before_u28(operator: Operator) -> None:
    """Taken as 一般 at 09:00: the customer was promised 24 hours, whatever the department may take now."""
    rising = do(take_complaint(operator), "submit", operator)
    opened = form(operator, "dispatcher", rising, "dispatch")
    assert opened.context["form"]["level"].value() == "provincial"
    for part in ("一般", "11-24 09:00"):
        assert part in opened.context["form"]["level"].help_text
    staying = do(take_complaint(operator, level="provincial"), "submit", operator)
    assert not form(operator, "dispatcher", staying, "dispatch").context["form"]["level"].help_text


def _course(operator: Operator, ticket: Ticket) -> list[str]:
    """The entries of the timeline, the latest first, behind what stands before them."""
    return page(operator, "supervisor", ticket).split("data-timeline>")[1].split("</ol>")[0].split("entry-head")
