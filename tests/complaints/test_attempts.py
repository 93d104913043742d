"""Dispatching and judging results: clocks of orders, attempts, rejected results (U-29 … U-31, M-01, model 4, 5)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import Refused
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, do, last_event, load_unicom, order_in, order_of, when
from tickets.models import StageClock, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def handle_of(ticket: Ticket, attempt: int, order: int = 1) -> StageClock:
    return StageClock.objects.get(ticket=ticket, stage="handle", work_order__seq=order, attempt=attempt)


def replied(operator: Operator, approved: dt.datetime) -> Ticket:
    """Sent 11-23 09:20 under the limit of 17 h, due 11-24 02:20; the reply left the unit at `approved`."""
    ticket: Ticket = order_in("pending_review", operator, accepted_at=when("11-23 09:00")).ticket
    return do(ticket, "approve", operator, order=1, at=approved)


def test_u_31_sign_and_handle_run_from_the_dispatch_signed_or_not(operator: Operator) -> None:
    order = order_in("sent", operator, accepted_at=when("11-23 09:00"))
    handle = handle_of(order.ticket, 1)
    assert (handle.started_at, handle.due_at) == (when("11-23 09:20"), when("11-24 02:20"))
    assert handle.warn_at == when("11-24 00:38")  # U-32: 15 h 18 min of 17 h
    do(order.ticket, "sign", operator, order=1, at=when("11-24 01:00"))
    assert handle_of(order.ticket, 1).due_at == when("11-24 02:20")
    assert not order.ticket.clocks.filter(stage="sign").exists()  # `unicom` has no limit for signing


def test_claiming_signs_and_nobody_takes_it_from_the_claimer(operator: Operator) -> None:
    order = order_in("sent", operator)
    do(order.ticket, "claim", operator, by="handler_b", order=1)
    order = order_of(order.ticket)
    assert (order.status, order.assignee, order.signed_by) == ("handling", *[operator.user("handler_b")] * 2)
    with pytest.raises(Refused) as refusal:
        do(order.ticket, "claim", operator, by="handler", order=1)
    assert refusal.value.code == "claimed"


def test_reassigning_is_the_directors_and_a_handler_only_takes_over(operator: Operator) -> None:
    order = order_in("handling", operator)
    do(order.ticket, "reassign", operator, by="director", order=1, user=operator.user("handler_b"))
    assert order_of(order.ticket).assignee == operator.user("handler_b")
    assert clock_of(order.ticket, "handle").user == operator.user("handler_b")
    with pytest.raises(Refused):
        do(order.ticket, "reassign", operator, by="handler_b", order=1, user=operator.user("handler"))
    do(order.ticket, "reassign", operator, by="handler", order=1, user=operator.user("handler"))
    with pytest.raises(Refused) as refusal:
        do(order.ticket, "reassign", operator, by="director", order=1, user=operator.user("handler_network"))
    assert refusal.value.code == "not_a_handler"


def test_an_order_is_given_to_nobody_whom_the_complaint_is_about(operator: Operator) -> None:
    """Model 2: nobody handles a ticket about itself."""
    order = order_in("handling", operator, complained_user=operator.user("handler_b"))
    with pytest.raises(Refused) as refusal:
        do(order.ticket, "reassign", operator, order=1, user=operator.user("handler_b"))
    assert refusal.value.code == "recused"
    director = Client()
    director.force_login(operator.user("director"))
    form = director.get(reverse("order_action", args=[order.ticket.number, 1, "reassign"])).context["form"]
    assert "冯涛" not in str(form["user"])


def test_m_01_the_units_time_ends_when_its_director_lets_the_reply_out(operator: Operator) -> None:
    ticket: Ticket = order_in("pending_review", operator, accepted_at=when("11-23 09:00")).ticket
    assert clock_of(ticket, "handle").outcome == "running"
    do(ticket, "refuse", operator, order=1, at=when("11-23 10:00"), note="没有写明原因")
    order = order_of(ticket)
    assert (order.status, order.attempt, order.replied_at) == ("handling", 1, None)
    assert order.replies.get().verdict_note == "没有写明原因"
    do(ticket, "reply", operator, order=1, at=when("11-23 11:00"))
    do(ticket, "approve", operator, order=1, at=when("11-23 12:00"))
    handle = clock_of(ticket, "handle")
    assert (handle.attempt, handle.outcome, handle.stopped_at) == (1, "met", when("11-23 12:00"))
    assert handle.counted_seconds == 9600


def test_without_director_review_the_reply_ends_it(operator: Operator) -> None:
    load_unicom(director_review=False)
    order = order_in("handling", operator)
    ticket = do(order.ticket, "reply", operator, order=1)
    assert (order_of(ticket).status, clock_of(ticket, "handle").outcome) == ("replied", "met")
    assert clock_of(ticket, "answer").outcome == "running"


@pytest.mark.parametrize(
    "approved, rejected, due",
    [
        ("11-23 12:20", "11-23 15:20", "11-24 05:20"),  # 14 h were left; the three hours of waiting cost none
        ("11-24 02:00", "11-24 03:00", "11-24 05:00"),  # 20 min were left: at least 2 h
        ("11-24 02:20:01", "11-24 04:00", "11-24 06:00"),  # it was late: 2 h, and late it stays
    ],
)
def test_a_rejected_result_gets_the_unused_time_and_no_more(
    operator: Operator, approved: str, rejected: str, due: str
) -> None:
    ticket = replied(operator, when(approved))
    total = clock_of(ticket, "total")
    first = handle_of(ticket, 1)
    assert clock_of(ticket, "answer").outcome == "running"
    ticket = do(ticket, "reject", operator, order=1, at=when(rejected), note="仍未恢复")
    again = handle_of(ticket, 2)
    assert (again.started_at, again.due_at) == (when(rejected), when(due))
    assert handle_of(ticket, 1).outcome == first.outcome == ("met" if approved < "11-24 02:20:01" else "breached")
    assert clock_of(ticket, "answer").outcome == "cancelled"
    assert (order_of(ticket).status, order_of(ticket).attempt) == ("handling", 2)
    assert clock_of(ticket, "total").due_at == total.due_at
    do(ticket, "reply", operator, order=1, at=when(rejected))
    do(ticket, "approve", operator, order=1, at=when(rejected))
    assert clock_of(ticket, "answer").attempt == 2


def test_a_third_attempt_gets_what_the_second_left(operator: Operator) -> None:
    ticket = replied(operator, when("11-23 12:20"))
    do(ticket, "reject", operator, order=1, at=when("11-23 15:20"))
    do(ticket, "reply", operator, order=1, at=when("11-23 16:00"))
    do(ticket, "approve", operator, order=1, at=when("11-23 16:20"))
    do(ticket, "reject", operator, order=1, at=when("11-23 20:00"))
    assert handle_of(ticket, 3).due_at == when("11-24 09:00")  # 14 h less 1 h


def test_u_30_answering_begins_with_the_last_leads_result(operator: Operator) -> None:
    order = order_in("replied", operator, beside=True)
    assert not order.ticket.clocks.filter(stage="answer").exists()
    ticket = do(order.ticket, "accept", operator, order=1)
    assert ticket.status == "handling"
    for act in ("claim", "reply", "approve"):
        do(ticket, act, operator, order=2)
    assert clock_of(ticket, "answer").outcome == "running"
    assert do(ticket, "accept", operator, order=2).status == "pending_answer"


def test_dispatching_names_one_lead_for_each_unit(operator: Operator) -> None:
    js = operator.js
    ticket = bring_to("pending_dispatch", operator)
    wrong = {
        "no_lead": [{"unit": js.service, "role": "assist"}],
        "unit_twice": [{"unit": js.network}, {"unit": js.network}],
    }
    for code, orders in wrong.items():
        with pytest.raises(Refused) as refusal:
            do(ticket, "dispatch", operator, orders=orders)
        assert refusal.value.code == code
    with pytest.raises(Refused) as refusal:
        do(ticket, "dispatch", operator, orders=[])
    assert refusal.value.code == "no_lead"
    do(ticket, "dispatch", operator)
    with pytest.raises(Refused) as refusal:
        do(ticket, "dispatch", operator)
    assert refusal.value.code == "unit_busy"
    ticket = do(ticket, "dispatch", operator, orders=[{"unit": js.service, "role": "assist"}])
    assert (ticket.status, ticket.work_orders.count()) == ("handling", 2)


def test_the_level_set_at_dispatch_counts_for_the_order(operator: Operator) -> None:
    """U-28, U-29: 省级 has 48 h in all and 41 h of handling; the whole course is counted from the acceptance."""
    ticket = bring_to("pending_dispatch", operator, accepted_at=when("11-23 09:00"))
    orders = [{"unit": operator.js.fixed_line}]
    ticket = do(ticket, "dispatch", operator, at=when("11-23 09:30"), orders=orders, level="provincial")
    assert clock_of(ticket, "total").due_at == when("11-25 09:00")
    assert clock_of(ticket, "handle").due_at == when("11-25 02:30")
    assert last_event(ticket).data["level"] == ["general", "provincial"]


def test_a_rejected_collection_goes_back_with_the_unused_time(operator: Operator) -> None:
    """`reject_result` with orders: the same unit gets no fresh limit (model 4: a rejection buys no time)."""
    ticket = do(replied(operator, when("11-23 12:20")), "accept", operator, order=1, at=when("11-23 13:00"))
    orders = [{"unit": operator.js.fixed_line, "demand": "客户仍断网"}]
    ticket = do(ticket, "reject_result", operator, at=when("11-23 15:20"), orders=orders)
    assert (ticket.status, ticket.round) == ("handling", 1)
    assert clock_of(ticket, "handle", work_order__seq=2).due_at == when("11-24 05:20")
    assert clock_of(ticket, "answer").outcome == "cancelled"
    assert clock_of(ticket, "total").due_at == when("11-24 09:00")


def test_a_rejected_collection_without_units_waits_for_dispatch(operator: Operator) -> None:
    ticket = do(bring_to("pending_answer", operator), "reject_result", operator)
    assert (ticket.status, clock_of(ticket, "dispatch").attempt) == ("pending_dispatch", 2)
    ticket = do(ticket, "dispatch", operator, orders=[{"unit": operator.js.network}])
    assert ticket.status == "handling"  # what was accepted before counts no more


def test_solved_meanwhile_recalls_what_is_out(operator: Operator) -> None:
    order = order_in("handling", operator, beside=True, accepted_at=when("11-23 09:00"))
    ticket = do(order.ticket, "answer_direct", operator, at=when("11-23 12:00"))
    assert ticket.status == "pending_answer"
    assert {row.status for row in ticket.work_orders.all()} == {"recalled"}
    assert {row.outcome for row in ticket.clocks.filter(stage="handle")} == {"cancelled"}
    assert clock_of(ticket, "answer").due_at == when("11-23 14:00")


def test_an_answer_is_not_due_at_night(operator: Operator) -> None:
    """Quiet hours 21:00–08:00: due not before 09:00, but never beyond the whole course (model 4)."""
    late: Ticket = order_in("pending_review", operator, accepted_at=when("11-23 18:00")).ticket
    do(late, "approve", operator, order=1, at=when("11-23 20:30"))
    assert clock_of(late, "answer").due_at == when("11-24 09:00")
    early: Ticket = order_in("pending_review", operator, accepted_at=when("11-23 08:10")).ticket
    do(early, "approve", operator, order=1, at=when("11-24 05:00"))
    assert (clock_of(early, "total").due_at, clock_of(early, "answer").due_at) == (when("11-24 08:10"),) * 2
    day: Ticket = order_in("pending_review", operator, accepted_at=when("11-23 09:00")).ticket
    do(day, "approve", operator, order=1, at=when("11-23 18:59"))
    assert clock_of(day, "answer").due_at == when("11-23 20:59")


def test_c_02_a_leaders_instruction_has_its_own_step(operator: Operator) -> None:
    ticket = bring_to("pending_instruction", operator, accepted_at=when("11-23 09:00"))
    assert clock_of(ticket, "dispatch").outcome == "met"
    ticket = do(ticket, "instruct", operator, at=when("11-23 16:00"), text="同意特事特办")
    assert [note.kind for note in ticket.notes.order_by("pk")] == ["instruction_request", "instruction"]
    again = clock_of(ticket, "dispatch")
    assert (again.attempt, again.started_at, again.due_at) == (2, when("11-23 16:00"), when("11-23 20:00"))
