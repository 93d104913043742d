"""Mass incidents (M-05, T-07): proposed by similar complaints, linked, told, ended with one answer to all."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from complaints.incidents import services, working
from complaints.incidents.reading import candidates_for, incidents_for
from complaints.incidents.services import Fault
from core import clock
from core.errors import NotPermitted, Refused, Stale
from organization.models import Unit
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import Operator
from tests.factories.tickets import CUSTOMER, bring_to, clock_of, do, entry, last_event, order_in, take_complaint
from tickets.consistency import faults
from tickets.models import Answer, Incident, IncidentEvent, InterimReply, Message, Notice, Outbox, Ticket
from tickets.models.outbox import NoticeKind
from tickets.services.intake import Customer
from tickets.spreading import spread_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

MINUTE, HOUR, SECOND = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)
SCRIPT = "鼓楼区光缆中断，正在抢修。"


def customer(number: int) -> Customer:
    """Another customer with a mobile of their own."""
    return Customer(name=f"客户{number}", phone=f"1391234{number:04}", address=CUSTOMER.address)


def calls(operator: Operator, *ats: dt.datetime, **matter: Any) -> list[Ticket]:
    """Calls of different customers of 南京 about their broadband."""
    return [
        take_complaint(operator, at=at, customer=customer(number), **matter) for number, at in enumerate(ats, start=1)
    ]


def fault(*areas: Unit, **known: Any) -> Fault:
    """A cable cut in the areas."""
    usual: dict[str, Any] = {
        "title": "鼓楼光缆中断",
        "areas": areas,
        "business_types": [entry("business_type", "fixed")],
        "starts_at": clock.now() - HOUR,
        "expected_end_at": clock.now() + 4 * HOUR,
        "script": SCRIPT,
    }
    return Fault(**(usual | known))


def opened(operator: Operator, **known: Any) -> Incident:
    """An incident in 南京, opened by the dispatcher."""
    nanjing = operator.js.cities[0].unit
    return services.open_incident(by=operator.user("dispatcher"), fault=fault(nanjing, **known))


def ended(incident: Incident, operator: Operator) -> Incident:
    """Service is back."""
    version = Incident.objects.get(pk=incident.pk).version
    return services.end_incident(
        incident_id=incident.pk,
        by=operator.user("supervisor"),
        expected_version=version,
        cause="施工挖断",
        answer="光缆已修复，宽带恢复正常。",
    )


@pytest.mark.parametrize("last, proposed", [(HOUR - SECOND, 1), (HOUR, 1), (HOUR + SECOND, 0)])
def test_m_05_five_similar_within_an_hour_propose_one(operator: Operator, last: dt.timedelta, proposed: int) -> None:
    first = clock.now() - 2 * MINUTE - HOUR
    calls(operator, first, first + MINUTE, first + 2 * MINUTE, first + 3 * MINUTE, first + last)
    assert working.propose_incidents(clock.now()) == proposed
    assert working.propose_incidents(clock.now()) == 0  # the same is not proposed twice
    assert list(Incident.objects.values_list("status", "starts_at")) == [("proposed", first)] * proposed


def test_m_05_who_watches_over_the_place_is_told(operator: Operator) -> None:
    calls(operator, *(clock.now() - minutes * MINUTE for minutes in range(5, 0, -1)))
    working.propose_incidents(clock.now())
    spread_due(10)
    told = set(Notice.objects.filter(kind=NoticeKind.INCIDENT_PROPOSED).values_list("user__username", flat=True))
    assert told == {"dispatcher", "dispatcher_b", "supervisor"}


@pytest.mark.parametrize("what", ["four", "one caller", "another matter", "two cities", "linked"])
def test_m_05_what_is_no_mass_of_similar_complaints(operator: Operator, what: str) -> None:
    ats = [clock.now() - minutes * MINUTE for minutes in range(5, 0, -1)]
    if what == "one caller":
        for at in ats:
            take_complaint(operator, at=at)
    elif what == "linked":
        incident = opened(operator, starts_at=ats[0])
        for ticket in calls(operator, *ats):
            do(ticket, "link_incident", operator, by="dispatcher", incident=incident.pk)
    else:
        calls(operator, *ats[1:])
        home = operator.js.cities[1].unit if what == "two cities" else None
        matter: dict[str, Any] = {}
        if what == "another matter":
            matter["complaint_type"] = entry("complaint_type", "fixed_tariff")
            matter["business_type"] = entry("business_type", "broadband")
        if what != "four":
            take_complaint(operator, at=clock.now(), customer=customer(9), home=home, **matter)
    assert working.propose_incidents(clock.now()) == 0


def test_a_dismissed_proposal_comes_again_with_as_many_further_complaints(operator: Operator) -> None:
    ats = [clock.now() - minutes * MINUTE for minutes in range(5, 0, -1)]
    calls(operator, *ats)
    working.propose_incidents(clock.now())
    proposal = Incident.objects.get()
    by = operator.user("supervisor")
    services.dismiss_proposal(incident_id=proposal.pk, by=by, expected_version=proposal.version, reason="催费")
    assert working.propose_incidents(clock.now()) == 0
    later = clock.now() + 10 * MINUTE
    with clock.frozen(later):
        calls(operator, *(later - seconds * SECOND for seconds in range(5, 0, -1)))
        assert working.propose_incidents(later) == 1


def test_what_is_linked_waits_for_the_incident_and_no_unit_has_it(operator: Operator) -> None:
    incident = opened(operator)
    ticket = order_in("handling", operator, accepted_at=clock.now() - 30 * MINUTE).ticket
    ticket = do(ticket, "link_incident", operator, incident=incident.pk)
    assert (ticket.status, ticket.incident) == ("handling", incident)
    assert set(ticket.work_orders.values_list("status", flat=True)) == {"recalled"}
    assert set(ticket.clocks.filter(outcome="running").values_list("stage", flat=True)) == {"total"}
    with pytest.raises(Refused) as refused:
        do(ticket, "dispatch", operator)
    assert refused.value.code == "linked_already"
    ticket = do(ticket, "unlink_incident", operator, reason="客户在隔壁小区")
    assert (ticket.status, ticket.incident) == ("pending_dispatch", None)
    assert list(faults()) == []


def test_the_agent_links_the_call_from_the_draft(operator: Operator) -> None:
    incident = opened(operator)
    draft = take_complaint(operator)
    assert list(incidents_for(draft)) == [incident]
    ticket = do(draft, "link_incident", operator, by="agent", incident=incident.pk)
    assert (ticket.status, ticket.owner_unit, ticket.submitted_by) == (
        "handling",
        operator.js.centre,
        operator.user("agent"),
    )


def test_an_incident_concerns_its_places_and_businesses_only(operator: Operator) -> None:
    incident = opened(operator)
    elsewhere = bring_to("pending_dispatch", operator, home=operator.js.cities[1].unit)
    mobile = bring_to(
        "pending_dispatch",
        operator,
        business_type=entry("business_type", "lte"),
        complaint_type=entry("complaint_type", "mobile_policy"),
        extra={"offer": "5G套餐"},
    )
    fitting = bring_to("pending_dispatch", operator)
    for ticket in (elsewhere, mobile):
        with pytest.raises(Refused) as refused:
            do(ticket, "link_incident", operator, incident=incident.pk)
        assert refused.value.code == "other_incident"
    document = fitting.scheme_version.document
    assert list(candidates_for(incident, operator.user("dispatcher"), document)) == [fitting]
    assert list(candidates_for(incident, operator.user("dispatcher2"), document)) == []


def test_many_are_linked_from_a_list_and_each_says_what_came_of_it(operator: Operator, client: Client) -> None:
    incident = opened(operator)
    fitting = bring_to("pending_dispatch", operator)
    elsewhere = bring_to("pending_dispatch", operator, home=operator.js.cities[1].unit)
    client.force_login(operator.user("dispatcher"))
    numbers = [fitting.number, elsewhere.number]
    pool = client.get(f"{reverse('pool')}?pool=dispatch").content.decode()
    assert reverse("together", args=["link_incident"]) in pool
    from_pool = {"number": numbers, "incident": incident.pk, "is_filled_in": "1"}
    done = client.post(reverse("together", args=["link_incident"]), from_pool)
    assert [bool(one.refusal) for one in done.context["done"]] == [False, True]
    bring_to("pending_dispatch", operator)
    page = client.post(reverse("incident_link", args=[incident.pk]), {"all": "1"})
    assert [one.refusal for one in page.context["done"]] == [""]
    assert client.post(reverse("incident_link", args=[incident.pk])).status_code == 422


def test_ending_answers_each_with_its_own_answer_and_revisit(operator: Operator) -> None:
    incident = opened(operator)
    tickets = [
        do(one, "link_incident", operator, by="dispatcher", incident=incident.pk)
        for one in calls(operator, clock.now(), clock.now())
    ]
    house = Customer(name="李娜", phone="02583001234", address=CUSTOMER.address)
    left = do(take_complaint(operator, customer=house), "link_incident", operator, by="agent", incident=incident.pk)
    ended(incident, operator)
    assert working.answer_incidents(1) == 1  # what a run leaves the next one does
    assert working.answer_incidents(10) == 1
    assert working.answer_incidents(10) == 0
    for ticket in Ticket.objects.filter(pk__in=[one.pk for one in tickets]):
        assert (ticket.status, ticket.closure_code, ticket.closed_by) == (
            "closed",
            "resolved",
            operator.user("supervisor"),
        )
        assert clock_of(ticket, "total").outcome == "met"
        assert clock_of(ticket, "revisit").outcome == "running"
        assert Answer.objects.get(ticket=ticket).content == "光缆已修复，宽带恢复正常。"
        assert last_event(ticket).actor is None
    # Who has no mobile is not told by the system: the ticket stays, and that is said once.
    assert Ticket.objects.get(pk=left.pk).status == "handling"
    assert IncidentEvent.objects.get(act="not_answered").ticket_id == left.pk
    spread_due(100)
    assert Message.objects.filter(outbox__kind=NoticeKind.TO_CUSTOMER, channel="sms").count() == 2
    assert Notice.objects.filter(kind=NoticeKind.INCIDENT_LEFT).exists()
    assert list(faults()) == []
    again = do(do(tickets[0], "revisit", operator, satisfaction="dissatisfied", is_solved=False), "rework", operator)
    assert (again.status, again.incident) == ("pending_dispatch", None)


def test_customers_hear_of_an_end_beyond_their_promise(operator: Operator) -> None:
    incident = opened(operator)
    ticket = do(take_complaint(operator), "link_incident", operator, by="agent", incident=incident.pk)
    promised = ticket.complaint_detail.promised_at
    assert promised is not None
    assert working.tell_of_incidents(clock.now(), 10) == 0
    until = promised + HOUR
    known = fault(operator.js.cities[0].unit, starts_at=incident.starts_at, expected_end_at=until)
    services.change_incident(
        incident_id=incident.pk,
        by=operator.user("dispatcher"),
        expected_version=incident.version,
        fault=known,
        reason="光缆熔接困难",
    )
    assert working.tell_of_incidents(clock.now(), 10) == 1
    assert working.tell_of_incidents(clock.now(), 10) == 0
    told = InterimReply.objects.get()
    assert (told.by, told.mode, told.promised_for) == (None, "sms", until)
    assert told.content.startswith(SCRIPT)
    assert Ticket.objects.get(pk=ticket.pk).complaint_detail.promised_at == until
    assert Outbox.objects.get(kind=NoticeKind.TO_CUSTOMER).data == {"reply": told.pk}


def test_u_44_customers_hear_once_when_the_whole_course_is_warned_of(operator: Operator) -> None:
    incident = opened(operator, expected_end_at=clock.now() + 23 * HOUR)
    ticket = do(take_complaint(operator), "link_incident", operator, by="agent", incident=incident.pk)
    warned = clock_of(ticket, "total").warn_at
    assert working.tell_of_incidents(warned - SECOND, 10) == 0
    assert working.tell_of_incidents(warned, 10) == 1
    assert working.tell_of_incidents(warned + HOUR, 10) == 0
    assert InterimReply.objects.get().promised_for is None


def test_only_who_watches_over_the_place_decides_and_nobody_over_a_change(operator: Operator) -> None:
    incident = opened(operator)
    for name in ("agent", "handler", "dispatcher2", "supervisor2", "manager"):
        with pytest.raises(NotPermitted):
            services.open_incident(by=operator.user(name), fault=fault(operator.js.cities[0].unit))
    with pytest.raises(Stale):
        services.end_incident(
            incident_id=incident.pk, by=operator.user("dispatcher"), expected_version=9, cause="x", answer="y"
        )
    with pytest.raises(Refused) as refused:
        services.open_incident(
            by=operator.user("dispatcher"),
            fault=fault(operator.js.cities[0].unit, expected_end_at=MONDAY_MORNING - SECOND),
        )
    assert refused.value.code == "end_past"
    with pytest.raises(TypeError):
        IncidentEvent.objects.get().delete()
