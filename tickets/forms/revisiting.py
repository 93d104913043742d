"""Forms of calling back and screening (U-45, U-46)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.forms.base import ActForm, Place, ReasonForm
from tickets.forms.fields import text_field
from tickets.models import RevisitAttempt
from tickets.models.replies import Satisfaction

SCORES = [(str(score), str(score)) for score in range(5, 0, -1)]


def _score(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=SCORES, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )


class RevisitForm(ActForm):
    """The call after closing: reached with its answers, or given up after the prescribed attempts."""

    template = "ticket/_revisit_form.html"
    has_own_buttons = True

    is_solved = forms.TypedChoiceField(
        label=gettext_lazy("Is the matter solved?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    speed = _score(gettext_lazy("Speed"))
    attitude = _score(gettext_lazy("Attitude"))
    outcome = _score(gettext_lazy("Result"))
    satisfaction = forms.ChoiceField(
        label=gettext_lazy("All in all"), choices=Satisfaction.choices, required=False, widget=forms.RadioSelect
    )
    remark = text_field(gettext_lazy("What the customer said"), required=False, rows=3)
    give_up = forms.BooleanField(required=False, widget=forms.HiddenInput)

    @cached_property
    def attempts(self) -> list[RevisitAttempt]:
        """The calls of this round so far."""
        ticket = self.situation.ticket
        return list(ticket.revisit_attempts.filter(round=ticket.round).select_related("by"))

    def may_give_up(self) -> bool:
        """Whether the customer was tried as often as prescribed."""
        return self.situation.scheme.options.revisit.may_give_up(attempt.at for attempt in self.attempts)

    def needed(self) -> dict[str, int]:
        """After how many attempts on how many days one may give up."""
        rule = self.situation.scheme.options.revisit
        return {"attempts": rule.attempts, "days": rule.days}

    def clean(self) -> dict[str, Any]:
        """Who was reached has said something."""
        data = super().clean() or {}
        if data.get("give_up"):
            return data
        if not data.get("satisfaction") and "satisfaction" not in self.errors:
            self.add_error("satisfaction", _("Record how satisfied the customer is."))
        if data.get("is_solved") is None and "is_solved" not in self.errors:
            self.add_error("is_solved", _("Ask whether the matter is solved."))
        return data


class AttemptRevisitForm(ActForm):
    """The customer was not reached; that is not satisfied."""

    place = Place.PANEL  # its button stands on the page of the revisit

    remark = text_field(gettext_lazy("Remark"), required=False, rows=2)


class DismissForm(ReasonForm):
    """The handling was proper."""
