"""An escalated complaint made of a complaint: while it runs it answers for both, and closes both (model 1, A7)."""

from __future__ import annotations

import pytest

from core.errors import Refused
from organization.models import Membership
from organization.roles import Role
from tests.factories.escalations import NOT_REACHED, act, bring_escalation, take_escalation, walk
from tests.factories.organization import SINCE, Operator
from tests.factories.tickets import CUSTOMER, DAY, bring_to, clock_of, do, take_complaint, when
from tickets.consistency import faults
from tickets.models import Ticket
from tickets.services.intake import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

OTHER = Customer(name="李娜", phone="13900000000")


def code_of(ticket: Ticket, name: str, operator: Operator) -> str:
    with pytest.raises(Refused) as refused:
        do(ticket, name, operator)
    return refused.value.code


@pytest.mark.parametrize(
    "state, act_refused",
    [
        ("draft", "answer_on_spot"),
        ("pending_answer", "answer"),
        ("pending_clearance", "approve_clearance"),
    ],
)
def test_the_complaint_takes_no_final_answer_of_its_own(operator: Operator, state: str, act_refused: str) -> None:
    below = bring_to(state, operator)
    bring_escalation("pending_dispatch", operator, made_of=below)
    assert code_of(below, act_refused, operator) == "answered_above"


def test_the_complaint_goes_on_and_its_clocks_run(operator: Operator) -> None:
    """An interim reply may be given; its units go on; the record says what it became."""
    below = bring_to("handling", operator)
    due = clock_of(below, "total").due_at
    above = bring_escalation("handling", operator, made_of=below)
    assert below.events.latest("seq").action == "taken_up"
    assert below.events.latest("seq").data["higher"] == above.number
    assert above.events.get(action="register").data["below"] == below.number
    do(below, "interim_reply", operator)
    assert (clock_of(below, "total").due_at, clock_of(below, "total").outcome) == (due, "running")
    do(below, "claim", operator, order=1)


@pytest.mark.parametrize("state", ["draft", "pending_dispatch", "handling", "pending_answer", "pending_clearance"])
def test_approval_closes_both_with_one_answer_and_one_revisit(operator: Operator, state: str) -> None:
    below = bring_to(state, operator)
    above = bring_escalation("pending_revisit", operator, ticket=take_escalation(operator, made_of=below))
    below = type(below).objects.get(pk=below.pk)
    given, own = above.answers.get(), below.answers.latest("pk")
    assert (below.status, below.closure_code, below.answered_at) == ("closed", "resolved", given.at)
    assert (own.content, own.by, own.at) == (given.content, given.by, given.at)
    assert not below.clocks.filter(stage="revisit").exists()
    assert clock_of(above, "revisit").outcome == "running"
    assert not below.work_orders.open().exists()
    total = clock_of(below, "total")
    assert total.stopped_at == given.at
    assert list(faults(below)) == list(faults(above)) == []


def test_answered_on_the_spot_at_the_group_closes_both(operator: Operator) -> None:
    below = bring_to("handling", operator)
    act(bring_escalation("pending_dispatch", operator, made_of=below), "answer_on_spot", operator)
    below = type(below).objects.get(pk=below.pk)
    assert (below.status, below.closure_code) == ("closed", "resolved")


def test_not_reached_leaves_the_complaint_to_itself(operator: Operator) -> None:
    below = bring_to("pending_answer", operator)
    above = bring_escalation("handling", operator, made_of=below)
    walk(above, NOT_REACHED, operator, above.changed_at)
    end = above.changed_at + 2 * DAY
    act(above, "report", operator, at=end)
    act(above, "approve", operator, at=end)
    assert Ticket.objects.get(pk=below.pk).status == "pending_answer"
    assert do(below, "answer", operator, at=end).status == "closed"


