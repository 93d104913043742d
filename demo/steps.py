"""The steps that lives of complaints are made of: each is a generator that gives the instant of its next act.

After the instant has come the generator goes on, and does the act.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from complaints.services.remedies import propose_waiver
from core import clock
from core.clock import SHANGHAI
from demo.complaint import ComplaintLife
from demo.life import Life
from organization.models import Unit, User
from organization.roles import Role
from tickets.states import Stage

Steps = Iterator[datetime]
ARCHIVE_AFTER = timedelta(hours=24, minutes=1)


def submitted(life: ComplaintLife) -> Steps:
    """The agent writes the ticket and hands it to the centre."""
    life.take()
    yield life.part_of(Stage.FILL, 0.08, 0.5, by_day=False)
    life.act("submit", life.ticket.accepted_by)


def dispatched(life: ComplaintLife, *units: Unit) -> Steps:
    """The centre sends it out: to a department as 省级, to the unit of the city as it is (U-28)."""
    yield life.part_of(Stage.DISPATCH, 0.05, 0.6, by_day=False)
    send(life, *units)


def send(life: ComplaintLife, *units: Unit) -> None:
    """Send it to the units, the first of which leads."""
    chosen = units or (life.proposed_unit,)
    level = "general" if chosen[0] == life.case.city.remote else "provincial"
    if chosen[0].province_id is None:
        level = "national"
    orders = [
        {"unit": unit, "role": "assist" if index else "lead", "demand": life.say("demand")}
        for index, unit in enumerate(chosen)
    ]
    life.act("dispatch", life.dispatcher, orders=orders, level=level)


def claimed(life: Life, seq: int) -> Steps:
    """Somebody of the unit takes the order."""
    yield life.part_of(Stage.HANDLE, 0.02, 0.2, order=seq)
    life.act("claim", life.handler_of(seq), order=seq)


def replied(life: Life, seq: int, low: float = 0.25, high: float = 0.75) -> Steps:
    """The result is handed in, and the director lets it out."""
    yield life.part_of(Stage.HANDLE, low, high, order=seq)
    life.act("reply", life.handler_of(seq), order=seq, **life.reply_data())
    yield life.soon(10, 90)
    life.act("approve", life.one_of(Role.DIRECTOR, life.order_unit(seq)), order=seq)


def handled(life: Life, seq: int) -> Steps:
    """An order from the pool to the director's approval."""
    yield from claimed(life, seq)
    yield from replied(life, seq)


def accepted(life: Life, seq: int) -> Steps:
    """The centre takes the result."""
    yield life.part_of(Stage.ANSWER, 0.05, 0.35)
    life.act("accept", life.dispatcher, order=seq)


def answered(life: Life) -> Steps:
    """The customer hears the result."""
    yield life.part_of(Stage.ANSWER, 0.3, 0.9)
    if life.case.matter.get("waiver"):
        waiver = propose_waiver(life.ticket, clock.now())
        life.act("grant_waiver", life.dispatcher, days=waiver.days if waiver else 0)
    code = "explained" if life.case.matter.get("explained") else "resolved"
    life.act("answer", life.dispatcher, **life.answer_data(life.case.says(life.rng, "told"), code))


def revisited(life: Life, *, satisfied: bool = True) -> Steps:
    """The customer is called back (U-45)."""
    yield life.part_of(Stage.REVISIT, 0.1, 0.8)
    word = life.rng.choices(("very_satisfied", "satisfied", "fair"), weights=(30, 55, 15))[0]
    if not satisfied:
        word = life.rng.choice(("dissatisfied", "very_dissatisfied"))
    score = {"very_satisfied": 5, "satisfied": 4, "fair": 3, "dissatisfied": 2, "very_dissatisfied": 1}[word]
    life.act(
        "revisit",
        life.caller,
        satisfaction=word,
        is_solved=satisfied,
        speed=min(5, score + life.rng.randint(0, 1)),
        attitude=min(5, score + life.rng.randint(0, 2)),
        outcome=score,
        remark=life.say({5: "satisfied", 4: "satisfied", 3: "fair"}.get(score, "dissatisfied")),
    )


def given_up(life: Life) -> Steps:
    """Nobody picks up at the revisit, three times on different days (U-45)."""
    caller = life.caller
    for call in range(3):
        yield life.part_of(Stage.REVISIT, 0.1, 0.3) if call == 0 else tomorrow(life)
        life.act("attempt_revisit", caller, remark=life.say("not_reached"))
    yield life.soon(1, 5)
    life.act("revisit", caller, give_up=True)


def proposed(life: Life, seq: int) -> Steps:
    """The unit says itself that it was its fault (责任认定, U-58)."""
    yield life.later(0.2, 1.5)
    life.act("propose_responsibility", life.one_of(Role.DIRECTOR, life.order_unit(seq)), **life.fault_of(seq))


def contested(life: Life, judge: User, seq: int) -> Steps:
    """It is adjudicated; the unit's director objects, and it is settled."""
    yield life.later(1, 10)
    life.act("adjudicate_responsibility", judge, **life.fault_of(seq))
    yield life.later(1, 10)
    director = life.one_of(Role.DIRECTOR, life.order_unit(seq))
    life.act("contest_responsibility", director, ground=life.say("contest"))
    yield life.later(2, 20)
    life.act("settle_responsibility", judge, **life.fault_of(seq))


def archived(life: Life) -> Steps:
    """Nothing is due any more: the system archives it a day later."""
    quiet_from = life.ticket.quiet_from
    if quiet_from is not None:
        yield quiet_from + ARCHIVE_AFTER
        life.act("archive", None)


def finished(life: Life, seq: int) -> Steps:
    """From the result of the last order to the archive."""
    yield from accepted(life, seq)
    yield from answered(life)
    yield from revisited(life)
    yield from archived(life)


def tomorrow(life: Life) -> datetime:
    """A call on the next day, at an hour when people are at home."""
    morning = (clock.now().astimezone(SHANGHAI) + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    return (morning + timedelta(minutes=life.rng.randint(5, 600))).astimezone(clock.now().tzinfo)


def to_screening(life: ComplaintLife) -> Steps:
    """Answered, and the customer says at the revisit that it will not do."""
    yield from submitted(life)
    yield from dispatched(life)
    yield from handled(life, 1)
    yield from accepted(life, 1)
    yield from answered(life)
    yield from revisited(life, satisfied=False)


def with_result(life: ComplaintLife) -> Steps:
    """Until the centre has the unit's result."""
    yield from submitted(life)
    yield from dispatched(life)
    yield from handled(life, 1)
    yield from accepted(life, 1)
