"""Withdrawing, voiding, merging and taking apart again (model 3.1): nothing alerts after an ending."""

from __future__ import annotations

import datetime as dt

import pytest

from core.errors import NotPermitted, Refused
from organization.models import Membership
from organization.roles import Role
from tests.factories.organization import SINCE, Operator, UserFactory
from tests.factories.tickets import bring_to, clock_of, do, last_event, order_in, take_complaint, when
from tickets.models import Ticket
from tickets.models.ticket import NOTHING_DUE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

OPEN = ["draft", "pending_dispatch", "pending_instruction", "handling", "pending_answer", "pending_clearance"]
HOUR = dt.timedelta(hours=1)


def assert_nothing_is_due(ticket: Ticket) -> None:
    assert not ticket.clocks.filter(outcome="running").exists()
    assert not ticket.work_orders.open().exists()
    assert (ticket.next_due_at, ticket.quiet_from) == (NOTHING_DUE, None)


@pytest.mark.parametrize("status", OPEN)
def test_a_withdrawal_ends_everything(operator: Operator, status: str) -> None:
    ticket = do(bring_to(status, operator), "withdraw", operator, reason="客户撤诉")
    assert (ticket.status, ticket.ended_by) == ("withdrawn", operator.user("dispatcher"))
    assert ticket.notes.get(pk=last_event(ticket).data["why"]).text == "客户撤诉"
    assert_nothing_is_due(ticket)


def test_the_orders_of_an_ended_ticket_are_recalled(operator: Operator) -> None:
    ticket: Ticket = order_in("handling", operator, beside=True).ticket
    do(ticket, "ask_assistant", operator, order=1)
    ticket = do(ticket, "withdraw", operator)
    assert [order.status for order in ticket.work_orders.all()] == ["recalled"] * 3
    assert clock_of(ticket, "handle").outcome == "cancelled"
    with pytest.raises(Refused) as refusal:
        do(ticket, "reply", operator, order=1)
    assert refusal.value.code == "wrong_state"


def test_a_draft_is_voided_by_its_author(operator: Operator) -> None:
    ticket = take_complaint(operator)
    for other in ("dispatcher", "supervisor"):
        with pytest.raises(NotPermitted):
            do(ticket, "void", operator, by=other)
    ticket = do(ticket, "void", operator)
    assert (ticket.status, ticket.ended_by, ticket.holder) == ("void", operator.user("agent"), None)
    assert_nothing_is_due(ticket)


