"""Every course of an escalated complaint or an appeal comes to its end, whatever a story draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

import pytest

from core import clock
from demo import courses, lives, organization
from demo.appeal import AppealLife, case_number
from demo.complaint import ComplaintLife
from demo.escalation import EscalationLife
from demo.life import World
from demo.matters import again, draw_case
from demo.steps import Steps
from demo.tiers import TierLife
from tests.factories.tickets import load_unicom
from tickets import consistency
from tickets.models import DictionaryEntry, Ticket
from tickets.notifications import quietly
from tickets.states import Status

pytestmark = pytest.mark.django_db
BEGAN = clock.parse_instant("2026-10-14 09:00")
LONG_AFTER = BEGAN + dt.timedelta(days=40)
COURSES: list[tuple[type[TierLife], Callable[..., Steps]]] = [
    *((EscalationLife, course) for _share, course in courses.ESCALATIONS),
    *((AppealLife, course) for _share, course in courses.APPEALS),
]


@pytest.mark.parametrize("kind, course", COURSES, ids=lambda value: value.__name__)
def test_what_the_group_takes_runs_its_course(kind: type[TierLife], course: Callable[[TierLife], Steps]) -> None:
    """Made of an open complaint where the course answers the customer, it closes that too; and nothing contradicts."""
    version = load_unicom()
    entries = {(entry.dimension, entry.code): entry for entry in DictionaryEntry.objects.all()}
    world, rng = World(organization.build(), version, entries), Random(course.__name__)
    with quietly(), clock.frozen(BEGAN) as time:
        below = ComplaintLife(world, rng, draw_case(rng, world.operator.provinces, BEGAN))
        play(lives.ordinary(below), time, until=lambda: below.ticket.status == Status.HANDLING)
        answers = course not in courses.LEAVES_BELOW
        higher = kind(world, rng, again(rng, below.case, clock.now()), below=below if answers else None)
        world.lives += [below, higher]
        play(course(higher), time, until=lambda: clock.now() > LONG_AFTER)
    higher.ticket.refresh_from_db()
    assert higher.ticket.status in (Status.ARCHIVED, Status.WITHDRAWN, Status.DECLINED)
    assert Ticket.objects.get(pk=below.ticket.pk).status == (Status.ARCHIVED if answers else Status.HANDLING)
    assert list(consistency.faults()) == []


def play(steps: Steps, time: clock.FrozenClock, *, until: Callable[[], bool]) -> None:
    """Let it happen, each act at its instant."""
    for instant in steps:
        if until():
            return
        time.move_to(instant)


def test_regulators_number_their_cases() -> None:
    assert case_number(dt.date(2026, 3, 2), 71) == "申诉〔2026〕000071号"
