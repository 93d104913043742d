"""Who has an escalated complaint, sees it and answers for its time: group, province, nobody else (U-05, U-61)."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from core.errors import NotPermitted, Refused
from organization.models import User
from tests.factories.escalations import act, bring_escalation, mobile, take_escalation
from tests.factories.organization import Operator
from tests.factories.tickets import STEP, clock_of, when
from tickets.consistency import faults
from tickets.models import StageClock, Ticket
from tickets.models.outbox import Outbox
from tickets.recipients import Roster, Telling
from tickets.services.sweeping import sweep
from tickets.states import Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

GROUP = {"escalation_officer", "group_supervisor"}
PROVINCE = GROUP | {"liaison", "dispatcher", "director_centre", "approver", "supervisor", "quality_checker", "manager"}
CLOSED = PROVINCE | {"revisitor"}
EVERYBODY = (*sorted(CLOSED), "agent", "handler", "director", "appeal_officer", "administrator")
FOREIGN = ("liaison2", "dispatcher2", "director_centre2", "supervisor2", "manager2", "agent2", "revisitor2")


def seeing(operator: Operator, ticket: Ticket, names: tuple[str, ...]) -> set[str]:
    return {name for name in names if Ticket.objects.visible_to(operator.user(name)).filter(pk=ticket.pk).exists()}


@pytest.mark.parametrize(
    "state, who",
    [
        ("draft", GROUP),
        ("pending_dispatch", GROUP),
        ("pending_sign", PROVINCE),
        ("handling", PROVINCE),
        ("pending_review", PROVINCE),
        ("pending_revisit", CLOSED),
        ("pending_screening", CLOSED),
        ("closed", CLOSED),
        ("archived", CLOSED),
        ("withdrawn", GROUP),
        ("void", GROUP),
    ],
)
def test_u_61_who_sees_it_in_each_state(operator: Operator, state: str, who: set[str]) -> None:
    """Before its dispatch no province knows of it; another province never does."""
    ticket = bring_escalation(state, operator)
    # A director of the centre alone sees what the centre owns: not while the group has it.
    mine = set(EVERYBODY) - {"director_centre"}
    assert seeing(operator, ticket, EVERYBODY) - {"director_centre"} == who & mine
    assert seeing(operator, ticket, FOREIGN) == set()
    assert list(faults(ticket)) == []


def test_the_ticket_is_the_province_s_until_its_report(operator: Operator) -> None:
    ticket = bring_escalation("pending_sign", operator)
    assert (ticket.owner_unit, ticket.province, ticket.city, ticket.holder) == (
        operator.js.centre,
        operator.js.unit,
        operator.js.cities[0].unit,
        None,
    )
    ticket = act(ticket, "sign", operator)
    assert ticket.holder == operator.user("liaison")
    act(ticket, "answer_customer", operator)
    ticket = act(ticket, "report", operator)
    assert (ticket.owner_unit, ticket.province, ticket.holder) == (operator.group_centre, operator.js.unit, None)
    ticket = act(ticket, "return_report", operator)
    assert (ticket.owner_unit, ticket.holder) == (operator.js.centre, operator.user("liaison"))


def test_misrouted_goes_back_unseen_and_the_time_of_the_province_counts_no_more(operator: Operator) -> None:
    ticket = act(bring_escalation("pending_sign", operator), "misrouted", operator)
    assert (ticket.status, ticket.owner_unit, ticket.province, ticket.city) == (
        "pending_dispatch",
        operator.group_centre,
        None,
        None,
    )
    assert seeing(operator, ticket, ("liaison", "dispatcher")) == set()
    assert clock_of(ticket, "handle").outcome == "cancelled"
    assert clock_of(ticket, "dispatch").outcome == "running"
    assert "该号码归属浙江" in ticket.notes.get().text
    ticket = act(ticket, "dispatch", operator, province=operator.zj.unit)
    assert (ticket.owner_unit, ticket.city) == (operator.zj.centre, None)
    assert list(faults(ticket)) == []


def test_another_province_has_the_whole_limit_and_the_first_what_it_left(operator: Operator) -> None:
    """U-62: 3 wd from Monday 11-23 10:00 end 11-26 24:00. Redispatched on Tuesday 10:00, 浙江 has until 11-27 24:00.
    Back in 江苏 on Wednesday 10:00: it had left 62 h at Tuesday 10:00, which end Friday 11-27 24:00."""
    ticket = take_escalation(operator, at=when("11-23 09:00"), **mobile())
    act(ticket, "submit", operator, at=when("11-23 09:30"))
    act(ticket, "dispatch", operator, at=when("11-23 10:00"))
    assert clock_of(ticket, "handle").due_at == when("11-26 24:00")
    act(ticket, "sign", operator, at=when("11-23 11:00"))
    act(ticket, "send_orders", operator, at=when("11-23 12:00"))
    ticket = act(ticket, "redispatch", operator, at=when("11-24 10:00"))
    fresh = clock_of(ticket, "handle", work_order=None)
    assert (fresh.unit, fresh.started_at, fresh.due_at) == (
        operator.zj.centre,
        when("11-24 10:00"),
        when("11-27 24:00"),
    )
    assert ticket.work_orders.get().status == "recalled"
    assert seeing(operator, ticket, ("liaison", "liaison2")) == {"liaison2"}
    ticket = act(ticket, "redispatch", operator, at=when("11-25 10:00"), province=operator.js.unit)
    again = clock_of(ticket, "handle", work_order=None)
    assert (again.unit, again.due_at) == (operator.js.centre, when("11-27 24:00"))
    assert list(faults(ticket)) == []


def test_it_is_not_given_to_who_has_it_nor_to_whom_it_is_about(operator: Operator) -> None:
    """S-09."""
    ticket = bring_escalation("pending_sign", operator)
    with pytest.raises(Refused) as refused:
        act(ticket, "redispatch", operator, province=operator.js.unit)
    assert refused.value.code == "same_province"
    about = bring_escalation("pending_dispatch", operator, complained_unit=operator.zj.unit)
    with pytest.raises(Refused) as refused:
        act(about, "dispatch", operator, province=operator.zj.unit)
    assert refused.value.code == "recused"


def test_a_province_ends_nothing_that_the_group_gave_it(operator: Operator) -> None:
    ticket = bring_escalation("handling", operator)
    with pytest.raises(NotPermitted):
        act(ticket, "void", operator, by="supervisor")
    assert act(ticket, "void", operator, by="group_supervisor").status == "void"


def test_orders_are_due_when_the_province_is(operator: Operator) -> None:
    """U-09: an order below has no limit of its own; after a rejection it has never more than the province."""
    ticket = act(bring_escalation("handling", operator), "send_orders", operator)
    own, order = clock_of(ticket, "handle", work_order=None), clock_of(ticket, "handle", work_order__seq=1)
    assert order.due_at == own.due_at
    for name in ("claim", "reply", "approve"):
        act(ticket, name, operator, order=1)
    act(ticket, "reject", operator, order=1)
    assert clock_of(ticket, "handle", work_order__seq=1).due_at == own.due_at
    assert act(ticket, "reply", operator, order=1).status == "handling"


def test_the_chain_of_a_late_province_reaches_liaison_centre_province_and_group(operator: Operator) -> None:
    """U-47, U-62: accountable is who signed; then the centre's manager, the province's supervisor, the group."""
    ticket = bring_escalation("handling", operator, accepted_at=when("11-02 09:00"), **mobile())
    row: StageClock = clock_of(ticket, "handle")
    assert row.user == operator.user("liaison")
    end = row.due_at + (row.due_at - row.started_at) * 2
    sweep(end, limit=500)
    reached = {
        step: {user.username for user in _told(operator, ticket, step)}
        for step in ("user", "manager", "province", "group")
    }
    assert reached == {
        "user": {"liaison"},
        "manager": {"head"},
        "province": {"supervisor"},
        "group": {"group_supervisor", "escalation_officer"},
    }
    steps = {name for row in Outbox.objects.filter(ticket=ticket.pk) for name in row.data.get("to", ())}
    assert steps >= {"user", "manager", "province", "group"}
    order = ticket.supervisions.get()
    assert (order.target_unit, order.grade) == (operator.js.centre, "raised")


def _told(operator: Operator, ticket: Ticket, step: str) -> list[User]:
    row = Outbox.objects.filter(ticket=ticket.pk, data__has_key="clock").order_by("pk")[0]
    row.data = {"clock": row.data["clock"], "to": [step]}
    return list(Telling(row, Roster(dt.datetime(2026, 11, 23, tzinfo=dt.UTC))).audience().users)


def test_the_answer_of_a_province_that_had_it_before_does_not_do_for_the_next(operator: Operator) -> None:
    """U-09: who reports has answered the customer itself."""
    ticket = bring_escalation(Status.HANDLING, operator)
    act(ticket, "answer_customer", operator)
    later = clock.now() + STEP
    act(ticket, "redispatch", operator, at=later)
    act(ticket, "sign", operator, by="liaison2", at=later)
    with pytest.raises(Refused) as refusal:
        act(ticket, "report", operator, by="liaison2", at=later)
    assert refusal.value.code == "customer_not_answered"
    act(ticket, "answer_customer", operator, by="liaison2", at=later)
    assert act(ticket, "report", operator, by="liaison2", at=later).status == Status.PENDING_REVIEW
