"""The weeks of the demonstration: who complains when, what becomes of it, told in the order in which it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from heapq import heapify, heappop, heappush
from random import Random

from core import clock
from core.clock import SHANGHAI
from demo import lives
from demo.appeal import AppealLife
from demo.complaint import ComplaintLife
from demo.courses import APPEALS, COMPLAINTS, ESCALATIONS, LEAVES_BELOW, SHOWN, Courses, Shown
from demo.escalation import EscalationLife
from demo.life import Life, Rests, World
from demo.matters import again, draw_case
from demo.organization import Province
from demo.steps import Steps
from demo.tiers import TierLife
from demo.watching import watched
from tickets.states import CLOSED, Stage, Status

WEEKS = timedelta(days=30)
SHARE_LATE, SHARE_LATE_FURTHER = 0.06, 0.25
LATE_STAGES = {Stage.HANDLE: 60, Stage.ANSWER: 22, Stage.DISPATCH: 12, Stage.FILL: 6}
# Complaints by the hour of the day, and the share of a Saturday or Sunday.
HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 9, 12, 12, 9, 6, 7, 10, 11, 10, 9, 7, 7, 8, 6, 4, 2)
WEEKEND = 0.7
SHARE_REPEATED = 0.09
SHARE_MERGED = 0.01
SHARE_ESCALATED, SHARE_APPEALED = 0.025, 0.015
SHARE_TAKEN_UP = 0.6  # of these, so many were complaints of the story before, half of them still open
SHARE_SHOWN = 0.25


def tell(world: World, *, tickets: int, seed: int, until: datetime) -> None:
    """Let so many customers complain in the weeks before `until`, and play what becomes of it."""
    rng = Random(f"bihuan {seed}")  # noqa: S311 - a story, not a secret
    beginnings = [*_shown(world, rng, tickets, until)]
    beginnings += [_drawn(world, rng, until) for _count in range(tickets - len(beginnings))]
    queue = [(came, index, steps) for index, (came, steps) in enumerate(beginnings)]
    first = min(came for came, _steps in beginnings)
    queue.append((first, len(queue), watched(Random(f"bihuan watch {seed}"), first)))  # noqa: S311
    heapify(queue)
    with clock.frozen(until) as time:
        while queue and queue[0][0] <= until:
            instant, index, steps = heappop(queue)
            time.move_to(instant)
            try:
                following = next(steps)
            except (StopIteration, Rests):
                continue
            heappush(queue, (max(following, instant), index, steps))


def _shown(world: World, rng: Random, tickets: int, until: datetime) -> Iterator[tuple[datetime, Steps]]:
    for shown, place in waiting_places()[: int(tickets * SHARE_SHOWN)]:
        came = until - timedelta(hours=shown.hours, minutes=rng.randint(0, 4))
        province = world.operator.provinces[place]
        yield came, _waiting(world, Random(rng.random()), shown, province, came)  # noqa: S311


def waiting_places() -> list[tuple[Shown, int]]:
    """What is shown, and in which province, by its number; so that a part of the list shows something of each kind."""
    placed = [(index / len(rows), shown, place) for rows in SHOWN for index, (shown, place) in enumerate(_placed(rows))]
    return [(shown, place) for _part, shown, place in sorted(placed, key=lambda row: row[0])]


def _placed(rows: tuple[Shown, ...]) -> list[tuple[Shown, int]]:
    return [(shown, place) for shown in rows for place in shown.provinces]


def _waiting(world: World, rng: Random, shown: Shown, province: Province, came: datetime) -> Steps:
    case = draw_case(rng, (province,), came, complaint_type=shown.complaint_type)
    life = shown.life(
        world,
        rng,
        replace(case, channel="hotline"),
        hurry=True,
        rests_before=shown.rests_before,
        by_log_ins=True,
    )
    world.lives.append(life)
    yield from shown.course(life)


def _drawn(world: World, rng: Random, until: datetime) -> tuple[datetime, Steps]:
    came = _arrival(rng, until)
    own = Random(rng.random())  # noqa: S311
    chance = own.random()
    if chance < SHARE_APPEALED:
        return came, _taken_further(world, own, came, AppealLife, APPEALS)
    if chance < SHARE_APPEALED + SHARE_ESCALATED:
        return came, _taken_further(world, own, came, EscalationLife, ESCALATIONS)
    return came, _lived(world, own, came)


def _lived(world: World, rng: Random, came: datetime) -> Steps:
    """Any customer: a new one, one who comes again with the same matter, or one whose ticket is taken twice."""
    chance = rng.random()
    complaints = [life for life in world.lives if isinstance(life, ComplaintLife) and life.above is None]
    earlier: ComplaintLife | None = None
    if chance < SHARE_REPEATED:
        earlier = _one_of(rng, [one for one in complaints if _was_closed_lately(one, came)])
    elif chance < SHARE_REPEATED + SHARE_MERGED:
        earlier = _one_of(rng, [one for one in complaints if one.ticket.status == Status.HANDLING])
    course: Callable[[ComplaintLife], Steps]
    if earlier is None:
        _weight, course, needs = rng.choices(COMPLAINTS, weights=[weight for weight, *_rest in COMPLAINTS])[0]
        life = ComplaintLife(world, rng, draw_case(rng, world.operator.provinces, came, needs=needs))
    elif earlier.ticket.is_open:
        course, life = lives.merged, ComplaintLife(world, rng, again(rng, earlier.case, came))
    else:
        course = rng.choice((lives.ordinary, lives.ordinary, lives.ordinary, lives.talkative))
        life = ComplaintLife(world, rng, again(rng, earlier.case, came), repeat_of=earlier)
    _may_be_late(life, SHARE_LATE)
    world.lives.append(life)
    yield from course(life)


def _taken_further(world: World, rng: Random, came: datetime, kind: type[TierLife], courses: Courses) -> Steps:
    """A customer who turns to the group or to the regulator, often with what was a complaint before."""
    course = rng.choices([course for _weight, course in courses], weights=[weight for weight, _course in courses])[0]
    below = None
    if rng.random() < SHARE_TAKEN_UP:
        is_open = course not in LEAVES_BELOW and rng.random() < 0.5
        complaints = [life for life in world.lives if isinstance(life, ComplaintLife)]
        below = _one_of(rng, [one for one in complaints if _may_go_on(one, came, is_open=is_open)])
    case = again(rng, below.case, came) if below else draw_case(rng, world.operator.provinces, came)
    life = kind(world, rng, case, below=below)
    _may_be_late(life, SHARE_LATE_FURTHER)
    world.lives.append(life)
    yield from course(life)


def _may_go_on(life: ComplaintLife, came: datetime, *, is_open: bool) -> bool:
    """Whether its customer may take it further: while the units work on it, or when all is over."""
    if is_open:
        return life.ticket.status == Status.HANDLING and life.above is None
    return life.ticket.status in (Status.REVISITED, Status.ARCHIVED) and _was_closed_lately(life, came)


def _may_be_late(life: Life, share: float) -> None:
    if life.rng.random() < share:
        life.late = life.rng.choices(list(LATE_STAGES), weights=list(LATE_STAGES.values()))[0]


def _was_closed_lately(life: ComplaintLife, came: datetime) -> bool:
    closed = life.ticket.closed_at if life.ticket.status in CLOSED else None
    return closed is not None and timedelta(days=1) < came - closed < timedelta(days=28)


def _one_of(rng: Random, found: list[ComplaintLife]) -> ComplaintLife | None:
    return rng.choice(found) if found else None


def _arrival(rng: Random, until: datetime) -> datetime:
    """An instant of the weeks before `until`, at an hour when people complain."""
    while True:
        day = (until - timedelta(days=rng.random() * WEEKS.days)).astimezone(SHANGHAI).date()
        hour = rng.choices(range(24), weights=HOURS)[0]
        came = datetime.combine(day, time(hour, rng.randint(0, 59), rng.randint(0, 59)), SHANGHAI)
        if until - WEEKS < came <= until and (day.weekday() < 5 or rng.random() < WEEKEND):
            return came.astimezone(until.tzinfo)
