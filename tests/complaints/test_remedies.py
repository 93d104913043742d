"""Remedies within authority (U-48, Q-05): at once, or asked for and decided by somebody else; taken back; reported."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import NotPermitted, Refused
from organization.roles import Role
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, order_in
from tickets import digests
from tickets.domain.rules import Facts
from tickets.models import Notice, Remedy, Ticket
from tickets.models.outbox import NoticeKind
from tickets.scheme import SchemeDocument
from tickets.services.schemes import shipped_text
from tickets.spreading import spread_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
UNICOM = SchemeDocument.parse(shipped_text("unicom"), "unicom")


def grant(ticket: Ticket, operator: Operator, amount: Any, *, by: str, kind: str = "gift") -> Remedy:
    """Somebody grants, or asks for, so much."""
    do(ticket, "grant_remedy", operator, by=by, kind=kind, amount=Decimal(amount), ground="多次断网，致歉")
    return Remedy.objects.latest("pk")


def refusal(ticket: Ticket, act: str, operator: Operator, **data: Any) -> str:
    with pytest.raises(Refused) as refused:
        do(ticket, act, operator, **data)
    return refused.value.code


@pytest.mark.parametrize("amount, is_granted", [("20", True), ("20.01", False)])
def test_u_48_within_authority_at_once_above_it_asked_for(operator: Operator, amount: str, is_granted: bool) -> None:
    row = grant(bring_to("pending_dispatch", operator), operator, amount, by="agent")
    assert row.decision == ("approved" if is_granted else "asked")
    assert (row.granted_as, row.decider) == (("agent", "agent") if is_granted else ("", "director"))


def test_u_48_no_sum_above_the_authority_is_granted_in_parts(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    assert grant(ticket, operator, 15, by="agent").decision == "approved"
    assert grant(ticket, operator, 6, by="agent").decision == "asked"
    assert refusal(ticket, "grant_remedy", operator, by="agent") == "remedy_asked"


def test_what_is_above_every_director_is_the_approvers(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    row = grant(ticket, operator, 900, by="dispatcher")
    assert row.decider == "approver"
    with pytest.raises(NotPermitted):
        do(ticket, "approve_remedy", operator, by="director_centre")
    do(ticket, "approve_remedy", operator, by="approver")
    row.refresh_from_db()
    assert (row.decision, row.granted_as, row.decided_by) == ("approved", "approver", operator.user("approver"))
    code = refusal(ticket, "grant_remedy", operator, by="dispatcher", amount=Decimal(200))
    assert code == "above_all"  # 1,100 in all: the approver's authority ends at 1,000


def test_nobody_decides_on_what_it_asked_for(operator: Operator) -> None:
    ticket = order_in("handling", operator).ticket
    grant(ticket, operator, 300, by="director_centre")  # above a director's 200
    Remedy.objects.update(decider="director", amount=100)
    with pytest.raises(NotPermitted):
        do(ticket, "approve_remedy", operator, by="director_centre")
    do(ticket, "refuse_remedy", operator, by="approver", note="不符合条件")
    assert Remedy.objects.get().decision == "refused"


def test_who_decides_and_who_asked_are_told(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    grant(ticket, operator, 100, by="agent")
    do(ticket, "approve_remedy", operator, by="director_centre")
    spread_due(20)
    told = {
        kind: set(Notice.objects.filter(kind=kind).values_list("user__username", flat=True))
        for kind in (NoticeKind.REMEDY_ASKED, NoticeKind.REMEDY_DECIDED)
    }
    assert told == {NoticeKind.REMEDY_ASKED: {"director_centre"}, NoticeKind.REMEDY_DECIDED: {"agent"}}


def test_what_is_not_carried_out_is_taken_back_with_a_reason(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    grant(ticket, operator, 20, by="agent")
    with pytest.raises(NotPermitted):
        do(ticket, "take_back_remedy", operator, by="dispatcher")
    do(ticket, "take_back_remedy", operator, by="agent", reason="客户撤回要求")
    assert refusal(ticket, "carry_out_remedy", operator) == "no_remedy"
    grant(ticket, operator, 20, by="agent")  # what was taken back does not count
    do(ticket, "carry_out_remedy", operator)
    assert refusal(ticket, "take_back_remedy", operator, by="agent") == "no_remedy"
    assert list(digests.faults_of(Ticket.objects.all())) == []


@pytest.mark.parametrize("kind, amount", [("rent_waiver", 1), ("service", "1.5"), ("gift", 0), ("cake", 1)])
def test_what_makes_no_sense_is_refused(operator: Operator, kind: str, amount: Any) -> None:
    ticket = bring_to("pending_dispatch", operator)
    assert refusal(ticket, "grant_remedy", operator, kind=kind, amount=Decimal(amount)).startswith("remedy_")


def test_u_48_use_is_reported_by_unit_role_and_kind(operator: Operator, client: Client) -> None:
    ticket = bring_to("pending_dispatch", operator)
    grant(ticket, operator, "12.50", by="agent")
    grant(ticket, operator, 150, by="dispatcher", kind="fee_refund")
    do(ticket, "approve_remedy", operator, by="director_centre")
    client.force_login(operator.user("supervisor"))
    page = client.get(reverse("remedies"))
    assert {(one.role, one.count, one.asked, one.total) for one in page.context["uses"]} == {
        ("受理座席", 1, 0, "赠送 12.50 元"),
        ("主任", 1, 1, "费用减免 150.00 元"),
    }
    assert ticket.number in page.content.decode()
    assert client.get(reverse("remedies"), {"first": "2026-13-01"}).status_code == 422
    client.force_login(operator.user("supervisor2"))
    assert ticket.number not in client.get(reverse("remedies")).content.decode()


def test_the_page_shows_who_granted_on_which_authority(operator: Operator, client: Client) -> None:
    ticket = bring_to("pending_dispatch", operator)
    grant(ticket, operator, 20, by="agent")
    client.force_login(operator.user("dispatcher"))
    page = client.get(reverse("ticket", args=[ticket.number])).content.decode()
    assert "赠送 20.00 元" in page
    assert "受理座席" in page.split('id="remedies-title"')[1].split("</section>")[0]
    address = reverse("ticket_action", args=[ticket.number, "grant_remedy"])
    typed = {"version": ticket.version, "kind": "service", "amount": "1.5", "ground": "致歉"}
    assert client.post(address, typed).status_code == 422


amounts = st.decimals(min_value=Decimal("0.01"), max_value=6000, places=2)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(role=st.sampled_from(list(Role)), amount=amounts, less=amounts, tier=st.sampled_from(["ordinary", "vip"]))
def test_u_48_authority_ends_where_the_scheme_says(role: Role, amount: Decimal, less: Decimal, tier: str) -> None:
    """Whoever may grant so much may grant less, and nobody more than the most that any rule of the role names."""
    facts = Facts(customer_tier=tier, complaint_type="mobile_bill", business_type="lte")
    most = max((rule.up_to for rule in UNICOM.authority if (rule.role, rule.remedy) == (role, "fee_refund")), default=0)
    may = UNICOM.may_grant(role, "fee_refund", amount, facts)
    assert not may or amount <= most
    if may and less <= amount:
        assert UNICOM.may_grant(role, "fee_refund", less, facts)


def test_the_scheme_may_name_businesses() -> None:
    rule = UNICOM.authority[0].model_copy(update={"business_types": ("fixed",)})
    document = UNICOM.model_copy(update={"authority": (rule,)})
    for business, may in (("broadband", True), ("lte", False)):
        assert document.may_grant(rule.role, rule.remedy, Decimal(1), Facts(business_type=business)) is may
