"""Calling the customer back after the closing (U-45, U-46, model 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from core.errors import NotPermitted, Refused
from tickets import clocks
from tickets.models import RevisitAttempt, WorkOrderReply
from tickets.models.replies import DISSATISFIED, RevisitResult
from tickets.services.noting import keep_reason
from tickets.states import Stage

if TYPE_CHECKING:
    from tickets.actions import Step

SCORES = ("speed", "attitude", "outcome")


def check_not_handler(step: Step) -> None:
    """The caller is not the handler (model 7)."""
    mine = Q(assignee=step.person) | Q(signed_by=step.person) | Q(replied_by=step.person)
    handled = step.ticket.work_orders.filter(mine).exists()
    if handled or WorkOrderReply.objects.filter(work_order__ticket=step.ticket, by=step.person).exists():
        raise NotPermitted(_("You handled this ticket; somebody else has to call the customer back."))


def check_revisit(step: Step) -> None:
    """Say what the call leads to, for the transition to read: reached, or given up after the prescribed attempts."""
    if step.data.get("give_up"):
        rule = step.scheme.options.revisit
        tried = _attempts(step)
        if not rule.may_give_up(row.at for row in tried):
            raise Refused(
                _("Give up after %(attempts)s attempts on %(days)s different days only; recorded so far: %(count)s.")
                % {"attempts": rule.attempts, "days": rule.days, "count": len(tried)},
                code="attempts_missing",
            )
        step.data["is_dissatisfied"] = False
        return
    if not step.data.get("satisfaction"):
        raise Refused(_("Record how satisfied the customer is."), code="satisfaction_missing")
    step.data["is_dissatisfied"] = step.data["satisfaction"] in DISSATISFIED


def attempt_revisit(step: Step) -> None:
    """The customer was not reached; that is not satisfied (model 7). Data: remark."""
    _record(step, RevisitResult.UNREACHABLE)


def revisit(step: Step) -> None:
    """The call reached the customer, or is given up. Data: satisfaction, is_solved, speed, attitude, outcome, remark;
    or give_up."""
    if step.data.get("give_up"):
        step.notes["given_up"] = True
    else:
        _record(step, RevisitResult.REACHED)
    clocks.stop(step, Stage.REVISIT)


def dismiss(step: Step) -> None:
    """The handling was proper; the reason is kept. Data: reason."""
    keep_reason(step)


def _attempts(step: Step) -> list[RevisitAttempt]:
    return list(step.ticket.revisit_attempts.filter(round=step.ticket.round))


def _record(step: Step, result: RevisitResult) -> None:
    data = step.data if result == RevisitResult.REACHED else {}
    row = RevisitAttempt.objects.create(
        ticket=step.ticket,
        round=step.ticket.round,
        number=len(_attempts(step)) + 1,
        at=step.at,
        by=step.person,
        result=result,
        satisfaction=data.get("satisfaction", ""),
        is_solved=data.get("is_solved"),
        remark=step.data.get("remark", ""),
        **{name: data.get(name) for name in SCORES},
    )
    step.said.append(row)
    step.notes.update(attempt=row.number, result=row.result, satisfaction=row.satisfaction)
