"""How an appeal ends: the verdict, the withdrawn case, the file (U-07e, U-07f, U-07g, U-91)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from appeals.cases import CaseOrigin, StatisticalMark, Verdict, mark_of
from core import clock
from core.errors import NotPermitted, Refused
from tests.factories.appeals import act, attach_file, bring_appeal, direct, second_officer, take_appeal
from tests.factories.organization import Operator
from tests.factories.tickets import order_of
from tickets import consistency
from tickets.models import StageClock, Ticket
from tickets.states import Outcome, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
CUSTOMER: dict[str, Any] = {"attribution": "customer", "ground": "客户误操作", "shares": []}


def code_of(ticket: Ticket, name: str, operator: Operator, **data: Any) -> str:
    """Why an act is refused."""
    with pytest.raises(Refused) as refused:
        act(ticket, name, operator, **data)
    return refused.value.code


@pytest.mark.parametrize("missing", ["verdict", "cause", "ground"])
def test_u_07f_the_conclusion_names_all_of_it(operator: Operator, missing: str) -> None:
    """申诉原因, 责任归属, 责任类别, 责任单位: without one of them it is refused, naming what is missing."""
    ticket = bring_appeal(Status.REVISITED, operator)
    with pytest.raises(Refused, match="责任未认定"):
        act(ticket, "conclude", operator)
    act(ticket, "adjudicate_responsibility", operator)
    empty = {"cause": None, "verdict": "", "ground": " "}[missing]
    assert code_of(ticket, "conclude", operator, **{missing: empty}) == "conclusion_incomplete"
    assert act(ticket, "conclude", operator).status == Status.CONCLUDED


def test_u_07e_no_conclusion_before_the_revisit(operator: Operator) -> None:
    assert code_of(bring_appeal(Status.REPLIED, operator), "conclude", operator) == "wrong_state"


def test_a_contest_has_to_be_decided_first(operator: Operator) -> None:
    ticket = bring_appeal(Status.REVISITED, operator)
    act(ticket, "adjudicate_responsibility", operator)
    act(ticket, "contest_responsibility", operator, by="liaison", ground="责任在合作方")
    assert code_of(ticket, "conclude", operator) == "conclusion_incomplete"
    act(ticket, "settle_responsibility", operator, **CUSTOMER)
    assert code_of(ticket, "conclude", operator, verdict="company_liable") == "verdict_contradicts"
    assert act(ticket, "conclude", operator, verdict="user_cause").appeal_detail.verdict == Verdict.USER_CAUSE


def test_s_09_a_province_neither_clears_itself_nor_blames_another(operator: Operator) -> None:
    """Nobody bears a share of what lies with the customer: nobody could contest it, and the verdict would follow it."""
    ticket = bring_appeal(Status.REVISITED, operator)
    for found in (CUSTOMER, {"shares": [{"unit": operator.group_service, "percent": 100}]}):
        with pytest.raises(NotPermitted):
            act(ticket, "adjudicate_responsibility", operator, by="supervisor", **found)
    own = {"unit": operator.js.centre, "liability_class": "management", "percent": 100}
    act(ticket, "adjudicate_responsibility", operator, by="supervisor", shares=[own])
    act(ticket, "contest_responsibility", operator, by="liaison", ground="责任在合作方")
    with pytest.raises(NotPermitted):
        act(ticket, "settle_responsibility", operator, by="supervisor", **CUSTOMER)
    act(ticket, "settle_responsibility", operator, **CUSTOMER)


def test_u_91_the_verdict_does_not_contradict_the_responsibility(operator: Operator) -> None:
    ticket = bring_appeal(Status.REVISITED, operator)
    act(ticket, "adjudicate_responsibility", operator)
    assert code_of(ticket, "conclude", operator, verdict="user_cause") == "verdict_contradicts"
    assert code_of(ticket, "conclude", operator, verdict="case_withdrawn") == "conclusion_incomplete"


def test_u_91_properly_handled_before_needs_its_proof(operator: Operator) -> None:
    """A complaint that was answered before the appeal came; SC-14 has one."""
    ticket = bring_appeal(Status.REVISITED, operator)
    act(ticket, "adjudicate_responsibility", operator)
    assert code_of(ticket, "conclude", operator, verdict="properly_pre_handled") == "proof_missing"


def test_u_91_u_a7_how_each_verdict_counts() -> None:
    """Only the company's liability is its fault; what came directly is in no figure of the regulator's."""
    marks = {verdict: mark_of(verdict, CaseOrigin.FILED) for verdict in Verdict}
    assert marks == {
        Verdict.COMPANY_LIABLE: StatisticalMark.FAULT,
        Verdict.PROPERLY_PRE_HANDLED: StatisticalMark.CASE,
        Verdict.CASE_WITHDRAWN: StatisticalMark.NOT_COUNTED,
        Verdict.USER_CAUSE: StatisticalMark.CASE,
    }
    assert {mark_of(verdict, CaseOrigin.DIRECT) for verdict in Verdict} == {StatisticalMark.NOT_COUNTED}


@pytest.mark.parametrize(
    "state",
    ["received", "pending_sign", "handling", "pending_review", "pending_reply", "replied", "revisited"],
)
def test_u_91_the_regulator_takes_the_case_back(operator: Operator, state: str) -> None:
    """立案撤消 from every state, on its confirmation; nothing runs any more."""
    ticket = bring_appeal(state, operator)
    if state == Status.HANDLING:
        act(ticket, "send_orders", operator)
    assert code_of(ticket, "revoke", operator, document=None) == "document_missing"
    ticket = act(ticket, "revoke", operator)
    assert (ticket.status, ticket.appeal_detail.verdict) == (Status.CONCLUDED, Verdict.CASE_WITHDRAWN)
    assert ticket.appeal_detail.statistical_mark == StatisticalMark.NOT_COUNTED
    assert not StageClock.objects.filter(ticket=ticket, outcome=Outcome.RUNNING).exists()
    if state == Status.HANDLING:
        assert order_of(ticket).status == "recalled"
    assert act(ticket, "archive", operator).status == Status.ARCHIVED
    assert list(consistency.faults()) == []


def test_what_came_directly_is_not_taken_back_by_a_regulator(operator: Operator) -> None:
    ticket = direct(operator)
    assert code_of(ticket, "revoke", operator) == "direct"
    assert code_of(ticket, "set_regulator_deadline", operator) == "direct"


@pytest.mark.parametrize("ground", ["", "nonsense", "matter_too_old", "charge_too_old"])
def test_a_ground_has_to_be_met(operator: Operator, ground: str) -> None:
    """A charge of two months ago is not too old, and no other matter at all."""
    ticket = direct(operator, occurred_on=dt.date(2026, 9, 23))
    expected = "unknown_choice" if ground in ("", "nonsense") else "ground_not_met"
    assert code_of(ticket, "refuse", operator, ground=ground) == expected


@pytest.mark.parametrize("after, is_met", [(-1, False), (0, True)])
@pytest.mark.parametrize(
    "nature, ground, occurred, end",
    [
        ("fee_dispute", "charge_too_old", dt.date(2026, 3, 29), "2026-08-30 00:00"),
        ("fee_dispute", "charge_too_old", dt.date(2025, 9, 30), "2026-03-01 00:00"),  # February has 28 days
        ("service_quality", "matter_too_old", dt.date(2024, 2, 29), "2026-03-01 00:00"),
    ],
)
def test_ages_are_calendar_months_of_shanghai(
    operator: Operator, nature: str, ground: str, occurred: dt.date, end: str, after: int, is_met: bool
) -> None:
    """The day itself five months, or two years, on is still in time; the second after its end is not."""
    at = clock.parse_instant(end) + dt.timedelta(seconds=after)
    ticket = direct(operator, at=at, case_nature=nature, occurred_on=occurred)
    if is_met:
        assert act(ticket, "refuse", operator, ground=ground, at=at).status == Status.DECLINED
    else:
        assert code_of(ticket, "refuse", operator, ground=ground, at=at) == "ground_not_met"


def test_the_revisit_is_by_who_did_not_handle_it(operator: Operator) -> None:
    """U-07e, model 7: dissatisfied or not, the appeal goes on to its conclusion."""
    ticket = take_appeal(operator)
    attach_file(ticket, "proof", operator.user("appeal_officer"))
    other = second_officer(operator)
    act(ticket, "object", operator)
    act(ticket, "approve", operator, by=other)
    act(ticket, "reply_regulator", operator)
    with pytest.raises(NotPermitted):
        act(ticket, "revisit", operator)
    ticket = act(ticket, "revisit", operator, by=other, satisfaction="dissatisfied")
    assert ticket.status == Status.REVISITED


def test_u_81_no_archive_before_the_filing(operator: Operator) -> None:
    ticket = bring_appeal(Status.CONCLUDED, operator, is_key_customer=True)
    assert code_of(ticket, "archive", operator) == "not_filed"
    act(ticket, "file_for_record", operator)
    assert act(ticket, "archive", operator).status == Status.ARCHIVED


def test_no_archive_before_a_promise_is_kept(operator: Operator) -> None:
    promise: dict[str, Any] = {
        "closure_code": "unresolved",
        "plan": "扩容",
        "promised_for": clock.now() + dt.timedelta(days=30),
    }
    ticket = act(bring_appeal(Status.HANDLING, operator), "answer_customer", operator, **promise)
    for name in ("report", "approve", "reply_regulator", "revisit", "adjudicate_responsibility", "conclude"):
        ticket = act(ticket, name, operator)
    assert code_of(ticket, "archive", operator) == "promise_open"
    act(ticket, "fulfil_promise", operator, text="已扩容")
    assert act(ticket, "archive", operator).status == Status.ARCHIVED
    assert list(consistency.faults()) == []
