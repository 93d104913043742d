"""Between the group and the province: dispatch, report, and back (U-05, U-61, U-62). Effects of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tickets import clocks
from tickets.services import common, custody, reports
from tickets.services.noting import keep_reason
from tickets.states import Stage

if TYPE_CHECKING:
    from tickets.actions import Step


def give_to_province(step: Step) -> None:
    """To a province, or to another one (派省, U-61). Data: province, reason."""
    custody.give_to_province(step, home=step.ticket.escalation_detail.home)


def report(step: Step) -> None:
    """The province reports what came of it (U-09). Data: result, customer_told, measures."""
    reports.hand_in(step)
    custody.report_to_group(step)


def return_report(step: Step) -> None:
    """The province does more, in the time that it left unused (U-62). Data: remark."""
    reports.give_back(step)
    custody.return_to_province(step)


def rework(step: Step) -> None:
    """The province that reported begins anew, with the whole limit (再处理, U-46). Data: reason."""
    clocks.cancel(step, Stage.FOLLOW_UP, Stage.REVISIT)
    clocks.start(step, Stage.TOTAL)
    step.notes["round"] = step.ticket.round
    keep_reason(step)
    custody.return_to_province(step, is_new_round=True)


def unmerge(step: Step) -> None:
    """On its own again, with the group, which dispatches it; a report that waited meanwhile is reviewed no more."""
    common.unmerge(step)
    if (report := reports.waiting(step.ticket)) is not None:
        step.data.update(report=report, remark=str(step.action.label))
        reports.give_back(step)
    custody.give_back_to_group(step)
    if step.ticket.submitted_at is None:
        step.ticket.holder = step.ticket.accepted_by
