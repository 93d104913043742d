"""One ticket on its way: who acts next, when, and what is said. Every act goes through `perform`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from core import clock
from core.clock import SHANGHAI
from demo.matters import AT_THE_HALL, Case, phrase
from demo.organization import HERE, Operator
from organization.models import Unit, User
from organization.roles import Role
from tickets.facts import facts_of
from tickets.models import Attachment, DictionaryEntry, SchemeVersion, StageClock, Ticket
from tickets.models.attachment import AttachmentPurpose
from tickets.services.attachments import attach
from tickets.states import Outcome, Stage
from tickets.workflow import perform

if TYPE_CHECKING:
    from random import Random

MINUTE = timedelta(minutes=1)
# What is attached: the record that a customer signed (U-34), and one page for any other document.
SIGNED_RECORD, DOCUMENT = HERE / "signed-record.png", HERE / "document.png"


class Rests(Exception):
    """Nobody does the next act before the story ends: the ticket waits."""


@dataclass
class World:
    """What all lives share: the operator, the scheme's dictionaries and the tickets there are so far."""

    operator: Operator
    version: SchemeVersion
    entries: dict[tuple[str, str], DictionaryEntry]
    lives: list[Life] = field(default_factory=list)

    def department(self, province_unit: Unit, code: str) -> Unit:
        """The unit of a province that the scheme calls by a department's code; its name ends with the label."""
        found = self.version.document.entry("department", code)
        if found is None:
            raise LookupError(f"The scheme has no department {code}.")
        label, units = found.label.zh, self.operator.units.values()
        return next(unit for unit in units if unit.province_id == province_unit.pk and unit.name.endswith(label))


