"""Orders that go to the wrong unit: returning, passing on, the way back, and the third bounce (C-03, U-38 … U-41)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import NotPermitted, Refused
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, do, entry, load_unicom, order_in, order_of, take_complaint, when
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

SECOND = dt.timedelta(seconds=1)


def before_the_supervisor(operator: Operator) -> Ticket:
    """Bounced three times: passed on between type owners, and given back twice."""
    ticket: Ticket = order_in("handling", operator).ticket
    do(ticket, "transfer", operator, order=1)
    do(ticket, "request_return", operator, order=2, proper_unit=operator.js.billing)
    do(ticket, "accept_return", operator, order=2)
    do(ticket, "request_return", operator, order=1)
    return do(ticket, "accept_return", operator, order=1)


@pytest.mark.parametrize("status", ["sent", "handling"])
def test_c_03_an_order_can_be_returned_for_one_working_day(operator: Operator, status: str) -> None:
    """Monday's order until Tuesday 24:00, not a second longer; the clocks run on; asking signs for it."""
    order = order_in(status, operator, accepted_at=when("11-23 09:00"))
    with pytest.raises(Refused) as refusal:
        do(order.ticket, "request_return", operator, order=1, at=when("11-24 24:00") + SECOND)
    assert refusal.value.code == "return_late"
    do(order.ticket, "request_return", operator, order=1, at=when("11-24 24:00"))
    order = order_of(order.ticket)
    assert (order.status, order.proper_unit, order.return_reason) == (
        "return_requested",
        operator.js.network,
        "not_our_business",
    )
    assert order.signed_by == operator.user("handler")
    assert clock_of(order.ticket, "handle").outcome == "running"


def test_c_03_over_a_weekend_the_working_day_is_monday(operator: Operator) -> None:
    order = order_in("sent", operator, accepted_at=when("11-27 16:00"))  # a Friday
    with pytest.raises(Refused):
        do(order.ticket, "request_return", operator, order=1, at=when("11-30 24:00") + SECOND)
    assert do(order.ticket, "request_return", operator, order=1, at=when("11-30 24:00")).status == "handling"


def test_some_schemes_forbid_returns(operator: Operator) -> None:
    load_unicom(returns={"allowed": False, "limit": "1wd"})
    order = order_in("handling", operator)
    with pytest.raises(Refused) as refusal:
        do(order.ticket, "request_return", operator, order=1)
    assert refusal.value.code == "returns_forbidden"


def test_a_refused_return_leaves_the_order_and_its_clock(operator: Operator) -> None:
    order = order_in("return_requested", operator)
    handle = clock_of(order.ticket, "handle")
    ticket = do(order.ticket, "refuse_return", operator, order=1)
    assert (order_of(ticket).status, ticket.bounce_count) == ("handling", 0)
    assert clock_of(ticket, "handle") == handle
    assert clock_of(ticket, "handle").due_at == handle.due_at


def test_sc_03_wrong_department_returned_then_passed_on(operator: Operator) -> None:
    """The reply goes back to the business owner, who passes it to the centre; the whole course never moved."""
    js = operator.js
    ticket: Ticket = take_complaint(
        operator,
        at=when("11-23 09:00"),
        business_type=entry("business_type", "lte"),
        complaint_type=entry("complaint_type", "mobile_charging"),
        extra={"charge_kind": "data", "disputed_amount": "120", "billing_month": "2026-10"},
    )
    total = clock_of(ticket, "total")
    do(ticket, "submit", operator, at=when("11-23 09:10"))
    do(ticket, "dispatch", operator, at=when("11-23 09:30"), orders=[{"unit": js.network}])
    do(ticket, "request_return", operator, at=when("11-23 10:00"), order=1, proper_unit=js.market)
    ticket = do(ticket, "accept_return", operator, at=when("11-23 10:20"), order=1)
    assert (ticket.status, ticket.bounce_count) == ("pending_dispatch", 1)
    assert clock_of(ticket, "handle").outcome == "cancelled"
    assert clock_of(ticket, "dispatch").started_at == when("11-23 10:20")
    do(ticket, "dispatch", operator, at=when("11-23 10:30"), orders=[{"unit": js.market}])
    do(ticket, "claim", operator, at=when("11-23 10:40"), order=2)
    ticket = do(ticket, "transfer", operator, at=when("11-23 11:00"), order=2, unit=js.billing)
    assert (order_of(ticket, 3).parent, ticket.bounce_count) == (order_of(ticket, 2), 1)
    with pytest.raises(Refused) as refusal:
        do(ticket, "reply", operator, at=when("11-23 11:10"), order=2)
    assert refusal.value.code == "child_open"
    do(ticket, "claim", operator, at=when("11-23 11:10"), order=3)
    do(ticket, "reply", operator, at=when("11-23 14:00"), order=3)
    ticket = do(ticket, "approve", operator, at=when("11-23 14:10"), order=3)
    assert not ticket.clocks.filter(stage="answer").exists()
    with pytest.raises(NotPermitted):
        do(ticket, "accept", operator, by="dispatcher", order=3)
    ticket = do(ticket, "accept", operator, by="handler_market", at=when("11-23 14:20"), order=3)
    assert ticket.status == "handling"
    do(ticket, "reply", operator, at=when("11-23 14:40"), order=2)
    do(ticket, "approve", operator, at=when("11-23 14:50"), order=2)
    with pytest.raises(NotPermitted):
        do(ticket, "accept", operator, by="handler_market", order=2)
    ticket = do(ticket, "accept", operator, by="dispatcher", at=when("11-23 15:00"), order=2)
    assert ticket.status == "pending_answer"
    still = clock_of(ticket, "total")
    assert (still.pk, still.due_at, still.outcome) == (total.pk, total.due_at, "running")


