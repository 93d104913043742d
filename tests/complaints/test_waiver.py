"""The waiver of daily rent for a repair of more than 24 h: from what was reported to what was restored (Q-04, U-48)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import Refused
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, entry, order_in, when
from tickets.models import Ticket, WorkOrder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def code_of(ticket: Ticket, act: str, operator: Operator, **data: Any) -> str:
    with pytest.raises(Refused) as refusal:
        do(ticket, act, operator, **data)
    return refusal.value.code


def page(operator: Operator, ticket: Ticket) -> str:
    client = Client()
    client.force_login(operator.user("dispatcher"))
    return client.get(reverse("ticket", args=[ticket.number])).content.decode()


def test_q_04_a_solved_fault_says_when_service_was_restored(operator: Operator) -> None:
    order = order_in("handling", operator)
    assert code_of(order.ticket, "reply", operator, order=1, restored_at=None) == "restored_missing"
    do(order.ticket, "reply", operator, order=1, restored_at=None, is_solved=False)


def test_other_matters_and_assistants_restore_nothing(operator: Operator) -> None:
    other = order_in("handling", operator).ticket
    wcdma, no_signal = entry("business_type", "wcdma"), entry("complaint_type", "mobile_network")
    do(other, "reclassify", operator, business_type=wcdma, complaint_type=no_signal)
    do(other, "reply", operator, order=1, restored_at=None)
    fault = order_in("handling", operator).ticket
    do(fault, "ask_assistant", operator, order=1)
    do(fault, "claim", operator, order=2)
    do(fault, "reply", operator, order=2, restored_at=None)


def test_the_form_asks_for_it_and_knows_what_the_unit_below_reported(operator: Operator) -> None:
    """Q-04, U-41: the unit that passed the work on need not ask again."""
    order, handler = order_in("handling", operator), Client()
    handler.force_login(operator.user("handler"))
    address = reverse("order_action", args=[order.ticket.number, 1, "reply"])
    typed = {"version": order.version, "finding": "光猫故障", "measure": "已更换", "is_solved": "on"}
    refused = handler.post(address, typed)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"restored_at"})
    do(order.ticket, "transfer", operator, order=1)
    do(order.ticket, "claim", operator, order=2)
    do(order.ticket, "reply", operator, order=2, restored_at=when("11-23 08:30"))
    assert handler.get(address).context["form"]["restored_at"].value() == dt.datetime(2026, 11, 23, 8, 30)


def test_nothing_is_waived_while_nobody_knows_when_it_ended(operator: Operator) -> None:
    """Q-04: the waiver never runs to the moment in which somebody happens to grant it."""
    ticket = bring_to("handling", operator)
    assert code_of(ticket, "grant_waiver", operator) == "restored_unknown"
    assert "超过24小时" in page(operator, ticket)
    assert "grant_waiver" not in page(operator, ticket)
    assert not ticket.remedies.exists()


def test_what_was_sent_back_ended_nothing(operator: Operator) -> None:
    ticket = order_in("replied", operator).ticket
    do(ticket, "reject", operator, order=1)
    assert code_of(ticket, "grant_waiver", operator) == "restored_unknown"


def test_granting_confirms_from_to_days_and_basis(operator: Operator) -> None:
    """Q-04: reported on 11-21 at 20:00, restored on 11-23 at 08:30: one day begun beyond the 24 hours."""
    ticket = _repaired(operator)
    html = page(operator, ticket)
    panel = html.split('class="panel proposal"')[1].split("</section>")[0]
    for shown in ("11-21 20:00", "11-22 20:00", "11-23 08:30", "日租 × 1天"):
        assert shown in panel
    client = Client()
    client.force_login(operator.user("dispatcher"))
    address = reverse("ticket_action", args=[ticket.number, "grant_waiver"])
    assert client.post(address, {"version": ticket.version}).status_code == 422
    assert client.post(address, {"version": ticket.version, "days": 1}).status_code == 302
    waiver = ticket.remedies.get()
    assert (waiver.covers_from, waiver.covers_to) == (when("11-22 20:00"), when("11-23 08:30"))


def test_what_changed_meanwhile_is_confirmed_anew(operator: Operator) -> None:
    ticket = _repaired(operator)
    WorkOrder.objects.get(ticket=ticket).replies.update(restored_at=when("11-24 21:00"))
    assert code_of(ticket, "grant_waiver", operator, days=1) == "proposal_changed"


def _repaired(operator: Operator) -> Ticket:
    order = order_in("handling", operator)
    do(order.ticket, "reply", operator, order=1, restored_at=when("11-23 08:30"))
    return Ticket.objects.get(pk=order.ticket_id)