@pytest.mark.parametrize("ending", ["withdraw", "merge", "void"])
def test_ended_otherwise_it_frees_the_complaint(operator: Operator, ending: str) -> None:
    below = bring_to("pending_answer", operator)
    bring_escalation("pending_dispatch", operator, customer=OTHER, accepted_at=when("11-20 09:00"))  # to merge into
    above = bring_escalation("handling", operator, made_of=below)
    by = "group_supervisor" if ending == "void" else None
    act(above, ending, operator, by=by)
    assert do(below, "answer", operator).status == "closed"


def test_a_closed_complaint_can_be_taken_further_and_stays_as_it_is(operator: Operator) -> None:
    below = bring_to("closed", operator)
    events = below.event_count
    above = bring_escalation("pending_revisit", operator, ticket=take_escalation(operator, made_of=below))
    below = type(below).objects.get(pk=below.pk)
    assert (below.status, below.event_count, below.answers.count()) == ("closed", events, 1)
    assert above.links.get().earlier == below


def test_one_at_a_time_and_none_of_what_has_ended(operator: Operator) -> None:
    below = bring_to("handling", operator)
    first = bring_escalation("pending_dispatch", operator, made_of=below)
    with pytest.raises(Refused) as refused:
        take_escalation(operator, made_of=below)
    assert (refused.value.code, first.number in refused.value.message) == ("runs_already", True)
    act(first, "withdraw", operator)
    assert take_escalation(operator, made_of=below).links.get().earlier == below
    with pytest.raises(Refused) as refused:
        take_escalation(operator, made_of=bring_to("withdrawn", operator))
    assert refused.value.code == "ended"


def test_only_of_the_same_customer_or_within_sight(operator: Operator) -> None:
    """Model 2: by phone or service number; the officer's own sight counts too. Nothing is left of what is refused."""
    below = bring_to("handling", operator, customer=OTHER)
    before = Ticket.objects.count()
    with pytest.raises(Refused) as refused:
        take_escalation(operator, made_of=below)
    assert (refused.value.code, Ticket.objects.count()) == ("not_theirs", before)
    same = Customer(name="李", phone="13811111111", service_number=CUSTOMER.service_number)
    mine = take_complaint(operator, customer=same)
    assert take_escalation(operator, made_of=mine).links.get().earlier == mine
    officer = operator.user("escalation_officer")
    Membership.objects.create(user=officer, unit=operator.group, role=Role.SUPERVISOR, starts_on=SINCE)
    seen = take_escalation(operator, by=operator.user("escalation_officer"), made_of=below)
    assert seen.links.get().earlier == below


def test_of_an_escalated_complaint_comes_no_other(operator: Operator) -> None:
    with pytest.raises(Refused) as refused:
        take_escalation(operator, made_of=bring_escalation("handling", operator))
    assert refused.value.code == "not_theirs"


def test_the_officer_sees_the_complaint_behind_it_and_the_liaison_of_its_province(operator: Operator) -> None:
    below = bring_to("handling", operator)
    for name in ("escalation_officer", "liaison"):
        assert not Ticket.objects.visible_to(operator.user(name)).filter(pk=below.pk).exists()
    bring_escalation("handling", operator, made_of=below)
    for name in ("escalation_officer", "liaison"):
        assert Ticket.objects.visible_to(operator.user(name)).filter(pk=below.pk).exists()
    assert not Ticket.objects.visible_to(operator.user("liaison2")).filter(pk=below.pk).exists()


def test_a_complaint_that_began_anew_after_the_answer_is_closed_with_it(operator: Operator) -> None:
    """Model 1: the customer was told before the complaint's new round; that stops its course where it began."""
    below = bring_to("pending_screening", operator)
    above = bring_escalation("pending_review", operator, ticket=take_escalation(operator, made_of=below))
    do(below, "rework", operator, at=above.changed_at + DAY)
    act(above, "approve", operator, at=above.changed_at + 2 * DAY)
    total = clock_of(below, "total", round=2)
    assert (Ticket.objects.get(pk=below.pk).status, total.outcome, total.counted_seconds) == ("closed", "met", 0)
    assert list(faults(below)) == []
