"""Tickets that are held back are there for nobody, until all of them are (interfaces, Spreadsheets)."""

import pytest

from core import clock
from organization.models import User
from tests.factories.organization import build_operator
from tests.factories.tickets import bring_to, load_unicom
from tickets.models import Ticket
from tickets.services.publishing import hold_back, publish
from tickets.services.repeats import history_of
from tickets.states import Status


@pytest.mark.django_db
def test_a_ticket_held_back_is_visible_to_nobody_until_it_is_published(frozen_clock: clock.FrozenClock) -> None:
    load_unicom()
    operator = build_operator()
    ticket = bring_to(Status.PENDING_DISPATCH, operator)

    def seen_by() -> set[str]:
        return {user.username for user in User.objects.all() if Ticket.objects.visible_to(user).exists()}

    def history() -> list[Ticket]:
        document = ticket.scheme_version.document
        return [row.ticket for row in history_of(document, phone="13812345678", at=clock.now())]

    before = seen_by()
    assert {"agent", "dispatcher", "supervisor"} <= before
    agent = operator.user("agent")
    assert list(Ticket.objects.of_caller("13812345678", by=agent)) == history() == [ticket]

    hold_back([ticket.pk])
    assert seen_by() == set()
    assert not Ticket.objects.of_caller("13812345678", by=agent).exists()
    assert history() == []

    assert publish(Ticket.objects.filter(pk=ticket.pk)) == 1
    assert seen_by() == before
    assert publish(Ticket.objects.filter(pk=ticket.pk)) == 0
