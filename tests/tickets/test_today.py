"""A person's own day on the workbench: what they did since midnight in Shanghai, and how much of it was in time."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, when
from tickets.states import Status
from tickets.today import Today, today_of

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


def figures(operator: Operator, who: str) -> tuple[list[int], Today]:
    """What was done, number by number, and the whole."""
    found = today_of(operator.user(who), clock.now())
    assert found is not None
    return [count for _label, count in found.done], found


def test_the_day_begins_at_midnight_in_shanghai(operator: Operator, frozen_clock: clock.FrozenClock) -> None:
    midnight = when("11-24 00:00")
    for instant in (midnight - SECOND, midnight):
        frozen_clock.move_to(instant)
        bring_to(Status.DRAFT, operator)
    assert figures(operator, "agent")[0][0] == 1


def test_what_others_did_is_not_counted(operator: Operator, frozen_clock: clock.FrozenClock) -> None:
    bring_to(Status.PENDING_ANSWER, operator)
    assert figures(operator, "handler")[0] == [1, 1]
    assert figures(operator, "handler_b")[0] == [0, 0]
    assert today_of(operator.user("manager"), clock.now()) is None


def test_in_time_is_what_the_person_answered_for_and_ended_today(
    operator: Operator, frozen_clock: clock.FrozenClock
) -> None:
    late, met = bring_to(Status.PENDING_ANSWER, operator), bring_to(Status.PENDING_ANSWER, operator)
    _done, before = figures(operator, "dispatcher")
    do(met, "answer", operator)
    assert (figures(operator, "dispatcher")[1].met, figures(operator, "dispatcher")[1].due) == (
        before.met + 1,
        before.due + 1,
    )
    frozen_clock.move_to(when("11-30 10:00"))
    do(late, "answer", operator)
    _done, after = figures(operator, "dispatcher")
    assert (after.met, after.due, after.percent) == (0, 1, 0)
