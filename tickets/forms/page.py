"""Forms that stand on the ticket page itself: a file to attach, a reason to see contact data."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from tickets.models.attachment import AttachmentPurpose
from tickets.services.contact_access import UnmaskReason
from tickets.services.file_types import ACCEPTED


class AttachmentForm(forms.Form):
    """A file and what it is for."""

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=AttachmentPurpose.choices)
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=255,
        allow_empty_file=True,  # the service says it in its own words
        widget=forms.FileInput(
            attrs={"accept": ",".join(sorted({f".{end}" for one in ACCEPTED.values() for end in one.types}))}
        ),
    )


class UnmaskForm(forms.Form):
    """Why somebody looks at the full contact data: a usual reason, or another in words."""

    why = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        required=False,
        widget=forms.RadioSelect,
        choices=[*UnmaskReason.choices, ("", gettext_lazy("Another reason"))],
    )
    reason = forms.CharField(
        label=gettext_lazy("In words"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Needed for another reason only."),
    )
