"""The forms of an escalated complaint's own acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from tickets.forms import ClickForm, answering, register, revisiting, tiers
from tickets.forms.fields import Choices
from tickets.states import ClosureCode, Kind

if TYPE_CHECKING:
    from organization.models import Unit


class SubmitForm(ClickForm):
    """The draft is complete: it waits for its dispatch to a province."""


class DispatchForm(tiers.GiveToProvinceForm):
    """To the customer's province (派省, U-61)."""

    def home(self) -> Unit | None:
        """As it was taken down."""
        return self.situation.ticket.escalation_detail.home


class RedispatchForm(tiers.GiveToAnotherForm):
    """To another province."""

    def home(self) -> Unit | None:
        """As it was taken down."""
        return self.situation.ticket.escalation_detail.home


class AnswerOnSpotForm(answering.AnswerForm):
    """The group settles it itself, with the customer there."""

    intro = gettext_lazy("The complaint is answered and closed in one step; no province is asked.")

    def closures(self) -> Choices:
        """The customer is there: “not reached” is no result."""
        return [choice for choice in super().closures() if choice[0] != ClosureCode.NO_CONTACT]


def register_forms() -> None:
    """Make the forms known to the pages of the kernel."""
    register(
        Kind.ESCALATION,
        submit=SubmitForm,
        answer_on_spot=AnswerOnSpotForm,
        dispatch=DispatchForm,
        redispatch=RedispatchForm,
        sign=tiers.SignTicketForm,
        misrouted=tiers.MisroutedForm,
        send_orders=tiers.SendOrdersForm,
        answer_customer=tiers.AnswerCustomerForm,
        record_attempt=answering.RecordAttemptForm,
        interim_reply=answering.InterimReplyForm,
        report=tiers.ReportForm,
        approve=tiers.ApproveReportForm,
        return_report=tiers.ReturnReportForm,
        attempt_revisit=revisiting.AttemptRevisitForm,
        revisit=revisiting.RevisitForm,
        rework=tiers.ReworkByProvinceForm,
        dismiss=revisiting.DismissForm,
        fulfil_promise=answering.FulfilPromiseForm,
    )
