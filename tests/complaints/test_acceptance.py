"""From the call to the centre: signature, answers on the spot, completeness, recusal (U-34 … U-37, S-09)."""

from __future__ import annotations

import pytest

from core.errors import NotPermitted, Refused
from organization.models import Unit
from tests.factories.organization import Operator
from tests.factories.tickets import (
    bring_to,
    clock_of,
    do,
    entry,
    last_event,
    load_unicom,
    sign_record,
    take_complaint,
    when,
)
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def policy_at_the_hall(operator: Operator) -> Ticket:
    """SC-02: a policy question with dissatisfaction, at a hall, where nothing is recorded."""
    return take_complaint(
        operator,
        by=operator.user("agent_hall"),
        channel=entry("channel", "hall"),
        business_type=entry("business_type", "lte"),
        complaint_type=entry("complaint_type", "mobile_policy"),
        summary="优惠政策不明",
        description="客户认为套餐优惠与宣传不符。",
        extra={"offer": "老用户专享优惠"},
    )


@pytest.mark.parametrize("act", ["submit", "answer_on_spot"])
def test_u_34_a_channel_that_cannot_record_needs_the_signature(operator: Operator, act: str) -> None:
    ticket = policy_at_the_hall(operator)
    with pytest.raises(Refused) as refusal:
        do(ticket, act, operator)
    assert refusal.value.code == "signature_missing"
    sign_record(ticket, operator.user("agent_hall"))
    assert do(ticket, act, operator).status in ("pending_dispatch", "closed")


def test_sc_02_answered_at_the_hall_is_solved_at_first_contact(operator: Operator) -> None:
    """U-35, U-36, U-52: still a ticket, closed in one step, without any work order; nobody has to call back."""
    ticket = policy_at_the_hall(operator)
    sign_record(ticket, operator.user("agent_hall"))
    closed = do(ticket, "answer_on_spot", operator, at=when("11-23 09:20"), closure_code="explained")
    assert (closed.status, closed.closure_code, closed.closed_by) == (
        "closed",
        "explained",
        operator.user("agent_hall"),
    )
    assert closed.answers.get().is_on_spot
    assert not closed.work_orders.exists()
    assert {row.stage: row.outcome for row in closed.clocks.all()} == {"fill": "met", "total": "met"}
    assert closed.quiet_from == when("11-23 09:20")