def test_u_41_each_result_goes_to_the_unit_that_passed_the_work_on(operator: Operator) -> None:
    """A stack, not a fixed target: remote unit → business owner → type owner, and back the same way."""
    js = operator.js
    ticket = bring_to("pending_dispatch", operator)
    do(ticket, "dispatch", operator, orders=[{"unit": js.cities[0].remote}])
    for seq, unit in ((1, js.market), (2, js.billing)):
        do(ticket, "claim", operator, order=seq)
        do(ticket, "transfer", operator, order=seq, unit=unit)
    do(ticket, "claim", operator, order=3)
    for seq, receiver in ((3, "handler_market"), (2, "handler_remote"), (1, "dispatcher")):
        do(ticket, "reply", operator, order=seq)
        do(ticket, "approve", operator, order=seq)
        for wrong in {"handler_billing", "handler_market", "handler_remote", "dispatcher"} - {receiver}:
            with pytest.raises(NotPermitted):
                do(ticket, "accept", operator, by=wrong, order=seq)
        ticket = do(ticket, "accept", operator, by=receiver, order=seq)
    assert (ticket.status, ticket.bounce_count) == ("pending_answer", 0)


def test_a_unit_that_recalls_what_it_passed_on_may_reply_itself(operator: Operator) -> None:
    ticket: Ticket = order_in("handling", operator).ticket
    do(ticket, "ask_assistant", operator, order=1)
    with pytest.raises(Refused) as refusal:
        do(ticket, "reply", operator, order=1)
    assert refusal.value.code == "child_open"
    do(ticket, "recall", operator, order=2)
    do(ticket, "reply", operator, order=1)
    assert (order_of(ticket, 1).status, order_of(ticket, 2).status) == ("pending_review", "recalled")
    assert clock_of(ticket, "handle", work_order__seq=2).outcome == "cancelled"


def test_recalling_an_order_recalls_what_hangs_below_it(operator: Operator) -> None:
    ticket: Ticket = order_in("handling", operator).ticket
    do(ticket, "ask_assistant", operator, order=1)
    ticket = do(ticket, "recall", operator, order=1)
    assert {order.status for order in ticket.work_orders.all()} == {"recalled"}
    assert ticket.status == "pending_dispatch"


def test_the_routing_by_a_remote_unit_is_no_bounce(operator: Operator) -> None:
    js = operator.js
    ticket = bring_to("pending_dispatch", operator)
    do(ticket, "dispatch", operator, orders=[{"unit": js.cities[0].remote}])
    do(ticket, "claim", operator, order=1)
    for seq, unit in ((2, js.fixed_line), (3, js.billing), (4, js.market), (5, js.network)):
        ticket = do(ticket, "transfer", operator, order=1, unit=unit)
        ticket = do(ticket, "recall", operator, by="handler_remote", order=seq)
    assert (ticket.bounce_count, ticket.needs_assignment) == (0, False)


