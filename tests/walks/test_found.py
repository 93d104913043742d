"""What the random walks of all kinds look for where two tiers and two tickets meet, each as the shortest way there
(model 1, 3.2, 3.3)."""

from __future__ import annotations

import datetime as dt

import pytest

from core.clock import FrozenClock
from core.errors import NotPermitted
from organization.models import User
from organization.roles import Role
from tests.factories import appeals, escalations
from tests.factories.organization import MembershipFactory, Operator
from tests.factories.tickets import bring_to, clock_of, do
from tickets.consistency import faults
from tickets.states import Outcome, Stage, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

HOUR = dt.timedelta(hours=1)


def second_liaison(operator: Operator) -> User:
    """Another liaison of 江苏."""
    return MembershipFactory(role=Role.LIAISON, unit=operator.js.unit).user


def test_who_objected_at_the_group_does_not_hold_what_the_province_has_in_hand(operator: Operator) -> None:
    """U-81: the returned objection is the province's to deal with."""
    ticket = appeals.bring_appeal(Status.HANDLING, operator)
    appeals.attach_file(ticket, "proof", operator.user("appeal_officer"))
    appeals.act(ticket, "object", operator)
    ticket = appeals.act(ticket, "return_report", operator, by=appeals.second_officer(operator))
    assert (ticket.status, ticket.owner_unit) == (Status.HANDLING, operator.js.centre)
    assert ticket.holder != operator.user("appeal_officer")


def test_a_liaison_does_not_hold_an_appeal_that_the_group_has(operator: Operator) -> None:
    """An offer that nobody confirmed before the report waits until the province has the appeal again (U-81)."""
    ticket = appeals.bring_appeal(Status.HANDLING, operator)
    other = second_liaison(operator)
    appeals.act(ticket, "hand_over", operator, by="liaison", receiver=other)
    appeals.act(ticket, "answer_customer", operator)
    ticket = appeals.act(ticket, "report", operator)
    with pytest.raises(NotPermitted):
        appeals.act(ticket, "confirm_hand_over", operator, by=other)


def test_bounces_below_a_province_wait_for_no_assignment(operator: Operator) -> None:
    """Nobody could assign it, and it would be in no pool when it comes back to the group (model 5)."""
    ticket = escalations.bring_escalation(Status.HANDLING, operator)
    for number in (1, 2, 3):
        escalations.act(ticket, "send_orders", operator)
        escalations.act(ticket, "request_return", operator, order=number)
        ticket = escalations.act(ticket, "accept_return", operator, order=number)
    assert (ticket.bounce_count, ticket.needs_assignment) == (3, False)


def test_a_complaint_reopened_after_the_answer_above_is_closed_with_it(
    operator: Operator, frozen_clock: FrozenClock
) -> None:
    """Its second round began after the customer had been told: it ends where it began (model 1, 4)."""
    below = bring_to(Status.REVISITED, operator)
    ticket = escalations.take_escalation(operator, made_of=below)
    for name in ("submit", "dispatch", "sign", "answer_customer"):
        escalations.act(ticket, name, operator)
    frozen_clock.move_to(frozen_clock.instant + HOUR)
    do(below, "rework", operator, reason="客户不认可", orders=[])
    frozen_clock.move_to(frozen_clock.instant + HOUR)
    escalations.act(ticket, "report", operator)
    escalations.act(ticket, "approve", operator)
    total = clock_of(below, Stage.TOTAL)
    assert (total.stopped_at, total.outcome) == (total.started_at, Outcome.MET)
    assert list(faults()) == []


def test_a_report_that_waited_when_the_ticket_was_merged_waits_no_more(operator: Operator) -> None:
    """Nobody could review it any more, and it would wait for ever (model 3.2)."""
    ticket = escalations.bring_escalation(Status.PENDING_REVIEW, operator)
    older = escalations.take_escalation(operator, at=ticket.accepted_at - HOUR)
    escalations.act(ticket, "merge", operator, into=older.pk)
    ticket = escalations.act(ticket, "unmerge", operator)
    assert ticket.status == Status.PENDING_DISPATCH
    assert not ticket.reports.filter(verdict="").exists()


def test_a_complaint_that_stood_still_when_the_customer_was_told_above_is_closed_with_it(
    operator: Operator, frozen_clock: FrozenClock
) -> None:
    """Paused after the answer that closes it, its course still ends with that answer (model 1, 4)."""
    below = bring_to(Status.PENDING_ANSWER, operator)
    ticket = escalations.take_escalation(operator, made_of=below)
    for name in ("submit", "dispatch", "sign", "answer_customer"):
        escalations.act(ticket, name, operator)
    told_at = frozen_clock.instant
    frozen_clock.move_to(told_at + HOUR)
    do(below, "ask_pause", operator)
    do(below, "approve_pause", operator)
    frozen_clock.move_to(told_at + 2 * HOUR)
    for name in ("report", "approve"):
        escalations.act(ticket, name, operator)
    assert clock_of(below, Stage.TOTAL).stopped_at == told_at
    assert list(faults()) == []
