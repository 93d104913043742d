"""The one write path: versions, roles and deputies, all or nothing, and the record (model 2, 3 and 10)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.errors import NotPermitted, Refused, Stale
from core.numbers import is_valid_number
from organization.models import Membership
from organization.roles import Role
from organization.services import record_absence
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import SINCE, Operator
from tests.factories.tickets import bring_to, do, last_event, order_in, order_of, take_complaint, when
from tickets import record
from tickets.models import Ticket, TicketEvent
from tickets.services.sweeping import sweep
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

HOUR = dt.timedelta(hours=1)


def state_of(ticket: Ticket) -> list[Any]:
    row = Ticket.objects.filter(pk=ticket.pk).values().get()
    return [
        row,
        *(list(rows.values()) for rows in (ticket.events.all(), ticket.clocks.all(), ticket.work_orders.all())),
    ]


def test_sc_07_the_second_of_two_is_told_who_and_when(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    seen = ticket.version
    first = do(ticket, "dispatch", operator, by="dispatcher_b", at=MONDAY_MORNING + HOUR, expected_version=seen)
    before = state_of(first)
    with pytest.raises(Stale) as stale:
        do(ticket, "dispatch", operator, by="dispatcher", expected_version=seen)
    assert (stale.value.who, stale.value.when) == ("程敏", MONDAY_MORNING + HOUR)
    assert "程敏" in stale.value.message
    assert state_of(first) == before


def test_who_changed_it_is_told_whatever_came_after(operator: Operator) -> None:
    """An alert and a note disturb no form; they are not what the second of two is told about."""
    ticket = bring_to("pending_dispatch", operator)
    do(ticket, "dispatch", operator, by="dispatcher_b", at=MONDAY_MORNING + HOUR)
    do(ticket, "add_note", operator, at=MONDAY_MORNING + 2 * HOUR)
    assert sweep(MONDAY_MORNING + 100 * HOUR).alerts
    with pytest.raises(Stale) as stale:
        do(ticket, "dispatch", operator, by="dispatcher", expected_version=ticket.version)
    assert (stale.value.who, stale.value.when) == ("程敏", MONDAY_MORNING + HOUR)


def test_an_order_has_a_version_of_its_own(operator: Operator) -> None:
    """The department's form does not go stale because the centre corrects a word, nor the other way round."""
    order = order_in("sent", operator)
    seen = order.version
    do(order.ticket, "amend", operator)
    do(order.ticket, "claim", operator, order=1, expected_version=seen)
    with pytest.raises(Stale) as stale:
        do(order.ticket, "reply", operator, order=1, expected_version=seen)
    assert stale.value.who == "方志强"
    assert do(order.ticket, "reply", operator, order=1, expected_version=seen + 1).status == "handling"


@pytest.mark.parametrize("act", ["add_note", "add_contact", "interim_reply"])
def test_what_is_only_added_makes_no_form_stale(operator: Operator, act: str) -> None:
    ticket = bring_to("handling", operator)
    do(ticket, act, operator)
    assert do(ticket, "amend", operator, expected_version=ticket.version).version == ticket.version + 1


def test_a_refusal_in_the_middle_undoes_everything(operator: Operator) -> None:
    """The first order could be sent, the second not: neither is."""
    ticket = do(take_complaint(operator, complained_unit=operator.js.market), "submit", operator)
    before = state_of(ticket)
    with pytest.raises(Refused):
        do(ticket, "dispatch", operator, orders=[{"unit": operator.js.network}, {"unit": operator.js.market}])
    assert state_of(ticket) == before


