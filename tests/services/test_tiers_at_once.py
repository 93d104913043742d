"""Two officers of the group at the same moment, on PostgreSQL: one takes the matter up, the other is told."""

from __future__ import annotations

from functools import partial

import pytest

from core.errors import Refused
from tests.factories.appeals import take_appeal
from tests.factories.escalations import take_escalation
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to
from tests.services.at_once import second_meets_first
from tickets.models import Ticket, TicketLink
from tickets.states import Kind

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen_clock")]


@pytest.mark.parametrize("state", ["handling", "closed"])
def test_of_one_complaint_comes_one_escalated_complaint(operator: Operator, state: str) -> None:
    below = bring_to(state, operator)
    take = partial(take_escalation, operator, made_of=below)
    won, lost = second_meets_first(take, take)
    assert isinstance(lost, Refused)
    assert (lost.code, won.number in lost.message) == ("runs_already", True)
    assert TicketLink.objects.get(earlier=below).ticket_id == won.pk


def test_one_case_of_the_regulator_is_one_appeal(operator: Operator) -> None:
    take = partial(take_appeal, operator, case_number="工信申〔2026〕0612号")
    won, lost = second_meets_first(take, take)
    assert isinstance(lost, Refused)
    assert lost.code == "case_known_already"
    assert Ticket.objects.get(kind=Kind.APPEAL) == won
