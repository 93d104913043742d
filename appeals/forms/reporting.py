"""Forms between group and province, and those that rest on a ground (U-10, model 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from appeals.forms.fields import detail_of
from appeals.services.grounds import GroundCheck, checklist
from appeals.services.reporting import lies_with_company
from tickets.forms import ActForm, Place, Situation, tiers
from tickets.forms.fields import LONG, text_field

if TYPE_CHECKING:
    from organization.models import Unit


class DispatchForm(tiers.GiveToProvinceForm):
    """To the customer's province (派单, U-07a)."""

    def home(self) -> Unit | None:
        """As it was taken down, or as the original complaint has it."""
        return detail_of(self.situation).home


class RedispatchForm(tiers.GiveToAnotherForm):
    """To another province."""

    def home(self) -> Unit | None:
        """As it was taken down, or as the original complaint has it."""
        return detail_of(self.situation).home


class AppealReportForm(tiers.ReportForm):
    """申诉处理报告: the facts, the result, how the customer was answered; what will be put right where the company is
    at fault (U-10)."""

    intro = gettext_lazy(
        "State the reason and clarify the facts; do not prompt claims for compensation. The province's time stops with "
        "the report; its open work orders are recalled."
    )

    investigation = text_field(gettext_lazy("What was found"), limit=LONG, rows=6)

    field_order = ("version", "investigation", "result", "customer_told", "measures")

    def prepare(self) -> None:
        """Start from the version before; measures are owed only where the company is at fault."""
        super().prepare()
        before = self.situation.ticket.reports.order_by("version").last()
        self.fields["investigation"].initial = before.investigation if before else ""
        self.fields["measures"].required = lies_with_company(self.situation.ticket)


class GroundForm(ActForm):
    """An act that rests on a ground, each shown with whether it is met."""

    template = "appeals/ground_form.html"

    ground = forms.ChoiceField(label=gettext_lazy("Ground"), widget=forms.RadioSelect)
    is_confirmed = forms.BooleanField(label=gettext_lazy("I have checked the ground"))

    @cached_property
    def checks(self) -> list[GroundCheck]:
        """Every ground with what can be computed about it."""
        situation = self.situation
        return checklist(situation.scheme, detail_of(situation), situation.ticket.accepted_at)

    def prepare(self) -> None:
        """Offer the grounds; one that is met by computing is chosen to start with."""
        met = next((one.code for one in self.checks if one.is_met), None)
        self.offer("ground", [(one.code, one.label) for one in self.checks], met)

    def shown_fields(self) -> list[forms.BoundField]:
        """All but the grounds, which stand in their list."""
        return [field for field in super().shown_fields() if field.name != "ground"]

    def act_data(self) -> dict[str, Any]:
        """The confirmation is for the person, not for the record."""
        data = super().act_data()
        del data["is_confirmed"]
        return data


class ObjectForm(GroundForm):
    """An objection to the regulator, instead of a report."""

    intro = gettext_lazy(
        "A regulator's case cannot be refused. The objection goes to the regulator with its proof, once it is approved."
    )
    place = Place.MENU

    result = text_field(gettext_lazy("Why the ground applies"), limit=LONG, rows=5)
    is_confirmed = forms.BooleanField(label=gettext_lazy("I have checked the ground, and its proof is attached"))

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only for a regulator's case."""
        return not detail_of(situation).is_direct


class RefuseForm(GroundForm):
    """Not accepted (不予受理)."""

    intro = gettext_lazy("The appeal ends. Tell the customer the ground.")
    place = Place.END

    reason = text_field(gettext_lazy("Reason"), limit=500, rows=3)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only for what came directly from the customer."""
        return detail_of(situation).is_direct
