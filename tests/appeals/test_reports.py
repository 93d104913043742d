"""The report and what becomes of it: its parts, its review, the regulator's answer (U-07, U-10, U-90)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appeals.selectors import carrier_answer, liaisons_of
from core import clock
from core.errors import NotPermitted, Refused
from organization.models import LiaisonTerm
from tests.factories.appeals import NOT_REACHED, act, attach_file, bring_appeal, direct, take_appeal, walk
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, when
from tickets import consistency
from tickets.models import Ticket
from tickets.services.intake import Customer
from tickets.states import Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
FOUND: dict[str, Any] = {"attribution": "company", "ground": "配置错误"}


def code_of(ticket: Ticket, name: str, operator: Operator, **data: Any) -> str:
    """Why an act is refused."""
    with pytest.raises(Refused) as refused:
        act(ticket, name, operator, **data)
    return refused.value.code


def page_of(operator: Operator, ticket: Ticket, name: str = "appeal_officer") -> str:
    client = Client()
    client.force_login(operator.user(name))
    return client.get(reverse("ticket", args=[ticket.number])).content.decode()


@pytest.mark.parametrize("missing", ["investigation", "result", "customer_told"])
def test_u_10_a_report_has_its_parts(operator: Operator, missing: str) -> None:
    """The facts, the result, how the customer was answered."""
    ticket = act(bring_appeal(Status.HANDLING, operator), "answer_customer", operator)
    assert code_of(ticket, "report", operator, **{missing: " "}) == "fields_missing"


def test_u_10_measures_are_owed_where_the_company_is_at_fault(operator: Operator) -> None:
    ticket = act(bring_appeal(Status.HANDLING, operator), "answer_customer", operator)
    share = {"unit": operator.js.centre, "liability_class": "management", "percent": 100}
    act(ticket, "propose_responsibility", operator, by="liaison", shares=[share], **FOUND)
    assert code_of(ticket, "report", operator, measures="") == "fields_missing"
    other: dict[str, Any] = {"attribution": "customer", "ground": "客户误操作", "shares": []}
    act(ticket, "propose_responsibility", operator, by="liaison", **other)
    assert act(ticket, "report", operator, measures="").status == Status.PENDING_REVIEW


def test_no_report_before_the_customer_was_answered_or_tried(operator: Operator) -> None:
    """Model 3.3: an answer in this round, or three failed attempts on two days."""
    ticket = bring_appeal(Status.HANDLING, operator)
    assert code_of(ticket, "report", operator) == "customer_not_answered"
    ticket = walk(ticket, NOT_REACHED, operator, clock.now())
    ticket = act(ticket, "report", operator, at=clock.now() + dt.timedelta(days=2))
    ticket = act(ticket, "approve", operator, at=clock.now() + dt.timedelta(days=2))
    ticket = act(ticket, "reply_regulator", operator, at=clock.now() + dt.timedelta(days=2))
    assert (ticket.closure_code, ticket.answered_at) == ("no_contact", None)
    assert list(consistency.faults()) == []


def test_nobody_reviews_a_report_of_his_own(operator: Operator) -> None:
    """Not even an objection that the group made itself (U-07d)."""
    ticket = take_appeal(operator)
    attach_file(ticket, "proof", operator.user("appeal_officer"))
    act(ticket, "object", operator)
    with pytest.raises(NotPermitted):
        act(ticket, "approve", operator)


def test_u_90_repeated_returns_are_marked_for_the_bulletin(operator: Operator) -> None:
    ticket = bring_appeal(Status.PENDING_REVIEW, operator)
    assert code_of(ticket, "return_report", operator, remark=" ") == "remark_missing"
    act(ticket, "return_report", operator)
    act(ticket, "report", operator)
    assert "服务质量通报" not in page_of(operator, ticket)
    ticket = act(ticket, "return_report", operator)
    assert ticket.events.latest("seq").data["returns"] == 2
    assert "服务质量通报" in page_of(operator, ticket)


def test_u_90_a_change_of_the_liaison_while_the_province_has_it_is_shown(operator: Operator) -> None:
    """A term that ended before, or began after the report, is none of it."""
    ticket = bring_appeal(Status.HANDLING, operator, accepted_at=when("11-02 09:00"))
    assert [term.user.username for term in liaisons_of(ticket, clock.now())] == ["liaison"]
    LiaisonTerm.objects.filter(unit=operator.js.unit).update(ends_on=dt.date(2026, 11, 9))
    LiaisonTerm.objects.create(
        unit=operator.js.unit, user=operator.user("dispatcher_b"), starts_on=dt.date(2026, 11, 10)
    )
    assert len(liaisons_of(ticket, when("11-09 12:00"))) == 1
    assert len(liaisons_of(ticket, when("11-10 12:00"))) == 2
    assert "更换了联系责任人" in page_of(operator, ticket)
    LiaisonTerm.objects.filter(ends_on=None, unit=operator.js.unit).delete()


def test_a_regulator_is_answered_in_writing_and_a_direct_appeal_is_not(operator: Operator) -> None:
    """U-07c: how, and the document kept; what came directly has no regulator (U-A7)."""
    ticket = bring_appeal(Status.PENDING_REPLY, operator)
    assert code_of(ticket, "reply_regulator", operator, mode="") == "mode_missing"
    assert code_of(ticket, "reply_regulator", operator, document=None) == "document_missing"
    other = attach_file(ticket, "evidence", operator.user("appeal_officer"))
    assert code_of(ticket, "reply_regulator", operator, document=other) == "document_missing"
    ticket = act(ticket, "reply_regulator", operator)
    assert ticket.appeal_detail.replied_at == clock.now()
    assert ticket.appeal_detail.reply_document.purpose == "regulator_reply"
    taken = direct(operator, at=clock.now() - dt.timedelta(days=1))
    straight = act(bring_appeal(Status.PENDING_REPLY, operator, ticket=taken), "reply_regulator", operator)
    assert (straight.status, straight.appeal_detail.reply_document) == (Status.REPLIED, None)


def test_answered_within_fifteen_days_is_read_off_the_complaint(operator: Operator) -> None:
    """Accepted 10-01: until 10-16 24:00. What the appeal itself brought is no answer before it."""
    below = bring_to(Status.CLOSED, operator, accepted_at=when("10-01 09:00"))
    found = carrier_answer(take_appeal(operator, made_of=below))
    assert found is not None
    assert (found.until, found.answered_at, found.is_in_time) == (
        when("10-16 24:00"),
        below.answered_at,
        True,
    )
    unanswered = carrier_answer(take_appeal(operator, made_of=bring_to(Status.HANDLING, operator)))
    assert unanswered is not None
    assert (unanswered.answered_at, unanswered.is_in_time) == (None, False)
    assert carrier_answer(take_appeal(operator)) is None


def test_u_81_a_key_customers_material_is_filed(operator: Operator) -> None:
    """报备: marked until it is done, not done for others, not archived without."""
    ticket = take_appeal(operator)
    assert code_of(ticket, "file_for_record", operator) == "not_key"
    act(ticket, "amend_case", operator, changes={"is_key_customer": True})
    assert "尚未报备" in page_of(operator, ticket)
    ahead = clock.now() + dt.timedelta(minutes=1)
    assert code_of(ticket, "file_for_record", operator, filed_at=ahead) == "future"
    ticket = act(ticket, "file_for_record", operator)
    assert ticket.appeal_detail.filed_by == operator.user("appeal_officer")
    page = page_of(operator, ticket)
    assert "尚未报备" not in page
    assert "集团客户部" in page


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"status": "closed"}, "refused"),
        ({}, "no_change"),
        ({"case_business": "nonsense"}, "unknown_choice"),
        ({"case_number": " "}, "case_number_missing"),
        ({"origin": "direct"}, "direct"),
        ({"occurred_on": dt.date(2026, 12, 1)}, "occurred_on"),
    ],
)
def test_a_case_is_corrected_with_sense(operator: Operator, changes: dict[str, Any], code: str) -> None:
    assert code_of(take_appeal(operator), "amend_case", operator, changes=changes) == code


def test_what_was_corrected_stands_in_the_timeline_in_words(operator: Operator) -> None:
    ticket = act(take_appeal(operator), "amend_case", operator, changes={"case_nature": "service_quality"})
    assert "收费争议 → 服务质量" in page_of(operator, ticket)
    ticket = act(ticket, "amend_case", operator, changes={"is_mediated": True})
    assert "否 → 是" in page_of(operator, ticket)
    assert list(consistency.faults()) == []


def test_only_the_same_customers_complaint_is_linked_and_only_once(operator: Operator) -> None:
    stranger = Customer(name="李雷", phone="13900000000")
    ticket = take_appeal(operator, customer=stranger)
    below = bring_to(Status.HANDLING, operator)
    assert code_of(ticket, "link_original", operator, below=below.pk) == "not_theirs"
    own = take_appeal(operator)
    assert code_of(own, "link_original", operator, below=own.pk) == "other_kind"
    act(own, "link_original", operator, below=below.pk)
    assert code_of(own, "link_original", operator, below=below.pk) == "linked_already"
    assert code_of(take_appeal(operator), "link_original", operator, below=below.pk) == "runs_already"
