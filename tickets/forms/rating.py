"""What the customer fills in through the link (SM-09)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from tickets.models.replies import Satisfaction

# 5 is the best: the words of the revisit, from very satisfied to very dissatisfied.
SCORES = [(score, label) for score, label in zip(range(5, 0, -1), Satisfaction.labels, strict=True)]


class RatingForm(forms.Form):
    """A score from 1 to 5, and what the customer wants to add."""

    score = forms.TypedChoiceField(
        label=gettext_lazy("How satisfied are you with how your complaint was handled?"),
        choices=SCORES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose one of the five.")),
    )
    words = forms.CharField(
        label=gettext_lazy("Anything else you would like to tell us (optional)"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
