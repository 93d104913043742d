"""What goes up at once (U-09), one tier up (U-40), and findings on delays (U-47)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.errors import Refused
from tests.factories.organization import MembershipFactory, Operator, UnitFactory, UserFactory
from tests.factories.tickets import clock_of, do, order_in, order_of, when
from tickets.models import DelayFinding, Outbox, Ticket, WorkOrder
from tickets.services.reporting_up import unit_above
from tickets.states import OrderStatus, Outcome, Stage

pytestmark = pytest.mark.django_db
SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
NOW, LATE = when("11-23 10:00"), when("11-24 12:00")


@pytest.fixture
def order(operator: Operator) -> WorkOrder:
    """In handling: due 11-24 02:20, the whole course 11-24 09:00."""
    return order_in(OrderStatus.HANDLING, operator, accepted_at=when("11-23 09:00"))


def code_of(call: Any, *args: Any, **data: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **data)
    return refused.value.code


@pytest.mark.parametrize("who", ["dispatcher", "handler", "supervisor", "agent"])
def test_u_09_a_grave_problem_is_told_at_once_and_makes_the_ticket_critical(
    operator: Operator, order: WorkOrder, who: str
) -> None:
    before = order.ticket.priority
    ticket = do(order.ticket, "report_serious", operator, by=who, at=NOW)
    assert ticket.is_critical
    assert ticket.priority < before
    assert Outbox.objects.filter(ticket=ticket, kind="serious").count() == 1


def test_u_09_once_an_hour_is_enough(operator: Operator, order: WorkOrder) -> None:
    do(order.ticket, "report_serious", operator, at=NOW)
    again = {"by": "handler", "at": NOW + HOUR - SECOND}
    assert code_of(do, order.ticket, "report_serious", operator, **again) == "reported_already"
    do(order.ticket, "report_serious", operator, at=NOW + HOUR)
    assert Outbox.objects.filter(kind="serious").count() == 2


def test_u_40_the_result_comes_back_to_who_asked(operator: Operator, order: WorkOrder) -> None:
    """A department of the province asks the group's centre, which has nobody above."""
    at_group = UserFactory()
    MembershipFactory(user=at_group, role="handler", unit=operator.group_centre)
    do(order.ticket, "upgrade", operator, order=1, at=NOW)
    child = order_of(order.ticket, 2)
    assert (child.unit, child.parent, child.origin) == (operator.group_centre, order, "upgrade")
    assert order_of(order.ticket).status == OrderStatus.HANDLING
    assert Ticket.objects.get(pk=order.ticket_id).bounce_count == 0
    assert code_of(do, order.ticket, "reply", operator, order=1, at=NOW) == "child_open"
    assert code_of(do, order.ticket, "upgrade", operator, order=1, at=NOW) == "upgraded"
    do(order.ticket, "claim", operator, order=2, by=at_group, at=NOW)
    assert code_of(do, order.ticket, "upgrade", operator, order=2, by=at_group, at=NOW) == "no_unit_above"
    do(order.ticket, "reply", operator, order=2, by=at_group, at=NOW)
    MembershipFactory(user=operator.user("head"), role="director", unit=operator.group_centre)
    do(order.ticket, "approve", operator, order=2, by="head", at=NOW)
    do(order.ticket, "accept", operator, order=2, by="handler", at=NOW)


def test_u_40_a_recalled_question_may_be_asked_again(operator: Operator, order: WorkOrder) -> None:
    do(order.ticket, "upgrade", operator, order=1, at=NOW)
    do(order.ticket, "recall", operator, order=2, by="handler", at=NOW)
    do(order.ticket, "upgrade", operator, order=1, at=NOW)


def test_u_40_the_same_department_one_tier_up_comes_before_the_centre(operator: Operator) -> None:
    js = operator.js
    nanjing = js.cities[0]
    local = UnitFactory(code="C-NJ-FIXED", parent=nanjing.unit, functions=("type_owner",))
    group = UnitFactory(code="G-FIXED", parent=operator.group, tier="group", functions=("type_owner",))
    assert unit_above(WorkOrder(unit=local)) == js.fixed_line
    assert unit_above(WorkOrder(unit=js.fixed_line)) == group
    assert unit_above(WorkOrder(unit=nanjing.remote)) == js.centre  # no other unit does the same
    assert unit_above(WorkOrder(unit=group)) is None


def test_u_47_a_delay_is_found_on_once(operator: Operator, order: WorkOrder) -> None:
    handle = clock_of(order.ticket, Stage.HANDLE)
    found: dict[str, Any] = {
        "clock": handle.pk,
        "is_excused": False,
        "unit": operator.js.fixed_line,
        "user": operator.user("handler"),
    }
    at_due = handle.due_at
    assert code_of(do, order.ticket, "adjudicate_delay", operator, at=at_due, **found) == "not_late"
    do(order.ticket, "adjudicate_delay", operator, at=at_due + SECOND, **found)
    row = DelayFinding.objects.get()
    assert (row.unit, row.user, row.is_excused) == (operator.js.fixed_line, operator.users["handler"], False)
    again = {"clock": handle.pk, "is_excused": True}
    assert code_of(do, order.ticket, "adjudicate_delay", operator, at=LATE, **again) == "found_already"


def test_u_47_a_late_stage_that_has_stopped_and_one_that_was_in_time(operator: Operator, order: WorkOrder) -> None:
    do(order.ticket, "reply", operator, order=1, at=LATE)
    do(order.ticket, "approve", operator, order=1, at=LATE)
    handle = clock_of(order.ticket, Stage.HANDLE)
    assert handle.outcome == Outcome.BREACHED
    do(order.ticket, "adjudicate_delay", operator, at=LATE, clock=handle.pk)
    fill = clock_of(order.ticket, Stage.FILL).pk
    assert code_of(do, order.ticket, "adjudicate_delay", operator, at=LATE, clock=fill) == "not_late"


@pytest.mark.parametrize(
    "names_unit, names_user, is_excused", [(True, False, True), (False, False, False), (False, True, False)]
)
def test_u_47_somebody_or_nobody(
    operator: Operator, order: WorkOrder, names_unit: bool, names_user: bool, is_excused: bool
) -> None:
    found: dict[str, Any] = {
        "clock": clock_of(order.ticket, Stage.HANDLE).pk,
        "unit": operator.js.fixed_line if names_unit else None,
        "user": operator.user("handler") if names_user else None,
        "is_excused": is_excused,
    }
    assert code_of(do, order.ticket, "adjudicate_delay", operator, at=LATE, **found) == "finding_incomplete"
