"""The forms of an appeal's own acts."""

from appeals.forms import cases, reporting, settling
from tickets.forms import answering, register, revisiting, tiers
from tickets.states import Kind


def register_forms() -> None:
    """Make the forms known to the pages of the kernel."""
    register(
        Kind.APPEAL,
        amend_case=cases.AmendCaseForm,
        set_regulator_deadline=cases.SetRegulatorDeadlineForm,
        link_original=cases.LinkOriginalForm,
        file_for_record=cases.FileForRecordForm,
        dispatch=reporting.DispatchForm,
        redispatch=reporting.RedispatchForm,
        sign=tiers.SignTicketForm,
        misrouted=tiers.MisroutedForm,
        refuse=reporting.RefuseForm,
        send_orders=tiers.SendOrdersForm,
        answer_customer=tiers.AnswerCustomerForm,
        record_attempt=answering.RecordAttemptForm,
        interim_reply=answering.InterimReplyForm,
        report=reporting.AppealReportForm,
        object=reporting.ObjectForm,
        approve=tiers.ApproveReportForm,
        return_report=tiers.ReturnReportForm,
        reply_regulator=settling.ReplyRegulatorForm,
        attempt_revisit=revisiting.AttemptRevisitForm,
        revisit=revisiting.RevisitForm,
        conclude=settling.ConcludeForm,
        revoke=settling.RevokeForm,
        fulfil_promise=answering.FulfilPromiseForm,
        archive=settling.ArchiveForm,
    )
