"""Random legal walks of tickets and their work orders (model 3, 4, 5): whatever legal acts follow each other, in
whatever time, the rules of `rules` hold after each, and every ticket can still be brought to its end.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from core import clock
from core.errors import Refused
from tests.conftest import MONDAY_MORNING
from tests.factories.incidents import an_incident, end_incidents
from tests.factories.organization import Operator
from tests.walks import homewards, kin, rules, supervision, tier_rules, tiers
from tests.walks.choices import ASIDE, ENDINGS, REFUSALS, Choice, acts_of, choices_for
from tests.walks.passages import FINAL
from tests.walks.pen import Pen
from tests.walks.people import SETTLES, Person, may, sees
from tests.walks.reading import fingerprint, load, snapshot, stored
from tests.walks.taking import TAKERS
from tests.walks.tier_pen import DOCUMENTED, TierPen
from tickets.consistency import faults
from tickets.models import Alert, Incident, Ticket
from tickets.services.sweeping import sweep
from tickets.states import WITH_ORDERS, Kind, Outcome, Stage
from tickets.workflow import perform

# To another place, whose people go on with it.
MOVES = {"transfer_centre", "fill_in", "redispatch", "misrouted"}
# What changes who may see a ticket in two tiers.
GIVEN = {"dispatch", "redispatch", "misrouted", "report", "return_report", "unmerge", "rework"}
ONLOOKERS = {*SETTLES, "dispatcher", "supervisor"}
SHORT = st.integers(0, 20 * 60)
PASSING = st.one_of(SHORT, SHORT, SHORT, st.integers(0, 4 * 3600), st.integers(0, 40 * 3600))  # seconds


class Walk(RuleBasedStateMachine):
    """A few tickets in one operator; time only goes forwards."""

    operator: ClassVar[Operator]
    people: ClassVar[list[Person]]
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.COMPLAINT,)  # taken one after the other, then any of them
    most: ClassVar[int] = 2

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.clock = clock.frozen(MONDAY_MORNING)
        self.now = self.clock.__enter__()
        self.stopped: dict[int, Any] = {}
        self.judged: dict[int, Any] = {}
        self.clocks: set[int] = set()
        self.known: dict[int, Ticket] = {}  # as they are after the last step

    @initialize(data=st.data())
    def first(self, data: st.DataObject) -> None:
        for kind in self.kinds:
            self.take(kind, data)

    @precondition(lambda self: len(self.known) < self.most)
    @rule(data=st.data())
    def another(self, data: st.DataObject) -> None:
        if data.draw(st.integers(0, 4)) == 0:
            self.take(data.draw(st.sampled_from(self.kinds)), data)

    def take(self, kind: Kind, data: st.DataObject) -> None:
        """Somebody takes a ticket; complaints often come to the units at once."""
        ticket = TAKERS[kind](self.operator, list(self.known.values()), data.draw, self.now.instant)
        note(f"{self.now.instant:%m-%d %H:%M:%S} {ticket.accepted_by.username} takes {kind} {ticket.pk}")
        self.check(ticket.pk)
        for lower in kin.below(self.known[ticket.pk]) if kind in tiers.KINDS else []:
            note(f"  made of {lower}")
            self.check(lower)
        haste = [(), ("submit", "dispatch"), ("submit", "dispatch")] if kind == Kind.COMPLAINT else [()]
        for act in data.draw(st.sampled_from(haste)):
            found = self.known[ticket.pk]
            choices = choices_for(found, self.people, self.now.instant)
            self.do(next(choice for choice in choices if choice.act == act), found, data)

    @rule(data=st.data(), seconds=PASSING)
    def go_on(self, data: st.DataObject, seconds: int) -> None:
        """Something that moves the ticket on its way."""
        self.step(data, seconds, lambda choice: choice.act not in ASIDE | ENDINGS | tiers.TURNS)

    @rule(data=st.data(), seconds=PASSING)
    def work(self, data: st.DataObject, seconds: int) -> None:
        """Something that a unit, or whoever sent it the work, does with a work order."""
        self.step(data, seconds, lambda choice: choice.order is not None and choice.act not in ASIDE)

    @rule(data=st.data(), seconds=PASSING)
    def work_on(self, data: st.DataObject, seconds: int) -> None:
        """The same again: twice as often as anything else."""
        self.work(data, seconds)

    @rule(data=st.data(), seconds=PASSING)
    def aside(self, data: st.DataObject, seconds: int) -> None:
        """Something that happens beside the way, half as often."""
        if data.draw(st.booleans()):
            self.step(data, seconds, lambda choice: choice.act in ASIDE)

    @rule(data=st.data(), seconds=PASSING)
    def supervision(self, data: st.DataObject, seconds: int) -> None:
        """Somebody is chased or supervised, answers, is judged."""
        self.step(data, seconds, lambda choice: choice.act in supervision.ACTS)

    @rule(seconds=PASSING)
    def swept(self, seconds: int) -> None:
        """The sweep comes by: what runs is alerted, once, and nothing else."""
        self.now.move_to(self.now.instant + dt.timedelta(seconds=seconds))
        before = set(Alert.objects.values_list("pk", flat=True))
        assert sweep(self.now.instant).faults == 0
        for ticket_id in self.changed():
            self.check(ticket_id)
        for alert in Alert.objects.exclude(pk__in=before).select_related("clock", "ticket"):
            assert (alert.clock.outcome, alert.clock.paused_at) == (Outcome.RUNNING, None)
            assert alert.ticket.is_open or alert.clock.stage in (Stage.REVISIT, Stage.FOLLOW_UP)
        assert sweep(self.now.instant).alerts == 0

    @rule(seconds=SHORT)
    def incident(self, seconds: int) -> None:
        """A mass incident begins, or the one that there is ends."""
        self.now.move_to(self.now.instant + dt.timedelta(seconds=seconds))
        if Incident.objects.filter(status="open").exists():
            end_incidents(self.operator)
        else:
            an_incident(self.operator)

    @rule(data=st.data(), seconds=PASSING)
    def end(self, data: st.DataObject, seconds: int) -> None:
        """An ending that is not an answer; seldom, so that walks grow long."""
        if data.draw(st.integers(0, 3)) == 0:
            self.step(data, seconds, lambda choice: choice.act in ENDINGS)

    @rule(data=st.data())
    def forbidden(self, data: st.DataObject) -> None:
        """Somebody tries what is not for him, or not now: nothing changes."""
        ticket = self.known[data.draw(st.sampled_from(sorted(self.known)))]
        acts = {f"{one.name} on {'order' if one.on_order else 'ticket'}": one for one in acts_of(ticket)}
        action = acts[data.draw(st.sampled_from(sorted(acts)))]
        person = data.draw(st.sampled_from(self.people))
        orders = list(ticket.work_orders.all()) if action.on_order else [None]
        if not orders or action.name in DOCUMENTED:
            return
        order = data.draw(st.sampled_from(orders))
        in_state = ticket.status in (WITH_ORDERS if action.on_order else action.states)
        if in_state and may(person, action, ticket, order):
            return
        choice = Choice(action.name, order, (person,))
        usual = {"into": ticket.pk, "below": ticket.pk} | self.pen(ticket, data).usual(choice, ticket)
        note(f"{person.user.username} tries {action.name} {ticket.pk} order {order and order.seq}")
        before = snapshot(self.known)
        with pytest.raises((Refused, Ticket.DoesNotExist)):
            perform(ticket.pk, action.name, by=person.fresh(), order=order.seq if order else None, **usual)
        assert snapshot(self.known) == before, f"{action.name} refused, yet changed"

    def step(self, data: st.DataObject, seconds: int, wanted: Any) -> None:
        """One of the acts that are possible now and `wanted`, some seconds later."""
        self.now.move_to(self.now.instant + dt.timedelta(seconds=seconds))
        ticket = self.known[data.draw(st.sampled_from(sorted(self.known)), label="ticket")]
        choices = choices_for(ticket, self.people, self.now.instant)
        assert choices or ticket.status in FINAL, f"no way out of {ticket.status}"
        fitting = [choice for choice in choices if wanted(choice)]
        if fitting:
            self.do(data.draw(st.sampled_from(fitting)), ticket, data)

    def do(self, choice: Choice, ticket: Ticket, data: st.DataObject) -> None:
        """The act, by one of those who may, with data as people give it; then the rules."""
        person = data.draw(st.sampled_from(choice.people)) if choice.people else None
        others = [other for other in self.known.values() if other.pk != ticket.pk]
        written = self.pen(ticket, data).write(choice, person, ticket, others, self.now.instant)
        if written is None:
            return
        if choice.act in DOCUMENTED:  # the file is there by now
            ticket = self.check(ticket.pk)
        seq = choice.order.seq if choice.order else None
        who = person.user.username if person else "system"
        note(f"{self.now.instant:%m-%d %H:%M:%S} {who}: {choice.act} {ticket.pk} order {seq} {written}")
        try:
            perform(ticket.pk, choice.act, by=person.fresh() if person else None, order=seq, **written)
        except Refused as refusal:
            if refusal.code not in REFUSALS.get(choice.act, set()):
                raise
            assert fingerprint(load(ticket.pk)) == fingerprint(ticket), f"{choice.act} refused, yet changed"
            return
        after = self.followed(choice, ticket)
        if person is not None and choice.act not in MOVES:
            assert sees(person, after), f"{who} loses sight of the ticket by acting on it"
        for other in others if choice.act == "merge" else []:
            self.check(other.pk)

    def followed(self, choice: Choice, ticket: Ticket) -> Ticket:
        """The rules hold for the ticket and what it was made of; who sees it is as the tables say."""
        after = self.check(ticket.pk)
        act = choice.act if choice.order is None else ""
        changed = self.changed()
        for lower_id in kin.below(after) if after.kind in tiers.KINDS else []:
            was = self.known[lower_id]
            lower = self.check(lower_id) if lower_id in changed else was
            if act != "link_original":
                kin.check_lower(was, lower, act, after)
        if ticket.kind in tiers.KINDS and choice.order is None and choice.act in GIVEN:
            self.check_who_sees(after, [one for one in self.people if one.role in ONLOOKERS])
        return after

    def changed(self) -> set[int]:
        """The tickets to which something happened since they were read."""
        counts = dict(Ticket.objects.filter(pk__in=self.known).values_list("pk", "event_count"))
        return {one.pk for one in self.known.values() if counts[one.pk] != one.event_count}

    def check(self, ticket_id: int) -> Ticket:
        """The rules hold; stopped clocks and judged supervision orders are as they were then."""
        ticket = self.known[ticket_id] = load(ticket_id)
        rules.check(ticket, self.now.instant)
        for row in ticket.clocks.all():
            if row.pk in self.stopped:
                assert stored(row) == self.stopped[row.pk], f"the stopped {row.stage} clock was changed"
            elif row.stopped_at is not None:
                self.stopped[row.pk] = stored(row)
            elif row.pk not in self.clocks and row.work_order_id and ticket.kind in tiers.KINDS:
                tier_rules.check_sent(ticket, row)
            self.clocks.add(row.pk)
        for order in ticket.supervisions.all():
            if order.status == "judged":
                kept = self.judged.setdefault(order.pk, stored(order))
                assert kept == stored(order), "a judged supervision order was changed"
        return ticket

    def check_who_sees(self, ticket: Ticket, people: list[Person]) -> None:
        """Everybody asked sees the ticket exactly if the tables say so."""
        for person in people:
            found = Ticket.objects.visible_to(person.fresh()).filter(pk=ticket.pk).exists()
            assert found == sees(person, ticket), f"{person.user.username} and {ticket.status}"

    def pen(self, ticket: Ticket, data: st.DataObject | None = None) -> Pen:
        """Who writes the forms of the ticket's kind; without `data` nothing is left to chance."""
        kind = TierPen if ticket.kind in tiers.KINDS else Pen
        return kind(data.draw if data else lambda strategy: None, self.operator, self.people)

    def teardown(self) -> None:
        """Wherever the walk stopped: nothing contradicts itself, everybody sees what the tables say, and each ticket
        still comes to its end, the higher ones first."""
        try:
            third = self.people[len(self.stopped) % 3 :: 3]  # each time another third, to save time
            self.check_who_sees(load(list(self.known)[0 if len(self.stopped) % 2 else -1]), third)
            assert list(faults()) == []
            for ticket in sorted(self.known.values(), key=lambda one: (one.kind == Kind.COMPLAINT, one.pk)):
                self.bring_home(ticket.pk)
                self.check(ticket.pk)
            connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)
            self.clock.__exit__(None, None, None)

    def bring_home(self, ticket_id: int) -> None:
        """The plainest way to the archive from here, without ending the ticket otherwise."""
        for _step in range(60):
            self.now.move_to(self.now.instant + dt.timedelta(hours=1))
            ticket = load(ticket_id)
            if ticket.status in FINAL:
                return
            choices = choices_for(ticket, self.people, self.now.instant, among=homewards.NAMES)
            home = homewards.next_step(ticket, choices)
            if home is None:
                self.now.move_to(self.now.instant + dt.timedelta(days=1))
                continue
            choice, data = home
            written = self.pen(ticket).usual(choice, ticket) | data
            note(f"home: {choice.act} {ticket.pk} order {choice.order and choice.order.seq}")
            person = choice.people[0].fresh() if choice.people else None
            perform(ticket_id, choice.act, by=person, order=choice.order.seq if choice.order else None, **written)
            if choice.order is None and choice.act in tier_rules.CLOSING:
                self.followed(choice, ticket)
        pytest.fail(f"the way home from {ticket.status} does not end")
