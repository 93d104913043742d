"""The form in which the group takes an appeal (U-05, U-83, U-84): the case, the appellant, what it was made of."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals.cases import CaseOrigin
from appeals.forms.cases import DayField, DeadlineField, answered_field
from appeals.models import TEXT_LIMIT
from appeals.services.intake import Case
from core.clock import local_day, now
from core.errors import Refused
from core.picks import Pick
from escalations.intake_forms import FIELD_OF_REFUSAL, IntakeForm
from tickets.forms.fields import NOTHING, plain_choices, text_field
from tickets.models.attachment import AttachmentPurpose
from tickets.models.ticket import DESCRIPTION_LIMIT
from tickets.services.attachments import clean_name
from tickets.services.file_types import check_file
from tickets.services.intake import Matter

NEEDED = ("name", "summary", "description")
OF_REGULATOR = ("regulator", "case_number", "case_original")
CASE = (
    "origin",
    "regulator",
    "case_number",
    "case_business",
    "case_nature",
    "occurred_on",
    "is_key_customer",
    "earlier_handling",
    "is_answered_in_time",
)
_FIELD_OF_REFUSAL = FIELD_OF_REFUSAL | {
    "case_known_already": "case_number",
    "case_number_missing": "case_number",
    "case_original_missing": "case_original",
    "deadline_past": "regulator_due_at",
    "occurred_on": "occurred_on",
}


class AppealIntakeForm(IntakeForm):
    """What is asked. A regulator's case needs its number and its original; what came directly has neither."""

    source_ref = is_international = remedy_sought = recording_ref = None  # type: ignore[assignment]  # not asked here

    description = text_field(gettext_lazy("what the appellant says"), limit=DESCRIPTION_LIMIT, required=False)
    origin = forms.ChoiceField(label=gettext_lazy("origin"), choices=CaseOrigin.choices, initial=CaseOrigin.FILED)
    regulator = forms.ChoiceField(label=gettext_lazy("regulator"), required=False, widget=Pick)
    case_number = forms.CharField(label=gettext_lazy("case number"), max_length=64, required=False)
    case_original = forms.FileField(
        label=gettext_lazy("original of the case"),
        required=False,
        allow_empty_file=True,  # the service says it in its own words
        help_text=gettext_lazy("The regulator's document; it goes to the province with the appeal."),
    )
    regulator_due_at = DeadlineField(label=gettext_lazy("regulator's deadline"), required=False)
    case_business = forms.ChoiceField(label=gettext_lazy("business concerned"))
    case_nature = forms.ChoiceField(label=gettext_lazy("nature of the dispute"))
    occurred_on = DayField(label=gettext_lazy("day of the charge or matter"), required=False)
    is_key_customer = forms.BooleanField(label=gettext_lazy("key customer: file the material"), required=False)
    earlier_handling = text_field(
        gettext_lazy("handled before outside this system, and the proof"),
        limit=TEXT_LIMIT,
        required=False,
        rows=2,
        help_text=gettext_lazy("Without that, and without an original complaint, it is a bypass appeal."),
    )
    is_answered_in_time = answered_field()

    needed = NEEDED
    field_of_refusal = _FIELD_OF_REFUSAL
    is_submitted = True  # an appeal has no draft

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # The case comes first: the cursor starts there. What only a regulator's case needs is marked while it is one.
        del self.fields["phone"].widget.attrs["autofocus"]
        self.fields["origin"].widget.attrs |= {"autofocus": True, "data-without-case": CaseOrigin.DIRECT}
        is_direct = self.data.get("origin") == CaseOrigin.DIRECT
        for name in OF_REGULATOR:
            self.fields[name].widget.attrs |= {"data-of-case": True, "aria-required": str(not is_direct).lower()}

    def clean_case_original(self) -> Any:
        """A picture or document by its content, whatever its name says (model 10)."""
        file = self.cleaned_data["case_original"]
        if file:
            try:
                check_file(file, clean_name(file.name), AttachmentPurpose.CASE_ORIGINAL)
            except Refused as refused:
                raise ValidationError(refused.message, code=refused.code) from refused
        return file

    def clean_occurred_on(self) -> Any:
        """Not a day to come."""
        day = self.cleaned_data["occurred_on"]
        if day is not None and day > local_day(now()):
            raise ValidationError(_("This day lies in the future. Correct it."), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        """What a regulator's case needs, and what came directly must not have."""
        data = super().clean()
        if data.get("origin") == CaseOrigin.DIRECT:
            filled = [name for name in (*OF_REGULATOR, "regulator_due_at") if data.get(name)]
            for name in filled:
                self.add_error(name, _("What comes directly from the customer has none: leave it empty."))
            return data
        for name in OF_REGULATOR:
            if name not in self.errors and not data.get(name):
                self.add_error(name, ValidationError(_("Fill this in before you go on."), code="required"))
        return data

    def call(self) -> dict[str, Any]:
        """What `take` needs of the valid form."""
        data = self.cleaned_data
        return {
            "customer": self.customer(),
            "matter": Matter(**self.matter()),
            "case": Case(**{name: data[name] for name in CASE}),
            "home": data["home"],
            "made_of": self.below,
            "regulator_due_at": data["regulator_due_at"],
            "case_original": data["case_original"] or None,
            "accepted_at": data["accepted_at"],
        }

    def _offer_choices(self) -> None:
        super()._offer_choices()
        for name in ("regulator", "case_business", "case_nature"):
            cast("forms.ChoiceField", self.fields[name]).choices = [NOTHING, *plain_choices(self.document, name)]