@dataclass
class Life:
    """A ticket and the people around it.

    `late` names the stage that takes longer than its limit; `hurry` lets everything happen at once, so that a ticket
    taken lately is far on its way; `rests_before` names the acts that nobody does any more, with blanks between, those
    on work orders after `order.`; `by_log_ins` leaves the work to the people whom somebody can log in as. `above` is
    what was made of the ticket at a higher level while it was open, which answers for both: its units finish their
    work, its centre does no more.
    """

    world: World
    rng: Random
    case: Case
    late: Stage | None = None
    hurry: bool = False
    rests_before: str = ""
    by_log_ins: bool = False
    above: Life | None = None
    ticket: Ticket = field(init=False)
    handlers: dict[int, User] = field(default_factory=dict)
    dispatcher: User = field(init=False)

    # -- when

    def part_of(
        self, stage: Stage, low: float, high: float, *, order: int | None = None, by_day: bool = True
    ) -> datetime:
        """An instant between these parts of the running time of the stage; beyond its end where the life is late."""
        now = clock.now()
        running = self._running(stage, order)
        if running is None:
            return self.soon()
        started, due = running
        if self.late == stage:
            self.late = None
            low, high = 1.05, 1.6
        elif self.hurry:
            return now + self.rng.randint(3, 12) * MINUTE
        instant = max(started + (due - started) * self.rng.uniform(low, high), now + self.rng.randint(2, 9) * MINUTE)
        shifted = self.daytime(instant) if by_day else instant
        if high <= 1 and shifted >= due:
            shifted = max(min(instant, due - self.rng.randint(2, 15) * MINUTE), now + MINUTE)
        return shifted.replace(second=0, microsecond=0)

    def soon(self, low: int = 5, high: int = 60) -> datetime:
        """Some minutes from now."""
        return clock.now() + self.rng.randint(low, high) * MINUTE

    def later(self, low: float, high: float) -> datetime:
        """Some hours from now, by day; at once for a life in a hurry."""
        if self.hurry:
            return self.soon(3, 12)
        return self.daytime(clock.now() + timedelta(minutes=int(self.rng.uniform(low, high) * 60)))

    def daytime(self, instant: datetime) -> datetime:
        """The instant itself, or the next morning when people are at home."""
        local = instant.astimezone(SHANGHAI)
        if 8 <= local.hour < 20:
            return instant
        morning = local.replace(hour=8, minute=self.rng.randint(2, 55), second=0, microsecond=0)
        return (morning if local.hour < 8 else morning + timedelta(days=1)).astimezone(instant.tzinfo)

    # -- who

    def one_of(self, role: Role, unit: Unit) -> User:
        """Somebody with the role for the unit."""
        people = self.world.operator.people_of(role, unit)
        return people[0] if self.by_log_ins else self.rng.choice(people)

    @property
    def centre(self) -> Unit:
        """The centre of the customer's province."""
        return self.case.province.units["CENTRE"]

    @property
    def caller(self) -> User:
        """Who calls the customer back."""
        return self.one_of(Role.REVISITOR, self.centre)

    @property
    def channel_unit(self) -> Unit:
        """Where the customer comes to; not to the hall that the complaint is about."""
        at_hall = self.case.channel in AT_THE_HALL and not self.case.matter.get("complained")
        return self.case.city.hall if at_hall else self.case.province.units["HOTLINE"]

    @property
    def proposed_unit(self) -> Unit:
        """Where the scheme's routing sends the ticket."""
        proposal = self.world.version.document.route(facts_of(self.ticket))
        if proposal is None or proposal.function == "remote_unit":
            return self.case.city.remote
        return self.world.department(self.case.province.unit, proposal.department)

    def other_department(self, unit: Unit) -> Unit:
        """A department of the province that is not `unit`."""
        names = [name for name in ("NETWORK", "FIXED", "MARKET", "BILLING") if self.case.province.units[name] != unit]
        return self.case.province.units[self.rng.choice(names)]

    # -- acts

    def act(self, name: str, by: User | None, *, order: int | None = None, **data: Any) -> None:
        """Do it, now. Raises Rests where the life stops before this act."""
        called = name if order is None else f"order.{name}"
        if called in self.rests_before.split() or (by is not None and self._is_answered_above(order)):
            raise Rests
        self.ticket = perform(self.ticket.pk, name, by=by, order=order, **data)

    def say(self, kind: str) -> str:
        """A phrase of the kind."""
        return phrase(self.rng, kind)

    def attach(self, purpose: AttachmentPurpose, name: str, by: User) -> Attachment:
        """Attach a document."""
        return attach(self.ticket.pk, document(purpose, name), purpose=purpose, by=by)

    def answer_data(self, told: str, code: str = "resolved", attitude: str = "accepts") -> dict[str, Any]:
        """What an answer to the customer holds."""
        data = {
            "mode": "letter" if self.ticket.is_written else "phone",
            "person_told": self.case.customer.name,
            "content": told,
            "attitude": attitude,
            "closure_code": code,
        }
        if self.case.matter.get("complained"):
            data["substantiated"] = "yes" if self.case.matter.get("substantiated") else "no"
        return data

    def reply_data(self) -> dict[str, Any]:
        """What a unit's reply holds."""
        choices = self.case.matter["finding"]
        index = self.rng.randrange(len(choices))
        cause = self.case.matter["cause"]
        return {
            "finding": choices[index].format(**self.case.filled),
            "measure": self.case.says(self.rng, "measure"),
            "script": self.case.says(self.rng, "told"),
            "cause": self.world.entries["cause", cause[min(index, len(cause) - 1)]],
            "restored_at": clock.now() if self.case.matter.get("restores") else None,
        }

    def fault_of(self, seq: int) -> dict[str, Any]:
        """What a finding holds that the unit of an order is responsible."""
        share = {
            "unit": self.order_unit(seq),
            "liability_class": self.case.liability_class,
            "stage": Stage.HANDLE.value,
            "percent": 100,
        }
        cause = self.world.entries["cause", self.case.matter["cause"][0]]
        return {"attribution": "company", "ground": self.say("fault"), "cause": cause, "shares": [share]}

    def order_unit(self, seq: int) -> Unit:
        """The unit that has the order."""
        return self.ticket.work_orders.select_related("unit").get(seq=seq).unit

    def handler_of(self, seq: int) -> User:
        """Who of the unit works on the order: the same person from the beginning to the end."""
        if seq not in self.handlers:
            self.handlers[seq] = self.one_of(Role.HANDLER, self.order_unit(seq))
        return self.handlers[seq]

    def _running(self, stage: Stage, order: int | None) -> tuple[datetime, datetime] | None:
        """Start and due of the running clock of the stage (of the order where given)."""
        rows = StageClock.objects.filter(ticket=self.ticket, stage=stage, outcome=Outcome.RUNNING)
        rows = rows.filter(work_order=None) if order is None else rows.filter(work_order__seq=order)
        return rows.order_by().values_list("started_at", "due_at").first()

    def _is_answered_above(self, order: int | None) -> bool:
        return self.above is not None and (
            order is None or not Ticket.objects.open().filter(pk=self.ticket.pk).exists()
        )


def file_of(purpose: str) -> Path:
    """The file that stands for every attachment of a purpose."""
    return SIGNED_RECORD if purpose == AttachmentPurpose.SIGNATURE else DOCUMENT


def document(purpose: str, name: str) -> ContentFile[bytes]:
    """An upload of it."""
    return ContentFile(file_of(purpose).read_bytes(), name=name)
