"""What the tables of acts of all kinds share: one act tried by everybody, and what an act may need to be there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from core import clock
from core.errors import Refused
from organization.models import Membership, Unit, User
from organization.roles import Role
from tests.factories.organization import SINCE, Operator
from tests.factories.tickets import order_of
from tests.matrix.expected import NOBODY, SYSTEM, Cell, expected
from tickets.actions import actions_of, order_actions_of
from tickets.models import (
    Amendment,
    Answer,
    Attachment,
    DelayFinding,
    Extension,
    HandOver,
    Pause,
    Remedy,
    Report,
    Responsibility,
    ResponsibilityFinding,
    ResponsibilityShare,
    StageClock,
    SupervisionOrder,
    Ticket,
    TicketEvent,
    TicketNote,
    WorkOrder,
    WorkOrderReply,
)
from tickets.states import ORDER_UNANSWERED, Kind, Outcome, Stage
from tickets.workflow import perform

OUTSIDE = "outside"
UNRESOLVED: dict[str, Any] = {
    "closure_code": "unresolved",
    "plan": "改造线路",
    "promised_for": dt.datetime(2027, 1, 8, tzinfo=dt.UTC),
}
Actors = dict[str, User | None]


def people(operator: Operator, **of_group: Unit) -> Actors:
    """For each role somebody who has nothing but it, for all of 江苏 or for the unit of the group given; "outside …":
    the same in 浙江; and the system."""
    actors: Actors = {SYSTEM: None}
    for role in Role:
        # An order is given to the handlers of its own unit, so that one has to be of both units that get orders here.
        inside = [operator.js.fixed_line, operator.js.network] if role == Role.HANDLER else [operator.js.unit]
        actors[role.value] = only(role, role.value, *([of_group[role]] if role in of_group else inside))
        actors[f"{OUTSIDE} {role.value}"] = only(role, f"{OUTSIDE} {role.value}", operator.zj.unit)
    return actors


def only(role: Role, name: str, *units: Unit) -> User:
    """Somebody who has nothing but a role in these units."""
    user = User.objects.create(username=f"only {name}", name=f"仅{role.label}")
    for unit in units:
        Membership.objects.create(user=user, unit=unit, role=role, starts_on=SINCE)
    return user


@dataclass
class Case:
    """One act on one ticket or work order, tried by everybody."""

    actors: Actors
    act: str
    ticket: Ticket
    data: dict[str, Any]  # what everybody fills in
    order: int | None = None
    own: dict[str, Ticket] = field(default_factory=dict)  # the ticket of a role that has one of its own

    def faults(self, cell: Cell) -> list[str]:
        """What is not as the table says, in words."""
        outsiders = [f"{OUTSIDE} {role}" for role in sorted(cell.roles - {SYSTEM})]
        faults: list[str] = []
        with undone():
            before = self._print()
            inside = [name for name in self.actors if not name.startswith(OUTSIDE)]
            unlisted = [name for name in (*inside, *outsiders) if name in self.actors and name not in cell.roles]
            faults += [f"{self}: {name} may, but should not" for name in unlisted if self._refusal(name) is None]
            if not faults and self._print() != before:
                faults.append(f"{self}: a refusal changed something")
        for name in sorted(cell.roles):
            with undone():
                reason, to = self._refusal(name), self._state(name)
                if reason is not None:
                    faults.append(f"{self}: {name} may not, but should: {reason}")
                elif to != cell.to:
                    faults.append(f"{self}: {name} leads to {to}, not {cell.to}")
        return faults

    def __str__(self) -> str:
        return f"{self.act} in {self.ticket.status}" + (f", order {self.order}" if self.order else "")

    def _refusal(self, name: str) -> str | None:
        """Why the act was refused; None when it was done."""
        ticket, user, at = self.own.get(name, self.ticket), self.actors[name], clock.now()
        if self.act == "confirm_hand_over" and user is not None:
            HandOver.objects.update_or_create(ticket=ticket, defaults={"receiver": user, "asked_at": at})
        if self.act == "cancel_hand_over" and user is not None:
            offer = {"giver": user, "receiver": self.actors[f"{OUTSIDE} dispatcher"], "asked_at": at}
            HandOver.objects.update_or_create(ticket=ticket, defaults=offer)
        if self.act in ("archive", "resume"):
            at += dt.timedelta(days=2)
        try:
            perform(ticket.pk, self.act, by=user, at=at, order=self.order, **self.data)
        except (Refused, Ticket.DoesNotExist) as refusal:
            return str(refusal)
        return None

    def _state(self, name: str) -> str:
        ticket = self.own.get(name, self.ticket)
        return str((order_of(ticket, self.order) if self.order else Ticket.objects.get(pk=ticket.pk)).status)

    def _print(self) -> list[Any]:
        """Everything that an act could change."""
        mine = {"ticket": self.ticket.pk}
        return [
            list(Ticket.objects.filter(pk__in=[self.ticket.pk, *(own.pk for own in self.own.values())]).values()),
            *(
                list(rows.objects.filter(**mine).values())
                for rows in (TicketEvent, StageClock, WorkOrder, SupervisionOrder)
            ),
            *(rows.objects.count() for rows in (TicketNote, Answer, WorkOrderReply, Attachment, Amendment, Report)),
            *(list(rows.objects.values()) for rows in (Pause, Extension, DelayFinding)),
            *(list(rows.objects.values()) for rows in (Responsibility, ResponsibilityFinding, ResponsibilityShare)),
        ]


def named_in_table(kind: Kind) -> set[tuple[str, bool]]:
    """The acts that a kind's table names, each with whether it is on an order."""
    return {(act, level != "ticket") for act, level, _state in expected(kind)}


