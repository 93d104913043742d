"""The two scenarios of escalated complaints, to the second (SC-12, SC-13)."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from tests.factories.escalations import act, mobile, take_escalation
from tests.factories.organization import Operator
from tests.factories.tickets import clock_of, when
from tickets.consistency import faults
from tickets.models import Ticket
from tickets.models.outbox import NoticeKind, Outbox
from tickets.services.sweeping import sweep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

SECOND = dt.timedelta(seconds=1)


def told(ticket: Ticket, at: dt.datetime) -> list[str]:
    """What the sweep tells about the ticket until an instant."""
    with clock.frozen(at):
        sweep(at, limit=100)
    return [row.kind for row in Outbox.objects.filter(ticket=ticket.pk, data__has_key="clock").order_by("pk")]


def test_sc_12_mobile_over_a_working_sunday(operator: Operator) -> None:
    """U-62: dispatched Friday 09-18 10:00 with 3 wd. Saturday is off, Sunday the 20th a working day: the days are the
    20th, 21st and 22nd, due 09-22 24:00. Counted: 14 h of Friday and three days, 86 h; nine tenths are 77 h 24 min, of
    which 14 + 48 h are gone at the start of the 22nd: the warning is 09-22 15:24.

    Reported 09-21 09:00: 39 h are left (15 h of the 21st and the 22nd). Returned at 15:00, they end 09-23 06:00."""
    ticket = take_escalation(operator, at=when("09-18 09:00"), **mobile())
    act(ticket, "submit", operator, at=when("09-18 09:10"))
    act(ticket, "dispatch", operator, at=when("09-18 10:00"))
    first = clock_of(ticket, "handle")
    assert (first.due_at, first.warn_at, first.work_order) == (when("09-22 24:00"), when("09-22 15:24"), None)
    assert (first.unit, first.user) == (operator.js.centre, None)
    act(ticket, "sign", operator, at=when("09-18 11:00"))
    act(ticket, "answer_customer", operator, at=when("09-21 08:30"))
    act(ticket, "report", operator, at=when("09-21 09:00"))
    review = clock_of(ticket, "review")
    assert (review.started_at, review.due_at, review.unit) == (
        when("09-21 09:00"),
        when("09-22 24:00"),
        operator.group_centre,
    )
    act(ticket, "return_report", operator, at=when("09-21 15:00"))
    second = clock_of(ticket, "handle")
    assert (second.attempt, second.started_at, second.due_at) == (2, when("09-21 15:00"), when("09-23 06:00"))
    act(ticket, "report", operator, at=when("09-22 16:00"))
    ticket = act(ticket, "approve", operator, at=when("09-22 17:00"))
    assert [row.outcome for row in ticket.clocks.filter(stage="handle").order_by("pk")] == ["met", "met"]
    assert (ticket.status, ticket.closure_code) == ("pending_revisit", "resolved")
    act(ticket, "revisit", operator, at=when("09-24 10:00"))
    ticket = act(ticket, "archive", operator, at=when("09-25 10:00"))
    assert ticket.status == "archived"
    assert list(faults(ticket)) == []


@pytest.mark.parametrize("late, outcome", [(-SECOND, "met"), (0 * SECOND, "met"), (SECOND, "breached")])
def test_sc_12_the_second_report_is_on_time_until_its_last_second(
    operator: Operator, late: dt.timedelta, outcome: str
) -> None:
    """U-62: 09-23 06:00 is the due time of the attempt after the return."""
    ticket = take_escalation(operator, at=when("09-18 09:00"), **mobile())
    for name, at in (
        ("submit", "09-18 09:10"),
        ("dispatch", "09-18 10:00"),
        ("sign", "09-18 11:00"),
        ("answer_customer", "09-21 08:30"),
        ("report", "09-21 09:00"),
        ("return_report", "09-21 15:00"),
    ):
        act(ticket, name, operator, at=when(at))
    act(ticket, "report", operator, at=when("09-23 06:00") + late)
    assert clock_of(ticket, "handle").outcome == outcome


def test_sc_13_fixed_line_over_spring_festival(operator: Operator) -> None:
    """U-62: dispatched Tuesday 02-10 09:00 with 7 wd. Off are 02-15 to 02-23, the 14th and the 28th are worked: the
    days are 11, 12, 13, 14, 24, 25, 26, due 02-26 24:00. Counted: 15 h and seven days, 183 h; nine tenths are 164 h
    42 min, of which 15 + 144 h are gone at the start of the 26th: the warning is 02-26 05:42."""
    ticket = take_escalation(operator, at=when("02-10 08:30"))
    act(ticket, "submit", operator, at=when("02-10 08:40"))
    act(ticket, "dispatch", operator, at=when("02-10 09:00"))
    row = clock_of(ticket, "handle")
    assert (row.due_at, row.warn_at) == (when("02-26 24:00"), when("02-26 05:42"))
    assert told(ticket, when("02-26 05:42") - SECOND) == []
    assert told(ticket, when("02-26 05:42")) == [NoticeKind.WARNING]
    assert told(ticket, when("02-26 24:00") - SECOND) == [NoticeKind.WARNING]
    assert told(ticket, when("02-26 24:00"))[1:] == [NoticeKind.OVERDUE]
    supervised = ticket.supervisions.get()
    assert (supervised.target_unit, supervised.grade) == (operator.js.centre, "supervise")


@pytest.mark.parametrize("late, outcome", [(-SECOND, "met"), (0 * SECOND, "met"), (SECOND, "breached")])
def test_sc_13_reported_around_the_last_second(operator: Operator, late: dt.timedelta, outcome: str) -> None:
    """U-62."""
    ticket = take_escalation(operator, at=when("02-10 08:30"))
    for name, at in (("submit", "02-10 08:40"), ("dispatch", "02-10 09:00"), ("sign", "02-11 09:00")):
        act(ticket, name, operator, at=when(at))
    act(ticket, "answer_customer", operator, at=when("02-26 12:00"))
    act(ticket, "report", operator, at=when("02-26 24:00") + late)
    assert clock_of(ticket, "handle").outcome == outcome
