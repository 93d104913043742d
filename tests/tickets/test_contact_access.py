"""Contact data: full for who needs it, by the scheme for handlers, masked for others, unmasked by a logged click."""

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AccessKind, AccessLog
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import CUSTOMER, bring_to, do, entry, load_unicom
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(frozen_clock: object) -> Operator:
    load_unicom()
    return build_operator()


def logged_in(operator: Operator, who: str) -> Client:
    client = Client()
    client.force_login(operator.user(who))
    return client


def page(operator: Operator, who: str, ticket: Ticket) -> str:
    return logged_in(operator, who).get(reverse("ticket", args=[ticket.number])).content.decode()


def network_case(operator: Operator) -> Ticket:
    """A mobile complaint, whose handlers see no contact data, and in whose text the agent wrote some."""
    extra = {"place": CUSTOMER.address, "signal": "weak", "handset": "x", "since": "昨天", "other_handset_tried": True}
    return bring_to(
        "handling",
        operator,
        business_type=entry("business_type", "lte"),
        complaint_type=entry("complaint_type", "mobile_network"),
        description=f"请拨打{CUSTOMER.phone}联系",
        extra=extra,
    )


@pytest.mark.parametrize("who", ["agent", "dispatcher", "supervisor"])
def test_who_talks_to_the_customer_sees_all(who: str, operator: Operator) -> None:
    html = page(operator, who, bring_to("handling", operator))
    assert CUSTOMER.phone in html
    assert CUSTOMER.name in html


def test_the_revisitor_sees_all_of_what_is_closed(operator: Operator) -> None:
    assert CUSTOMER.phone in page(operator, "revisitor", bring_to("closed", operator))


@pytest.mark.parametrize("who", ["director", "quality_checker", "manager", "approver"])
def test_others_see_masked_data_wherever_they_were_written(who: str, operator: Operator) -> None:
    ticket = bring_to("closed", operator)
    html = page(operator, who, ticket)
    assert "138****5678" in html
    assert CUSTOMER.phone not in html
    assert CUSTOMER.name not in html
    assert CUSTOMER.address not in html  # also among the answers of the script


def test_a_handler_of_a_fault_sees_all_and_of_a_mobile_matter_nothing_u42(operator: Operator) -> None:
    """Somebody must ring the bell; in principle processors do not contact the customer."""
    fault, mobile = bring_to("handling", operator), network_case(operator)
    assert CUSTOMER.phone in page(operator, "handler", fault)
    html = page(operator, "handler", mobile)
    assert CUSTOMER.phone not in html
    assert CUSTOMER.name not in html
    assert "138****5678" in html  # in the description only
    assert "U-42" in html


@pytest.mark.parametrize("written", ["138 1234 5678", "138-1234-5678", "+8613812345678", "１３８１２３４５６７８"])
def test_a_number_is_masked_however_it_is_written(written: str, operator: Operator) -> None:
    ticket = bring_to("handling", operator, description=f"请拨打{written}联系")
    html = page(operator, "manager", ticket)
    assert written not in html
    assert "138****5678联系" in html


def test_a_fixed_line_matter_is_masked_for_handlers_u42(operator: Operator) -> None:
    ticket = bring_to("handling", operator, complaint_type=entry("complaint_type", "fixed_internal_quality"))
    html = page(operator, "handler", ticket)
    assert "138****5678" in html
    assert CUSTOMER.phone not in html


def test_a_centre_that_only_has_an_order_sees_masked_data(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    do(ticket, "dispatch", operator, orders=[{"unit": operator.units["P-ZJ-FIXED"], "role": "lead"}])
    assert CUSTOMER.phone not in page(operator, "dispatcher2", ticket)


def test_unmasking_needs_a_reason_and_is_logged(operator: Operator) -> None:
    ticket = network_case(operator)
    client, address = logged_in(operator, "handler"), reverse("ticket_contact", args=[ticket.number])
    AccessLog.objects.all().delete()
    for reason in ("", "  ", "看看"):
        refused = client.post(address, {"reason": reason})
        assert refused.status_code == 422
        assert CUSTOMER.phone not in refused.content.decode()
    assert not AccessLog.objects.exists()
    shown = client.post(address, {"reason": "客户在现场要求上门"})
    assert CUSTOMER.phone in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    log = AccessLog.objects.get()
    assert (log.kind, log.subject, log.reason) == (AccessKind.VIEW_FULL, ticket.number, "客户在现场要求上门")
    assert log.username == "handler"
    assert client.get(address).status_code == 405
    assert CUSTOMER.phone not in page(operator, "handler", ticket)


def test_unmasking_outside_the_scope_finds_nothing(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    response = logged_in(operator, "manager2").post(
        reverse("ticket_contact", args=[ticket.number]), {"reason": "想看一看"}
    )
    assert response.status_code == 404


def test_corrected_contact_data_are_masked_in_the_timeline(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    do(ticket, "amend", operator, changes={"phone": "13987654321", "address": "建邺区江东路2号"})
    html = page(operator, "manager", ticket)
    assert "139****4321" in html
    for secret in ("13987654321", "13812345678", "建邺区江东路2号"):
        assert secret not in html


def test_what_contact_data_were_before_a_correction_is_masked_wherever_it_was_written(operator: Operator) -> None:
    """Model 10: a phone that was corrected is somebody's phone still, and stands in what was noted before."""
    address = "南京市鼓楼区中山路1号2栋"
    ticket = bring_to("handling", operator, summary="回电 138-1234-5678", description=f"张伟，住{CUSTOMER.address}")
    do(ticket, "add_note", operator, text="打了 13812345678，再打 13987654321")
    do(ticket, "amend", operator, changes={"phone": "13987654321", "address": address, "name": "张伟东"})
    do(ticket, "amend", operator, changes={"phone": "13700000000", "name": "王芳"})
    do(ticket, "add_note", operator, text=f"张伟东搬到{address}")
    htmls = [page(operator, "manager", ticket), logged_in(operator, "manager").get("/desk/?pool=all").content.decode()]
    for html in htmls:
        assert ticket.number in html
        for secret in ("1234-5678", "13812345678", "13987654321", "13700000000", "张伟", "王芳", "中山路", "2栋"):
            assert secret not in html


def test_the_correction_form_holds_no_contact_data_for_who_does_not_see_them(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    html = logged_in(operator, "dispatcher").get(reverse("ticket_action", args=[ticket.number, "amend"])).content
    assert CUSTOMER.phone in html.decode()
