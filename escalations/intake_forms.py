"""The form in which the group takes an escalated complaint (U-07, U-60): customer, matter, what it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import intake_fields as fields
from complaints.selectors import History, caller_history
from escalations.models import Escalation
from escalations.services.intake import Matter
from organization.models import Unit, User
from tickets.forms.fields import NOTHING, Choices, plain_choices, text_field
from tickets.models import DictionaryEntry, Ticket
from tickets.models.ticket import DESCRIPTION_LIMIT
from tickets.phones import normalise_phone, normalise_service_number
from tickets.services.intake import Customer
from tickets.services.schemes import current_version
from tickets.states import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.errors import Refused
    from tickets.models import SchemeVersion
    from tickets.scheme import SchemeDocument

NEEDED = ("name", "summary", "description", "business_type")  # of what is submitted; a draft needs less
FLAGS = ("is_critical", "is_urgent", "is_widespread")
MORE = ("complained_unit", "recording_ref", "accepted_at", *FLAGS)
ENTRIES = ("channel", "business_type", "complaint_type")
SUBMIT = "_submit"  # the name of the button that ends the form so; else it is kept as a draft
# Where a refusal of the services is shown; the rest stands above the form.
FIELD_OF_REFUSAL = {
    "accepted_in_future": "accepted_at",
    "business_missing": "business_type",
    "bad_number": "phone",
    "recused": "complained_unit",
    "not_theirs": "other_number",
    "runs_already": "other_number",
    "ended": "other_number",
}


class IntakeForm(forms.Form):
    """What is asked. `user` takes it; the draft of it decides nothing until it is valid. A form of another kind that
    the group takes says what it needs, and where its refusals are shown."""

    needed: ClassVar[tuple[str, ...]] = NEEDED
    field_of_refusal: ClassVar[dict[str, str]] = FIELD_OF_REFUSAL

    phone = forms.CharField(label=gettext_lazy("contact phone"), max_length=32)
    service_number = forms.CharField(label=gettext_lazy("service number"), max_length=64, required=False)
    name = forms.CharField(label=gettext_lazy("customer's name"), max_length=64, required=False)
    customer_tier = forms.ChoiceField(label=gettext_lazy("customer tier"))
    customer_brand = forms.ChoiceField(label=gettext_lazy("brand"), required=False)
    address = forms.CharField(label=gettext_lazy("address"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("e-mail"), max_length=254, required=False)
    home = fields.UnitField(label=gettext_lazy("customer's home"))
    channel = forms.ChoiceField(label=gettext_lazy("channel"))
    source_ref = forms.CharField(
        label=gettext_lazy("number of the letter"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("Of a letter, a fax or an e-mail."),
    )
    business_type = forms.ChoiceField(
        label=gettext_lazy("business type"), required=False, widget=fields.DependentSelect
    )
    complaint_type = forms.ChoiceField(
        label=gettext_lazy("complaint type"), required=False, widget=fields.DependentSelect
    )
    is_international = forms.BooleanField(label=gettext_lazy("international business"), required=False)
    summary = forms.CharField(label=gettext_lazy("summary"), max_length=100, required=False)
    description = text_field(gettext_lazy("what the customer says"), limit=DESCRIPTION_LIMIT, required=False)
    remedy_sought = forms.CharField(label=gettext_lazy("what the customer asks for"), max_length=200, required=False)
    is_critical = forms.BooleanField(label=gettext_lazy("critical (media, court, regulator)"), required=False)
    is_urgent = forms.BooleanField(label=gettext_lazy("urgent (basic service cut)"), required=False)
    is_widespread = forms.BooleanField(label=gettext_lazy("widespread (many customers)"), required=False)
    complained_unit = fields.UnitField(label=gettext_lazy("unit complained about"))
    recording_ref = forms.CharField(label=gettext_lazy("recording no."), max_length=64, required=False)
    accepted_at = fields.MatterInstantField(
        label=gettext_lazy("accepted at"),
        required=False,
        help_text=gettext_lazy("Only when the customer came before now."),
    )
    made_of = forms.CharField(required=False, max_length=24)  # the number chosen beside the form
    other_number = forms.CharField(
        label=gettext_lazy("made of another complaint"),
        max_length=24,
        required=False,
        help_text=gettext_lazy("Number of an older complaint of this customer that is not listed beside."),
    )

    def __init__(self, *args: Any, user: User, refusal: Refused | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user, self.refusal = user, refusal
        self.below: Ticket | None = None
        self._offer_choices()
        self.fields["phone"].widget.attrs |= {"autofocus": True, "inputmode": "tel"}
        for name in ("phone", "service_number", "name", "address", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        for name in self.needed:
            self.fields[name].widget.attrs["aria-required"] = "true"

    @cached_property
    def scheme_version(self) -> SchemeVersion:
        """The scheme that the ticket will be under."""
        return current_version(settings.DEFAULT_SCHEME)

    @property
    def document(self) -> SchemeDocument:
        """Its document."""
        return self.scheme_version.document

    @property
    def is_submitted(self) -> bool:
        """Whether it goes on to its dispatch; else it is kept as a draft."""
        return SUBMIT in self.data

    @property
    def has_more(self) -> bool:
        """Whether something beyond the first screen is filled in or wrong."""
        return any(name in self.errors or self.data.get(name) for name in MORE)

    @cached_property
    def history(self) -> History:
        """The earlier tickets of who turns to the group, by phone and service number."""
        known = self.cleaned_data if self.is_bound else self.initial
        entries = {name: DictionaryEntry(code=known.get(name) or "") for name in (*ENTRIES, "cause")}
        draft = Escalation(kind=Kind.ESCALATION, scheme_version=self.scheme_version, **entries)
        keys = {name: known.get(name) or "" for name in ("phone", "service_number")}
        return caller_history(self.user, draft, address="", **keys)

    def clean_phone(self) -> str:
        """The phone as it is dialled."""
        return _normalised(normalise_phone, self.cleaned_data["phone"])

    def clean_service_number(self) -> str:
        """The service number in its one form."""
        return _normalised(normalise_service_number, self.cleaned_data["service_number"])

    def clean(self) -> dict[str, Any]:
        """What depends on more than one field, what the ending needs, and what the services said."""
        data = super().clean() or self.cleaned_data
        business, complaint = data.get("business_type"), data.get("complaint_type")
        if complaint and complaint not in {entry.code for entry in self.document.complaint_types_for(business or "")}:
            self.add_error(
                "complaint_type",
                _("This complaint type belongs to another business. Choose one of the business above, or none."),
            )
        for name in self.needed if self.is_submitted else ():
            if name not in self.errors and data.get(name) in (None, ""):
                self.add_error(name, ValidationError(_("Fill this in before you go on."), code="required"))
        number = (data.get("other_number") or data.get("made_of") or "").strip().upper()
        if number:
            self.below = self._earlier(number)
        if self.refusal is not None:
            self.add_error(self.field_of_refusal.get(self.refusal.code), self.refusal.message)
        return data

    def call(self) -> dict[str, Any]:
        """What `take` needs of the valid form."""
        data = self.cleaned_data
        own = {name: data[name] for name in ("source_ref", "remedy_sought", "is_international", "recording_ref")}
        return {
            "customer": self.customer(),
            "matter": Matter(**self.matter(), **own),
            "home": data["home"],
            "accepted_at": data["accepted_at"],
            "made_of": self.below,
        }

    def customer(self) -> Customer:
        """Who turns to the group. Of the valid form."""
        data = self.cleaned_data
        return Customer(
            tier=data["customer_tier"],
            brand=data["customer_brand"],
            **{name: data[name] for name in ("name", "phone", "service_number", "address", "email")},
        )

    def matter(self) -> dict[str, Any]:
        """What it is about, whatever the kind. Of the valid form."""
        data = self.cleaned_data
        channel = self.document.entry("channel", data["channel"])
        return {
            **self._entries(),
            "is_written": bool(channel and channel.attributes["written"]),
            "complained_unit": data["complained_unit"],
            **{name: data[name] for name in ("summary", "description", *FLAGS)},
        }

    def _earlier(self, number: str) -> Ticket | None:
        """The complaint of this number, of the customer's or in the user's sight; the services check it again."""
        found = [row.ticket for row in self.history.rows if row.ticket.number == number]
        callers = Ticket.objects.visible_to(self.user)
        for key in ("phone", "service_number"):
            callers = callers | Ticket.objects.of_caller(self.cleaned_data.get(key) or "", by=self.user)
        below = next(iter(found), None) or callers.filter(number=number).first()
        if below is None:
            self.add_error("other_number", _("This customer has no complaint %(number)s.") % {"number": number})
        return below

    def _entries(self) -> dict[str, Any]:
        """The dictionary rows of the chosen codes."""
        chosen = {name: self.cleaned_data.get(name) or "" for name in ENTRIES}
        rows = DictionaryEntry.objects.filter(
            scheme=self.scheme_version.scheme_id, dimension__in=ENTRIES, code__in=list(chosen.values())
        )
        found = {(row.dimension, row.code): row for row in rows}
        return {name: found.get((name, code)) for name, code in chosen.items()}

    def _offer_choices(self) -> None:
        document = self.document
        offered: dict[str, Choices] = {
            "customer_tier": plain_choices(document, "customer_tier"),
            "customer_brand": [NOTHING, *plain_choices(document, "brand")],
            "channel": [NOTHING, *_channels(document)],
            "business_type": [NOTHING, *fields.leaf_choices(document, "business_type")],
            "complaint_type": [NOTHING, *fields.leaf_choices(document, "complaint_type")],
        }
        for name, choices in offered.items():
            cast("forms.ChoiceField", self.fields[name]).choices = choices
        roots = fields.business_roots(document)
        for name in ("business_type", "complaint_type"):
            self.fields[name].widget.belongs_to = roots
        units = list(Unit.objects.active().order_by("path"))
        self.fields["home"] = fields.UnitField(fields.places(units), label=_("customer's home"))
        self.fields["complained_unit"] = fields.UnitField(units, label=_("unit complained about"))


def _channels(document: SchemeDocument) -> Choices:
    """The group's own ways in, all of them where the scheme names none (U-60)."""
    entries = document.all_entries("channel")
    own = [entry for entry in entries if entry.attributes["group"]]
    return [(entry.code, str(entry.label)) for entry in own or entries]


def _normalised(normalise: Callable[[str], str], typed: str) -> str:
    try:
        return normalise(typed)
    except ValueError as error:
        raise ValidationError(str(error), code="bad_number") from error
