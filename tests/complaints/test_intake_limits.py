"""Edges of taking a complaint: times out of the world, and customers of another place."""

import datetime as dt

import pytest

from complaints.services.intake import Matter, take
from core import clock
from core.errors import Refused
from organization.models import Unit, User
from tests.factories.organization import build_operator
from tickets.models import DictionaryEntry, Ticket
from tickets.services.intake import Customer
from tickets.services.schemes import load_scheme, shipped_text
from tickets.states import Status
from tickets.workflow import perform

pytestmark = pytest.mark.django_db
NOON = clock.parse_instant("2026-11-23 12:00")


def take_inquiry(by: User, home: Unit, accepted_at: dt.datetime = NOON) -> Ticket:
    return take(
        by=by,
        home=home,
        at=NOON,
        accepted_at=accepted_at,
        customer=Customer(name="李娜", phone="13912345678"),
        matter=Matter(
            channel=DictionaryEntry.objects.get(dimension="channel", code="hotline"),
            summary="上网慢",
            description="家里上网慢",
            business_type=DictionaryEntry.objects.get(dimension="business_type", code="broadband"),
        ),
    )


def test_an_acceptance_before_all_calendars_is_refused_in_words() -> None:
    load_scheme(shipped_text("unicom"), name="unicom")
    operator = build_operator()
    long_ago = dt.datetime(1999, 12, 31, 16, 30, tzinfo=dt.UTC)
    with pytest.raises(Refused) as refusal:
        take_inquiry(operator.user("agent"), operator.js.unit, long_ago)
    assert refusal.value.code == "clock"
    assert not Ticket.objects.exists()


def test_a_dispatcher_submits_what_it_took_for_another_province_and_no_more() -> None:
    """The draft is its taker's; once submitted the customer's home centre owns it (U-43)."""
    load_scheme(shipped_text("unicom"), name="unicom")
    operator = build_operator()
    taker = operator.user("dispatcher")
    ticket = take_inquiry(taker, operator.zj.unit)
    submitted = perform(ticket.pk, "submit", by=taker, at=NOON)
    assert (submitted.status, submitted.owner_unit) == (Status.PENDING_DISPATCH, operator.zj.centre)
    assert Ticket.objects.visible_to(taker, NOON).filter(pk=ticket.pk).exists()
    with pytest.raises(Refused) as refusal:
        perform(ticket.pk, "send_back", by=taker, at=NOON, reason="不完整")
    assert refusal.value.code == "not_permitted"
