"""More time (延期, U-44): asked for before the work is due, decided by the director, the first due time kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from core import clock
from core.errors import NotPermitted, Refused
from tests.factories.organization import MembershipFactory, Operator
from tests.factories.tickets import clock_of, do, order_in, when
from tickets import consistency
from tickets.models import Extension, Outbox, Ticket, WorkOrder
from tickets.models.time import Decision
from tickets.services.sweeping import sweep
from tickets.states import OrderStatus, Outcome, Stage

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)
DUE, TOTAL = when("11-24 02:20"), when("11-24 09:00")
ASKED, DECIDED = DUE - dt.timedelta(minutes=30), DUE - dt.timedelta(minutes=10)
SOON, LATER = when("11-24 08:00"), when("11-25 12:00")


@pytest.fixture
def order(operator: Operator) -> WorkOrder:
    """In handling: due 11-24 02:20, the whole course 11-24 09:00."""
    return order_in(OrderStatus.HANDLING, operator, accepted_at=when("11-23 09:00"))


def ask(operator: Operator, order: WorkOrder, due: dt.datetime = SOON, at: dt.datetime = ASKED, **who: Any) -> None:
    do(order.ticket, "ask_extension", operator, order=1, at=at, due=due, **who)


def decide(operator: Operator, order: WorkOrder, act: str = "approve_extension", **more: Any) -> Ticket:
    return do(order.ticket, act, operator, order=1, **({"at": DECIDED} | more))


def code_of(call: Any, *args: Any, **data: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **data)
    return refused.value.code


def shows_banner(operator: Operator, order: WorkOrder, at: dt.datetime) -> bool:
    """Whether the dispatcher's page says that the promise will break, with the way to tell the customer."""
    client = Client()
    client.force_login(operator.user("dispatcher"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with clock.frozen(at):
        page = client.get(reverse("ticket", args=[order.ticket.number]))
    return "tell the customer by an interim reply" in page.content.decode()


def test_u_44_who_decides_reads_the_ground(operator: Operator, order: WorkOrder) -> None:
    """However much has happened since; a number in it stays as hidden as elsewhere."""
    phone = order.ticket.contact.phone
    ask(operator, order, ground=f"备件在途，客户电话{phone}")
    client = Client()
    client.force_login(operator.user("director"))
    with clock.frozen(DECIDED):
        page = client.get(reverse("order_action", args=[order.ticket.number, 1, "approve_extension"])).content.decode()
    intro = page.split("</h1>")[1].split("<form")[0]
    assert "备件在途" in intro
    assert phone not in intro


def test_sc_09_both_due_times_are_kept_and_the_new_one_warns_again(operator: Operator, order: WorkOrder) -> None:
    sweep(when("11-24 01:00"))  # warned at 00:38
    ask(operator, order)
    decide(operator, order)
    handle = clock_of(order.ticket, Stage.HANDLE)
    assert (handle.original_due_at, handle.due_at, handle.schedule) == (DUE, SOON, 2)
    assert handle.next_alert_at == handle.warn_at
    sweep(when("11-24 06:00"))
    assert list(handle.alerts.values_list("schedule", flat=True)) == [1, 2]
    assert clock_of(order.ticket, Stage.TOTAL).schedule == 1
    assert list(consistency.faults(order.ticket)) == []


@pytest.mark.parametrize(
    "at, code",
    [(DUE - SECOND, None), (DUE, None), (DUE + SECOND, "too_late"), (DUE + dt.timedelta(days=1), "too_late")],
)
def test_sc_09_asked_for_until_due_and_no_second_later(
    operator: Operator, order: WorkOrder, at: dt.datetime, code: str | None
) -> None:
    if code is None:
        ask(operator, order, due=LATER, at=at)
    else:
        assert code_of(ask, operator, order, due=LATER, at=at) == code


def test_the_new_time_is_later_and_to_come(operator: Operator, order: WorkOrder) -> None:
    assert code_of(ask, operator, order, due=DUE) == "not_later"
    ask(operator, order, due=DUE + SECOND)
    assert code_of(ask, operator, order, due=SOON) == "extension_asked"
    assert code_of(decide, operator, order, at=DUE + SECOND) == "extension_past"
    decide(operator, order, "refuse_extension", at=DUE + SECOND)
    assert clock_of(order.ticket, Stage.HANDLE).due_at == DUE


def test_asked_for_in_time_it_may_be_approved_after_due(operator: Operator, order: WorkOrder) -> None:
    ask(operator, order)
    decide(operator, order, at=DUE + SECOND)
    assert clock_of(order.ticket, Stage.HANDLE).due_at == SOON


def test_beyond_the_whole_course_that_gets_the_answer_s_time_after_it(operator: Operator, order: WorkOrder) -> None:
    """U-44: 11-25 12:00 for the unit, and the two hours of the answer for the whole course."""
    ask(operator, order, due=LATER)
    decide(operator, order)
    total = clock_of(order.ticket, Stage.TOTAL)
    assert (total.original_due_at, total.due_at) == (TOTAL, when("11-25 14:00"))
    assert Outbox.objects.filter(ticket=order.ticket, kind="interim_needed").count() == 1
    assert shows_banner(operator, order, DECIDED)
    do(order.ticket, "interim_reply", operator, at=DECIDED + SECOND)
    assert shows_banner(operator, order, DECIDED + SECOND)  # told, but of no new promise
    do(order.ticket, "interim_reply", operator, at=DECIDED + 2 * SECOND, promised_for=when("11-25 14:00"))
    assert not shows_banner(operator, order, DECIDED + 2 * SECOND)
    assert list(consistency.faults(order.ticket)) == []


def test_u_44_the_customer_hears_when_the_whole_course_is_near_its_end(operator: Operator, order: WorkOrder) -> None:
    """90 % of 24 h: 21:36 after 09:00, so 06:36."""
    near = when("11-24 06:36")
    assert not shows_banner(operator, order, near - SECOND)
    assert shows_banner(operator, order, near)
    do(order.ticket, "interim_reply", operator, at=near)
    assert not shows_banner(operator, order, near)


def test_what_was_asked_for_lapses_when_the_work_is_done(operator: Operator, order: WorkOrder) -> None:
    ask(operator, order)
    do(order.ticket, "reply", operator, order=1, at=ASKED + SECOND)
    assert Extension.objects.get().decision == Decision.ASKED  # the director still has the reply
    do(order.ticket, "approve", operator, order=1, at=ASKED + 2 * SECOND)
    assert Extension.objects.get().decision == Decision.LAPSED
    assert code_of(decide, operator, order) == "wrong_state"


def test_nobody_decides_on_what_it_asked_for(operator: Operator, order: WorkOrder) -> None:
    MembershipFactory(user=operator.user("handler"), role="director", unit=operator.js.fixed_line)
    ask(operator, order, by="handler")
    with pytest.raises(NotPermitted):
        decide(operator, order, by="handler")
    decide(operator, order, by="director")


def test_an_extension_and_a_pause_add_up(operator: Operator, order: WorkOrder) -> None:
    """Agreed 08:00, then six hours of waiting: due 14:00; without the extension it would be due 08:20."""
    ask(operator, order, at=when("11-23 11:00"))
    decide(operator, order, at=when("11-23 11:30"))
    do(order.ticket, "ask_pause", operator, at=when("11-23 12:00"), until=when("11-25 12:00"))
    do(order.ticket, "approve_pause", operator, at=when("11-23 13:00"))
    assert code_of(ask, operator, order, due=LATER, at=when("11-23 14:00")) == "paused"
    do(order.ticket, "resume", operator, at=when("11-23 19:00"))
    handle = clock_of(order.ticket, Stage.HANDLE)
    assert (handle.due_at, handle.original_due_at) == (when("11-24 14:00"), when("11-24 08:20"))
    do(order.ticket, "reply", operator, order=1, at=when("11-24 13:00"))
    do(order.ticket, "approve", operator, order=1, at=when("11-24 14:00"))
    assert clock_of(order.ticket, Stage.HANDLE).outcome == Outcome.MET


def test_a_change_of_class_keeps_what_was_agreed(operator: Operator, order: WorkOrder) -> None:
    ask(operator, order, due=LATER)
    decide(operator, order)
    do(order.ticket, "reclassify", operator, at=DECIDED + SECOND, level="provincial")
    handle = clock_of(order.ticket, Stage.HANDLE)
    assert (handle.due_at, handle.original_due_at) == (LATER, when("11-25 02:20"))