def test_after_submission_only_a_supervisor_voids(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    for other in ("agent", "dispatcher"):
        with pytest.raises(NotPermitted):
            do(ticket, "void", operator, by=other)
    assert_nothing_is_due(do(ticket, "void", operator, by="supervisor"))


def test_the_older_ticket_stays_with_its_clocks(operator: Operator) -> None:
    older = bring_to("handling", operator, accepted_at=when("11-23 09:00"))
    younger = bring_to("pending_dispatch", operator, accepted_at=when("11-23 10:00"))
    clocks = list(older.clocks.values())
    with pytest.raises(Refused) as refusal:
        do(older, "merge", operator, at=when("11-23 11:00"), into=younger.pk)
    assert refusal.value.code == "younger"
    merged = do(younger, "merge", operator, at=when("11-23 11:00"), into=older.pk)
    assert (merged.status, merged.merged_into) == ("merged", older)
    assert_nothing_is_due(merged)
    kept = Ticket.objects.get(pk=older.pk)
    assert (kept.status, list(kept.clocks.values())) == ("handling", clocks)


@pytest.mark.parametrize("status", ["closed", "archived", "withdrawn"])
def test_only_an_open_ticket_takes_another(operator: Operator, status: str) -> None:
    older = bring_to(status, operator, accepted_at=when("11-20 09:00"))
    younger = bring_to("pending_dispatch", operator, accepted_at=when("11-23 10:00"))
    with pytest.raises(Refused) as refusal:
        do(younger, "merge", operator, at=when("11-23 11:00"), into=older.pk)
    assert refusal.value.code == "not_open"


def test_another_provinces_ticket_cannot_be_merged_into(operator: Operator) -> None:
    foreign = take_complaint(operator, by=operator.user("agent2"), home=operator.zj.unit)
    ticket = bring_to("pending_dispatch", operator)
    for into in (foreign.pk, 999_999):
        with pytest.raises(Refused) as refusal:
            do(ticket, "merge", operator, into=into)
        assert refusal.value.code == "other_unknown"


def test_nobody_merges_into_a_ticket_about_itself(operator: Operator) -> None:
    """Model 2: neither about the person nor, seen as who took it, about the person's unit."""
    user = UserFactory()
    for role in (Role.AGENT, Role.DISPATCHER):
        Membership.objects.create(user=user, unit=operator.js.unit, role=role, starts_on=SINCE)
    older, younger = bring_to("pending_dispatch", operator), bring_to("pending_dispatch", operator)
    for person, unit, code in ((user, None, "other_unknown"), (None, operator.js.unit, "recused")):
        Ticket.objects.filter(pk=older.pk).update(complained_user=person, complained_unit=unit)
        with pytest.raises(Refused) as refusal:
            do(younger, "merge", operator, by=user, into=older.pk)
        assert refusal.value.code == code


@pytest.mark.parametrize("at, late", [("11-30 23:59:59", False), ("12-01 00:00", True)])
def test_a_merger_can_be_undone_for_seven_days(operator: Operator, at: str, late: bool) -> None:
    """The whole course runs on from the acceptance, as if it had never been merged."""
    bring_to("handling", operator, accepted_at=when("11-23 09:00"))
    ticket = bring_to("pending_dispatch", operator, accepted_at=when("11-23 10:00"))
    ticket = do(ticket, "merge", operator, at=when("11-23 11:00"))
    if late:
        with pytest.raises(Refused) as refusal:
            do(ticket, "unmerge", operator, at=when(at))
        assert refusal.value.code == "unmerge_late"
        return
    ticket = do(ticket, "unmerge", operator, at=when(at))
    assert (ticket.status, ticket.merged_into, ticket.ended_at) == ("pending_dispatch", None, None)
    first, again = ticket.clocks.filter(stage="total").order_by("attempt")
    assert (first.outcome, again.outcome) == ("cancelled", "running")
    assert (
        (again.started_at, again.due_at)
        == (first.started_at, first.due_at)
        == (when("11-23 10:00"), when("11-24 10:00"))
    )
    assert clock_of(ticket, "dispatch").started_at == when(at)


def test_a_merger_undone_keeps_the_pauses_from_before(operator: Operator) -> None:
    """Two hours stood still before it was merged: they count no more afterwards than they would have without it."""
    bring_to("handling", operator, accepted_at=when("11-23 08:00"))
    ticket = bring_to("handling", operator, accepted_at=when("11-23 09:00"))
    do(ticket, "ask_pause", operator, at=when("11-23 10:00"), until=when("11-23 20:00"))
    do(ticket, "approve_pause", operator, at=when("11-23 11:00"))
    do(ticket, "resume", operator, at=when("11-23 13:00"))
    for moment in ("11-23 14:00", "11-23 16:00"):
        do(ticket, "merge", operator, at=when(moment))
        do(ticket, "unmerge", operator, at=when(moment))
    total = clock_of(ticket, "total")
    assert (total.started_at, total.due_at) == (when("11-23 09:00"), when("11-24 11:00"))


def test_a_merged_draft_comes_back_as_a_draft(operator: Operator) -> None:
    take_complaint(operator, at=when("11-23 08:00"))
    ticket = do(take_complaint(operator), "merge", operator)
    assert do(ticket, "unmerge", operator).status == "draft"


def test_what_was_merged_twice_is_followed_to_the_end(operator: Operator) -> None:
    oldest, older, young = (take_complaint(operator, at=when("11-23 08:00") + hours * HOUR) for hours in range(3))
    at = when("11-23 12:00")
    do(young, "merge", operator, at=at, into=older.pk)
    do(older, "merge", operator, at=at, into=oldest.pk)
    assert Ticket.objects.get(merged_tickets__merged_tickets=young.pk) == oldest
    with pytest.raises(Refused):  # what has ended takes nothing any more
        do(take_complaint(operator), "merge", operator, into=older.pk)
