"""Closing an escalated complaint, and with it what it was made of (U-61, model 1). Effects of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tickets import clocks
from tickets.services import answering, kinship, orders, reports
from tickets.states import Stage

if TYPE_CHECKING:
    from tickets.actions import Step
    from tickets.models import Answer, Report


def answer_on_spot(step: Step) -> None:
    """The group answers at once; nobody is asked and nobody calls back. Data as for `answer_customer`."""
    given = answering.keep_answer(step, is_on_spot=True)
    _stop_the_course(step, given)
    kinship.close_below(step, given)


def approve(step: Step) -> None:
    """The report is right: the answer in it closes the ticket and what it was made of; the group calls back (U-61).

    Data: remark.
    """
    reports.approve(step)
    report: Report = step.data["report"]
    clocks.start(step, Stage.REVISIT)
    _stop_the_course(step, report.answer)
    orders.recall_open(step)
    kinship.close_below(step, report.answer)


def _stop_the_course(step: Step, given: Answer | None) -> None:
    """The whole course ends with what the customer was told; what was promised then is watched (model 4)."""
    if given is None:
        return
    clocks.stop(step, Stage.TOTAL, at=given.at)
    if given.promised_for is not None:
        clocks.start(step, Stage.FOLLOW_UP, started=given.at, promised=given.promised_for)
