"""Forms of answering a complaint and of what stands between the answer and the closing (U-14, U-43, Q-04)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from complaints.services.remedies import propose_waiver
from tickets.forms import ActForm, ClickForm, NoteForm, Place
from tickets.forms.answering import AnswerForm
from tickets.forms.fields import Choices
from tickets.states import ClosureCode


class ComplaintAnswerForm(AnswerForm):
    """The final answer to a complaint, in the way its customer wished."""

    def wished_mode(self) -> str:
        """How the customer wished to be answered."""
        return str(self.situation.ticket.complaint_detail.answer_mode_wished)


class AnswerOnSpotForm(ComplaintAnswerForm):
    """Answered at once, by the channel or the centre (U-36, U-37)."""

    intro = gettext_lazy("The complaint is answered and closed in one step; no unit is asked.")

    def closures(self) -> Choices:
        """The customer is there: “not reached” is no result."""
        return [choice for choice in super().closures() if choice[0] != ClosureCode.NO_CONTACT]


class AnswerDirectForm(NoteForm):
    """Solved meanwhile."""

    intro = gettext_lazy("Open work orders are recalled; the centre answers the customer.")
    place = Place.MENU


class ApproveClearanceForm(ClickForm):
    """The closing is cleared."""


class GrantWaiverForm(ActForm):
    """Granting the waiver of rent that the page proposes (Q-04): what it covers is shown and confirmed."""

    place = Place.PANEL
    template = "complaints/waiver.html"

    days = forms.IntegerField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        """Confirm what is proposed now; what comes back is compared with what is proposed then."""
        self.proposal = propose_waiver(self.situation.ticket, self.situation.at)
        self.fields["days"].initial = self.proposal.days if self.proposal else 0
