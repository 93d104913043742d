"""What escalated complaints and appeals have in common: the group has a province settle them (两级处理, U-05, U-61)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from core import clock
from demo.life import Life
from demo.matters import GROUP_CHANNELS, WRITTEN
from demo.steps import Steps, archived, handled, replied, tomorrow
from organization.models import Unit, User
from organization.roles import Role
from tickets.models import Ticket, WorkOrderReply
from tickets.states import Stage

if TYPE_CHECKING:
    from demo.organization import Province


@dataclass
class TierLife(Life):
    """A ticket that the group's officer has a province settle; `below` is the complaint that it was made of."""

    below: Life | None = None
    officer: User = field(init=False)
    role: ClassVar[Role]
    desk: ClassVar[str]  # the code of the officers' unit
    channels: ClassVar[dict[str, int]] = GROUP_CHANNELS

    def __post_init__(self) -> None:
        self.officer = self.one_of(self.role, self.world.operator.units[self.desk])
        self.dispatcher = self.one_of(Role.DISPATCHER, self.centre)

    @property
    def caller(self) -> User:
        """The group calls back itself."""
        return self.officer

    @property
    def colleague(self) -> User:
        """Another officer of the group."""
        officers = self.world.operator.people_of(self.role, self.world.operator.units[self.desk])
        return next(user for user in officers if user != self.officer)

    @property
    def liaison(self) -> User:
        """Who answers for it in the customer's province."""
        return self.one_of(Role.LIAISON, self.case.province.unit)

    @property
    def another_province(self) -> Province:
        """A province that the customer is not at home in."""
        others = [one for one in self.world.operator.provinces if one != self.case.province]
        return self.rng.choice(others)

    def matter_data(self, why: str) -> dict[str, Any]:
        """What it is about, as the group takes it down: in the customer's words, and why they come to the group."""
        case, entries = self.case, self.world.entries
        channel = self.rng.choices(list(self.channels), weights=list(self.channels.values()))[0]
        return {
            "channel": entries["channel", channel],
            "summary": case.summary,
            "description": f"{case.description}{self.say(why)}",
            "business_type": entries["business_type", case.matter["business"]],
            "complaint_type": entries["complaint_type", case.matter["type"]],
            "is_written": channel in WRITTEN,
            "complained_unit": case.city.hall if case.matter.get("complained") else None,
        }

    def report_data(self) -> dict[str, Any]:
        """What the province reports (U-09): what its unit did, and what the customer was told."""
        done = WorkOrderReply.objects.filter(work_order__ticket=self.ticket).latest("pk")
        answer = self.ticket.answers.order_by("pk").last()
        return {
            "result": done.measure,
            "customer_told": answer.content if answer else self.say("told_unreached"),
            "measures": self.say("measures"),
        }


def take_up(life: TierLife) -> None:
    """From now on it answers for the open complaint that it was made of."""
    if life.below is not None and Ticket.objects.open().filter(pk=life.below.ticket.pk).exists():
        life.below.above = life


def given(life: TierLife, province: Province | None = None) -> Steps:
    """The officer gives it to the customer's province, or by mistake to another."""
    yield life.part_of(Stage.DISPATCH, 0.1, 0.7)
    life.act("dispatch", life.officer, province=(province or life.case.province).unit)


def signed(life: TierLife) -> Steps:
    """The province has it in hand."""
    yield life.later(0.2, 4)
    life.act("sign", life.liaison)


def worked(life: TierLife, seq: int = 1) -> Steps:
    """A unit of the province works on it; who sent the order takes its result."""
    sender = life.rng.choice((life.liaison, life.dispatcher))
    yield from sent(life, sender)
    yield from done(life, sender, seq)


def sent(life: TierLife, sender: User, unit: Unit | None = None) -> Steps:
    """A unit gets a work order."""
    yield life.later(0.3, 3)
    orders = [{"unit": unit or life.proposed_unit, "role": "lead", "demand": life.say("demand")}]
    life.act("send_orders", sender, orders=orders)


def done(life: TierLife, sender: User, seq: int) -> Steps:
    """The unit does what the order asks for."""
    if life.late == Stage.HANDLE:
        yield from handled(life, seq)
    else:
        yield life.later(0.5, 6)
        life.act("claim", life.handler_of(seq), order=seq)
        yield from replied(life, seq, 0.2, 0.5)
    yield life.later(0.3, 3)
    life.act("accept", sender, order=seq)


def told(life: TierLife, **answer: Any) -> Steps:
    """The province tells the customer."""
    yield life.later(0.3, 3)
    code = "explained" if life.case.matter.get("explained") else "resolved"
    data = answer or life.answer_data(life.case.says(life.rng, "told"), code)
    life.act("answer_customer", life.rng.choice((life.liaison, life.dispatcher)), **data)


def not_reached(life: TierLife) -> Steps:
    """The province tries three times, on two days."""
    for call in range(3):
        yield tomorrow(life) if call == 2 else life.later(0.3, 3)
        life.act("record_attempt", life.dispatcher, text=life.say("not_reached"))


def reported(life: TierLife) -> Steps:
    """The report is in."""
    yield life.later(0.3, 3)
    life.act("report", life.liaison, **life.report_data())


def returned(life: TierLife) -> Steps:
    """It does not do; the province completes it (U-90)."""
    yield life.later(1, 6)
    life.act("return_report", life.officer, remark=life.say("return_report"))
    yield from reported(life)


def approved(life: TierLife) -> Steps:
    """The group takes the report."""
    yield life.later(1, 8)
    life.act("approve", life.officer, remark=life.say("approve_report"))


def handled_by_province(life: TierLife) -> Steps:
    """From the province's signature to its report."""
    yield from signed(life)
    yield from worked(life)
    yield from told(life)
    yield from reported(life)


def with_below(life: TierLife) -> Steps:
    """What it was made of was closed with it, and is archived like any other ticket."""
    if life.below is not None and life.below.above is life:
        life.below.ticket.refresh_from_db()
        yield from archived(life.below)


def promise(life: TierLife) -> dict[str, Any]:
    """An answer that something will be done later (承诺跟踪)."""
    due = (clock.now() + timedelta(days=life.rng.randint(6, 15))).replace(second=0, microsecond=0)
    data = life.answer_data(life.say("told_unresolved"), "unresolved", "neutral")
    return data | {"plan": life.say("plan"), "promised_for": due}
