"""One form per act that people do from a page; a kind adds those of its own acts (architecture, Rooms)."""

from tickets.forms import common, orders
from tickets.forms.base import (
    ANY_KIND,
    ActForm,
    ClickForm,
    NoteForm,
    Place,
    ReasonForm,
    Situation,
    TextForm,
    form_of,
    register,
)

__all__ = [
    "ANY_KIND",
    "ActForm",
    "ClickForm",
    "NoteForm",
    "Place",
    "ReasonForm",
    "Situation",
    "TextForm",
    "form_of",
    "register",
]

register(
    ANY_KIND,
    add_contact=common.AddContactForm,
    add_note=common.AddNoteForm,
    request_instruction=common.RequestInstructionForm,
    instruct=common.InstructForm,
    amend=common.AmendForm,
    reclassify=common.ReclassifyForm,
    hand_over=common.HandOverForm,
    confirm_hand_over=common.ConfirmHandOverForm,
    transfer_centre=common.TransferCentreForm,
    withdraw=common.WithdrawForm,
    merge=common.MergeForm,
    unmerge=common.UnmergeForm,
    void=common.VoidForm,
    sign=orders.SignForm,
    claim=orders.ClaimForm,
    reply=orders.ReplyForm,
    approve=orders.ApproveForm,
    refuse=orders.RefuseForm,
    accept=orders.AcceptForm,
    reject=orders.RejectForm,
    request_return=orders.RequestReturnForm,
    accept_return=orders.AcceptReturnForm,
    refuse_return=orders.RefuseReturnForm,
    transfer=orders.TransferForm,
    ask_assistant=orders.AskAssistantForm,
    recall=orders.RecallForm,
    reassign=orders.ReassignForm,
)
