"""Supervision orders on the ticket page: the panel, the forms, who is offered what (model 6, permissions.md)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests.conftest import MONDAY_MORNING
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, order_in, supervision_of
from tickets.models import SupervisionOrder, Ticket
from tickets.states import OrderStatus, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
NOW = MONDAY_MORNING


@pytest.fixture
def ticket(operator: Operator) -> Ticket:
    handled: Ticket = order_in(OrderStatus.HANDLING, operator).ticket
    return handled


def signed_in(operator: Operator, username: str) -> Client:
    client = Client()
    client.force_login(operator.user(username))
    return client


def offered(client: Client, ticket: Ticket) -> set[str]:
    """The acts on the first supervision order that the ticket page offers."""
    page = client.get(f"/desk/tickets/{ticket.number}/").content.decode()
    acts = ("acknowledge_supervision", "reply_supervision", "judge_supervision")
    return {act for act in acts if f"/supervision/1/do/{act}/" in page}


def address(ticket: Ticket, act: str, seq: int | None = 1) -> str:
    return f"/desk/tickets/{ticket.number}/{f'supervision/{seq}/' if seq else ''}do/{act}/"


def test_each_is_offered_what_it_can_do(ticket: Ticket, operator: Operator) -> None:
    do(ticket, "supervise", operator)
    handler, supervisor = signed_in(operator, "handler"), signed_in(operator, "supervisor")
    assert offered(handler, ticket) == {"acknowledge_supervision", "reply_supervision"}
    assert offered(supervisor, ticket) == set()
    assert offered(signed_in(operator, "dispatcher"), ticket) == set()
    assert handler.post(address(ticket, "acknowledge_supervision"), {"version": 1}).status_code == 302
    assert offered(handler, ticket) == {"reply_supervision"}
    sent = {"version": 1, "seen": 1, "text": "已加派人员"}
    assert handler.post(address(ticket, "reply_supervision"), sent).status_code == 302
    assert offered(handler, ticket) == set()
    assert offered(supervisor, ticket) == {"judge_supervision"}
    page = supervisor.get(address(ticket, "judge_supervision")).content.decode()
    assert "已加派人员" in page
    sent = {"version": 1, "verdict": "satisfactory", "score": 2}
    assert supervisor.post(address(ticket, "judge_supervision"), sent).status_code == 302
    assert offered(supervisor, ticket) == set()
    row = supervision_of(ticket)
    assert (row.status, row.score, row.reply) == ("judged", 2, "已加派人员")


def test_supervising_proposes_the_holder_the_reason_and_the_time(operator: Operator) -> None:
    ticket = bring_to(Status.HANDLING, operator)
    Ticket.objects.filter(pk=ticket.pk).update(needs_assignment=True)
    client = signed_in(operator, "supervisor")
    form = client.get(address(ticket, "supervise", None)).context["form"]
    assert form.fields["unit"].initial == str(operator.js.fixed_line.pk)
    assert form.fields["trigger"].initial == "bounces"
    assert form.fields["reply_due_at"].initial == NOW + dt.timedelta(days=1)
    sent = {
        "version": ticket.version,
        "unit": operator.js.fixed_line.pk,
        "user": operator.users["handler"].pk,
        "trigger": "bounces",
        "grade": "raised",
        "demand": "三次退单，请牵头",
        "reply_due_at": "2026-11-23T18:00",
        "cc": [operator.js.centre.pk],
    }
    assert client.post(address(ticket, "supervise", None), sent).status_code == 302
    row = supervision_of(ticket)
    assert (row.grade, row.trigger, row.target_user) == ("raised", "bounces", operator.users["handler"])
    assert row.reply_due_at == NOW.replace(hour=18, minute=0)
    assert list(row.cc_units.all()) == [operator.js.centre]


def test_a_chase_too_soon_says_who_chased_when(ticket: Ticket, operator: Operator) -> None:
    do(ticket, "chase", operator)
    answer = signed_in(operator, "group_supervisor").post(address(ticket, "chase", None), {"version": 1})
    assert answer.status_code == 422
    assert operator.users["supervisor"].name in answer.content.decode()


def test_an_answer_over_a_chase_that_joined_keeps_what_was_typed(ticket: Ticket, operator: Operator) -> None:
    do(ticket, "supervise", operator)
    do(ticket, "chase", operator, demand="客户第三次来电")
    client = signed_in(operator, "handler")
    answer = client.post(address(ticket, "reply_supervision"), {"version": 1, "seen": 1, "text": "已派人"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "客户第三次来电" in page
    assert "已派人" in page
    assert answer.context["form"].data["seen"] == "2"
    assert client.post(address(ticket, "reply_supervision"), answer.context["form"].data.dict()).status_code == 302


def test_addresses_that_fit_no_order_are_not_found(ticket: Ticket, operator: Operator) -> None:
    do(ticket, "supervise", operator)
    client = signed_in(operator, "supervisor")
    assert client.get(address(ticket, "judge_supervision", 2)).status_code == 404
    assert client.get(address(ticket, "judge_supervision", None)).status_code == 404
    assert client.get(address(ticket, "chase", 1)).status_code == 404


def test_what_is_over_leads_back_to_the_ticket(ticket: Ticket, operator: Operator) -> None:
    do(do(ticket, "supervise", operator), "reply_supervision", operator)
    answer = signed_in(operator, "handler").get(address(ticket, "reply_supervision"))
    assert answer.headers["Location"] == f"/desk/tickets/{ticket.number}/"
    assert signed_in(operator, "dispatcher").get(address(ticket, "reply_supervision")).status_code == 403


def test_contact_data_in_a_demand_is_masked(ticket: Ticket, operator: Operator) -> None:
    """Model 10: what a supervisor typed tells nobody the phone that it may not see."""
    do(ticket, "supervise", operator, demand="请回电13812345678")
    page = signed_in(operator, "manager").get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert "请回电" in page
    assert "13812345678" not in page
    assert SupervisionOrder.objects.get().demand == "请回电13812345678"


def test_the_course_tells_of_each_step(ticket: Ticket, operator: Operator) -> None:
    """U-47: whatever was demanded, answered and judged stays readable in the ticket's record."""
    do(ticket, "supervise", operator, demand="请说明")
    do(ticket, "chase", operator, demand="再催")
    do(ticket, "reply_supervision", operator, text="已修复")
    do(ticket, "judge_supervision", operator, verdict="unsatisfactory", score=-2, note="太迟")
    page = signed_in(operator, "supervisor").get(f"/desk/tickets/{ticket.number}/")
    told = {entry.event.action: [line.text for line in entry.lines] for entry in page.context["timeline"]}
    unit = operator.js.fixed_line.name
    assert told["supervise"][0].startswith(unit)
    assert told["supervise"][1] == "请说明"
    assert told["chase"][1] == "再催"
    assert told["reply_supervision"] == [unit, "已修复"]
    assert told["judge_supervision"][1].endswith("-2")
    assert told["judge_supervision"][2] == "太迟"
