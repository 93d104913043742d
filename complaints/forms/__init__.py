"""The forms of a complaint's own acts."""

from complaints.forms import answering, dispatching
from complaints.incidents.forms import LinkIncidentForm, UnlinkIncidentForm
from complaints.remedies import forms as granting
from tickets.forms import answering as telling
from tickets.forms import register, revisiting
from tickets.states import Kind


def register_forms() -> None:
    """Make the forms known to the pages of the kernel."""
    register(
        Kind.COMPLAINT,
        submit=dispatching.SubmitForm,
        answer_on_spot=answering.AnswerOnSpotForm,
        decline=dispatching.DeclineForm,
        dispatch=dispatching.DispatchForm,
        assign=dispatching.AssignForm,
        send_back=dispatching.SendBackForm,
        return_instruction=dispatching.ReturnInstructionForm,
        answer_direct=answering.AnswerDirectForm,
        record_attempt=telling.RecordAttemptForm,
        answer=answering.ComplaintAnswerForm,
        reject_result=dispatching.RejectResultForm,
        approve_clearance=answering.ApproveClearanceForm,
        refuse_clearance=dispatching.RefuseClearanceForm,
        link_incident=LinkIncidentForm,
        unlink_incident=UnlinkIncidentForm,
        interim_reply=telling.InterimReplyForm,
        grant_remedy=granting.GrantRemedyForm,
        approve_remedy=granting.ApproveRemedyForm,
        refuse_remedy=granting.RefuseRemedyForm,
        take_back_remedy=granting.TakeBackRemedyForm,
        carry_out_remedy=granting.CarryOutRemedyForm,
        grant_waiver=answering.GrantWaiverForm,
        attempt_revisit=revisiting.AttemptRevisitForm,
        revisit=revisiting.RevisitForm,
        rework=dispatching.ReworkForm,
        dismiss=revisiting.DismissForm,
        fulfil_promise=telling.FulfilPromiseForm,
        unarchive=dispatching.UnarchiveForm,
    )
