"""The sweep of the demonstration, and what units and supervisors do about what it finds (model 6)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Any

from core import clock
from core.errors import Refused
from demo.matters import phrase
from organization.models import User
from organization.roles import Role
from organization.selectors import on_duty
from tickets.models import SupervisionOrder
from tickets.models.supervision import Verdict
from tickets.services.supervising import people_to_answer
from tickets.services.sweeping import sweep
from tickets.workflow import perform

if TYPE_CHECKING:
    from collections.abc import Iterator

PACE = timedelta(minutes=30)  # beat sweeps every minute; nobody can tell the difference weeks later
SHARE_ANSWERED, SHARE_JUDGED = 0.85, 0.8
_Plan = tuple[datetime, int, str]  # when, which order, which act


def watched(rng: Random, since: datetime) -> Iterator[datetime]:
    """Sweep from `since` on, and let people react to each order in the hours and days after it. Never ends."""
    plans: list[_Plan] = []
    seen, at = 0, since
    while True:
        yield at
        while plans and plans[0][0] <= clock.now():
            _at, pk, act = heappop(plans)
            _react(rng, SupervisionOrder.objects.get(pk=pk), act)
        if sweep(clock.now()).orders:
            for pk in SupervisionOrder.objects.filter(pk__gt=seen).order_by("pk").values_list("pk", flat=True):
                seen = pk
                for plan in _planned(rng, pk):
                    heappush(plans, plan)
        at += PACE


def _planned(rng: Random, pk: int) -> Iterator[_Plan]:
    """Most orders are read within hours, answered within a day and judged in the days after."""
    at = clock.now() + timedelta(minutes=rng.randint(10, 240))
    yield at, pk, "acknowledge_supervision"
    if rng.random() < SHARE_ANSWERED:
        at += timedelta(minutes=rng.randint(30, 900))
        yield at, pk, "reply_supervision"
        if rng.random() < SHARE_JUDGED:
            yield at + timedelta(hours=rng.randint(2, 40)), pk, "judge_supervision"


def _react(rng: Random, order: SupervisionOrder, act: str) -> None:
    judges = act == "judge_supervision"
    unit = order.target_unit
    people = on_duty(Role.SUPERVISOR, unit) if judges else people_to_answer(order.ticket, unit, clock.now())
    if not people:
        return
    data: dict[str, Any] = {"supervision": order.pk}
    if act == "reply_supervision":
        data["text"] = phrase(rng, "supervision_reply")
    elif judges:
        proper = rng.random() < 0.7
        data |= {
            "verdict": Verdict.SATISFACTORY if proper else Verdict.UNSATISFACTORY,
            "score": 0 if proper else -rng.randint(1, 3),
            "note": phrase(rng, "supervision_verdict" if proper else "supervision_fault"),
        }
    with suppress(Refused):  # a person whom the complaint is about, or who answered, leaves it to others
        perform(order.ticket_id, act, by=_one_of(rng, people), **data)


def _one_of(rng: Random, people: list[User]) -> User:
    return rng.choice(sorted(people, key=lambda user: user.pk))
