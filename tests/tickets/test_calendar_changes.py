"""An administrator changes a calendar: running clocks follow in the background, each that moved with an event."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import clock_of, do, last_event, order_in, when
from tickets import consistency, tasks
from tickets.models import StageClock, TicketEvent, WorkdayOverride, WorkOrder
from tickets.services import workdays
from tickets.services.schemes import load_scheme, shipped_text
from tickets.services.sweeping import sweep
from tickets.states import OrderStatus, Stage

pytestmark = pytest.mark.django_db
NOW = when("11-23 12:00")
WEDNESDAY = dt.date(2026, 11, 25)


@pytest.fixture
def operator() -> Operator:
    """Under `unicom` with three working days to handle."""
    document = yaml.safe_load(shipped_text("unicom"))
    for rule in document["limits"]:
        if rule["stage"] == "handle":
            rule.pop("lower", None)
            rule["upper"] = "3wd"
    load_scheme(yaml.safe_dump(document, allow_unicode=True), name="unicom")
    return build_operator()


@pytest.fixture
def order(operator: Operator) -> WorkOrder:
    """Sent on Monday 11-23: three working days end with Thursday."""
    order = order_in(OrderStatus.HANDLING, operator, accepted_at=when("11-23 09:00"))
    assert clock_of(order.ticket, Stage.HANDLE).due_at == when("11-26 24:00")
    return order


def declare(operator: Operator, day: dt.date, *, is_working: bool = False, unit: str = "") -> WorkdayOverride:
    administrator = operator.user("administrator")
    place = operator.units[unit] if unit else None
    return workdays.declare_day(by=administrator, day=day, is_working=is_working, note="通知", unit=place)


def follow(at: dt.datetime = NOW) -> int:
    with clock.frozen(at):
        return tasks.follow_calendars()


def test_a_day_off_moves_what_runs_and_an_event_tells(operator: Operator, order: WorkOrder) -> None:
    declare(operator, WEDNESDAY)
    assert (follow(), follow()) == (1, 0)
    handle = clock_of(order.ticket, Stage.HANDLE)
    assert handle.due_at == handle.original_due_at == when("11-27 24:00")
    # 14 h 40 of Monday and three whole days count, 90 % of 86 h 40 is 78 h: 08:40 before the end lies 15:20 on Friday.
    assert handle.warn_at == handle.next_alert_at == when("11-27 15:20")
    event = last_event(order.ticket)
    assert (event.action, event.actor) == ("recompute_clocks", None)
    assert [moved["stage"] for moved in event.data["moved"]] == ["handle"]
    assert list(consistency.faults(order.ticket)) == []


def test_what_does_not_move_gets_no_event(operator: Operator, order: WorkOrder) -> None:
    """A day after the due time, a day of another province: the clock only notes its calendar."""
    before = TicketEvent.objects.count()
    declare(operator, dt.date(2026, 12, 7))
    declare(operator, WEDNESDAY, unit="P-ZJ")
    assert (follow(), follow()) == (0, 0)
    assert TicketEvent.objects.count() == before
    assert clock_of(order.ticket, Stage.HANDLE).due_at == when("11-26 24:00")


def test_a_day_of_the_province_counts_there(operator: Operator, order: WorkOrder) -> None:
    declare(operator, WEDNESDAY, unit="P-JS")
    assert follow() == 1
    assert clock_of(order.ticket, Stage.HANDLE).due_at == when("11-27 24:00")


def test_declared_otherwise_it_moves_back(operator: Operator, order: WorkOrder) -> None:
    declared = declare(operator, WEDNESDAY)
    follow()
    workdays.change_day(by=operator.user("administrator"), override=declared, is_working=True, note="更正")
    assert follow() == 1
    assert clock_of(order.ticket, Stage.HANDLE).due_at == when("11-26 24:00")
    history = declared.history.order_by("pk").values_list("history_type", "is_working", "history_user__username")
    assert list(history) == [("+", False, "administrator"), ("~", True, "administrator")]


def test_a_stopped_clock_never_changes(operator: Operator, order: WorkOrder) -> None:
    do(order.ticket, "reply", operator, order=1, at=NOW)
    do(order.ticket, "approve", operator, order=1, at=NOW)
    stopped = StageClock.objects.filter(work_order=order).values().get()
    declare(operator, WEDNESDAY)
    assert follow() == 0
    assert StageClock.objects.filter(work_order=order).values().get() == stopped


def test_what_was_agreed_stays_agreed(operator: Operator, order: WorkOrder) -> None:
    agreed = when("11-30 12:00")
    do(order.ticket, "ask_extension", operator, order=1, at=NOW, due=agreed)
    do(order.ticket, "approve_extension", operator, order=1, at=NOW)
    declare(operator, WEDNESDAY)
    assert (follow(), follow()) == (0, 0)
    handle = clock_of(order.ticket, Stage.HANDLE)
    assert (handle.due_at, handle.original_due_at) == (agreed, when("11-27 24:00"))


def test_pauses_are_laid_out_again_too(operator: Operator, order: WorkOrder) -> None:
    """A day's pause on Tuesday, then Wednesday is off: what was left of Monday's three days ends with Monday 11-30."""
    do(order.ticket, "ask_pause", operator, at=NOW, until=when("11-24 24:00"))
    do(order.ticket, "approve_pause", operator, at=when("11-23 24:00"))
    with clock.frozen(when("11-24 24:00")):
        tasks.resume_due()
    assert clock_of(order.ticket, Stage.HANDLE).due_at == when("11-27 24:00")
    declare(operator, WEDNESDAY)
    assert follow(when("11-25 08:00")) == 1
    assert clock_of(order.ticket, Stage.HANDLE).due_at == when("11-30 24:00")


def test_what_was_alerted_stays_so_and_the_rest_follows(operator: Operator, order: WorkOrder) -> None:
    sweep(when("11-26 23:00"))
    assert clock_of(order.ticket, Stage.HANDLE).alerted == 1
    declare(operator, dt.date(2026, 11, 26))
    follow(when("11-26 23:30"))
    handle = clock_of(order.ticket, Stage.HANDLE)
    assert (handle.alerted, handle.next_alert_at, handle.due_at) == (1, when("11-27 24:00"), when("11-27 24:00"))


def test_without_a_change_it_asks_three_questions(operator: Operator, order: WorkOrder) -> None:
    with CaptureQueriesContext(connection) as asked:
        follow()
    assert len(asked) <= 4
