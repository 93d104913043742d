"""Forms of the facts of the case: correcting, the deadline, the complaint before, the filing (U-81, U-83, U-84)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from appeals.cases import CaseOrigin, FiledWith
from appeals.forms.fields import DocumentField, detail_of, offer_documents
from appeals.models import TEXT_LIMIT
from appeals.services.cases import AMENDABLE, original_of
from core import clock
from organization.models import Unit
from tickets.display import instant_words
from tickets.forms import ActForm, Place, Situation
from tickets.forms.fields import FARTHEST, NOTHING, InstantField, PastField, UnitField, plain_choices, text_field
from tickets.models import Ticket
from tickets.states import Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from organization.models import User

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 1, 1)
YES_NO = (("", "—"), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))


def answered_field() -> forms.TypedChoiceField:
    """Whether the company answered in time before; empty where nobody knows."""
    return forms.TypedChoiceField(
        label=gettext_lazy("Answered in time before"),
        choices=YES_NO,
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        help_text=gettext_lazy("Within 15 days; only where no complaint of this system is linked."),
    )


class DeadlineField(InstantField):
    """Until when the regulator waits; a time more than a year away is a slip of the keyboard."""

    def clean(self, value: Any) -> dt.datetime | None:
        """The aware instant, None when left out."""
        due: dt.datetime | None = super().clean(value)
        if due is not None and abs(due - clock.now()) > FARTHEST:
            raise ValidationError(_("This is more than a year away. Correct the date."), code="far_away")
        return due


class DayField(forms.DateField):
    """A day that an appeal may be about."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> dt.date | None:
        """The day, None when left out; refuses what no appeal can be about."""
        day: dt.date | None = super().clean(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(_("This date lies too far away. Correct the year."), code="far_away")
        return day


class AmendCaseForm(ActForm):
    """Correcting the case; whether it came directly or from a regulator too."""

    intro = gettext_lazy("Old and new values are both kept.")
    place = Place.MENU

    origin = forms.ChoiceField(label=gettext_lazy("Origin"), choices=CaseOrigin.choices)
    regulator = forms.ChoiceField(label=pgettext_lazy("of an appeal", "Regulator"), required=False)
    case_number = forms.CharField(label=gettext_lazy("Case number"), max_length=64, required=False)
    case_business = forms.ChoiceField(label=gettext_lazy("Business concerned"))
    case_nature = forms.ChoiceField(label=gettext_lazy("Nature of the dispute"))
    occurred_on = DayField(label=gettext_lazy("Day of the charge or matter"), required=False)
    home = UnitField(label=gettext_lazy("Customer's home"), required=False)
    earlier_handling = text_field(
        gettext_lazy("How it was handled before, and the proof"), limit=TEXT_LIMIT, required=False, rows=3
    )
    is_answered_in_time = answered_field()
    is_key_customer = forms.BooleanField(label=gettext_lazy("Key customer"), required=False)
    is_mediated = forms.BooleanField(label=gettext_lazy("A mediation was held"), required=False)

    def prepare(self) -> None:
        """Start from what is recorded."""
        detail, document = detail_of(self.situation), self.situation.scheme
        self.fields["home"] = UnitField(homes(), label=_("Customer's home"), required=False)
        self.offer("regulator", [NOTHING, *plain_choices(document, "regulator")])
        self.offer("case_business", plain_choices(document, "case_business"))
        self.offer("case_nature", plain_choices(document, "case_nature"))
        for name in AMENDABLE:
            self.fields[name].initial = getattr(detail, name)
        self.fields["home"].initial = detail.home_id
        known = {True: "yes", False: "no", None: ""}
        self.fields["is_answered_in_time"].initial = known[detail.is_answered_in_time]

    def act_data(self) -> dict[str, Any]:
        """Only what was changed."""
        detail, values = detail_of(self.situation), super().act_data()
        return {"changes": {name: value for name, value in values.items() if value != getattr(detail, name)}}


class SetRegulatorDeadlineForm(ActForm):
    """Until when the regulator waits."""

    intro = gettext_lazy("Nothing pauses this time. What was set before stays in the record.")
    place = Place.MENU

    due = DeadlineField(label=gettext_lazy("Regulator's deadline"))
    reason = text_field(gettext_lazy("Reason"), limit=500, rows=3, required=False)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only for a regulator's case."""
        return not detail_of(situation).is_direct

    def prepare(self) -> None:
        """A change needs its reason."""
        self.fields["due"].initial = detail_of(self.situation).regulator_due_at
        self.fields["reason"].required = detail_of(self.situation).regulator_due_at is not None


class LinkOriginalForm(ActForm):
    """The complaint that the appeal came of."""

    intro = gettext_lazy("From then on the complaint takes no answer of its own: the appeal answers for both.")
    place = Place.MENU

    below = forms.ModelChoiceField(Ticket.objects.none(), label=gettext_lazy("Original complaint"), empty_label="—")

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only while none is linked."""
        return original_of(situation.ticket) is None

    def prepare(self) -> None:
        """Offer what the appellant's numbers lead to."""
        contact = self.situation.ticket.contact
        rows = complaints_of(contact.phone, contact.service_number, by=self.situation.user)
        self.fields["below"] = ComplaintField(rows, label=_("Original complaint"), empty_label="—")
        if not rows.exists():
            self.fields["below"].help_text = _("No complaint with the appellant's numbers.")

    def act_data(self) -> dict[str, Any]:
        """The complaint by its id."""
        return {"below": self.cleaned_data["below"].pk}


class ComplaintField(forms.ModelChoiceField):
    """A complaint out of those given, by number, state and when it came: no content (model 2)."""

    def label_from_instance(self, obj: Any) -> str:
        """What model 2 lets everybody who takes the customer's word know."""
        return f"{obj.number} · {obj.get_status_display()} · {instant_words(obj.accepted_at)}"


class FileForRecordForm(ActForm):
    """A key customer's material went to the superior or the regulator (报备)."""

    place = Place.MENU

    filed_with = forms.ChoiceField(label=gettext_lazy("Filed with"), choices=FiledWith.choices)
    filed_to = forms.CharField(label=gettext_lazy("Addressee"), max_length=100)
    filed_at = PastField(label=gettext_lazy("Filed at"))
    document = DocumentField(label=gettext_lazy("Material filed"))

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only for key customers."""
        return detail_of(situation).is_key_customer

    def prepare(self) -> None:
        """Just now, unless said otherwise."""
        self.fields["filed_at"].initial = self.situation.at
        offer_documents(self, self.situation.ticket)


def homes() -> list[Unit]:
    """The provinces and cities that a customer can be at home in."""
    units = Unit.objects.active().filter(tier__in=("province", "city")).select_related("province").order_by("path")
    return [unit for unit in units if unit.pk in (unit.province_id, unit.city_id)]


def complaints_of(*numbers: str, by: User) -> QuerySet[Ticket]:
    """The complaints of who has one of these numbers, the latest first."""
    found = Ticket.objects.none()
    for number in numbers:
        found = found | Ticket.objects.of_caller(number, by=by)
    return found.filter(kind=Kind.COMPLAINT).order_by("-accepted_at")
