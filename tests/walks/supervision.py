"""Supervision orders in the random walks: who may do what to them, with which data, and what holds afterwards."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.walks.people import Person, answers_for, is_about
from tests.walks.reading import units_concerned
from tickets.models import SupervisionOrder, Ticket
from tickets.states import ORDER_UNANSWERED, Grade

if TYPE_CHECKING:
    from collections.abc import Callable

ACTS = frozenset({"supervise", "chase", "acknowledge_supervision", "reply_supervision", "judge_supervision"})
# In which states of the order an act on it is possible.
STATES = {
    "acknowledge_supervision": {"issued"},
    "reply_supervision": {"issued", "acknowledged"},
    "judge_supervision": {"replied"},
}
ANSWERS = frozenset(STATES)
REFUSALS = {"chase": {"chased_already", "nothing_due"}}
INTERVAL = dt.timedelta(minutes=30)  # M-02


def fitting(act: str, person: Person, ticket: Ticket) -> list[SupervisionOrder]:
    """The ticket's supervision orders to which the person may do the act now."""
    rows = [row for row in ticket.supervisions.all() if row.status in STATES[act]]
    if act == "judge_supervision":
        return [row for row in rows if row.replied_by_id != person.user.pk]
    return [row for row in rows if answers_for(person, ticket, row.target_unit)]


def data_for(act: str, person: Person, ticket: Ticket, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """The data of an act; None when there is nothing legal to fill in."""
    if act == "chase":
        holders = [order.unit.pk for order in ticket.work_orders.all() if order.status in ORDER_UNANSWERED]
        return {"unit": draw(st.sampled_from([None, *holders])), "demand": "请尽快处理"}
    if act == "supervise":
        units = [unit.pk for unit in units_concerned(ticket) if not is_about(ticket, unit)]
        grade, trigger = st.sampled_from(["supervise", "raised", "notice"]), st.sampled_from(["key", "regulator"])
        return {"unit": draw(st.sampled_from(units)), "grade": draw(grade), "trigger": draw(trigger)} if units else None
    row = draw(st.sampled_from(fitting(act, person, ticket)))
    return {
        "supervision": row.pk,
        "text": "已加派人员",
        "verdict": draw(st.sampled_from(["satisfactory", "unsatisfactory", "unfounded"])),
        "score": draw(st.integers(-10, 10)),
    }


def check(ticket: Ticket) -> None:
    """One unanswered order per unit, numbers without gaps, a trigger for each that an event tells of, the grade of
    the strongest, and no two chases of a unit within the interval."""
    rows = list(ticket.supervisions.all())
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    unanswered = Counter(row.target_unit_id for row in rows if row.status in STATES["reply_supervision"])
    assert all(count == 1 for count in unanswered.values()), "two unanswered orders of a unit"
    events = list(ticket.events.all())
    told = [one for event in events for one in event.data.get("supervised", ())]
    told += [event.data for event in events if event.action == "alert" and "supervision" in event.data]
    assert Counter(one["supervision"] for one in told) == Counter({row.pk: len(row.triggers.all()) for row in rows}), (
        "triggers differ from what the events tell"
    )
    chases: dict[int, list[dt.datetime]] = {}
    for row in rows:
        causes = list(row.triggers.all())
        assert row.grade == max((Grade(cause.grade) for cause in causes), key=lambda grade: grade.rank)
        assert (row.replied_at is None) or (row.acknowledged_at is not None and row.acknowledged_at <= row.replied_at)
        assert (row.status == "judged") == (row.score is not None)
        chases.setdefault(row.target_unit_id, []).extend(one.at for one in causes if one.trigger == "chase")
    for made in chases.values():
        assert all(later - earlier >= INTERVAL for earlier, later in pairwise(sorted(made)))
