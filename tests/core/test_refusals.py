"""Attempts that fail are noted, once an hour for a person and an address, without anything that was typed."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.models import AccessKind, AccessLog
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def attempts() -> list[tuple[str, str, str, bool]]:
    rows = AccessLog.objects.filter(kind=AccessKind.REFUSED).order_by("pk")
    return list(rows.values_list("username", "subject", "detail", "success"))


def test_a_ticket_out_of_scope_and_a_page_without_the_right_are_noted_once(operator: Operator) -> None:
    ticket, client = bring_to("handling", operator), Client()
    client.force_login(operator.user("manager2"))
    with clock.frozen(clock.now()) as frozen:
        for _time in range(2):
            assert client.get(reverse("ticket", args=[ticket.number])).status_code == 404
            client.post(reverse("order_action", args=[ticket.number, 1, "claim"]))
            client.get("/admin/organization/user/")
        noted = [
            ("manager2", ticket.number, "GET ticket", False),
            ("manager2", ticket.number, "POST order_action 1 claim", False),
            ("manager2", "", "GET admin:organization_user_changelist", False),
        ]
        assert attempts() == noted
        frozen.move_to(frozen.instant + dt.timedelta(hours=1, seconds=1))
        client.get(reverse("ticket", args=[ticket.number]))
        assert attempts() == [*noted, noted[0]]


def test_what_was_typed_into_an_address_is_not_noted(operator: Operator) -> None:
    client = Client()
    client.get(reverse("ticket", args=["13812345678"]))  # not logged in: on to the log-in
    client.force_login(operator.user("agent"))
    client.get(reverse("ticket", args=["13812345678"]))
    client.get("/desk/nowhere/13812345678/")
    assert attempts() == [("agent", "", "GET ticket", False)]
