"""The customer calls again; what is recorded is corrected; the ticket changes hands or class (model 3.1, SC-05)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import NotPermitted, Refused
from organization.models import Unit
from tests.factories.organization import Operator
from tests.factories.tickets import CUSTOMER, bring_to, clock_of, do, entry, last_event, take_complaint, when
from tickets.models import HandOver, Ticket, TicketLink
from tickets.services.intake import Customer
from tickets.services.repeats import history_of, open_on_same_matter, propose_repeat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def history(ticket: Ticket, at: str, **keys: str) -> list[Any]:
    """What the panel shows when the customer of the ticket calls about the same matter."""
    keys = keys or {"phone": ticket.contact.phone}
    document = ticket.scheme_version.document
    matter = {"business_type": "broadband", "complaint_type": "fixed_fault"}
    return history_of(document, **keys, **matter, at=when(at))


def test_sc_05_another_hall_adds_the_contact(operator: Operator) -> None:
    """Only for the customer who is calling; no new ticket, nothing else moves."""
    ticket = bring_to("handling", operator)
    clocks = list(ticket.clocks.values())
    for caller in ("", "13999999999"):
        with pytest.raises(Ticket.DoesNotExist):
            do(ticket, "add_contact", operator, by="agent_hall_b", caller=caller)
    after = do(
        ticket, "add_contact", operator, by="agent_hall_b", caller=ticket.contact.phone, kind="facts", text="又断网"
    )
    assert (after.status, after.version, after.contact_count) == ("handling", ticket.version, 1)
    assert list(after.clocks.values()) == clocks
    note = after.notes.get()
    assert (note.kind, note.text, note.unit) == ("facts", "又断网", operator.js.cities[1].hall)
    do(ticket, "add_contact", operator, by="agent2", caller=ticket.contact.service_number)  # any unit, either number
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("act", ["add_note", "amend", "submit"])
def test_a_callers_number_opens_nothing_else(operator: Operator, act: str) -> None:
    ticket = bring_to("draft", operator)
    with pytest.raises(Ticket.DoesNotExist):
        do(ticket, act, operator, by="agent_hall_b", caller=ticket.contact.phone)


def test_a_callers_number_is_for_those_who_take_calls(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    for user in ("handler_network", "revisitor", "manager2"):
        with pytest.raises((Ticket.DoesNotExist, NotPermitted)):
            do(ticket, "add_contact", operator, by=user, caller=ticket.contact.phone)


def test_a_callers_ticket_about_the_agent_does_not_exist_for_it(operator: Operator) -> None:
    """Model 2: not even to note that the customer called."""
    ticket = bring_to("handling", operator, complained_user=operator.user("agent_hall_b"))
    with pytest.raises(Ticket.DoesNotExist):
        do(ticket, "add_contact", operator, by="agent_hall_b", caller=ticket.contact.phone)
    do(ticket, "add_contact", operator, by="agent_hall", caller=ticket.contact.phone)


def test_sc_05_while_it_is_open_the_call_belongs_to_it(operator: Operator) -> None:
    ticket = bring_to("handling", operator, accepted_at=when("11-23 09:00"))
    row = history(ticket, "11-23 12:00")[0]
    assert (row.ticket.number, row.ticket.status, row.promised_at) == (ticket.number, "handling", when("11-24 09:00"))
    assert open_on_same_matter([row]) == ticket
    assert propose_repeat([row]) is None


@pytest.mark.parametrize(
    "keys", [{"phone": CUSTOMER.phone}, {"service_number": CUSTOMER.service_number}, {"address": CUSTOMER.address}]
)
@pytest.mark.parametrize("at, proposed", [("12-23 23:59:59", True), ("12-23 24:00", False)])
def test_sc_05_a_repeat_within_thirty_days(operator: Operator, keys: dict[str, str], at: str, proposed: bool) -> None:
    """CM-02: by phone, service number or address; on day 31 after the closing it is not proposed."""
    ticket = bring_to("closed", operator, accepted_at=when("11-23 09:00"))
    assert propose_repeat(history(ticket, at, **keys)) == (ticket if proposed else None)


def test_another_matter_is_no_repeat(operator: Operator) -> None:
    ticket = bring_to("closed", operator, accepted_at=when("11-23 09:00"))
    document = ticket.scheme_version.document
    shown = history_of(document, phone=CUSTOMER.phone, complaint_type="fixed_tariff", at=when("11-25 09:00"))
    assert ([row.ticket for row in shown], propose_repeat(shown)) == ([ticket], None)


def test_sc_05_a_confirmed_repeat_is_linked_and_raised(operator: Operator) -> None:
    """CM-02."""
    first = bring_to("closed", operator, is_urgent=True)
    assert (first.priority, first.repeat_number) == (3, 0)
    second = do(take_complaint(operator, repeat_of=first, is_urgent=True), "answer_on_spot", operator)
    third = take_complaint(operator, repeat_of=second, is_urgent=True)
    assert (second.repeat_number, second.priority, second.priority_reasons) == (1, 2, ["urgency", "repeat"])
    assert third.repeat_number == 2
    assert [link.earlier for link in TicketLink.objects.filter(ticket=second)] == [first]
    with pytest.raises(Refused) as refusal:
        take_complaint(operator, repeat_of=bring_to("withdrawn", operator))
    assert refusal.value.code == "ended"


def test_sc_05_a_repeat_goes_to_the_centre_that_knows_the_matter(operator: Operator) -> None:
    """Model 8: here the group's, which had the first one because it was about the province's centre."""
    first = do(take_complaint(operator, complained_unit=operator.js.centre), "submit", operator)
    again = do(take_complaint(operator, repeat_of=first), "submit", operator)
    assert (first.owner_unit, again.owner_unit) == (operator.group_centre, operator.group_centre)


def test_a_repeat_of_somebody_who_moved_goes_to_the_new_home(operator: Operator) -> None:
    """U-43; and what a channel answered on the spot was no centre's."""
    elsewhere = do(bring_to("handling", operator), "transfer_centre", operator)
    on_the_spot = do(take_complaint(operator), "answer_on_spot", operator)
    for first, owner in ((elsewhere, operator.zj.centre), (on_the_spot, operator.js.hotline)):
        again = do(take_complaint(operator, repeat_of=first), "submit", operator)
        assert (first.owner_unit, again.owner_unit) == (owner, operator.js.centre)


