"""Who has the ticket now is told: the liaison of the province it was given to, the group's officer (U-07, U-09)."""

from __future__ import annotations

import pytest

from tests.factories.escalations import act, bring_escalation
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import load_unicom
from tickets.models import Notice, Outbox, Ticket
from tickets.models.outbox import NoticeKind
from tickets.spreading import spread_due
from tickets.states import Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(frozen_clock: object) -> Operator:
    load_unicom()
    return build_operator()


def told(ticket: Ticket, kind: str) -> set[str]:
    """The user names of those who got a notice of this kind."""
    spread_due(1000)
    return set(Notice.objects.filter(kind=kind, ticket=ticket.pk).values_list("user__username", flat=True))


def test_u_61_what_the_group_gives_is_told_to_the_liaison_of_that_province(operator: Operator) -> None:
    ticket = bring_escalation(Status.PENDING_SIGN, operator)
    assert told(ticket, NoticeKind.ENTRUSTED) == {"liaison"}
    act(ticket, "misrouted", operator)
    assert told(ticket, NoticeKind.MISROUTED) == {"escalation_officer"}


def test_u_09_a_report_is_told_to_the_group_and_its_return_to_who_reported(operator: Operator) -> None:
    ticket = bring_escalation(Status.PENDING_REVIEW, operator)
    assert told(ticket, NoticeKind.REPORTED) == {"escalation_officer"}
    act(ticket, "return_report", operator)
    assert told(ticket, NoticeKind.REPORT_BACK) == {"liaison"}


def test_an_approved_report_is_no_result_of_a_work_order(operator: Operator) -> None:
    """The act on the ticket and the act on an order share a name and nothing else."""
    ticket = bring_escalation(Status.PENDING_REVISIT, operator)
    assert not Outbox.objects.filter(ticket=ticket, kind=NoticeKind.RESULT_IN).exists()
