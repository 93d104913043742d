"""Random legal walks of complaints and their work orders (model 3.1, 4, 5): whatever legal acts follow each other, in
whatever time, the rules of `walk_rules` hold after each, and every complaint can still be brought to its end.

Each failure that was found stands as a plain test in `test_after_walks.py`. With `WALKS=2000` in the environment the
test looks harder, at other walks each time.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from core import clock
from core.errors import Refused
from tests.complaints import walk_rules, walk_supervision
from tests.complaints.walk_acts import ASIDE, ENDINGS, REFUSALS, Choice, Pen, choices_for
from tests.complaints.walk_people import Person, people_of, sees
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import entry, load_unicom, take_complaint
from tickets.models import Alert, Ticket
from tickets.services.sweeping import sweep
from tickets.states import Outcome, Stage, Status
from tickets.workflow import perform

pytestmark = pytest.mark.django_db

WALKS = int(os.environ.get("WALKS", "0"))
STEPS = 40
MOST_TICKETS = 2
# Everything that any script asks for, so that a change of class never leaves a required field empty.
# A scheme of other habits: directors do not review, national complaints are cleared, not every complaint is accepted.
OTHERWISE = {
    "director_review": False,
    "allow_decline": True,
    "clearance": {"codes": ["no_contact"], "levels": ["national", "provincial"]},
    "revisit": {"dispatched": True, "on_the_spot": False, "attempts": 1, "days": 1},
}
MOVES = {"transfer_centre", "fill_in"}  # to another place, whose people go on with it
EXTRA = {
    "fault_reported_at": "2026-11-21T20:00:00+08:00",
    "fault_address": "南京市鼓楼区中山路1号",
    "repair_progress": "已派维修",
    "over_24_hours": True,
}
SHORT = st.integers(0, 20 * 60)
PASSING = st.one_of(SHORT, SHORT, SHORT, st.integers(0, 4 * 3600), st.integers(0, 40 * 3600))  # seconds


class Walk(RuleBasedStateMachine):
    """A few complaints in one operator; time only goes forwards."""

    operator: Operator
    people: list[Person]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.clock = clock.frozen(MONDAY_MORNING)
        self.now = self.clock.__enter__()
        self.tickets: list[int] = []
        self.stopped: dict[int, Any] = {}
        self.judged: dict[int, Any] = {}
        self.known: dict[int, Ticket] = {}  # as they are after the last step

    @initialize(data=st.data())
    def first(self, data: st.DataObject) -> None:
        self.take(data)

    @precondition(lambda self: len(self.tickets) < MOST_TICKETS)
    @rule(data=st.data())
    def another(self, data: st.DataObject) -> None:
        if data.draw(st.integers(0, 4)) == 0:
            self.take(data)

    def take(self, data: st.DataObject) -> None:
        js, zj = self.operator.js, self.operator.zj
        about = data.draw(st.sampled_from([None, None, None, js.cities[0].hall, js.fixed_line, js.centre]))
        business, kind = data.draw(st.sampled_from([("broadband", "fixed_fault"), ("wcdma", "mobile_roaming")]))
        agent = data.draw(st.sampled_from(["agent", "agent_hall", "agent2", "dispatcher"]))
        ticket = take_complaint(
            self.operator,
            by=self.operator.user(agent),
            home=data.draw(st.sampled_from([js.cities[0].unit, js.cities[1].unit, js.unit, zj.cities[0].unit])),
            at=self.now.instant,
            business_type=entry("business_type", business),
            complaint_type=entry("complaint_type", kind),
            level=data.draw(st.sampled_from(["general", "provincial", "national"])),
            request_type=data.draw(st.sampled_from(["complaint", "complaint", "inquiry"])),
            is_urgent=data.draw(st.booleans()),
            complained_unit=about,
            extra=EXTRA,
        )
        note(f"{self.now.instant:%m-%d %H:%M:%S} {agent} takes {ticket.pk}, about {about and about.code}")
        self.tickets.append(ticket.pk)
        self.check(ticket.pk)
        for act in data.draw(st.sampled_from([(), ("submit", "dispatch"), ("submit", "dispatch")])):
            found = self.known[ticket.pk]
            choices = choices_for(found, self.people, self.now.instant)
            self.do(next(choice for choice in choices if choice.act == act), found, data)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), seconds=PASSING)
    def go_on(self, data: st.DataObject, seconds: int) -> None:
        """Something that moves the complaint on its way."""
        self.step(data, seconds, lambda choice: choice.act not in ASIDE | ENDINGS)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), seconds=PASSING)
    def work(self, data: st.DataObject, seconds: int) -> None:
        """Something that a unit, or whoever sent it the work, does with a work order."""
        self.step(data, seconds, lambda choice: choice.order is not None and choice.act not in ASIDE)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), seconds=PASSING)
    def work_on(self, data: st.DataObject, seconds: int) -> None:
        """The same again: twice as often as anything else."""
        self.work(data, seconds)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), seconds=PASSING)
    def aside(self, data: st.DataObject, seconds: int) -> None:
        """Something that happens beside the way, half as often."""
        if data.draw(st.booleans()):
            self.step(data, seconds, lambda choice: choice.act in ASIDE)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), seconds=PASSING)
    def supervision(self, data: st.DataObject, seconds: int) -> None:
        """Somebody is chased or supervised, answers, is judged."""
        self.step(data, seconds, lambda choice: choice.act in walk_supervision.ACTS)

    @precondition(lambda self: self.tickets)
    @rule(seconds=PASSING)
    def swept(self, seconds: int) -> None:
        """The sweep comes by: what runs is alerted, once, and nothing else."""
        self.now.move_to(self.now.instant + dt.timedelta(seconds=seconds))
        before = set(Alert.objects.values_list("pk", flat=True))
        assert sweep(self.now.instant).faults == 0
        for ticket_id in self.tickets:
            self.check(ticket_id)
        for alert in Alert.objects.exclude(pk__in=before).select_related("clock", "ticket"):
            assert (alert.clock.outcome, alert.clock.paused_at) == (Outcome.RUNNING, None)
            assert alert.ticket.is_open or alert.clock.stage in (Stage.REVISIT, Stage.FOLLOW_UP)
        assert sweep(self.now.instant).alerts == 0

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), seconds=PASSING)
    def end(self, data: st.DataObject, seconds: int) -> None:
        """An ending that is not an answer; seldom, so that walks grow long."""
        if data.draw(st.integers(0, 3)) == 0:
            self.step(data, seconds, lambda choice: choice.act in ENDINGS)

    def step(self, data: st.DataObject, seconds: int, wanted: Any) -> None:
        self.now.move_to(self.now.instant + dt.timedelta(seconds=seconds))
        ticket = self.known[data.draw(st.sampled_from(self.tickets), label="ticket")]
        choices = choices_for(ticket, self.people, self.now.instant)
        assert choices or ticket.status in walk_rules.FINAL, f"no way out of {ticket.status}"
        fitting = [choice for choice in choices if wanted(choice)]
        if fitting:
            choice = data.draw(st.sampled_from(fitting))
            self.do(choice, ticket, data)

    def do(self, choice: Choice, ticket: Ticket, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(choice.people)) if choice.people else None
        others = [other for other in self.tickets if other != ticket.pk]
        pen = Pen(data.draw, self.operator, self.people)
        written = pen.write(choice, person, ticket, others, self.now.instant)
        if written is None:
            return
        seq = choice.order.seq if choice.order else None
        who = person.user.username if person else "system"
        note(f"{self.now.instant:%m-%d %H:%M:%S} {who}: {choice.act} {ticket.pk} order {seq} {written}")
        try:
            perform(ticket.pk, choice.act, by=person.fresh() if person else None, order=seq, **written)
        except Refused as refusal:
            if refusal.code not in REFUSALS.get(choice.act, set()):
                raise
            now = walk_rules.fingerprint(walk_rules.load(ticket.pk))
            assert now == walk_rules.fingerprint(ticket), f"{choice.act} refused, yet changed"
            return
        after = self.check(ticket.pk)
        if person is not None and choice.act not in MOVES:
            assert sees(person, after), f"{who} loses sight of the ticket by acting on it"
        for other in others if choice.act == "merge" else []:
            self.check(other)

    def check(self, ticket_id: int) -> Ticket:
        """The rules hold; stopped clocks and judged supervision orders are as they were then."""
        ticket = self.known[ticket_id] = walk_rules.load(ticket_id)
        walk_rules.check(ticket, self.now.instant)
        rows = {
            row.pk: [getattr(row, field.attname) for field in row._meta.concrete_fields] for row in ticket.clocks.all()
        }
        for row in ticket.clocks.all():
            if row.pk in self.stopped:
                assert rows[row.pk] == self.stopped[row.pk], f"the stopped {row.stage} clock was changed"
            elif row.stopped_at is not None:
                self.stopped[row.pk] = rows[row.pk]
        for order in walk_supervision.stored(ticket):
            if order["status"] == "judged":
                assert self.judged.setdefault(order["id"], order) == order, "a judged supervision order was changed"
        return ticket

    def teardown(self) -> None:
        """Wherever the walk stopped: everybody sees what the tables say, and the complaint still comes to its end."""
        try:
            for ticket_id in self.tickets[-1:]:
                self.check_who_sees(self.known[ticket_id])
            for ticket_id in self.tickets:
                self.bring_home(ticket_id)
                self.check(ticket_id)
            connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)
            self.clock.__exit__(None, None, None)

    def check_who_sees(self, ticket: Ticket) -> None:
        for person in self.people[len(self.stopped) % 3 :: 3]:  # a third each time, to save time
            found = Ticket.objects.visible_to(person.fresh()).filter(pk=ticket.pk).exists()
            assert found == sees(person, ticket), f"{person.user.username} and {ticket.status}"

    def bring_home(self, ticket_id: int) -> None:
        """The plainest way to the archive from here, without ending the ticket otherwise."""
        for _step in range(60):
            self.now.move_to(self.now.instant + dt.timedelta(hours=1))
            ticket = walk_rules.load(ticket_id)
            if ticket.status in walk_rules.FINAL:
                return
            home = _home(ticket, choices_for(ticket, self.people, self.now.instant))
            if home is None:
                self.now.move_to(self.now.instant + dt.timedelta(days=1))
                continue
            choice, data = home
            written = Pen(lambda strategy: None, self.operator, self.people).usual(choice, ticket) | data
            note(f"home: {choice.act} {ticket.pk} order {choice.order and choice.order.seq}")
            person = choice.people[0].fresh() if choice.people else None
            perform(ticket_id, choice.act, by=person, order=choice.order.seq if choice.order else None, **written)
        pytest.fail(f"the way home from {ticket.status} does not end")


HOMEWARDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("assign", {}),
    ("submit", {}),
    ("instruct", {}),
    ("claim", {}),
    ("approve", {}),
    ("refuse_return", {}),
    ("reply", {}),
    ("accept", {}),
    ("dispatch", {}),
    ("answer", {"closure_code": "resolved"}),
    ("approve_clearance", {}),
    ("fulfil_promise", {}),
    ("revisit", {"satisfaction": "satisfied"}),
    ("dismiss", {}),
    ("archive", {}),
)


def _home(ticket: Ticket, choices: list[Choice]) -> tuple[Choice, dict[str, Any]] | None:
    """The next step on the way to the archive; None when there is nothing to do but wait."""
    open_orders = [order for order in ticket.work_orders.all() if order.is_open]
    for name, data in HOMEWARDS:
        for choice in reversed(choices):  # the youngest order first: a parent waits for its children
            if choice.act != name:
                continue
            order = choice.order
            if name == "claim" and order is not None and order.status == "handling":
                continue
            if name == "reply" and any(other.parent == order for other in open_orders):
                continue
            if name == "dispatch" and ticket.status == Status.HANDLING and _has_open_lead(ticket):
                continue
            if name == "revisit" and not _runs(ticket, Stage.REVISIT):
                continue
            return choice, data
    return None


def _has_open_lead(ticket: Ticket) -> bool:
    return any(order.is_open and order.role == "lead" and order.parent is None for order in ticket.work_orders.all())


def _runs(ticket: Ticket, stage: Stage) -> bool:
    return any(row.stage == stage and row.stopped_at is None for row in ticket.clocks.all())


@pytest.mark.parametrize("options", [{}, OTHERWISE], ids=["unicom", "other options"])
def test_random_walks_keep_every_rule(options: dict[str, Any]) -> None:
    load_unicom(**options)
    Walk.operator = build_operator()
    Walk.people = people_of(Walk.operator)
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=WALKS or 14,
            stateful_step_count=STEPS,
            derandomize=not WALKS,
            database=None,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
