"""What people type stays out of the events, because it may repeat contact data (model 10)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, default_data, do, last_event, order_in
from tickets.states import OrderStatus, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
TYPED = "客户电话 13812345678"
# Acts with something to type: the state that the ticket, or its work order, is in.
ON_TICKETS = {
    "send_back": Status.PENDING_DISPATCH,
    "request_instruction": Status.PENDING_DISPATCH,
    "instruct": Status.PENDING_INSTRUCTION,
    "return_instruction": Status.PENDING_INSTRUCTION,
    "answer_direct": Status.HANDLING,
    "add_contact": Status.HANDLING,
    "add_note": Status.HANDLING,
    "amend": Status.HANDLING,
    "hand_over": Status.HANDLING,
    "interim_reply": Status.HANDLING,
    "withdraw": Status.HANDLING,
    "record_attempt": Status.PENDING_ANSWER,
    "answer": Status.PENDING_ANSWER,
    "reject_result": Status.PENDING_ANSWER,
    "approve_clearance": Status.PENDING_CLEARANCE,
    "refuse_clearance": Status.PENDING_CLEARANCE,
    "attempt_revisit": Status.CLOSED,
    "revisit": Status.CLOSED,
    "dismiss": Status.PENDING_SCREENING,
    "rework": Status.PENDING_SCREENING,
    "unarchive": Status.ARCHIVED,
    "void": Status.PENDING_DISPATCH,
}
ON_ORDERS = {
    "reply": OrderStatus.HANDLING,
    "request_return": OrderStatus.HANDLING,
    "transfer": OrderStatus.HANDLING,
    "refuse": OrderStatus.PENDING_REVIEW,
    "reject": OrderStatus.REPLIED,
    "refuse_return": OrderStatus.RETURN_REQUESTED,
    "recall": OrderStatus.SENT,
}
FREE = {"reason", "note", "text", "content", "person_told", "plan", "remark", "finding", "measure", "script", "demand"}


def typed(act: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data of an act with the same words in every field that takes words."""
    free = FREE - ({"reason"} if act == "request_return" else set())  # there it is a code of the scheme
    words = {name: TYPED for name in data if name in free} | ({"remark": TYPED} if "revisit" in act else {})
    return words | ({"changes": {"summary": TYPED, "phone": "13900000000"}} if act == "amend" else {})


@pytest.mark.parametrize("act", ON_TICKETS)
def test_what_is_typed_about_a_ticket(operator: Operator, act: str) -> None:
    ticket = bring_to(ON_TICKETS[act], operator)
    by = "supervisor" if act == "void" else None
    words = typed(act, default_data(act, operator, ticket))
    assert words
    ticket = do(ticket, act, operator, by=by, **words)
    assert "13812345678" not in str(last_event(ticket).data)
    assert "13900000000" not in str(last_event(ticket).data)


@pytest.mark.parametrize("act", ON_ORDERS)
def test_what_is_typed_about_a_work_order(operator: Operator, act: str) -> None:
    ticket = order_in(ON_ORDERS[act], operator).ticket
    words = typed(act, default_data(act, operator, ticket))
    assert words
    ticket = do(ticket, act, operator, order=1, **words)
    assert all("13812345678" not in str(event.data) for event in ticket.events.all())


@pytest.mark.parametrize("act", ["send_back", "return_instruction", "withdraw", "dismiss", "rework"])
def test_a_reason_stands_in_the_course_of_the_ticket_masked_for_who_need_not_call(operator: Operator, act: str) -> None:
    """U-42: the reason is read there as before, and proven by its digest."""
    ticket = do(bring_to(ON_TICKETS[act], operator), act, operator, reason=f"{TYPED}，改日再办")
    assert [entry["row"] for entry in last_event(ticket).data["said"]][:1] == ["TicketNote"]
    client = Client()
    client.force_login(operator.user("manager"))
    html = client.get(reverse("ticket", args=[ticket.number])).content.decode()
    assert "<dt>原因</dt><dd>客户电话 138****5678，改日再办</dd>" in html
