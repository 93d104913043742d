"""What the ticket page says beyond what may be done: what is not possible and why, how time adds up, paper forms."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.models import AccessKind, AccessLog
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, do, order_in, when
from tickets import selectors
from tickets.fair_time import FairTime, Sort, fair_times
from tickets.models import Ticket, WorkOrder
from tickets.states import OrderStatus

pytestmark = pytest.mark.django_db
NOW = when("11-23 10:00")


@pytest.fixture
def order(operator: Operator) -> WorkOrder:
    """In handling by the fixed-line department of 江苏; the ticket came at 09:00."""
    return order_in(OrderStatus.HANDLING, operator, accepted_at=when("11-23 09:00"))


def read(operator: Operator, who: str, address: str, *args: object, at: dt.datetime = NOW) -> str:
    """A page as somebody sees it at an instant."""
    client = Client()
    with clock.frozen(at):
        client.force_login(operator.user(who))
        page = client.get(reverse(address, args=args))
    return page.content.decode() if page.status_code == 200 else str(page.status_code)


def offers(operator: Operator, who: str, ticket: Ticket) -> list[tuple[str, str]]:
    """What is not possible now, and why."""
    client = Client()
    with clock.frozen(NOW):
        client.force_login(operator.user(who))
        page = client.get(reverse("ticket", args=[ticket.number]))
    return [(one.action.name, one.reason) for one in page.context["not_now"]]


def test_claiming_is_what_stands_first_before_an_untouched_order(operator: Operator) -> None:
    order = order_in(OrderStatus.SENT, operator, accepted_at=when("11-23 09:00"))
    page = read(operator, "handler", "ticket", order.ticket.number)
    assert page.index("do/claim/") < page.index("do/sign/")
    assert ("reply", "状态为“处理中”时可办") in offers(operator, "handler", order.ticket)


def test_while_a_part_is_with_another_unit_there_is_no_reply_u40_u41(operator: Operator, order: WorkOrder) -> None:
    assert "do/reply/" in read(operator, "handler", "ticket", order.ticket.number)
    do(order.ticket, "upgrade", operator, by="handler", order=order.seq, at=NOW)
    page = read(operator, "handler", "ticket", order.ticket.number)
    assert f"orders/{order.seq}/do/reply/" not in page
    assert f"orders/{order.seq}/do/upgrade/" not in page
    unit = order.ticket.work_orders.get(parent=order).unit
    assert [
        reason for act, reason in offers(operator, "handler", order.ticket) if act == "reply" and unit.name in reason
    ]


def test_what_lies_behind_is_not_expected_any_more(operator: Operator) -> None:
    ticket = bring_to("pending_answer", operator)
    assert {"submit", "dispatch", "answer"}.isdisjoint(act for act, _reason in offers(operator, "dispatcher", ticket))
    assert offers(operator, "dispatcher", bring_to("closed", operator)) == []


def test_u_44_more_time_says_what_it_moves(operator: Operator, order: WorkOrder) -> None:
    page = read(operator, "handler", "order_action", order.ticket.number, order.seq, "ask_extension")
    assert "全程一并顺延" in page
    assert "11-24 09:00" in page


def fair(ticket: Ticket, stage: str, at: dt.datetime) -> FairTime:
    return next(one for one in fair_times(ticket, selectors.clocks_of(ticket), at) if one.clock.stage == stage)


def told(one: FairTime) -> list[tuple[str, str]]:
    return [(str(piece.sort), piece.length) for piece in one.stretches]


def test_the_stretches_add_up_a_pause_says_who_and_why(operator: Operator, order: WorkOrder) -> None:
    """Model 4: 24 h from 09:00; paused from 11:00 to 13:00, read at 15:00."""
    ticket = order.ticket
    until = when("11-23 13:00")
    do(ticket, "ask_pause", operator, at=NOW, reason="customer", ground="客户出差", until=until)
    do(ticket, "approve_pause", operator, by="director_centre", at=when("11-23 11:00"))
    paused = fair(ticket, "total", when("11-23 12:00"))
    assert told(paused) == [("counted", "2:00:00"), ("paused", "1:00:00")]
    do(ticket, "resume", operator, at=until)
    total = fair(ticket, "total", when("11-23 15:00"))
    assert told(total) == [("counted", "2:00:00"), ("paused", "2:00:00"), ("counted", "2:00:00"), ("left", "20:00:00")]
    assert (total.whole, dict(total.sums)[Sort.COUNTED]) == ("26:00:00", "4:00:00")
    assert operator.user("director_centre").name in total.stretches[1].why
    assert "客户出差" in total.stretches[1].why
    late = fair(ticket, "total", clock_of(ticket, "total").due_at + dt.timedelta(minutes=1))
    assert told(late)[-1] == ("late", "0:01:00")
    page = read(operator, "supervisor", "ticket_times", ticket.number, at=when("11-23 15:00"))
    assert "26:00:00" in page


def test_paper_shows_what_its_reader_sees_and_the_whole_is_logged(operator: Operator, order: WorkOrder) -> None:
    """P-12, P-34, C-01; model 10: a manager gets it masked, a dispatcher in full, and that is in the access log."""
    number, phone = order.ticket.number, order.ticket.contact.phone
    for form in ("opinion", "disposal", "record", "relay", "repair"):
        assert phone not in read(operator, "manager", "ticket_print", number, form)
        assert not AccessLog.objects.filter(kind=AccessKind.EXPORT).exists()
    assert read(operator, "dispatcher", "ticket_print", number, "report") == "404"  # nothing was reported
    assert phone in read(operator, "dispatcher", "ticket_print", number, "relay")
    assert AccessLog.objects.get(kind=AccessKind.EXPORT).subject == number
