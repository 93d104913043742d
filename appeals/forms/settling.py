"""Forms from the regulator's answer to the archive (U-07c, U-07f, U-07g, U-91)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from appeals.cases import ReplyMode, Verdict
from appeals.forms.fields import DocumentField, detail_of, offer_documents
from appeals.models import TEXT_LIMIT
from appeals.services.concluding import CONCLUDED_WITH
from tickets import responsibilities
from tickets.forms import ActForm, ClickForm, Place, Situation
from tickets.forms.fields import NOTHING, text_field, tree_choices, tree_field
from tickets.forms.orders import entry_of
from tickets.models.attachment import AttachmentPurpose
from tickets.models.responsibility import Attribution


class ReplyRegulatorForm(ActForm):
    """The regulator is answered, with the report that was approved."""

    intro = gettext_lazy("It ends the course: a complaint that the appeal was made of is closed with the same answer.")

    mode = forms.ChoiceField(label=gettext_lazy("How the regulator was answered"), choices=ReplyMode.choices)
    document = DocumentField(label=pgettext_lazy("file", "Reply to the regulator"))
    note = text_field(gettext_lazy("Explanation"), required=False, rows=3)

    def prepare(self) -> None:
        """What came directly has no regulator to write to."""
        if detail_of(self.situation).is_direct:
            del self.fields["mode"], self.fields["document"]
            return
        offer_documents(self, self.situation.ticket, AttachmentPurpose.REGULATOR_REPLY)


class ConcludeForm(ActForm):
    """The verdict (综合定性), on the responsibility that was adjudicated."""

    verdict = forms.ChoiceField(
        label=pgettext_lazy("of an appeal", "Verdict"),
        choices=[(verdict.value, verdict.label) for verdict in CONCLUDED_WITH],
        widget=forms.RadioSelect,
    )
    cause = tree_field(gettext_lazy("Cause of the appeal"))
    ground = text_field(gettext_lazy("Ground of the verdict"), limit=TEXT_LIMIT, rows=4)

    def prepare(self) -> None:
        """Start from what was adjudicated."""
        ticket = self.situation.ticket
        row = responsibilities.of_round(responsibilities.rows_of(ticket), ticket.round)
        standing = row.standing if row else None
        cause = standing.cause if standing and standing.cause else ticket.cause
        choices = [NOTHING, *tree_choices(self.situation.scheme, "cause", keep=cause.code if cause else "")]
        self.offer("cause", choices, cause.code if cause else "")
        self.fields["cause"].required = True
        verdict = self.fields["verdict"]
        if standing is None:
            verdict.help_text = _("Responsibility is not adjudicated yet: adjudicate it on the ticket's page first.")
        elif standing.attribution == Attribution.COMPANY:
            verdict.initial = Verdict.COMPANY_LIABLE
        elif standing.attribution == Attribution.CUSTOMER:
            verdict.initial = Verdict.USER_CAUSE

    def act_data(self) -> dict[str, Any]:
        """The cause as the dictionary has it."""
        data = super().act_data()
        return data | {"cause": entry_of(self.situation, "cause", data["cause"])}


class RevokeForm(ActForm):
    """The regulator takes the case back (立案撤消)."""

    intro = gettext_lazy("The appeal is concluded at once; open work orders are recalled.")
    place = Place.END

    document = DocumentField(label=gettext_lazy("Regulator's confirmation"))
    reason = text_field(gettext_lazy("Reason"), limit=500, rows=3)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only for a regulator's case."""
        return not detail_of(situation).is_direct

    def prepare(self) -> None:
        """The confirmation is attached as a proof."""
        offer_documents(self, self.situation.ticket, AttachmentPurpose.PROOF)


class ArchiveForm(ClickForm):
    """The file is whole."""