def test_the_third_bounce_puts_it_before_the_supervisor(operator: Operator) -> None:
    ticket: Ticket = order_in("handling", operator).ticket
    ticket = do(ticket, "transfer", operator, order=1)
    assert (ticket.bounce_count, ticket.needs_assignment) == (1, False)
    do(ticket, "request_return", operator, order=2)
    ticket = do(ticket, "accept_return", operator, order=2)
    assert (ticket.bounce_count, ticket.needs_assignment) == (2, False)
    with pytest.raises(Refused) as refusal:
        do(ticket, "assign", operator)
    assert refusal.value.code == "not_before_supervisor"
    do(ticket, "request_return", operator, order=1)
    ticket = do(ticket, "accept_return", operator, order=1)
    assert (ticket.status, ticket.bounce_count, ticket.needs_assignment) == ("pending_dispatch", 3, True)
    assert ticket.events.get(action="accept_return", data__bounces=3).data["before_supervisor"] is True


def test_before_the_supervisor_nobody_else_dispatches(operator: Operator) -> None:
    ticket = before_the_supervisor(operator)
    with pytest.raises(Refused) as refusal:
        do(ticket, "dispatch", operator)
    assert refusal.value.code == "before_supervisor"
    ticket = do(ticket, "assign", operator, unit=operator.js.billing)
    assert (ticket.status, ticket.needs_assignment) == ("handling", False)


@pytest.mark.parametrize(
    "status, act",
    [("pending_answer", "reject_result"), ("pending_clearance", "refuse_clearance"), ("revisited", "rework")],
)
def test_what_goes_back_for_more_does_not_pass_the_supervisor_by(operator: Operator, status: str, act: str) -> None:
    """Model 5: one lead gave its result and another order bounced for the third time. Units may not be named then;
    without any it waits for dispatch, and that is the supervisor's."""
    ticket = bring_to(status, operator)
    Ticket.objects.filter(pk=ticket.pk).update(bounce_count=3, needs_assignment=True)
    orders = [{"unit": operator.js.billing}]
    with pytest.raises(Refused) as refusal:
        do(ticket, act, operator, orders=orders)
    assert refusal.value.code == "before_supervisor"
    ticket = do(ticket, act, operator)
    assert (ticket.status, ticket.needs_assignment) == ("pending_dispatch", True)
    assert do(ticket, "assign", operator, unit=operator.js.billing).status == "handling"


def test_its_form_names_no_units_then(operator: Operator) -> None:
    ticket = bring_to("pending_answer", operator)
    Ticket.objects.filter(pk=ticket.pk).update(bounce_count=3, needs_assignment=True)
    client = Client()
    client.force_login(operator.user("dispatcher"))
    address = reverse("ticket_action", args=[ticket.number, "reject_result"])
    assert "unit_0" not in client.get(address).content.decode()
    typed = {"version": ticket.version, "note": "未说明原因"}
    refused = client.post(address, typed | {"unit_0": operator.js.billing.pk, "role_0": "lead"})
    assert (refused.status_code, refused.context["form"]["unit_0"].value()) == (422, str(operator.js.billing.pk))
    assert client.post(address, typed).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_dispatch"


@pytest.mark.parametrize("act", ["request_return", "transfer"])
def test_a_binding_order_stays_where_it_is(operator: Operator, act: str) -> None:
    ticket = do(before_the_supervisor(operator), "assign", operator)
    order = ticket.work_orders.get(origin="binding")
    do(ticket, "claim", operator, order=order.seq)
    with pytest.raises(Refused) as refusal:
        do(ticket, act, operator, order=order.seq)
    assert refusal.value.code == "binding"
    do(ticket, "ask_assistant", operator, order=order.seq)  # help may still be asked for


def test_a_binding_assignment_takes_the_work_from_everybody_else(operator: Operator) -> None:
    """The third bounce may be a transfer: the ticket is still being handled."""
    ticket: Ticket = order_in("handling", operator).ticket
    for seq in (2, 3, 4):
        ticket = do(ticket, "transfer", operator, order=1)
        if seq < 4:
            do(ticket, "recall", operator, order=seq)
    assert (ticket.status, ticket.needs_assignment) == ("handling", True)
    ticket = do(ticket, "assign", operator, unit=operator.js.billing)
    still_open = [order.unit for order in ticket.work_orders.open()]
    assert (ticket.status, still_open) == ("handling", [operator.js.billing])


def test_an_order_is_passed_on_once_at_a_time(operator: Operator) -> None:
    ticket: Ticket = order_in("handling", operator).ticket
    with pytest.raises(Refused) as refusal:
        do(ticket, "transfer", operator, order=1, unit=operator.js.fixed_line)
    assert refusal.value.code == "same_unit"
    do(ticket, "transfer", operator, order=1)
    with pytest.raises(Refused) as refusal:
        do(ticket, "transfer", operator, order=1, unit=operator.js.billing)
    assert refusal.value.code == "child_open"