def registered(kind: Kind) -> set[tuple[str, bool]]:
    """The acts that a kind has, likewise; a ticket is opened by nobody's act on it."""
    acts = [*actions_of(kind).values(), *order_actions_of(kind).values()]
    return {(act.name, act.on_order) for act in acts if act.name != "register"}


def order_faults(
    order: WorkOrder,
    operator: Operator,
    actors: Actors,
    data_of: Callable[[str], dict[str, Any]],
    *,
    level: str = "order",
) -> list[str]:
    """Try every act on a work order by everybody; `data_of` gives what the act of a name is filled in with."""
    kind, state = Kind(order.ticket.kind), order.status
    faults: list[str] = []
    for name in order_actions_of(kind):
        with undone():
            if name == "claim":
                WorkOrder.objects.filter(pk=order.pk).update(assignee=None)
            if name in ("approve_extension", "refuse_extension") and state in ORDER_UNANSWERED:
                ask_for_time(order, operator)
            case = Case(actors, name, order.ticket, data_of(name), order.seq)
            faults += case.faults(expected(kind).get((name, level, state), NOBODY))
    return faults


def supervised(ticket: Ticket, operator: Operator, unit: Unit, *, is_answered: bool) -> None:
    """A supervision order of the unit: such as a closed ticket keeps."""
    now = clock.now()
    answered = {"status": "replied", "replied_at": now, "replied_by": operator.users["handler_billing"]}
    SupervisionOrder.objects.create(
        ticket=ticket,
        seq=1,
        grade="supervise",
        trigger="key",
        target_unit=unit,
        issued_at=now,
        reply_due_at=now,
        **(answered if is_answered else {}),
    )


def found_responsible(ticket: Ticket, operator: Operator, unit: Unit, *, is_contested: bool) -> None:
    """What was adjudicated: the unit bears it all."""
    now = clock.now()
    contest = {
        "contested_at": now,
        "contested_by": operator.users["director"],
        "contested_unit": operator.js.fixed_line,
    }
    row = Responsibility.objects.create(
        ticket=ticket,
        round=ticket.round,
        status="contested" if is_contested else "adjudicated",
        **(contest | {"contest_ground": "责任不在本部门"} if is_contested else {}),
    )
    finding = ResponsibilityFinding.objects.create(
        responsibility=row,
        step="adjudication",
        attribution="company",
        ground="处理不当",
        by=operator.users["supervisor"],
        unit=operator.js.unit,
        at=now,
    )
    ResponsibilityShare.objects.create(finding=finding, unit=unit, liability_class="management", percent=100)


def ask_for_time(order: WorkOrder, operator: Operator) -> None:
    """Ask for more time to handle an order."""
    running = StageClock.objects.get(work_order=order, stage=Stage.HANDLE, outcome=Outcome.RUNNING)
    Extension.objects.create(
        ticket=order.ticket,
        clock=running,
        work_order=order,
        ground="备件未到",
        due_before=running.due_at,
        due_asked=running.due_at + dt.timedelta(days=2),
        asked_by=operator.user("handler"),
        asked_at=clock.now(),
    )


def a_remedy(ticket: Ticket, operator: Operator, *, is_granted: bool) -> None:
    """A gift that the agent asked for, decided by the centre's director where it is granted."""
    now = clock.now()
    decided = {
        "decision": "approved",
        "decided_by": operator.users["director_centre"],
        "decided_at": now,
        "granted_as": "director",
        "granted_in": operator.js.centre,
    }
    Remedy.objects.create(
        ticket=ticket,
        kind="gift",
        amount=Decimal(100),
        ground="多次断网，致歉",
        asked_by=operator.users["agent"],
        asked_at=now,
        decider="director",
        **(decided if is_granted else {}),
    )


def late_once(ticket: Ticket) -> None:
    """One of its stages was late."""
    stopped = StageClock.objects.filter(ticket=ticket, stage=Stage.FILL).exclude(outcome=Outcome.RUNNING)
    stopped.update(outcome=Outcome.BREACHED)


def on_an_old_calendar(ticket: Ticket) -> None:
    """Its running clocks count working days, laid out when the calendar was another."""
    days = {"amount": "3", "unit": "wd", "day_end": None, "soft": False}
    StageClock.objects.filter(ticket=ticket, outcome=Outcome.RUNNING).update(limit=days, calendar_version="old")


def a_file() -> Attachment:
    """A file to attach."""
    return Attachment(purpose="evidence", file="attachments/00/file", name="账单.png", content_type="image/png", size=1)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
