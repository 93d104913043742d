"""Forms of telling the customer: the final answer, the interim reply, the attempts (U-14, U-15, U-43, U-44)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.forms.base import ActForm, Place, Situation, TextForm
from tickets.forms.fields import LONG, Choices, PromiseField, plain_choices, text_field
from tickets.models import WorkOrderReply
from tickets.models.replies import Attitude
from tickets.models.ticket import Substantiated
from tickets.scheme.entries import Contact
from tickets.states import ClosureCode, Outcome, Stage

if TYPE_CHECKING:
    from tickets.models import Ticket

BLANK = re.compile(r"（[^（）]*）|\([^()]*\)")  # what a proposed wording leaves to fill in: （填写）
UNKNOWN = [("", "—")]  # how the customer takes it is heard, not assumed


class AnswerForm(ActForm):
    """The final answer (答复): what the customer was told, and how the ticket closes with it."""

    template = "ticket/_answer_form.html"

    mode = forms.ChoiceField(label=gettext_lazy("How"))
    person_told = forms.CharField(label=gettext_lazy("Person told"), max_length=64, required=False)
    closure_code = forms.ChoiceField(label=gettext_lazy("Closure"))
    content = text_field(gettext_lazy("What the customer was told"), limit=LONG, rows=6)
    attitude = forms.ChoiceField(label=gettext_lazy("Customer's attitude"), choices=[*UNKNOWN, *Attitude.choices])
    plan = text_field(gettext_lazy("Plan"), required=False, rows=2, help_text=gettext_lazy("What will be done."))
    promised_for = PromiseField(
        label=gettext_lazy("Promised for"),
        required=False,
        help_text=gettext_lazy("By when the customer hears again."),
    )
    substantiated = forms.ChoiceField(
        label=gettext_lazy("Is the complaint substantiated?"), choices=Substantiated.choices, required=False
    )

    def prepare(self) -> None:
        """Start from the way the customer wished, the unit's wording and the scheme's for a solved matter."""
        ticket, document = self.situation.ticket, self.situation.scheme
        modes, wished = plain_choices(document, "answer_mode"), self.wished_mode()
        self.offer("mode", modes, wished if document.entry("answer_mode", wished) else modes[0][0])
        self.offer("closure_code", self.closures(), ClosureCode.RESOLVED)
        self.fields["substantiated"].initial = ticket.substantiated
        if self.situation.contact is Contact.FULL:
            self.fields["person_told"].initial = ticket.contact.name
        self.fields["content"].initial = _latest_script(ticket) or self.wordings()[ClosureCode.RESOLVED]

    def wished_mode(self) -> str:
        """How the customer wished to be answered, where that is known."""
        return ""

    def closures(self) -> Choices:
        """The ways in which the ticket can close."""
        return [(choice.code.value, str(choice.label)) for choice in self.situation.scheme.closure_codes]

    def wordings(self) -> dict[str, str]:
        """The scheme's wording for each closure code."""
        return {choice.code.value: str(choice.wording) for choice in self.situation.scheme.closure_codes}

    def clean(self) -> dict[str, Any]:
        """What each closure code needs beside the rest (model 3.1)."""
        data = super().clean() or {}
        if data.get("closure_code") == ClosureCode.UNRESOLVED:
            if not data.get("plan", "").strip() and "plan" not in self.errors:
                self.add_error("plan", _("Say what will be done."))
            if data.get("promised_for") is None and "promised_for" not in self.errors:
                self.add_error("promised_for", _("Say by when the customer hears again."))
        if data.get("closure_code") != ClosureCode.NO_CONTACT and not data.get("person_told", "").strip():
            self.add_error("person_told", _("Say who was told."))
        left = [blank for blank in self._blanks() if blank in data.get("content", "")]
        if left:
            self.add_error("content", _("Replace “%(blank)s” by what applies here.") % {"blank": left[0]})
        return data

    def _blanks(self) -> set[str]:
        return {blank for wording in self.wordings().values() for blank in BLANK.findall(wording)}


class RecordAttemptForm(TextForm):
    """The customer was called for the answer and not reached."""

    intro = gettext_lazy("Closing as not reached needs several such attempts on different days.")
    place = Place.MENU


class InterimReplyForm(ActForm):
    """Telling the customer how it stands (回复): it closes nothing."""

    intro = gettext_lazy("A progress message. It closes nothing; a new promise replaces the one before.")
    place = Place.MENU

    mode = forms.ChoiceField(label=gettext_lazy("How"))
    content = text_field(gettext_lazy("What the customer was told"))
    promised_for = PromiseField(label=gettext_lazy("New promise"), required=False)

    def prepare(self) -> None:
        """Offer the scheme's ways of answering."""
        self.offer("mode", plain_choices(self.situation.scheme, "answer_mode"))


class FulfilPromiseForm(TextForm):
    """What was promised at the closing is done."""

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only while a promise is open."""
        return situation.ticket.clocks.filter(stage=Stage.FOLLOW_UP, outcome=Outcome.RUNNING).exists()


def _latest_script(ticket: Ticket) -> str:
    """The wording that the accepted lead result proposes."""
    replies = WorkOrderReply.objects.filter(work_order__ticket=ticket, work_order__round=ticket.round, verdict="accept")
    text = replies.filter(work_order__parent=None).exclude(script="").values_list("script", flat=True).last()
    return text or ""
