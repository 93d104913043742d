"""Answering the customer and everything that may still stand between the answer and the closing (model 3.1, 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import Refused
from organization.selectors import covers
from tickets import clocks
from tickets.models import Answer
from tickets.models.attachment import AttachmentPurpose
from tickets.services import orders, rating
from tickets.services.answering import check_plan, keep_answer
from tickets.services.answering import interim_reply as tell_interim
from tickets.services.noting import keep_explanation
from tickets.states import ClosureCode, Origin, Stage, Status

if TYPE_CHECKING:
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


def answer_on_spot(step: Step) -> None:
    """Answer and close in one step (U-35…U-37). Data as for `answer`."""
    keep_answer(step, is_on_spot=True)
    clocks.stop(step, Stage.TOTAL)
    _after_closing(step)


def answer(step: Step) -> None:
    """Tell the customer the result (答复, U-14, U-43).

    Data: mode, person_told, content, attitude, closure_code, plan, promised_for. Where the closing needs clearance
    the whole course runs on until it is given, and is then judged at the answer.
    """
    keep_answer(step)
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
    """Tell the customer how it stands; a new promise replaces the old one. Data: mode, content, promised_for."""
    tell_interim(step)
    if (promised := step.data.get("promised_for")) is not None:
        detail = step.ticket.complaint_detail
        detail.promised_at = promised
        detail.save(update_fields=["promised_at"])


def answer_by_higher(step: Step) -> None:
    """What came of the complaint at a higher level has answered for both, and calls the customer back (model 1).

    Data: given (the higher ticket's answer), higher (its number).
    """
    given: Answer = step.data["given"]
    row = Answer.objects.create(
        ticket=step.ticket,
        round=step.ticket.round,
        at=given.at,
        by=given.by,
        mode=given.mode,
        person_told=given.person_told,
        content=given.content,
        attitude=given.attitude,
        closure_code=given.closure_code,
        plan=given.plan,
        promised_for=given.promised_for,
    )
    step.said.append(row)
    step.notes.update(answer=row.pk, closure_code=row.closure_code, higher=step.data["higher"])
    orders.recall_open(step)
    clocks.stop(step, Stage.TOTAL, at=given.at)


def owe_call_back(step: Step) -> None:
    """Closing owes a call-back, of what units or a mass incident had to do with as the scheme says (U-45, U-A11)."""
    rule = step.scheme.options.revisit
    was_out = step.ticket.incident_id is not None or step.ticket.work_orders.exists()
    if rule.dispatched if was_out else rule.on_the_spot:
        clocks.start(step, Stage.REVISIT)


def _after_closing(step: Step) -> None:
    """Recall what is still out, and open what closing owes: the call-back, the customer's link to rate, a promised date
    (U-45, SM-09, model 4)."""
    orders.recall_open(step)
    owe_call_back(step)
    given = step.ticket.answers.latest("pk")
    rating.make_link(step, given)
    if given.promised_for is not None:  # it may have passed while the clearance was awaited
        clocks.start(step, Stage.FOLLOW_UP, started=given.at, promised=given.promised_for)