def test_a_correction_keeps_both_values(operator: Operator) -> None:
    ticket = do(bring_to("handling", operator), "amend", operator, changes={"summary": "宽带断网三天"})
    row = ticket.amendments.get()
    assert (row.field, row.old, row.new, row.is_contact) == ("summary", "宽带断网两天", "宽带断网三天", False)
    assert ticket.summary == "宽带断网三天"
    with pytest.raises(Refused) as refusal:
        do(ticket, "amend", operator, changes={"summary": "宽带断网三天"})
    assert refusal.value.code == "no_change"
    with pytest.raises(Refused):
        do(ticket, "amend", operator, changes={"accepted_at": when("11-01 09:00")})


def test_contact_data_stay_out_of_the_record(operator: Operator) -> None:
    """Model 10: neither taking nor correcting leaves a name or a number in an event."""
    changes = {"phone": "13911112222", "name": "张大伟", "address": "南京市玄武区"}
    ticket = do(bring_to("handling", operator), "amend", operator, changes=changes)
    assert (ticket.contact.phone, ticket.contact.phone_last4) == ("13911112222", "2222")
    assert ticket.amendments.filter(is_contact=True).count() == 3
    record = json.dumps([event.data for event in ticket.events.all()], ensure_ascii=False)
    told = (*changes.values(), CUSTOMER.phone, CUSTOMER.name, CUSTOMER.address, CUSTOMER.service_number)
    assert not [value for value in told if value in record]
    assert last_event(ticket).data["fields"] == ["address", "name", "phone"]


