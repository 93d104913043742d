"""The weeks of the demonstration: who complains when, what becomes of it, told in the order in which it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from heapq import heapify, heappop, heappush
from random import Random

from complaints.demo import lives
from complaints.demo.life import Life, Rests, World
from complaints.demo.matters import again, draw_case
from complaints.demo.organization import Province
from complaints.demo.steps import Steps
from complaints.demo.watching import watched
from core import clock
from core.clock import SHANGHAI
from tickets.states import CLOSED, Stage, Status

Course = Callable[[Life], Steps]
WEEKS = timedelta(days=30)
SHARE_LATE = 0.06
LATE_STAGES = {Stage.HANDLE: 60, Stage.ANSWER: 22, Stage.DISPATCH: 12, Stage.FILL: 6}
# Complaints by the hour of the day, and the share of a Saturday or Sunday.
HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 9, 12, 12, 9, 6, 7, 10, 11, 10, 9, 7, 7, 8, 6, 4, 2)
WEEKEND = 0.7

# What becomes of complaints, in percent; `needs` is what the matter must offer.
COURSES: tuple[tuple[float, Course, str], ...] = (
    (24, lives.on_the_spot, "spot"),
    (4, lives.by_the_centre, "spot"),
    (31, lives.ordinary, ""),
    (6, lives.talkative, ""),
    (4, lives.returned, ""),
    (1, lives.return_refused, ""),
    (0.6, lives.bounced, ""),
    (3, lives.transferred, ""),
    (2, lives.assisted, ""),
    (2, lives.two_leads, ""),
    (2, lives.refused, ""),
    (2, lives.rejected, ""),
    (1.5, lives.sent_back, ""),
    (1, lives.instructed, ""),
    (1, lives.handed_over, ""),
    (1, lives.reclassified, ""),
    (1, lives.solved_meanwhile, ""),
    (2, lives.unreachable, ""),
    (1.5, lives.dismissed, ""),
    (3, lives.reworked, ""),
    (2, lives.promised, ""),
    (1, lives.not_accepted, ""),
    (1, lives.no_contact, ""),
    (1.5, lives.withdrawn, ""),
    (0.4, lives.voided, ""),
)
SHARE_REPEATED = 0.09
SHARE_MERGED = 0.01


@dataclass(frozen=True)
class Shown:
    """A ticket that waits at a certain place, so that every role finds work: taken so many hours before the end."""

    course: Course
    rests_before: str
    hours: float
    complaint_type: str = "fixed_fault"


SHOWN = (
    Shown(lives.ordinary, "dispatch", 0.7),
    Shown(lives.ordinary, "claim", 3),
    Shown(lives.ordinary, "approve", 5),
    Shown(lives.ordinary, "answer", 2),
    Shown(lives.ordinary, "revisit", 22),
    Shown(lives.ordinary, "submit", 0.5),
    Shown(lives.instructed, "instruct return_instruction", 7),
    Shown(lives.bounced, "assign", 9),
    Shown(lives.dismissed, "dismiss", 30),
    Shown(lives.no_contact, "approve_clearance", 55),
    Shown(lives.ordinary, "reply", 6),
    Shown(lives.ordinary, "reply", 40.8),
    Shown(lives.ordinary, "reply", 45),
    Shown(lives.ordinary, "accept", 1.6),
    Shown(lives.returned, "accept_return", 4),
    Shown(lives.ordinary, "dispatch", 4),
    Shown(lives.ordinary, "dispatch", 6.5),
    Shown(lives.ordinary, "submit", 1.4),
    Shown(lives.handed_over, "confirm_hand_over", 4),
    Shown(lives.talkative, "reply", 12),
    Shown(lives.promised, "fulfil_promise", 190, "mobile_network"),
    Shown(lives.ordinary, "revisit", 100, "mobile_charging"),
    Shown(lives.ordinary, "revisit", 206, "mobile_network"),
    Shown(lives.ordinary, "archive", 14),
)
SHARE_SHOWN = 0.17


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
    rows = [(shown, province) for shown in SHOWN for province in world.operator.provinces[:2]]
    for shown, province in rows[: int(tickets * SHARE_SHOWN)]:
        came = until - timedelta(hours=shown.hours, minutes=rng.randint(0, 4))
        yield came, _waiting(world, Random(rng.random()), shown, province, came)  # noqa: S311


def _waiting(world: World, rng: Random, shown: Shown, province: Province, came: datetime) -> Steps:
    case = draw_case(rng, (province,), came, complaint_type=shown.complaint_type)
    life = Life(
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
    return came, _lived(world, Random(rng.random()), came)  # noqa: S311


def _lived(world: World, rng: Random, came: datetime) -> Steps:
    """Any customer: a new one, one who comes again with the same matter, or one whose ticket is taken twice."""
    chance = rng.random()
    earlier: Life | None = None
    if chance < SHARE_REPEATED:
        earlier = _one_of(rng, [one for one in world.lives if _was_closed_lately(one, came)])
    elif chance < SHARE_REPEATED + SHARE_MERGED:
        earlier = _one_of(rng, [one for one in world.lives if one.ticket.status == Status.HANDLING])
    course: Course
    if earlier is None:
        _weight, course, needs = rng.choices(COURSES, weights=[weight for weight, *_rest in COURSES])[0]
        life = Life(world, rng, draw_case(rng, world.operator.provinces, came, needs=needs))
    elif earlier.ticket.is_open:
        course, life = lives.merged, Life(world, rng, again(rng, earlier.case, came))
    else:
        course = rng.choice((lives.ordinary, lives.ordinary, lives.ordinary, lives.talkative))
        life = Life(world, rng, again(rng, earlier.case, came), repeat_of=earlier)
    if rng.random() < SHARE_LATE:
        life.late = rng.choices(list(LATE_STAGES), weights=list(LATE_STAGES.values()))[0]
    world.lives.append(life)
    yield from course(life)


def _was_closed_lately(life: Life, came: datetime) -> bool:
    closed = life.ticket.closed_at if life.ticket.status in CLOSED else None
    return closed is not None and timedelta(days=1) < came - closed < timedelta(days=28)


def _one_of(rng: Random, found: list[Life]) -> Life | None:
    return rng.choice(found) if found else None


def _arrival(rng: Random, until: datetime) -> datetime:
    """An instant of the weeks before `until`, at an hour when people complain."""
    while True:
        day = (until - timedelta(days=rng.random() * WEEKS.days)).astimezone(SHANGHAI).date()
        hour = rng.choices(range(24), weights=HOURS)[0]
        came = datetime.combine(day, time(hour, rng.randint(0, 59), rng.randint(0, 59)), SHANGHAI)
        if until - WEEKS < came <= until and (day.weekday() < 5 or rng.random() < WEEKEND):
            return came.astimezone(until.tzinfo)