def test_what_the_database_refuses_is_said_in_words(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    before = state_of(ticket)
    with pytest.raises(Refused) as refusal:
        do(ticket, "reclassify", operator, priority=9, priority_reason="特急")
    assert refusal.value.code == "ticket_priority_range"
    assert state_of(ticket) == before


def test_what_does_not_exist_is_refused(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    by = operator.user("dispatcher")
    with pytest.raises(Ticket.DoesNotExist):
        perform(999_999, "add_note", by=by, text="")
    for act, order, code in (
        ("fly", None, "unknown_action"),
        ("claim", 9, "order_unknown"),
        ("claim", None, "unknown_action"),
    ):
        with pytest.raises(Refused) as refusal:
            perform(ticket.pk, act, by=by, order=order)
        assert refusal.value.code == code


def test_the_wrong_state_is_named(operator: Operator) -> None:
    with pytest.raises(Refused, match=r"处理中|In handling") as refusal:
        do(bring_to("handling", operator), "answer", operator)
    assert refusal.value.code == "wrong_state"


def test_the_narrowest_membership_is_taken_and_recorded(operator: Operator) -> None:
    Membership.objects.create(
        user=operator.users["dispatcher"], unit=operator.js.unit, role=Role.DISPATCHER, starts_on=SINCE
    )
    event = last_event(do(bring_to("pending_dispatch", operator), "dispatch", operator, by="dispatcher"))
    assert (event.unit, event.role, event.actor) == (operator.js.centre, "dispatcher", operator.user("dispatcher"))


@pytest.mark.parametrize(
    "who, wider, act, data, role",
    [
        ("handler", Role.DIRECTOR, "reassign", {"user": "handler_b"}, "director"),
        ("handler", Role.DIRECTOR, "reassign", {"user": "handler"}, "handler"),
        ("dispatcher", Role.DIRECTOR, "grant_waiver", {"days": 1}, "dispatcher"),
        ("dispatcher", Role.DIRECTOR, "grant_waiver", {"days": 9}, "director"),
        ("agent", Role.DISPATCHER, "amend", {"changes": {"summary": "宽带断网三天"}}, "dispatcher"),
        ("dispatcher", Role.DIRECTOR, "hand_over", {"receiver": "dispatcher_b"}, "dispatcher"),
        ("dispatcher_b", Role.DIRECTOR, "hand_over", {"receiver": "dispatcher_b"}, "director"),
        ("dispatcher", Role.DIRECTOR, "cancel_hand_over", {}, "dispatcher"),
        ("dispatcher_b", Role.DIRECTOR, "cancel_hand_over", {}, "director"),
    ],
)
def test_the_narrowest_membership_that_is_enough_is_taken(
    operator: Operator, who: str, wider: Role, act: str, data: dict[str, Any], role: str
) -> None:
    """Model 2: what the narrower role may not do in this case, the same person does by the wider one."""
    Membership.objects.create(user=operator.users[who], unit=operator.js.unit, role=wider, starts_on=SINCE)
    ticket = order_in("handling", operator).ticket
    if act == "grant_waiver":
        reported = ticket.accepted_at - dt.timedelta(days=data["days"])
        Ticket.objects.filter(pk=ticket.pk).update(extra={"fault_reported_at": reported.isoformat()})
        do(ticket, "reply", operator, order=1, restored_at=ticket.accepted_at + dt.timedelta(days=1))
    if act == "amend":
        do(ticket, "recall", operator, order=1)
    if act == "cancel_hand_over":
        do(ticket, "hand_over", operator)
    users = {name: operator.user(value) for name, value in data.items() if name in ("user", "receiver")}
    done = do(ticket, act, operator, by=who, order=1 if act == "reassign" else None, **data | users)
    assert last_event(done).role == role


def test_a_membership_counts_on_its_days_only(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    mine = Membership.objects.filter(user=operator.users["dispatcher_b"])
    mine.update(ends_on=dt.date(2026, 11, 22))
    with pytest.raises(Ticket.DoesNotExist):
        do(ticket, "dispatch", operator, by="dispatcher_b")
    mine.update(ends_on=dt.date(2026, 11, 23))
    assert do(ticket, "dispatch", operator, by="dispatcher_b").status == "handling"


def test_a_deputy_acts_and_the_event_shows_both(operator: Operator) -> None:
    """Model 2: the deputy gets the rights for the time of the absence."""
    absent, deputy = operator.user("dispatcher"), operator.user("manager")
    record_absence(user=absent, deputy=deputy, starts_at=MONDAY_MORNING, ends_at=MONDAY_MORNING + 8 * HOUR, by=None)
    ticket = bring_to("pending_dispatch", operator)
    with pytest.raises(NotPermitted):
        do(ticket, "dispatch", operator, by="manager", at=MONDAY_MORNING + 8 * HOUR)
    event = last_event(do(ticket, "dispatch", operator, by="manager"))
    assert (event.actor, event.on_behalf_of, event.role) == (deputy, absent, "dispatcher")
    own = last_event(do(ticket, "add_note", operator, by="dispatcher_b"))
    assert (own.actor, own.on_behalf_of) == (operator.user("dispatcher_b"), None)


def test_the_system_signs_as_nobody(operator: Operator) -> None:
    event = last_event(bring_to("pending_answer", operator))
    assert (event.action, event.actor, event.role, event.unit) == ("collect", None, "", None)
    with pytest.raises(NotPermitted):
        perform(bring_to("draft", operator).pk, "submit", by=None)


def test_a_number_says_kind_and_day_and_is_never_given_twice(operator: Operator) -> None:
    tickets = [take_complaint(operator, at=when("11-23 23:59")), take_complaint(operator, at=when("11-24 00:00"))]
    assert [ticket.number[:7] for ticket in tickets] == ["C261123", "C261124"]
    assert all(is_valid_number(ticket.number) for ticket in tickets)
    assert tickets[0].number != tickets[1].number


def test_the_chain_shows_what_was_tampered_with(operator: Operator) -> None:
    ticket = bring_to("closed", operator)
    events = TicketEvent.objects.filter(ticket=ticket).order_by("seq")
    assert record.faults_of(ticket, events) == []
    kept = list(events)
    events.filter(seq=3).update(action="void")
    assert record.faults_of(ticket, events.all()) == [f"{ticket.number}: event 3 was changed"]
    assert record.faults_of(ticket, [*kept[:2], *kept[3:]]) == [f"{ticket.number}: event 3 is missing"]
    assert len(record.faults_of(ticket, kept[:-1])) == 1
    with pytest.raises(TypeError):
        kept[0].save()
    with pytest.raises(TypeError):
        kept[0].delete()


def test_a_row_loads_as_its_kind(operator: Operator) -> None:
    ticket = bring_to("draft", operator)
    assert type(Ticket.objects.get(pk=ticket.pk)) is type(ticket)
    assert type(order_of(bring_to("handling", operator)).ticket) is type(ticket)