def test_agents_correct_until_the_dispatch(operator: Operator) -> None:
    ticket = do(bring_to("pending_dispatch", operator), "amend", operator, by="agent")
    ticket = do(do(ticket, "dispatch", operator), "recall", operator, order=1)
    assert ticket.status == "pending_dispatch"
    with pytest.raises(NotPermitted):
        do(ticket, "amend", operator, by="agent", changes={"summary": "宽带断网一周"})


def test_a_new_class_recomputes_from_the_original_starts(operator: Operator) -> None:
    """What the customer was told stands until an interim reply (model 3.1)."""
    ticket = bring_to("handling", operator, accepted_at=when("11-23 09:00"))
    ticket = do(ticket, "reclassify", operator, at=when("11-23 18:00"), level="provincial")
    total, handle = clock_of(ticket, "total"), clock_of(ticket, "handle")
    assert (total.started_at, total.due_at, total.warn_at) == (
        when("11-23 09:00"),
        when("11-25 09:00"),
        when("11-25 04:12"),
    )
    assert (handle.started_at, handle.due_at) == (when("11-23 09:20"), when("11-25 02:20"))
    assert ticket.complaint_detail.promised_at == when("11-24 09:00")
    assert {row["stage"] for row in last_event(ticket).data["moved"]} == {"total", "handle"}
    assert clock_of(ticket, "dispatch").due_at == when("11-23 13:10")  # stopped clocks stay as they were


def test_u_24_flags_decide_the_priority_unless_a_person_does(operator: Operator) -> None:
    ticket = do(bring_to("pending_dispatch", operator), "reclassify", operator, is_critical=True)
    assert (ticket.priority, ticket.priority_reasons) == (1, ["gravity"])
    with pytest.raises(Refused) as refusal:
        do(ticket, "reclassify", operator, level="general", priority=2)
    assert refusal.value.code == "priority_reason"
    ticket = do(ticket, "reclassify", operator, level="general", priority=2, priority_reason="媒体已撤稿")
    assert (ticket.priority, ticket.priority_reasons) == (2, [{"by_hand": "媒体已撤稿"}])


def test_a_vip_gets_the_lower_bound_once_known(operator: Operator) -> None:
    """U-30: the lower bound of `handle`, nothing else."""
    ticket = bring_to("handling", operator, accepted_at=when("11-23 09:00"), level="provincial")
    ticket = do(ticket, "amend", operator, at=when("11-23 10:00"), changes={"customer_tier": "vip"})
    assert (clock_of(ticket, "handle").due_at, clock_of(ticket, "total").due_at) == (
        when("11-24 02:20"),
        when("11-25 09:00"),
    )
    assert ticket.priority_reasons == ["importance"]


def test_a_ticket_changes_hands_when_the_receiver_confirms(operator: Operator) -> None:
    ticket = do(bring_to("handling", operator), "hand_over", operator)
    assert ticket.holder == operator.user("dispatcher")
    with pytest.raises(NotPermitted):
        do(ticket, "confirm_hand_over", operator, by="dispatcher")
    ticket = do(ticket, "confirm_hand_over", operator, by="dispatcher_b")
    assert ticket.holder == operator.user("dispatcher_b")
    with pytest.raises(Refused) as refusal:
        do(ticket, "confirm_hand_over", operator, by="dispatcher_b")
    assert refusal.value.code == "no_hand_over"
    with pytest.raises(NotPermitted):  # not its holder any more
        do(ticket, "hand_over", operator, by="dispatcher", receiver=operator.user("dispatcher"))
    with pytest.raises(Refused) as refusal:
        do(ticket, "hand_over", operator, by="director_centre")
    assert refusal.value.code == "same_holder"


@pytest.mark.parametrize("receiver", ["dispatcher2", "handler", "manager", "supervisor", "agent"])
def test_only_who_could_hold_a_ticket_is_offered_it(operator: Operator, receiver: str) -> None:
    """An offer that can never be confirmed would leave the ticket between two chairs."""
    with pytest.raises(Refused) as refusal:
        do(bring_to("handling", operator), "hand_over", operator, receiver=operator.user(receiver))
    assert refusal.value.code == "receiver_blind"


