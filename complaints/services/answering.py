"""Answering the customer and everything that may still stand between the answer and the closing (model 3.1, 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.errors import Refused
from organization.selectors import covers
from tickets import clocks
from tickets.models import Answer, InterimReply, TicketNote
from tickets.models.attachment import AttachmentPurpose
from tickets.models.records import NoteKind
from tickets.services import orders, rating
from tickets.services.noting import keep_explanation, note
from tickets.states import ClosureCode, Origin, Stage, Status

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.actions import Step


def check_signature(step: Step) -> None:
    """A channel that cannot record needs the customer's signature on the record (U-34)."""
    if not step.scheme.options.signature_where_not_recorded or step.scheme.records(step.ticket.channel.code):
        return
    if not step.ticket.attachments.filter(purpose=AttachmentPurpose.SIGNATURE).exists():
        raise Refused(
            _("%(channel)s cannot record: attach the record signed by the customer first.")
            % {"channel": step.ticket.channel.label},
            code="signature_missing",
        )


def check_on_spot(step: Step) -> None:
    """On the spot needs somebody to answer to, and nobody answers for itself (U-36, model 2)."""
    if step.data["closure_code"] == ClosureCode.NO_CONTACT:
        raise Refused(_("The customer is there: “not reached” is no result on the spot."), code="closure_code")
    complained, unit = step.ticket.complained_unit, step.grant.unit if step.grant else None
    if complained is not None and unit is not None and covers(complained, unit):
        raise Refused(_("The complaint is about your own unit: submit it to the complaint centre."), code="recused")
    check_plan(step)


def check_decline(step: Step) -> None:
    """Not accepting a complaint is an option of the scheme."""
    if not step.scheme.options.allow_decline:
        raise Refused(_("Under this scheme every complaint is accepted."), code="decline_off")


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
    rule = step.scheme.options.revisit
    since = _round_began(step)
    tried = TicketNote.objects.filter(ticket=step.ticket, kind=NoteKind.NOT_REACHED, at__gte=since)
    if not rule.may_give_up(tried.values_list("at", flat=True)):
        raise Refused(
            _("Record %(attempts)s attempts on %(days)s different days before closing as not reached.")
            % {"attempts": rule.attempts, "days": rule.days},
            code="attempts_missing",
        )


def answer_on_spot(step: Step) -> None:
    """Answer and close in one step (U-35…U-37). Data as for `answer`."""
    _record_answer(step, is_on_spot=True)
    clocks.stop(step, Stage.TOTAL)
    _after_closing(step)


def record_attempt(step: Step) -> None:
    """The customer was called for the answer and not reached. Data: text."""
    step.notes["note"] = note(step, NoteKind.NOT_REACHED, step.data["text"]).pk


def answer(step: Step) -> None:
    """Tell the customer the result (答复, U-14, U-43).

    Data: mode, person_told, content, attitude, closure_code, plan, promised_for. Where the closing needs clearance
    the whole course runs on until it is given, and is then judged at the answer.
    """
    _record_answer(step, is_on_spot=False)
    clocks.stop(step, Stage.ANSWER)
    if step.ticket.status == Status.CLOSED:
        clocks.stop(step, Stage.TOTAL)
        _after_closing(step)


def load_answer(step: Step) -> None:
    """The answer that waits for clearance, for the transition to read."""
    step.data["answer"] = step.ticket.answers.filter(round=step.ticket.round).order_by("pk").last()


def approve_clearance(step: Step) -> None:
    """The closing is cleared (销项): the course ends with the answer that was given. Data: note."""
    given: Answer = step.data["answer"]
    given.clearance = "approved"
    given.save(update_fields=["clearance"])
    clocks.stop(step, Stage.TOTAL, at=given.at)
    _after_closing(step)


def refuse_clearance(step: Step) -> None:
    """Not yet: the ticket goes back, to the named units or for dispatch. Data: note, orders."""
    load_answer(step)
    given: Answer = step.data["answer"]
    given.clearance = "refused"
    given.save(update_fields=["clearance"])
    keep_explanation(step)
    send_again(step)


def reject_result(step: Step) -> None:
    """The collected result does not do: back to the named units, or for dispatch (model 3.1). Data: note, orders."""
    keep_explanation(step)
    send_again(step)


def send_again(step: Step) -> None:
    """Make the named units' orders; what was accepted so far counts no more."""
    orders.recall_open(step)
    orders.supersede_results(step)
    if step.data.get("orders"):
        orders.send_all(step, step.data["orders"], origin=Origin.REWORK)


def answer_direct(step: Step) -> None:
    """Solved meanwhile: open orders are recalled and the centre answers. Data: note."""
    keep_explanation(step)
    orders.recall_open(step)


def interim_reply(step: Step) -> None:
    """Tell the customer how it stands (回复, U-15, U-44). It closes nothing. Data: mode, content, promised_for."""
    promised = step.data.get("promised_for")
    if promised is not None:
        check_future(step, promised)
        detail = step.ticket.complaint_detail
        detail.promised_at = promised
        detail.save(update_fields=["promised_at"])
    row = InterimReply.objects.create(
        ticket=step.ticket,
        at=step.at,
        by=step.person,
        mode=step.data["mode"],
        content=step.data["content"],
        promised_for=promised,
    )
    step.said.append(row)
    step.notes.update(reply=row.pk, promised_for=promised)


def fulfil_promise(step: Step) -> None:
    """What was promised at an unresolved closing is done (承诺跟踪). Data: text."""
    if clocks.stop(step, Stage.FOLLOW_UP) is None:
        raise Refused(_("No promise is open on this ticket."), code="no_promise")
    step.notes["note"] = note(step, NoteKind.NOTE, step.data["text"]).pk


def _record_answer(step: Step, *, is_on_spot: bool) -> None:
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


def _after_closing(step: Step) -> None:
    """Recall what is still out, and open what closing owes: the call-back, the customer's link to rate, a promised date
    (U-45, SM-09, model 4)."""
    orders.recall_open(step)
    rule = step.scheme.options.revisit
    is_due = rule.dispatched if step.ticket.work_orders.exists() else rule.on_the_spot
    if is_due:
        clocks.start(step, Stage.REVISIT)
    given = step.ticket.answers.latest("pk")
    rating.make_link(step, given)
    if given.promised_for is not None:  # it may have passed while the clearance was awaited
        clocks.start(step, Stage.FOLLOW_UP, started=given.at, promised=given.promised_for)


def _round_began(step: Step) -> datetime:
    total = step.ticket.clocks.filter(stage=Stage.TOTAL, round=step.ticket.round).order_by("attempt").first()
    return total.started_at if total else step.ticket.accepted_at
