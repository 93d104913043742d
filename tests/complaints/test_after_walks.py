"""What random walks found, each as the shortest way there (model 3.1, 4, 5)."""

from __future__ import annotations

import datetime as dt

import pytest

from complaints.models import Complaint
from core.clock import FrozenClock
from core.errors import Refused
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, do, load_unicom, order_in, take_complaint
from tickets.models import Ticket
from tickets.record import faults_of
from tickets.states import OrderRole, OrderStatus, Outcome, Stage, Status
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

HOUR = dt.timedelta(hours=1)


def is_running(ticket: Ticket, stage: Stage) -> bool:
    return ticket.clocks.filter(stage=stage, outcome=Outcome.RUNNING).exists()


def two_leads_and_an_assistant(operator: Operator) -> Complaint:
    """Orders 1 and 2 lead; 3 assists. The first has replied."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    js = operator.js
    orders = [
        {"unit": js.fixed_line, "role": OrderRole.LEAD},
        {"unit": js.network, "role": OrderRole.LEAD},
        {"unit": js.service, "role": OrderRole.ASSIST},
    ]
    do(ticket, "dispatch", operator, orders=orders)
    for seq in (1, 2, 3):
        do(ticket, "claim", operator, order=seq)
    return reply(ticket, 1, operator)


def reply(ticket: Ticket, order: int, operator: Operator) -> Complaint:
    """The unit replies and its director lets the reply out."""
    do(ticket, "reply", operator, order=order)
    return do(ticket, "approve", operator, order=order)


def test_answered_on_the_spot_can_be_reworked_by_the_centre(operator: Operator) -> None:
    """U-36, U-46: nobody submitted it, yet a dissatisfied customer gets a second round, at the centre."""
    ticket = do(take_complaint(operator), "answer_on_spot", operator)
    do(ticket, "revisit", operator, by="revisitor", satisfaction="dissatisfied")
    ticket = do(ticket, "rework", operator, by="dispatcher", reason="解释不到位")
    assert (ticket.status, ticket.round, ticket.owner_unit) == (Status.PENDING_DISPATCH, 2, operator.js.centre)
    assert ticket.submitted_by == operator.user("dispatcher")


@pytest.mark.parametrize("way", ["accept_return", "recall"])
def test_answer_begins_when_the_last_lead_without_a_result_is_gone(operator: Operator, way: str) -> None:
    """The other lead's result is in: the centre has all it waits for (U-30)."""
    ticket = two_leads_and_an_assistant(operator)
    assert not is_running(ticket, Stage.ANSWER)
    if way == "accept_return":
        do(ticket, "request_return", operator, order=2)
    ticket = do(ticket, way, operator, by="dispatcher", order=2)
    assert is_running(ticket, Stage.ANSWER)
    ticket = do(ticket, "accept", operator, order=1)
    assert ticket.status == Status.PENDING_ANSWER
    assert clock_of(ticket, Stage.ANSWER).attempt == 1


@pytest.mark.parametrize("act", ["recall", "reject"])
def test_an_assistants_order_leaves_the_answer_clock_alone(operator: Operator, act: str) -> None:
    ticket = reply(two_leads_and_an_assistant(operator), 2, operator)
    reply(ticket, 3, operator)
    do(ticket, "accept", operator, order=1)
    ticket = do(ticket, "accept", operator, order=2)
    started = clock_of(ticket, Stage.ANSWER)
    do(ticket, act, operator, by="dispatcher", order=3)
    assert clock_of(ticket, Stage.ANSWER) == started
    assert is_running(ticket, Stage.ANSWER)


def test_a_further_lead_order_stops_the_answer_clock(operator: Operator) -> None:
    ticket: Ticket = order_in(OrderStatus.REPLIED, operator).ticket
    assert is_running(ticket, Stage.ANSWER)
    do(ticket, "dispatch", operator, orders=[{"unit": operator.js.network, "role": OrderRole.LEAD}])
    assert clock_of(ticket, Stage.ANSWER).outcome == Outcome.CANCELLED


