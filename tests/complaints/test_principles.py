"""What the sources say about the whole rather than about one step."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.errors import Refused
from organization import services
from tests.complaints.intake import ADD, client_of
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, do, entry, order_in, order_of, sign_record, take_complaint, when
from tickets.models import DictionaryEntry, Ticket
from tickets.record import faults_of
from tickets.selectors import proposed_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.mark.parametrize("channel", ["hotline", "hall", "letter", "website", "account_manager"])
@pytest.mark.parametrize("taker", ["agent", "agent_hall", "agent_hall_b"])
def test_u_01_many_channels_take_and_one_centre_processes(operator: Operator, channel: str, taker: str) -> None:
    """U-03, U-09, U-19: whatever comes in anywhere in the province goes to its complaint centre."""
    ticket = take_complaint(operator, by=operator.user(taker), channel=entry("channel", channel))
    sign_record(ticket, operator.user(taker))
    ticket = do(ticket, "submit", operator)
    assert ticket.owner_unit == operator.js.centre
    assert do(ticket, "dispatch", operator, by="dispatcher").status == "handling"


def test_u_04_every_step_stands_in_the_record(operator: Operator) -> None:
    """Who, when, in which unit; what is only added too; the chain tells when something is missing."""
    ticket = do(bring_to("handling", operator), "add_note", operator, by="supervisor")
    events = list(ticket.events.all())
    assert [event.action for event in events] == ["register", "submit", "dispatch", "add_note"]
    actors = ("agent", "agent", "dispatcher", "supervisor")
    assert [event.actor for event in events] == [operator.user(name) for name in actors]
    assert all(event.unit for event in events)
    assert faults_of(ticket, events) == []
    assert faults_of(ticket, events[:-1]) != []
    assert faults_of(ticket, events[:1] + events[2:]) != []


@pytest.mark.parametrize("left_out", ["summary", "description", "fault_address"])
def test_u_12_a_complaint_is_taken_with_what_handling_needs(operator: Operator, left_out: str) -> None:
    """A draft may lack it, but does not leave the channel so."""
    ticket = take_complaint(operator)
    changes: dict[str, object] = {left_out: ""}
    if left_out in ticket.extra:
        changes = {"extra": {name: value for name, value in ticket.extra.items() if name != left_out}}
    ticket = do(ticket, "fill_in", operator, by="agent", changes=changes)
    with pytest.raises(Refused) as refusal:
        do(ticket, "submit", operator)
    assert refusal.value.code == "fields_missing"


@pytest.mark.parametrize("code", ["explained", "resolved"])
def test_u_26_solved_or_agreed_upon_within_the_limit(operator: Operator, code: str) -> None:
    """U-13: what cannot be solved now is done with an explanation that the customer accepts; both count as in time."""
    ticket = bring_to("pending_answer", operator, accepted_at=when("11-23 09:00"))
    ticket = do(ticket, "answer", operator, at=when("11-23 11:00"), closure_code=code, content="基站年底前建成开通。")
    assert (ticket.status, ticket.answers.get().content) == ("closed", "基站年底前建成开通。")
    assert clock_of(ticket, "total").outcome == "met"


@pytest.mark.parametrize(
    "business, kind, code",
    [
        ("own_hall", "service_attitude", "C-NJ-REMOTE"),  # U-20: on the spot, by the unit of the city
        ("lte", "mobile_policy", "P-JS-MARKET"),  # U-21: by business
        ("service_centre", "service_attitude", "P-JS-SERVICE"),
        ("lte", "mobile", "P-JS-MARKET"),  # U-21: the type is not known
        ("lte", "mobile_charging", "P-JS-BILLING"),  # U-22: by type
        ("broadband", "fixed_fault", "P-JS-FIXED"),
        ("messaging", "value_added_network", "P-JS-NETWORK"),
    ],
)
def test_u_20_u_21_u_22_routing_means_a_unit(operator: Operator, business: str, kind: str, code: str) -> None:
    classes = entry("business_type", business), entry("complaint_type", kind)
    ticket = take_complaint(operator, extra={}, business_type=classes[0], complaint_type=classes[1])
    assert proposed_unit(ticket) == operator.units[code]


def test_u_23_who_asks_for_help_stays_responsible(operator: Operator) -> None:
    """U-39: the lead chases its assistant, takes the part and replies itself."""
    ticket: Ticket = order_in("handling", operator).ticket
    do(ticket, "ask_assistant", operator, order=1, unit=operator.js.service)
    assert (order_of(ticket, 2).role, order_of(ticket, 2).parent) == ("assist", order_of(ticket, 1))
    with pytest.raises(Refused) as refusal:
        do(ticket, "reply", operator, order=1)
    assert refusal.value.code == "child_open"
    for act in ("claim", "reply", "approve"):
        do(ticket, act, operator, order=2)
    do(ticket, "accept", operator, by="handler", order=2)
    do(ticket, "reply", operator, order=1)
    assert order_of(ticket, 1).status == "pending_review"


@pytest.mark.parametrize("status", ["pending_dispatch", "handling", "closed", "archived", "withdrawn"])
def test_u_25_who_took_it_follows_it_to_its_end(operator: Operator, status: str) -> None:
    ticket = bring_to(status, operator)
    assert Ticket.objects.visible_to(operator.user("agent")).filter(pk=ticket.pk).exists()
    assert not Ticket.objects.visible_to(operator.user("agent_hall")).filter(pk=ticket.pk).exists()


def test_i_03_the_deepest_cause_is_set_by_who_found_it(operator: Operator) -> None:
    """The agent chooses down to level 3; the level 4 of the accepted reply becomes the ticket's."""
    services.sync_roles()
    deepest = DictionaryEntry.objects.filter(dimension="cause", level=4)[0]
    assert deepest.parent is not None
    ticket: Ticket = order_in("handling", operator).ticket
    intake = client_of(operator, "agent").get(reverse(ADD)).content.decode()
    reply = client_of(operator, "handler").get(f"/desk/tickets/{ticket.number}/orders/1/do/reply/").content.decode()
    assert f'value="{deepest.parent.code}"' in intake
    assert f'value="{deepest.code}"' not in intake
    assert f'value="{deepest.code}"' in reply
    do(ticket, "reply", operator, order=1, cause=deepest)
    do(ticket, "approve", operator, order=1)
    assert do(ticket, "accept", operator, order=1).cause == deepest
