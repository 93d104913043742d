"""Every act in every state by every role, against the hand-written table: what is allowed works and leads where it
should; what is not is refused and changes nothing (permissions.md, model 3.1 and 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from core import clock
from core.errors import Refused
from organization.models import Membership, User
from organization.roles import Role
from tests.factories.organization import SINCE, Operator, build_operator
from tests.factories.standing import standing
from tests.factories.tickets import (
    ORDER_PATHS,
    STEP,
    Act,
    bring_to,
    default_data,
    do,
    load_unicom,
    order_in,
    order_of,
    take_complaint,
)
from tests.matrix.expected import ACTORS, NOBODY, SYSTEM, Cell, expected
from tickets.actions import actions_of
from tickets.models import (
    Amendment,
    Answer,
    Attachment,
    DelayFinding,
    Extension,
    HandOver,
    Pause,
    StageClock,
    SupervisionOrder,
    Ticket,
    TicketEvent,
    TicketNote,
    WorkOrder,
    WorkOrderReply,
)
from tickets.states import ORDER_UNANSWERED, SUBMITTED_OPEN, Kind, OrderStatus, Outcome, Stage, Status
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

OUTSIDE = "outside"
UNRESOLVED: dict[str, Any] = {
    "closure_code": "unresolved",
    "plan": "改造线路",
    "promised_for": dt.datetime(2027, 1, 8, tzinfo=dt.UTC),
}
Actors = dict[str, User | None]


@pytest.fixture(scope="module")
def operator(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Operator]:
    """Declining is an option of the scheme, off in `unicom`; here it is on."""
    with standing(django_db_blocker):
        load_unicom(allow_decline=True)
        yield build_operator()


@pytest.fixture(scope="module")
def actors(operator: Operator) -> Actors:
    """For each role somebody who has nothing but it, for all of 江苏; "outside …": the same in 浙江; and the system."""
    people: Actors = {SYSTEM: None}
    for role in Role:
        # An order is given to the handlers of its own unit, so that one has to be of both units that get orders here.
        inside = [operator.js.fixed_line, operator.js.network] if role == Role.HANDLER else [operator.js.unit]
        for prefix, units in (("", inside), (f"{OUTSIDE} ", [operator.zj.unit])):
            user = User.objects.create(username=f"only {prefix}{role}", name=f"仅{role.label}")
            for unit in units:
                Membership.objects.create(user=user, unit=unit, role=role, starts_on=SINCE)
            people[f"{prefix}{role}"] = user
    return people


def test_table_and_registry_name_the_same_acts() -> None:
    acts = actions_of(Kind.COMPLAINT)
    named = {(act, level != "ticket") for act, level, _state in expected()}
    assert named == {(name, act.on_order) for name, act in acts.items() if name != "register"}


@pytest.mark.parametrize("state", Status.values)
def test_acts_on_a_ticket(state: str, operator: Operator, actors: Actors) -> None:
    take_complaint(operator, by=actors["agent"], at=clock.now() - dt.timedelta(days=5))  # to merge into
    usual = bring_to(state, operator, by=actors["agent"])
    faults: list[str] = []
    for act in _acts(on_order=False):
        with _undone():
            case = Case(operator, actors, act, _suited(act, usual, operator, actors))
            if state == Status.DRAFT:  # an author's rights are tried on the own draft
                request = "inquiry" if act == "convert_kind" else "complaint"
                case.own["dispatcher"] = take_complaint(
                    operator, by=actors["dispatcher"], at=clock.now() - STEP, request_type=request
                )
            faults += case.faults(expected().get((act, "ticket", state), NOBODY))
    assert faults == []


@pytest.mark.parametrize("state", OrderStatus.values)
@pytest.mark.parametrize("level", ["order", "child"])
def test_acts_on_a_work_order(level: str, state: str, operator: Operator, actors: Actors) -> None:
    order = order_in(state, operator) if level == "order" else _child_in(state, operator)
    assert (order.status, order.ticket.status) == (state, "handling")
    faults: list[str] = []
    for act in _acts(on_order=True):
        with _undone():
            if act == "claim":
                WorkOrder.objects.filter(pk=order.pk).update(assignee=None)
            if act in ("approve_extension", "refuse_extension") and state in ORDER_UNANSWERED:
                _ask_for_time(order, operator)
            case = Case(operator, actors, act, order.ticket, order.seq)
            faults += case.faults(expected().get((act, level, state), NOBODY))
    assert faults == []


@dataclass
class Case:
    """One act on one ticket or work order, tried by everybody."""

    operator: Operator
    actors: Actors
    act: str
    ticket: Ticket
    order: int | None = None
    own: dict[str, Ticket] = field(default_factory=dict)  # the ticket of a role that has one of its own

    @cached_property
    def data(self) -> dict[str, Any]:
        """What everybody fills in."""
        special: dict[str, dict[str, Any]] = {
            "attach": {"attachment": _file()},
            "reassign": {"user": self.actors["handler"]},
            "transfer": {"unit": self.operator.js.billing},
            "dispatch": {"orders": [{"unit": self.operator.js.billing}]},
        }
        return special.get(self.act) or default_data(self.act, self.operator, self.ticket)

    def faults(self, cell: Cell) -> list[str]:
        """What is not as the table says, in words."""
        outsiders = [f"{OUTSIDE} {role}" for role in sorted(cell.roles - {SYSTEM})]
        faults: list[str] = []
        with _undone():
            before = self._print()
            unlisted = [name for name in (*ACTORS, *outsiders) if name not in cell.roles]
            faults += [f"{self}: {name} may, but should not" for name in unlisted if self._refusal(name) is None]
            if not faults and self._print() != before:
                faults.append(f"{self}: a refusal changed something")
        for name in sorted(cell.roles):
            with _undone():
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
            offer = {"giver": user, "receiver": self.operator.user("dispatcher_b"), "asked_at": at}
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
            *(rows.objects.count() for rows in (TicketNote, Answer, WorkOrderReply, Attachment, Amendment)),
            *(list(rows.objects.values()) for rows in (Pause, Extension, DelayFinding)),
        ]


def _acts(*, on_order: bool) -> list[str]:
    return [name for name, act in actions_of(Kind.COMPLAINT).items() if act.on_order == on_order]


def _suited(act: str, usual: Ticket, operator: Operator, actors: Actors) -> Ticket:
    """The ticket as the act needs it: before the supervisor, held by the dispatcher, repaired, with an open promise,
    quiet."""
    agent = actors["agent"]
    if act == "assign":
        Ticket.objects.filter(pk=usual.pk).update(needs_assignment=True)
    if act == "hand_over" and usual.holder is not None and usual.status != Status.DRAFT:
        Ticket.objects.filter(pk=usual.pk).update(holder=actors["dispatcher"])
    if act == "convert_kind":
        Ticket.objects.filter(pk=usual.pk).update(request_type="inquiry")
    if act == "grant_waiver" and usual.status == Status.HANDLING:  # service is back, its unit has said when
        return order_in(OrderStatus.REPLIED, operator, by=agent).ticket
    if act == "archive" and usual.status == Status.CLOSED:  # nothing is due after an answer on the spot
        return do(take_complaint(operator, by=agent), "answer_on_spot", operator)
    if act.endswith("_supervision") and usual.status != Status.DRAFT:
        _supervised(usual, operator, is_answered=act == "judge_supervision")
    if act in ("fulfil_promise", "chase") and usual.status in (
        Status.CLOSED,
        Status.PENDING_SCREENING,
        Status.REVISITED,
    ):
        promised = do(bring_to(Status.PENDING_ANSWER, operator, by=agent), "answer", operator, **UNRESOLVED)
        if usual.status != Status.CLOSED:
            word = "satisfied" if usual.status == Status.REVISITED else "dissatisfied"
            promised = do(promised, "revisit", operator, satisfaction=word)
        return promised
    if act in ("approve_pause", "refuse_pause", "resume") and usual.status in SUBMITTED_OPEN:
        do(usual, "ask_pause", operator, by="dispatcher")
    if act == "resume" and usual.status in SUBMITTED_OPEN:
        do(usual, "approve_pause", operator, by="director_centre")
    if act == "adjudicate_delay":
        stopped = StageClock.objects.filter(ticket=usual, stage=Stage.FILL).exclude(outcome=Outcome.RUNNING)
        stopped.update(outcome=Outcome.BREACHED)
    if act == "recompute_clocks":
        return _on_an_old_calendar(usual, operator, actors)
    return usual


def _on_an_old_calendar(usual: Ticket, operator: Operator, actors: Actors) -> Ticket:
    """A ticket with a running clock that counts working days, laid out when the calendar was another."""
    ticket = _suited("fulfil_promise", usual, operator, actors)
    days = {"amount": "3", "unit": "wd", "day_end": None, "soft": False}
    StageClock.objects.filter(ticket=ticket, outcome=Outcome.RUNNING).update(limit=days, calendar_version="old")
    return ticket


def _supervised(ticket: Ticket, operator: Operator, *, is_answered: bool) -> None:
    """A supervision order of the department that had the ticket, else of the centre: such as a closed one keeps."""
    order, now = ticket.work_orders.first(), clock.now()
    answered = {"status": "replied", "replied_at": now, "replied_by": operator.users["handler_billing"]}
    SupervisionOrder.objects.create(
        ticket=ticket,
        seq=1,
        grade="supervise",
        trigger="key",
        target_unit=order.unit if order else operator.js.centre,
        issued_at=now,
        reply_due_at=now,
        **(answered if is_answered else {}),
    )


def _child_in(state: str, operator: Operator) -> WorkOrder:
    """An order that the fixed-line department made for the network department, in `state`."""
    ticket = order_in(OrderStatus.HANDLING, operator).ticket
    path = (Act("transfer", 1), *(Act(act.name, 2) for act in ORDER_PATHS[state] if act.order == 1))
    for act in path:
        do(ticket, act.name, operator, order=act.order)
    return order_of(ticket, 2)


def _ask_for_time(order: WorkOrder, operator: Operator) -> None:
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


def _file() -> Attachment:
    return Attachment(purpose="evidence", file="attachments/00/file", name="账单.png", content_type="image/png", size=1)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
