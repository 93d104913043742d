"""What is asked when a customer calls: the fields of the intake form and of a further contact."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from complaints import intake_fields as fields
from complaints.models import Complaint
from core.picks import Pick
from tickets.models.ticket import DESCRIPTION_LIMIT


class ContactForm(forms.Form):
    """The customer calls again about an open ticket (客户再来电)."""

    kind = forms.ChoiceField(choices=[("urging", gettext_lazy("urges")), ("facts", gettext_lazy("adds facts"))])
    text = forms.CharField(max_length=DESCRIPTION_LIMIT, widget=forms.Textarea)


class IntakeQuestions(forms.ModelForm):
    """Every question but those of a script and those with units to choose from; choices are offered by the form."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    phone = forms.CharField(label=gettext_lazy("contact phone"), max_length=32)
    service_number = forms.CharField(label=gettext_lazy("service number"), max_length=64, required=False)
    name = forms.CharField(label=gettext_lazy("customer's name"), max_length=64, required=False)
    address = forms.CharField(label=gettext_lazy("address"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("e-mail"), max_length=254, required=False)
    customer_tier = forms.ChoiceField(label=gettext_lazy("customer tier"))
    customer_brand = forms.ChoiceField(label=gettext_lazy("brand"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("channel"), widget=Pick)
    request_type = forms.ChoiceField(label=gettext_lazy("request type"))
    business_type = forms.ChoiceField(
        label=gettext_lazy("business type"), required=False, widget=fields.DependentSelect
    )
    complaint_type = forms.ChoiceField(
        label=gettext_lazy("complaint type"), required=False, widget=fields.DependentSelect
    )
    cause = forms.ChoiceField(label=gettext_lazy("cause"), required=False, widget=Pick)
    level = forms.ChoiceField(label=gettext_lazy("level"))
    is_critical = forms.BooleanField(label=gettext_lazy("critical (media, court, regulator)"), required=False)
    is_urgent = forms.BooleanField(label=gettext_lazy("urgent (basic service cut)"), required=False)
    is_widespread = forms.BooleanField(label=gettext_lazy("widespread (many customers)"), required=False)
    summary = forms.CharField(label=gettext_lazy("summary"), max_length=100, required=False)
    description = forms.CharField(
        label=gettext_lazy("what the customer says"),
        max_length=DESCRIPTION_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    remedy_sought = forms.CharField(label=gettext_lazy("what the customer asks for"), max_length=200, required=False)
    answer_mode_wished = forms.ChoiceField(label=gettext_lazy("wished way of answering"), required=False)
    recording_ref = forms.CharField(label=gettext_lazy("recording no."), max_length=64, required=False)
    complained_user = forms.CharField(
        label=gettext_lazy("person complained about"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Name, employee number or user name."),
    )
    accepted_at = fields.MatterInstantField(
        label=gettext_lazy("accepted at"),
        required=False,
        help_text=gettext_lazy("Only when the customer came before now."),
    )
    signature = forms.FileField(
        label=gettext_lazy("signed record"),
        required=False,
        help_text=gettext_lazy("Picture or PDF of the record that the customer signed (U-34)."),
    )
    repeat_of = forms.CharField(required=False, max_length=24)
    answer_mode = forms.ChoiceField(label=gettext_lazy("how"), required=False)
    answer_person_told = forms.CharField(label=gettext_lazy("person told"), max_length=64, required=False)
    answer_content = forms.CharField(
        label=gettext_lazy("result or explanation told"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    answer_attitude = forms.ChoiceField(label=gettext_lazy("customer's attitude"), required=False)
    answer_closure_code = forms.ChoiceField(label=gettext_lazy("closure code"), required=False)
    answer_plan = forms.CharField(label=gettext_lazy("plan"), max_length=2000, required=False)
    answer_promised_for = fields.MatterInstantField(label=gettext_lazy("promised for"), required=False)

    class Meta:
        model = Complaint
        fields = ()