def test_u_37_the_centre_answers_what_it_can_itself(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    closed = do(ticket, "answer_on_spot", operator, by="dispatcher")
    assert (closed.status, closed.closed_by) == ("closed", operator.user("dispatcher"))
    assert clock_of(closed, "dispatch").outcome == "met"
    with pytest.raises(NotPermitted):
        do(bring_to("pending_dispatch", operator), "answer_on_spot", operator, by="agent")


def test_on_the_spot_the_customer_is_there(operator: Operator) -> None:
    with pytest.raises(Refused) as refusal:
        do(bring_to("draft", operator), "answer_on_spot", operator, closure_code="no_contact")
    assert refusal.value.code == "closure_code"


def test_u_35_a_complaint_leaves_the_channel_complete(operator: Operator) -> None:
    ticket = take_complaint(operator, business_type=None)
    with pytest.raises(Refused) as refusal:
        do(ticket, "submit", operator)
    assert refusal.value.code == "business_missing"
    ticket = take_complaint(operator, extra={"fault_address": "南京市"})
    with pytest.raises(Refused, match=r"报障时间|Fault reported at") as refusal:
        do(ticket, "submit", operator)
    assert refusal.value.code == "fields_missing"
    assert "fault_address" not in str(refusal.value)


def test_send_back_gives_the_channel_time_anew(operator: Operator) -> None:
    """Model 4: `fill` runs again from `send_back`; the holder is who took it; the whole course runs on."""
    ticket = bring_to("pending_dispatch", operator, accepted_at=when("11-23 09:00"))
    total = clock_of(ticket, "total")
    ticket = do(ticket, "send_back", operator, at=when("11-23 11:00"), reason="缺少装机地址")
    assert (ticket.status, ticket.holder) == ("draft", operator.user("agent"))
    fill = clock_of(ticket, "fill")
    assert (fill.attempt, fill.started_at, fill.due_at) == (2, when("11-23 11:00"), when("11-23 12:00"))
    assert clock_of(ticket, "dispatch").outcome == "met"
    assert ticket.notes.get(pk=last_event(ticket).data["why"]).text == "缺少装机地址"
    ticket = do(ticket, "submit", operator, at=when("11-23 12:00:01"))
    assert (clock_of(ticket, "fill").outcome, clock_of(ticket, "dispatch").attempt) == ("breached", 2)
    assert clock_of(ticket, "total") == total
    assert clock_of(ticket, "total").due_at == when("11-24 09:00")


def test_declining_is_an_option_of_the_scheme(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    with pytest.raises(Refused) as refusal:
        do(ticket, "decline", operator)
    assert refusal.value.code == "decline_off"
    load_unicom(allow_decline=True)
    later = do(bring_to("pending_dispatch", operator), "decline", operator, reason="非我公司业务")
    assert (later.status, later.ended_by) == ("declined", operator.user("dispatcher"))
    assert not later.clocks.filter(outcome="running").exists()
    with pytest.raises(Refused):  # a ticket keeps the scheme that it started under (model 9)
        do(ticket, "decline", operator)


def test_s_09_about_the_centre_it_goes_to_the_one_above(operator: Operator) -> None:
    ticket = do(take_complaint(operator, complained_unit=operator.js.centre), "submit", operator)
    assert ticket.owner_unit == operator.group_centre
    with pytest.raises(Ticket.DoesNotExist):
        do(ticket, "dispatch", operator, by="dispatcher")


def test_s_09_about_the_head_of_the_centre_it_goes_to_the_one_above(operator: Operator) -> None:
    head = operator.user("director_centre")
    Unit.objects.filter(pk=operator.js.centre.pk).update(manager=head)
    ticket = do(take_complaint(operator, complained_user=head), "submit", operator)
    assert ticket.owner_unit == operator.group_centre
    for insider in ("director_centre", "dispatcher"):
        assert not Ticket.objects.visible_to(operator.user(insider)).filter(pk=ticket.pk).exists()


def test_s_09_about_anybody_else_it_stays_with_the_centre(operator: Operator) -> None:
    ticket = do(take_complaint(operator, complained_unit=operator.js.fixed_line), "submit", operator)
    assert ticket.owner_unit == operator.js.centre


def test_nobody_answers_a_complaint_about_its_own_unit(operator: Operator) -> None:
    ticket = take_complaint(operator, complained_unit=operator.js.hotline)
    with pytest.raises(Refused) as refusal:
        do(ticket, "answer_on_spot", operator)
    assert refusal.value.code == "recused"
    assert do(ticket, "submit", operator).status == "pending_dispatch"


def test_nobody_handles_a_complaint_about_itself(operator: Operator) -> None:
    """Neither the unit complained about, nor one below it, nor the person (model 2)."""
    ticket = do(take_complaint(operator, complained_unit=operator.js.cities[0].unit), "submit", operator)
    for unit in (operator.js.cities[0].unit, operator.js.cities[0].remote):
        with pytest.raises(Refused) as refusal:
            do(ticket, "dispatch", operator, orders=[{"unit": unit}])
        assert refusal.value.code == "recused"
    about = do(take_complaint(operator, complained_user=operator.user("handler")), "submit", operator)
    about = do(about, "dispatch", operator)
    with pytest.raises(Ticket.DoesNotExist):
        do(about, "claim", operator, by="handler", order=1)
    assert do(about, "claim", operator, by="handler_b", order=1).status == "handling"


def test_work_is_not_passed_on_to_the_unit_complained_about(operator: Operator) -> None:
    ticket = take_complaint(operator, complained_unit=operator.js.network)
    ticket = do(do(ticket, "submit", operator), "dispatch", operator)
    do(ticket, "claim", operator, order=1)
    with pytest.raises(Refused) as refusal:
        do(ticket, "transfer", operator, order=1, unit=operator.js.network)
    assert refusal.value.code == "recused"
