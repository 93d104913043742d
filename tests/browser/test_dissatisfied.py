"""SC-04 in a real browser: not reached, then dissatisfied at the revisit; a second round with its own times."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Office
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, when
from tickets import record
from tickets.models import Ticket
from tickets.tasks import archive_due

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_sc_04_dissatisfied_reworked_satisfied_archived(office: Office, operator: Operator) -> None:
    """U-46: both rounds are on the page, and the first one's outcomes stay as they were."""
    ticket: Ticket = bring_to("closed", operator, accepted_at=when("11-23 09:00"))
    number, first = ticket.number, list(ticket.clocks.exclude(stage="revisit").order_by("pk").values())
    _called_back(office, number)
    _screened_and_reworked(office, operator, number)
    _second_round(office, number)

    revisitor = office.at("11-26 10:00", "revisitor")
    revisitor.does(number, "revisit", is_solved="yes", speed=4, attitude=5, outcome=4, satisfaction="satisfied")
    dispatcher = office.at("11-27 10:00", "dispatcher")
    assert archive_due() == 1
    dispatcher.find(number)
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.archived_at) == ("archived", when("11-27 10:00"))
    assert list(ticket.clocks.filter(round=1).exclude(stage="revisit").order_by("pk").values()) == first
    assert [answer.round for answer in ticket.answers.order_by("pk")] == [1, 2]
    words = list(ticket.revisit_attempts.order_by("pk").values_list("round", "number", "satisfaction"))
    assert words == [(1, 1, ""), (1, 2, "dissatisfied"), (2, 1, "satisfied")]
    assert record.faults_of(ticket, ticket.events.all()) == []
    dispatcher.shows("光猫已更换，宽带恢复正常。", "已重新布放入户线，宽带稳定。")
    expect(dispatcher.page.locator(".order")).to_have_count(2)


def _called_back(office: Office, number: str) -> None:
    revisitor = office.at("11-24 10:00", "revisitor")
    revisitor.begins(number, "revisit")
    revisitor.types(remark="无人接听")
    with revisitor.page.expect_navigation():
        revisitor.page.locator('button[formaction$="/do/attempt_revisit/"]').click()
    revisitor.succeeds(number)
    assert (Ticket.objects.get().status, clock_of(Ticket.objects.get(), "revisit").outcome) == ("closed", "running")

    revisitor = office.at("11-25 10:00", "revisitor")
    revisitor.begins(number, "revisit")
    expect(revisitor.page.locator(".attempts tbody tr")).to_have_count(1)
    revisitor.shows("11-24 10:00", "无人接听", within=".attempts")
    revisitor.sends(is_solved="no", speed=2, attitude=3, outcome=1, satisfaction="dissatisfied", remark="当晚又断网")
    revisitor.succeeds(number)
    ticket = Ticket.objects.get()
    assert (ticket.status, clock_of(ticket, "revisit").outcome) == ("pending_screening", "met")


def _screened_and_reworked(office: Office, operator: Operator, number: str) -> None:
    dispatcher = office.at("11-25 11:00", "dispatcher")
    assert dispatcher.pool("screening") == [number]
    dispatcher.begins(number, "rework")
    expect(dispatcher.page.locator("[name=unit_0]")).to_have_value(str(operator.js.fixed_line.pk))
    dispatcher.sends(reason="入户线老化未更换，处理不到位")
    dispatcher.succeeds(number)
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.round, ticket.closed_at, ticket.closure_code) == ("handling", 2, None, "")
    total, handle = clock_of(ticket, "total"), clock_of(ticket, "handle")
    assert (total.round, total.started_at, total.due_at) == (2, when("11-25 11:00"), when("11-26 11:00"))
    assert (handle.round, handle.attempt, handle.due_at) == (2, 1, when("11-26 04:00"))
    order = ticket.work_orders.get(seq=2)
    assert (order.origin, order.round, order.demand) == ("rework", 2, "入户线老化未更换，处理不到位")
    dispatcher.shows("11-26 11:00", "11-26 04:00", within="[aria-labelledby=clocks-title]")


def _second_round(office: Office, number: str) -> None:
    handler = office.at("11-25 11:10", "handler")
    handler.does(number, "claim", order=2)
    office.at("11-25 14:00", "handler").does(
        number, "reply", order=2, finding="入户线老化", measure="已重新布放入户线", restored_at=when("11-25 13:30")
    )
    office.at("11-25 14:10", "director").does(number, "approve", order=2)
    office.at("11-25 14:20", "dispatcher").does(number, "accept", order=2)
    office.at("11-25 15:00", "dispatcher").does(
        number,
        "answer",
        mode="phone",
        attitude="accepts",
        closure_code="resolved",
        content="已重新布放入户线，宽带稳定。",
    )
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.closed_at) == ("closed", when("11-25 15:00"))
    assert {row.outcome for row in ticket.clocks.filter(round=2).exclude(stage="revisit")} == {"met"}
    assert clock_of(ticket, "revisit", round=2).due_at == when("12-02 24:00")