@pytest.mark.parametrize("passing_on", ["transfer", "ask_assistant"])
def test_who_passed_work_on_cannot_give_its_own_order_back(operator: Operator, passing_on: str) -> None:
    """U-41: the result would come back to nobody."""
    ticket: Ticket = order_in(OrderStatus.HANDLING, operator).ticket
    unit = operator.js.billing
    do(ticket, passing_on, operator, order=1, unit=unit)
    with pytest.raises(Refused) as refused:
        do(ticket, "request_return", operator, order=1)
    assert refused.value.code == "child_open"
    assert unit.name in refused.value.message


def test_the_chain_holds_for_instants_of_any_zone(operator: Operator) -> None:
    """A loader may give Shanghai time; the database gives back UTC (model 10)."""
    ticket = take_complaint(operator, at=MONDAY_MORNING)
    assert MONDAY_MORNING.utcoffset() != dt.timedelta()
    assert faults_of(ticket, ticket.events.all()) == []


def test_a_ticket_cannot_be_merged_into_itself(operator: Operator) -> None:
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    with pytest.raises(Refused) as refused:
        perform(ticket.pk, "merge", by=operator.user("dispatcher"), into=ticket.pk)
    assert refused.value.code == "merge_self"


def test_a_draft_taken_out_of_a_merger_is_its_takers_again(operator: Operator, frozen_clock: FrozenClock) -> None:
    bring_to(Status.PENDING_DISPATCH, operator)
    draft = take_complaint(operator)
    do(draft, "merge", operator, by="dispatcher")
    draft = do(draft, "unmerge", operator, by="supervisor")
    assert (draft.status, draft.holder) == (Status.DRAFT, operator.user("agent"))


def test_the_course_of_an_unmerged_ticket_follows_its_level(operator: Operator) -> None:
    """Its `total` is a second clock of the round, but no second attempt (U-29)."""
    bring_to(Status.PENDING_DISPATCH, operator)
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    do(ticket, "merge", operator)
    ticket = do(ticket, "unmerge", operator, by="supervisor")
    do(ticket, "reclassify", operator, level="national")
    total = clock_of(ticket, Stage.TOTAL)
    assert (total.attempt, total.due_at) == (2, ticket.accepted_at + 72 * HOUR)


def test_a_class_change_buys_no_time_for_rejected_work(operator: Operator, frozen_clock: FrozenClock) -> None:
    """Sent back to the unit, the work keeps the two hours it has, whatever the ticket becomes."""
    ticket = bring_to(Status.PENDING_ANSWER, operator, accepted_at=frozen_clock.instant - 19 * HOUR)
    first = clock_of(ticket, Stage.HANDLE)
    frozen_clock.move_to(first.started_at + 16 * HOUR)
    ticket = do(ticket, "reject_result", operator, orders=[{"unit": operator.js.fixed_line, "role": OrderRole.LEAD}])
    again = clock_of(ticket, Stage.HANDLE)
    assert again.attempt == 2
    do(ticket, "reclassify", operator, level="national")
    assert clock_of(ticket, Stage.HANDLE).due_at == again.due_at


def test_a_promise_that_passed_before_the_clearance_is_watched_as_late(
    operator: Operator, frozen_clock: FrozenClock
) -> None:
    load_unicom(clearance={"codes": ["no_contact", "unresolved"], "levels": []})
    ticket = bring_to(Status.PENDING_ANSWER, operator)
    answered, promised = frozen_clock.instant, frozen_clock.instant + 24 * HOUR
    do(ticket, "answer", operator, closure_code="unresolved", plan="扩容", promised_for=promised)
    frozen_clock.move_to(promised + HOUR)
    ticket = do(ticket, "approve_clearance", operator)
    watched = clock_of(ticket, Stage.FOLLOW_UP)
    assert (watched.outcome, watched.started_at, watched.due_at) == (Outcome.RUNNING, answered, promised)
    assert ticket.next_due_at == promised
