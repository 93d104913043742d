"""An act between group and province asks the database at most twenty times, a page as often whatever has happened."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from escalations.models import Escalation
from tests.factories.escalations import act, bring_escalation, data_for, usual_person
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to
from tickets.models import Ticket
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

ACT_BUDGET, PAGE_BUDGET = 20, 18


def statements(ticket: Ticket, name: str, operator: Operator) -> int:
    """How many statements an act takes, with its clocks, its event and what it tells."""
    user, given = usual_person(name, operator), data_for(name, operator, Escalation.objects.get(pk=ticket.pk))
    with CaptureQueriesContext(connection) as captured:
        perform(ticket.pk, name, by=user, **given)
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


@pytest.mark.parametrize(
    "state, name",
    [
        ("draft", "submit"),
        ("pending_dispatch", "dispatch"),
        ("pending_dispatch", "answer_on_spot"),
        ("pending_sign", "sign"),
        ("pending_sign", "misrouted"),
        ("handling", "redispatch"),
        ("handling", "answer_customer"),
        ("pending_review", "return_report"),
        ("pending_review", "approve"),
        ("pending_revisit", "revisit"),
        ("pending_screening", "rework"),
    ],
)
def test_an_act(operator: Operator, state: str, name: str) -> None:
    assert statements(bring_escalation(state, operator), name, operator) <= ACT_BUDGET


def test_the_report(operator: Operator) -> None:
    ticket = act(bring_escalation("handling", operator), "answer_customer", operator)
    assert statements(ticket, "report", operator) <= ACT_BUDGET


def test_closing_two_takes_no_more_than_two_acts(operator: Operator) -> None:
    ticket = bring_escalation("pending_review", operator, made_of=bring_to("pending_answer", operator))
    assert statements(ticket, "approve", operator) <= 2 * ACT_BUDGET


@pytest.mark.parametrize("returns", [0, 6])
def test_the_page(operator: Operator, returns: int) -> None:
    ticket = bring_escalation("pending_review", operator)
    for _number in range(returns):
        act(ticket, "return_report", operator)
        act(ticket, "report", operator)
    client = Client()
    client.force_login(operator.user("escalation_officer"))
    client.get(reverse("ticket", args=[ticket.number]))  # the first look of an hour at customers' data is logged
    with CaptureQueriesContext(connection) as captured:
        page = client.get(reverse("ticket", args=[ticket.number])).content.decode()
    assert page.count("第") >= returns + 1
    assert len(captured) <= PAGE_BUDGET