def test_an_offer_that_nobody_confirms_can_be_made_to_another(operator: Operator) -> None:
    ticket = do(bring_to("handling", operator), "hand_over", operator)
    do(ticket, "hand_over", operator, by="director_centre", receiver=operator.user("director_centre"))
    with pytest.raises(NotPermitted):
        do(ticket, "confirm_hand_over", operator, by="dispatcher_b")
    ticket = do(ticket, "confirm_hand_over", operator, by="director_centre")
    assert (ticket.holder, HandOver.objects.filter(ticket=ticket).count()) == (operator.user("director_centre"), 1)


def test_an_offer_that_nobody_confirms_is_taken_back(operator: Operator) -> None:
    """Model 3.1: by whose ticket it was, or a director; then the receiver has nothing to confirm."""
    for giver, stranger in (("dispatcher", "dispatcher_b"), ("director_centre", "dispatcher_b")):
        ticket = do(bring_to("handling", operator), "hand_over", operator, note="下班交接")
        with pytest.raises(NotPermitted):
            do(ticket, "cancel_hand_over", operator, by=stranger)
        ticket = do(ticket, "cancel_hand_over", operator, by=giver)
        assert (ticket.holder, ticket.hand_overs.count()) == (operator.user("dispatcher"), 0)
        for act, by in (("confirm_hand_over", "dispatcher_b"), ("cancel_hand_over", giver)):
            with pytest.raises(Refused) as refusal:
                do(ticket, act, operator, by=by)
            assert refusal.value.code == "no_hand_over"


def test_u_43_the_home_centre_takes_over(operator: Operator) -> None:
    ticket = bring_to("handling", operator, accepted_at=when("11-23 09:00"))
    ticket = do(ticket, "transfer_centre", operator, at=when("11-23 10:00"))
    assert (ticket.owner_unit, ticket.province, ticket.city) == (operator.zj.centre, operator.zj.unit, None)
    assert (ticket.holder, clock_of(ticket, "total").due_at) == (None, when("11-24 09:00"))
    with pytest.raises((Ticket.DoesNotExist, NotPermitted)):
        do(ticket, "interim_reply", operator, by="dispatcher")
    assert do(ticket, "interim_reply", operator, by="dispatcher2").status == "handling"


def test_s_09_a_centre_takes_over_nothing_about_itself_or_its_head(operator: Operator) -> None:
    """It goes to the centre above, and the people of the centre do not see it."""
    head = operator.user("director_centre2")
    Unit.objects.filter(pk=operator.zj.centre.pk).update(manager=head)
    for about in ({"complained_unit": operator.zj.centre}, {"complained_user": head}):
        ticket = do(bring_to("handling", operator, **about), "transfer_centre", operator)
        assert (ticket.owner_unit, ticket.complained_unit) == (operator.group_centre, operator.zj.centre)
        assert (ticket.province, last_event(ticket).data["centre"]) == (operator.zj.unit, "G-CENTRE")
        for insider in ("director_centre2", "dispatcher2"):
            assert not Ticket.objects.visible_to(operator.user(insider)).filter(pk=ticket.pk).exists()


def test_numbers_are_found_however_they_were_typed(operator: Operator) -> None:
    customer = Customer(name="李四", phone="+86 138-1234-5678", service_number="nj 0527 0001")
    ticket = take_complaint(
        operator,
        customer=customer,
        business_type=entry("business_type", "broadband"),
        complaint_type=entry("complaint_type", "fixed_fault"),
    )
    assert (ticket.contact.phone, ticket.contact.service_number) == (CUSTOMER.phone, CUSTOMER.service_number)
    with pytest.raises(Refused) as refusal:
        take_complaint(operator, customer=Customer(name="李四", phone="一三八"))
    assert refusal.value.code == "bad_number"
