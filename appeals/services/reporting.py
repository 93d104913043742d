"""The province's report, the objection, and what goes to the regulator (U-07c, U-07d, U-10, U-90)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from appeals.services.cases import case_of
from core.errors import Refused
from tickets import clocks, responsibilities
from tickets.models.attachment import AttachmentPurpose
from tickets.models.responsibility import Attribution
from tickets.services import custody, kinship, reports
from tickets.services.noting import keep_explanation, keep_reason
from tickets.states import Stage, Status

if TYPE_CHECKING:
    from tickets.actions import Step
    from tickets.models import Ticket


def dispatch(step: Step) -> None:
    """Give it to the province (派单, U-07a). Data: province, reason."""
    custody.give_to_province(step, home=case_of(step.ticket).home)


def check_parts(step: Step) -> None:
    """A report says what was found, what came of it and what the customer was told; and what will be put right where
    the company is at fault (U-10)."""
    data = step.data
    needed = {
        _("What was found"): data.get("investigation", ""),
        _("Result"): data.get("result", ""),
        _("How the customer was answered"): data.get("customer_told", ""),
    }
    if lies_with_company(step.ticket):
        needed[_("What will be put right")] = data.get("measures", "")
    missing = [label for label, text in needed.items() if not text.strip()]
    if missing:
        raise Refused(_("Fill in first: %(fields)s.") % {"fields": ", ".join(missing)}, code="fields_missing")


def lies_with_company(ticket: Ticket) -> bool:
    """Whether the company is found at fault, or as long as nothing is adjudicated, some unit says that it is."""
    row = responsibilities.of_round(responsibilities.rows_of(ticket), ticket.round)
    if row is None:
        return False
    said = [row.standing] if row.standing else row.proposals
    return any(one.attribution == Attribution.COMPANY for one in said)


def report(step: Step) -> None:
    """The report is in (U-81): the province's time stops, the group's runs until the regulator is answered (U-88).
    Data: investigation, result, customer_told, measures."""
    _hand_in(step)


def object_(step: Step) -> None:
    """The ground and its proof go to the regulator instead of a report. Data: ground (code), result (the reasons)."""
    if not step.data.get("result", "").strip():
        raise Refused(_("Say why the ground applies."), code="fields_missing")
    _hand_in(step)


def return_report(step: Step) -> None:
    """It does not do (U-90): back to where it came from, with the time that was left; the group's time is cancelled.
    Data: remark."""
    reports.give_back(step)
    clocks.cancel(step, Stage.REPLY)
    if step.ticket.status == Status.HANDLING:
        custody.return_to_province(step)


def refuse(step: Step) -> None:
    """Not accepted, with the ground (不予受理). Data: ground (code), reason."""
    step.notes["ground"] = step.data["ground"]
    keep_reason(step)


def check_direct(step: Step) -> None:
    """A regulator's case cannot be refused, only objected to (model 3.3)."""
    if not case_of(step.ticket).is_direct:
        raise Refused(
            _("A regulator's case cannot be refused: object to it, with ground and proof."), code="not_direct"
        )


def load_approved(step: Step) -> None:
    """The report that goes to the regulator, for the transition and the effect to read."""
    row = reports.approved(step.ticket)
    if row is None:
        raise Refused(_("No report has been approved."), code="no_report")
    step.data["report"], step.data["closure_code"] = row, reports.closure_of(row)


def check_reply(step: Step) -> None:
    """A regulator is answered in writing, and the reply is kept."""
    if case_of(step.ticket).is_direct:
        return
    if not step.data.get("mode"):
        raise Refused(_("Say how the regulator was answered."), code="mode_missing")
    require_document(step, AttachmentPurpose.REGULATOR_REPLY)


def reply_regulator(step: Step) -> None:
    """The regulator has its answer (U-07c): the course ends, what the appeal was made of is closed with the same
    answer, the customer is called back within the week. Data: mode, document, note."""
    detail, answer = case_of(step.ticket), step.data["report"].answer
    detail.replied_at, detail.replied_by = step.at, step.person
    if not detail.is_direct:
        detail.replied_how, detail.reply_document = step.data["mode"], step.data["document"]
        step.notes["attachment"] = detail.reply_document.pk
    detail.save(update_fields=["replied_at", "replied_by", "replied_how", "reply_document"])
    keep_explanation(step)
    for stage in (Stage.REPLY, Stage.REGULATOR, Stage.TOTAL):
        clocks.stop(step, stage)
    clocks.start(step, Stage.REVISIT)
    if answer is not None and answer.promised_for is not None:
        clocks.start(step, Stage.FOLLOW_UP, started=answer.at, promised=answer.promised_for)
    kinship.close_below(step, answer)


def require_document(step: Step, purpose: AttachmentPurpose) -> None:
    """The document named is a file of this ticket, attached for that purpose. Data: document (attachment)."""
    document = step.data.get("document")
    if document is None or document.ticket_id != step.ticket.pk or document.purpose != purpose:
        raise Refused(
            _("Attach the document first (purpose “%(purpose)s”), then choose it.") % {"purpose": purpose.label},
            code="document_missing",
        )


def _hand_in(step: Step) -> None:
    reports.hand_in(step)
    custody.report_to_group(step)
    clocks.start(step, Stage.REPLY)
