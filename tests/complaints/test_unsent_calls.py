"""What is typed of a call and not sent: kept for its writer alone, gone with the form and after a day (desk.md)."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.urls import reverse

from complaints.models import Complaint, UnsentCall
from complaints.services import unsent
from complaints.tasks import forget_unsent_calls
from core import clock
from core.clock import FrozenClock
from organization import services
from tests.complaints.intake import ADD, FAULT, change_of, client_of, newest
from tests.factories.organization import Operator
from tickets.models import Ticket, TicketEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
SIDE, FORM = "intake_side", {"form_id": "7d1f6a1e-6f57-4c3c-9a52-0d0a3bb6a001"}


@pytest.fixture(autouse=True)
def _roles(operator: Operator) -> None:
    services.sync_roles()


def offered(operator: Operator, who: str) -> UnsentCall | None:
    found: UnsentCall | None = client_of(operator, who).get(reverse(ADD)).context["unsent"]
    return found


def test_it_is_kept_offered_to_its_writer_and_gone_once_sent(operator: Operator) -> None:
    agent = client_of(operator, "agent")
    sent = FAULT | FORM | {"keep": "1"}
    page = agent.post(reverse(SIDE), sent | {"summary": "\x00断网", "email": "x" * 100_000})
    assert page.context["kept_at"] is None  # more than any complaint can hold
    page = agent.post(reverse(SIDE), sent | {"summary": "\x00断网", "csrfmiddlewaretoken": "secret", "version": "1"})
    assert page.context["kept_at"] == clock.now()
    assert not Ticket.objects.exists()
    assert not TicketEvent.objects.exists()

    kept = offered(operator, "agent")
    assert kept is not None
    assert (kept.typed["summary"], kept.typed["script_over_24_hours"]) == ("断网", "yes")
    assert not {"keep", "csrfmiddlewaretoken", "version"} & kept.typed.keys()
    shown = agent.get(reverse(ADD)).content.decode()
    assert "138****5678" in shown
    assert offered(operator, "dispatcher") is None

    assert agent.post(reverse(ADD), FAULT | FORM | {"phone": "1", "_submit": ""}).status_code == 200
    assert offered(operator, "agent") is not None  # refused: nothing is lost
    agent.post(reverse(ADD), FAULT | FORM | {"_submit": ""})
    assert offered(operator, "agent") is None
    late = agent.post(reverse(SIDE), sent)  # was under way while the form was sent
    assert late.context["kept_at"] is None
    assert [row.typed for row in UnsentCall.objects.all()] == [{}]
    assert Complaint.objects.get_queryset().count() == 1


def test_untouched_forms_and_made_up_ids_keep_nothing(operator: Operator) -> None:
    agent = client_of(operator, "agent")
    for data in (FAULT | FORM, FAULT | {"keep": "1"}, FAULT | {"keep": "1", "form_id": "' OR 1=1"}):
        assert agent.post(reverse(SIDE), data).status_code == 200
    assert not UnsentCall.objects.exists()


def test_a_draft_has_its_own_and_another_may_be_thrown_away(operator: Operator) -> None:
    agent = client_of(operator, "agent")
    agent.post(reverse(ADD), FAULT | {"_save": ""})
    draft = newest()
    agent.post(reverse(SIDE), FAULT | FORM | {"keep": "1", "ticket": draft.number})
    assert offered(operator, "agent") is None
    assert agent.get(change_of(draft)).context["unsent"].subject == draft.number
    other = client_of(operator, "dispatcher")
    other.post(reverse("intake_discard"), FORM)  # somebody else's id throws nothing away
    assert agent.get(change_of(draft)).context["unsent"] is not None
    agent.post(reverse("intake_discard"), FORM)
    assert agent.get(change_of(draft)).context["unsent"] is None


@pytest.mark.parametrize("seconds, is_there", [(-1, True), (0, False)])
def test_it_is_gone_after_a_day(operator: Operator, frozen_clock: FrozenClock, seconds: int, is_there: bool) -> None:
    user = operator.user("agent")
    unsent.keep(by=user, form_id=uuid4(), typed={"phone": "13812345678"}, at=clock.now())
    frozen_clock.move_to(clock.now() + unsent.KEPT_FOR + dt.timedelta(seconds=seconds))
    assert (unsent.latest(by=user, at=clock.now()) is not None) is is_there
    forget_unsent_calls()
    assert UnsentCall.objects.exists() is is_there
