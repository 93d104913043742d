"""Telling the customer: the final answer, the interim reply, and the attempts that reached nobody (model 3.1, 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.errors import Refused
from tickets import clocks
from tickets.models import Answer, InterimReply, TicketNote
from tickets.models.records import NoteKind
from tickets.services.noting import note
from tickets.states import ClosureCode, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.actions import Step


def check_plan(step: Step) -> None:
    """Closing as unresolved needs a plan and a date to come (model 3.1)."""
    if step.data["closure_code"] != ClosureCode.UNRESOLVED:
        return
    if not step.data.get("plan") or step.data.get("promised_for") is None:
        raise Refused(_("Say what will be done, and by when the customer hears again."), code="plan_missing")
    check_future(step, step.data["promised_for"])


def check_future(step: Step, promised: datetime) -> None:
    """A promise lies ahead."""
    if promised <= step.at:
        raise Refused(_("The promised time has passed already. Choose a later one."), code="promise_past")


def check_attempts(step: Step) -> None:
    """A customer counts as not reached after the prescribed attempts on different days only (model 3.1)."""
    if step.data["closure_code"] != ClosureCode.NO_CONTACT:
        return
    if not tried_enough(step):
        rule = step.scheme.options.revisit
        raise Refused(
            _("Record %(attempts)s attempts on %(days)s different days before closing as not reached.")
            % {"attempts": rule.attempts, "days": rule.days},
            code="attempts_missing",
        )


def tried_enough(step: Step, *, since: datetime | None = None) -> bool:
    """Whether the prescribed attempts on different days have failed since an instant (UTC; default: this round)."""
    began = since or round_began(step)
    tried = TicketNote.objects.filter(ticket=step.ticket, kind=NoteKind.NOT_REACHED, at__gte=began)
    return step.scheme.options.revisit.may_give_up(tried.values_list("at", flat=True))


def record_attempt(step: Step) -> None:
    """The customer was called for the answer and not reached. Data: text."""
    step.notes["note"] = note(step, NoteKind.NOT_REACHED, step.data["text"]).pk


def interim_reply(step: Step) -> None:
    """Tell the customer how it stands (回复, U-15, U-44). It closes nothing. Data: mode, content, promised_for."""
    promised = step.data.get("promised_for")
    if promised is not None:
        check_future(step, promised)
    row = InterimReply.objects.create(
        ticket=step.ticket,
        at=step.at,
        by=step.by,
        mode=step.data["mode"],
        content=step.data["content"],
        promised_for=promised,
    )
    step.said.append(row)
    step.notes.update(reply=row.pk, promised_for=promised)


def keep_answer(step: Step, *, is_on_spot: bool = False) -> Answer:
    """Record what the customer was told as the final answer (答复, U-14, U-43).

    Data: mode, person_told, content, attitude, closure_code, plan, promised_for, substantiated.
    """
    data: dict[str, Any] = step.data
    is_unresolved = data["closure_code"] == ClosureCode.UNRESOLVED
    row = Answer.objects.create(
        ticket=step.ticket,
        round=step.ticket.round,
        at=step.at,
        by=step.person,
        mode=data["mode"],
        person_told=data.get("person_told", ""),
        content=data["content"],
        attitude=data["attitude"],
        closure_code=data["closure_code"],
        plan=data.get("plan", "") if is_unresolved else "",
        promised_for=data.get("promised_for") if is_unresolved else None,
        is_on_spot=is_on_spot,
    )
    step.said.append(row)
    step.notes.update(answer=row.pk, closure_code=row.closure_code)
    if data.get("substantiated"):
        step.ticket.substantiated = data["substantiated"]
    return row


def check_told(step: Step) -> None:
    """Who was told something was reached; that a customer was not is recorded as an attempt."""
    if step.data["closure_code"] == ClosureCode.NO_CONTACT:
        raise Refused(_("Record each attempt to reach the customer instead of an answer."), code="closure_code")
    check_plan(step)


def answer_customer(step: Step) -> None:
    """The customer hears the result while the ticket goes on: the report will tell of it (model 3.2, 3.3). Data as for
    `keep_answer`."""
    keep_answer(step)


def fulfil_promise(step: Step) -> None:
    """What was promised at an unresolved closing is done (承诺跟踪). Data: text."""
    if clocks.stop(step, Stage.FOLLOW_UP) is None:
        raise Refused(_("No promise is open on this ticket."), code="no_promise")
    step.notes["note"] = note(step, NoteKind.NOTE, step.data["text"]).pk


def round_began(step: Step) -> datetime:
    """When the ticket's present round began: at acceptance, or with its rework."""
    if step.ticket.round == 1:
        return step.ticket.accepted_at
    first = step.ticket.clocks.filter(round=step.ticket.round).order_by("started_at").first()
    return first.started_at if first else step.ticket.accepted_at
