"""Forms of acts on what is handled in two tiers: to the province, its report, the review (U-05, U-09, U-61)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.picks import Pick
from organization.models import Unit
from tickets import clocks
from tickets.forms.answering import AnswerForm
from tickets.forms.base import ActForm, ClickForm, Place, ReasonForm
from tickets.forms.fields import LONG, SHORT, Choices, text_field
from tickets.forms.order_rows import OrdersForm
from tickets.models import WorkOrderReply
from tickets.selectors import proposed_unit
from tickets.services import custody, reports
from tickets.states import ClosureCode, OrderStatus

if TYPE_CHECKING:
    from tickets.models import Answer, Report, Ticket


class GiveToProvinceForm(ActForm):
    """To a province, whose time runs from now on: where the customer is at home, unless somebody says otherwise."""

    intro = gettext_lazy("The province's time runs from now on, whether it has signed or not.")

    province = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Province"), empty_label="—", widget=Pick)

    def home(self) -> Unit | None:
        """The customer's province or city, where the kind knows it."""
        return None

    def prepare(self) -> None:
        """Offer the provinces that do not have it now, and propose the customer's own."""
        ticket, home = self.situation.ticket, self.home()
        field = cast("forms.ModelChoiceField[Unit]", self.fields["province"])
        field.queryset = custody.provinces().exclude(pk=ticket.owner_unit.province_id or 0)
        field.initial = home.province_id if home is not None else None


class GiveToAnotherForm(GiveToProvinceForm):
    """To another province; the one that has it loses it, its open orders are recalled."""

    intro = gettext_lazy("The province that has it loses it; its open work orders are recalled.")
    place = Place.MENU

    reason = text_field(gettext_lazy("Reason"), limit=500, rows=3)


class SignTicketForm(ClickForm):
    """The province has it in hand; who signs keeps it moving (接单)."""


class MisroutedForm(ReasonForm):
    """The province is not the one: back to the group."""

    intro = gettext_lazy("The ticket goes back to the group, which gives it to another province.")
    place = Place.MENU


class SendOrdersForm(OrdersForm):
    """Work orders to units of the province, due when the province has to report."""

    intro = gettext_lazy("The units have until the province has to report to the group.")
    needs_orders = True

    def proposal(self) -> tuple[Unit | None, str]:
        """What routing says, while no unit has anything to do with it."""
        ticket = self.situation.ticket
        has_orders = ticket.work_orders.filter(round=ticket.round).exists()
        demand = _("Please verify, settle it and give wording for the customer: %(summary)s")
        return None if has_orders else proposed_unit(ticket), demand % {"summary": ticket.summary}


class AnswerCustomerForm(AnswerForm):
    """What the province told the customer: the report will tell of it."""

    intro = gettext_lazy("It closes nothing: the group approves the report that tells of it.")

    def closures(self) -> Choices:
        """Who was not reached was not answered: that is recorded as an attempt."""
        return [choice for choice in super().closures() if choice[0] != ClosureCode.NO_CONTACT]


class ReportForm(ActForm):
    """The report {处理结果, 回复客户情况, 整改措施} (U-09), begun from what is recorded or the version before."""

    intro = gettext_lazy("The province's time stops with the report; its open work orders are recalled.")

    result = text_field(gettext_lazy("Result"), limit=LONG, rows=5)
    customer_told = text_field(gettext_lazy("How the customer was answered"), limit=LONG, rows=4)
    measures = text_field(gettext_lazy("What will be put right"), limit=LONG, rows=4)

    def prepare(self) -> None:
        """Start from the version that was returned, else from the accepted results; and from what the customer was
        told last in any case."""
        ticket = self.situation.ticket
        before: Report | None = ticket.reports.filter(round=ticket.round).order_by("version").last()
        answer = reports.answer_of(ticket, since=clocks.had_since(ticket))
        self.fields["result"].initial = before.result if before else _results(ticket)
        self.fields["measures"].initial = before.measures if before else ""
        self.fields["customer_told"].initial = self._told(before, answer)
        if answer is None:
            self.fields["customer_told"].help_text = _(
                "No answer to the customer is recorded in this round. Record it first, or the attempts to reach the "
                "customer."
            )

    def _told(self, before: Report | None, answer: Answer | None) -> str:
        if answer is None or (before is not None and before.answer_id == answer.pk):
            return before.customer_told if before else ""
        mode = self.situation.scheme.label("answer_mode", answer.mode)
        return f"{mode}：{answer.content}"[:LONG]


class ApproveReportForm(ActForm):
    """The report is right."""

    remark = text_field(gettext_lazy("Remark"), limit=SHORT, required=False, rows=3)


class ReturnReportForm(ActForm):
    """The report does not do; what it lacks is said."""

    intro = gettext_lazy("The province goes on with the time that it left unused.")

    remark = text_field(gettext_lazy("What the report lacks"), limit=SHORT, rows=4)


class ReworkByProvinceForm(ReasonForm):
    """A new round after a bad revisit (再处理, U-46), by the province that reported."""

    intro = gettext_lazy("The province that reported begins anew, with its whole time.")


def _results(ticket: Ticket) -> str:
    """What the units found and did, of the results that were accepted in this round."""
    replies = WorkOrderReply.objects.filter(
        work_order__ticket=ticket,
        work_order__round=ticket.round,
        work_order__parent=None,
        work_order__status=OrderStatus.ACCEPTED,
        verdict="accept",
    )
    lines = replies.order_by("pk").values_list("work_order__unit__name", "finding", "measure")
    return "\n".join(f"{unit}：{finding}；{measure}" for unit, finding, measure in lines)[:LONG]
