"""The forms of pauses, more time, what goes up and findings: who is offered them, what they prefill and refuse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from tests.factories.organization import Operator
from tests.factories.tickets import clock_of, do, order_in, when
from tickets.models import DelayFinding, Extension, Pause, Ticket, WorkOrder
from tickets.states import OrderStatus, Stage

pytestmark = pytest.mark.django_db
NOW, DUE, LATE = when("11-23 10:00"), when("11-24 02:20"), when("11-24 12:00")


@pytest.fixture
def order(operator: Operator) -> WorkOrder:
    """In handling: due 11-24 02:20."""
    return order_in(OrderStatus.HANDLING, operator, accepted_at=when("11-23 09:00"))


class Desk:
    """Somebody at a desk at an instant."""

    def __init__(self, operator: Operator, who: str, at: dt.datetime = NOW) -> None:
        self.client, self.at = Client(), at
        with clock.frozen(at):
            self.client.force_login(operator.user(who))

    def offered(self, ticket: Ticket) -> str:
        """The ticket's page."""
        with clock.frozen(self.at):
            return self.client.get(reverse("ticket", args=[ticket.number])).content.decode()

    def open(self, target: Ticket | WorkOrder, act: str) -> str:
        """The form of an act."""
        with clock.frozen(self.at):
            return self.client.get(_address(target, act)).content.decode()

    def send(self, target: Ticket | WorkOrder, act: str, **data: Any) -> Any:
        """Send the form of an act."""
        with clock.frozen(self.at):
            return self.client.post(_address(target, act), data | {"version": target.version})


def _address(target: Ticket | WorkOrder, act: str) -> str:
    if isinstance(target, WorkOrder):
        return reverse("order_action", args=[target.ticket.number, target.seq, act])
    return reverse("ticket_action", args=[target.number, act])


def test_a_pause_is_asked_for_and_offered_to_who_decides(operator: Operator, order: WorkOrder) -> None:
    dispatcher = Desk(operator, "dispatcher")
    assert "do/ask_pause/" in dispatcher.offered(order.ticket)
    past = dispatcher.send(order.ticket, "ask_pause", reason="customer", ground="出差", until="2026-11-23T09:59")
    assert past.status_code == 422
    dispatcher.send(order.ticket, "ask_pause", reason="customer", ground="客户出差", until="2026-11-25T09:00")
    assert Pause.objects.get().until == when("11-25 09:00")
    assert "do/ask_pause/" not in dispatcher.offered(order.ticket)
    assert "do/approve_pause/" not in Desk(operator, "director").offered(order.ticket)
    director = Desk(operator, "director_centre")
    assert "do/approve_pause/" in director.offered(order.ticket)
    assert "11-25 09:00" in director.open(order.ticket, "approve_pause")
    assert director.send(order.ticket, "refuse_pause", note="").status_code == 422
    director.send(order.ticket, "approve_pause", note="")
    assert "do/resume/" in dispatcher.offered(order.ticket)


def test_more_time_is_offered_until_due(operator: Operator, order: WorkOrder) -> None:
    assert "do/ask_extension/" in Desk(operator, "handler", DUE).offered(order.ticket)
    assert "do/ask_extension/" not in Desk(operator, "handler", DUE + dt.timedelta(seconds=1)).offered(order.ticket)
    handler = Desk(operator, "handler")
    handler.send(order, "ask_extension", ground="备件未到", due="2026-11-26T12:00")
    assert Extension.objects.get().due_asked == when("11-26 12:00")
    assert "do/ask_extension/" not in handler.offered(order.ticket)
    page = Desk(operator, "director").open(order, "approve_extension")
    assert "11-24 02:20 → 11-26 12:00" in page
    assert "备件未到" in page


def test_upgrade_names_the_unit_it_goes_to(operator: Operator, order: WorkOrder) -> None:
    handler = Desk(operator, "handler")
    assert operator.group_centre.name in handler.open(order, "upgrade")
    assert handler.send(order, "upgrade", demand="请总部协调").status_code == 302
    assert "升级" in handler.offered(order.ticket)


def test_u_40_beyond_the_province_the_highest_level_is_proposed(operator: Operator, order: WorkOrder) -> None:
    dispatcher = Desk(operator, "dispatcher")
    assert 'value="national" selected' not in dispatcher.open(order.ticket, "reclassify")
    do(order.ticket, "upgrade", operator, order=1, at=NOW)
    assert dispatcher.offered(order.ticket).count("do/reclassify/") == 2
    assert 'value="national" selected' in dispatcher.open(order.ticket, "reclassify")
    do(order.ticket, "reclassify", operator, at=NOW, level="national")
    assert dispatcher.offered(order.ticket).count("do/reclassify/") == 1  # the button, and no proposal any more


def test_a_grave_problem_says_when_it_was_reported(operator: Operator, order: WorkOrder) -> None:
    assert Desk(operator, "handler").send(order.ticket, "report_serious", text="记者到场").status_code == 302
    again = Desk(operator, "dispatcher", NOW + dt.timedelta(minutes=5))
    ticket = Ticket.objects.get(pk=order.ticket_id)
    answer = again.send(ticket, "report_serious", text="记者到场")
    assert answer.status_code == 422
    assert "11-23 10:00" in answer.content.decode()


def test_a_finding_names_a_unit_or_nobody(operator: Operator, order: WorkOrder) -> None:
    assert "do/adjudicate_delay/" not in Desk(operator, "supervisor").offered(order.ticket)
    supervisor = Desk(operator, "supervisor", LATE)
    assert "do/adjudicate_delay/" in supervisor.offered(order.ticket)
    handle = clock_of(order.ticket, Stage.HANDLE)
    page = supervisor.open(order.ticket, "adjudicate_delay")
    assert "总部" not in page.split('name="unit"')[1].split("</select>")[0]  # only units that had the ticket
    found = {"clock": handle.pk, "ground": "未及时派修"}
    assert supervisor.send(order.ticket, "adjudicate_delay", **found).status_code == 422
    unit = {"unit": operator.js.fixed_line.pk}
    assert supervisor.send(order.ticket, "adjudicate_delay", **found, **unit).status_code == 302
    assert DelayFinding.objects.get().unit == operator.js.fixed_line
    assert "未及时派修" in supervisor.offered(order.ticket)


def test_what_was_decided_stands_in_the_course(operator: Operator, order: WorkOrder) -> None:
    do(order.ticket, "ask_extension", operator, order=1, at=NOW, due=when("11-26 12:00"))
    do(order.ticket, "refuse_extension", operator, order=1, at=NOW, note="本地有备件")
    page = Desk(operator, "dispatcher").offered(order.ticket)
    assert "本地有备件" in page
    assert "不批准延期" in page
