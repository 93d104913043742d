"""SC-14, SC-15 and SC-16, to the second; every due time was worked out by hand on the calendar of 2026.

Around National Day the 30th of September is a working day, 10-01 to 10-07 are off, 10-08 and 10-09 work, Saturday 10-10
is made up for, Sunday 10-11 is off, 10-12 to 10-14 work.
"""

from __future__ import annotations

import datetime as dt

import pytest

from appeals.cases import StatisticalMark, Verdict
from appeals.services.concluding import missing_to_archive
from core.errors import Refused
from tests.factories.appeals import act, attach_file, direct, second_officer, take_appeal
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, entry, when
from tickets import consistency
from tickets.models import Ticket
from tickets.states import Outcome, Stage, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
SECOND = dt.timedelta(seconds=1)


def dues(ticket: Ticket, stage: Stage) -> tuple[dt.datetime, dt.datetime]:
    """When a stage is due and when it is warned of."""
    row = clock_of(ticket, stage, work_order=None)
    return row.due_at, row.warn_at


def test_sc_14_a_case_filed_by_the_ministry(operator: Operator) -> None:
    """U-88: each leg and the whole course; the seven working days bind, not the sum of the legs."""
    original = bring_to("closed", operator, accepted_at=when("09-01 09:00"))
    ticket = take_appeal(operator, at=when("09-29 15:00"), made_of=original)
    detail = ticket.appeal_detail
    assert (ticket.status, detail.is_bypass, detail.home) == (Status.RECEIVED, False, operator.js.cities[0].unit)
    assert dues(ticket, Stage.DISPATCH)[0] == when("09-30 15:00")
    assert dues(ticket, Stage.TOTAL)[0] == when("10-14 24:00")

    ticket = act(ticket, "dispatch", operator, at=when("09-30 10:00"))
    assert clock_of(ticket, Stage.DISPATCH).outcome == Outcome.MET
    assert dues(ticket, Stage.HANDLE) == (when("10-12 10:00"), when("10-12 00:24"))
    ticket = act(ticket, "sign", operator, at=when("09-30 11:00"))
    assert dues(ticket, Stage.HANDLE) == (when("10-12 10:00"), when("10-12 00:24"))

    ticket = act(ticket, "answer_customer", operator, at=when("10-12 09:30"))
    ticket = act(ticket, "report", operator, at=when("10-12 10:00"))
    assert clock_of(ticket, Stage.HANDLE).outcome == Outcome.MET
    assert dues(ticket, Stage.REPLY)[0] == when("10-14 10:00")
    ticket = act(ticket, "approve", operator, at=when("10-13 10:00"))
    ticket = act(ticket, "reply_regulator", operator, at=when("10-14 10:00"))
    assert (ticket.status, ticket.closure_code) == (Status.REPLIED, "resolved")
    assert (ticket.closed_at, ticket.answered_at) == (when("10-14 10:00"), when("10-12 09:30"))
    assert {clock_of(ticket, stage).outcome for stage in (Stage.REPLY, Stage.TOTAL)} == {Outcome.MET}
    assert dues(ticket, Stage.REVISIT)[0] == when("10-21 24:00")

    ticket = act(ticket, "revisit", operator, at=when("10-16 10:00"))
    assert clock_of(ticket, Stage.REVISIT).outcome == Outcome.MET
    act(ticket, "adjudicate_responsibility", operator, at=when("10-16 11:00"))
    ticket = act(ticket, "conclude", operator, at=when("10-16 12:00"), verdict="properly_pre_handled")
    assert ticket.appeal_detail.verdict == Verdict.PROPERLY_PRE_HANDLED
    assert ticket.appeal_detail.statistical_mark == StatisticalMark.CASE
    assert ticket.cause == entry("cause", "tariff_wrong")

    ticket.attachments.filter(purpose="case_original").update(purpose="evidence")  # as if it had never come
    ticket = act(ticket, "amend_case", operator, changes={"is_mediated": True})
    for purpose, still_missing in (("case_original", 2), ("mediation", 1)):
        assert len(missing_to_archive(ticket)) == still_missing
        with pytest.raises(Refused) as refused:
            act(ticket, "archive", operator)
        assert refused.value.code == "documents_missing"
        attach_file(ticket, purpose, operator.user("appeal_officer"))
    ticket = act(ticket, "archive", operator)
    assert ticket.status == Status.ARCHIVED
    assert list(consistency.faults()) == []


def test_sc_15_a_charge_six_months_old_from_the_ministry(operator: Operator) -> None:
    """An objection with ground and proof goes to the regulator; nothing is refused."""
    ticket = take_appeal(operator, at=when("09-29 15:00"), occurred_on=dt.date(2026, 3, 29))
    with pytest.raises(Refused) as refused:
        act(ticket, "refuse", operator, ground="charge_too_old", at=when("09-29 16:00"))
    assert refused.value.code == "not_direct"
    with pytest.raises(Refused) as refused:
        act(ticket, "object", operator, ground="charge_too_old", at=when("09-29 16:00"))
    assert refused.value.code == "proof_missing"
    attach_file(ticket, "proof", operator.user("appeal_officer"))
    ticket = act(ticket, "object", operator, ground="charge_too_old", at=when("09-29 16:00"))
    assert ticket.status == Status.PENDING_REVIEW
    ticket = act(ticket, "approve", operator, by=second_officer(operator), at=when("09-29 17:00"))
    ticket = act(ticket, "reply_regulator", operator, at=when("09-29 18:00"))
    assert (ticket.status, ticket.closure_code, ticket.answered_at) == (Status.REPLIED, "", None)
    assert ticket.reports.get().ground == "charge_too_old"
    assert list(consistency.faults()) == []


def test_sc_15_a_charge_six_months_old_from_the_customer(operator: Operator) -> None:
    """Refused with the ground."""
    ticket = direct(operator, at=when("09-29 15:00"), occurred_on=dt.date(2026, 3, 29))
    with pytest.raises(Refused) as refused:
        act(ticket, "object", operator, ground="charge_too_old")
    assert refused.value.code == "direct"
    ticket = act(ticket, "refuse", operator, ground="charge_too_old", reason="已超过五个月")
    assert (ticket.status, ticket.is_open) == (Status.DECLINED, False)
    assert ticket.events.latest("seq").data["ground"] == "charge_too_old"
    assert list(consistency.faults()) == []


def test_sc_16_without_an_earlier_complaint_it_is_accepted_and_marked(operator: Operator) -> None:
    """越级申诉: the flag is set; what was handled before outside this system, or is linked to a complaint, has none."""
    ticket = take_appeal(operator)
    assert (ticket.status, ticket.appeal_detail.is_bypass) == (Status.RECEIVED, True)
    assert not take_appeal(operator, earlier_handling="2026-01 在旧系统投诉，单号 2601").appeal_detail.is_bypass
    original = bring_to("handling", operator)
    linked = act(ticket, "link_original", operator, below=original.pk)
    assert not linked.appeal_detail.is_bypass
    assert list(consistency.faults()) == []
