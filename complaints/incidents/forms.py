"""Forms about mass incidents: what is known of one, deciding and ending, and linking a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.incidents.reading import incidents_for
from complaints.incidents.services import Fault, may_manage
from organization.models import Unit
from tickets.display import due_words
from tickets.forms import ActForm, Place, ReasonForm, Situation
from tickets.forms.fields import PastField, PromiseField, by_province, text_field, tree_choices
from tickets.models import DictionaryEntry

if TYPE_CHECKING:
    from django.http import QueryDict

    from organization.models import User
    from tickets.models import Incident, SchemeVersion


class IncidentForm(forms.Form):
    """What every form about an incident shares: the version it was opened at, and who sends it."""

    intro: ClassVar[Any] = ""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(
        self, *args: Any, user: User, scheme: SchemeVersion, incident: Incident | None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.user, self.scheme, self.incident = user, scheme, incident
        self.fields["version"].initial = incident.version if incident else None
        self.prepare()

    def prepare(self) -> None:
        """What a form offers."""

    def shown_fields(self) -> list[forms.BoundField]:
        """The fields in sight."""
        return [field for field in self if not field.is_hidden]

    def renew_version(self, version: int) -> None:
        """Sent again, the form is about what is there now; what was typed stays."""
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(version)
        self.data = data


class FaultForm(IncidentForm):
    """What is known of an incident."""

    title = forms.CharField(label=gettext_lazy("What happened"), max_length=100)
    areas = forms.MultipleChoiceField(label=gettext_lazy("Areas"), widget=forms.CheckboxSelectMultiple)
    business_types = forms.MultipleChoiceField(
        label=gettext_lazy("Businesses concerned"), widget=forms.CheckboxSelectMultiple
    )
    starts_at = PastField(label=gettext_lazy("Since"))
    expected_end_at = PromiseField(label=gettext_lazy("Expected end"))
    script = text_field(
        gettext_lazy("Wording for the customer"),
        limit=1000,
        help_text=gettext_lazy("Read out at intake and sent to linked customers. No names, no numbers of customers."),
    )
    note = forms.CharField(label=gettext_lazy("Reason"), max_length=400, required=False)

    def prepare(self) -> None:
        """Offer the places that the user watches over and the businesses; start from what is known."""
        units = Unit.objects.active().filter(tier__in=("group", "province", "city")).select_related("province", "city")
        places = [
            unit
            for unit in units.order_by("path")
            if unit.pk in (unit.province_id, unit.city_id) or unit.parent_id is None
        ]
        self.places = {str(unit.pk): unit for unit in places if may_manage(self.user, [unit])}
        self._offer("areas", by_province(self.places.values()))
        self._offer("business_types", tree_choices(self.scheme.document, "business_type"))
        incident = self.incident
        if incident is None:
            return
        self.initial = {
            "version": incident.version,
            "title": incident.title,
            "areas": [str(pk) for pk in incident.areas.values_list("pk", flat=True)],
            "business_types": list(incident.business_types.values_list("code", flat=True)),
            "starts_at": incident.starts_at,
            "expected_end_at": incident.expected_end_at,
            "script": incident.script,
        }

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """It ends after it began."""
        data = super().clean() or self.cleaned_data
        starts, ends = data.get("starts_at"), data.get("expected_end_at")
        if starts and ends and ends <= starts:
            self.add_error("expected_end_at", _("It must end after it began."))
        return data

    def fault(self) -> Fault:
        """What was typed, for the services."""
        data = self.cleaned_data
        entries = DictionaryEntry.objects.filter(
            scheme=self.scheme.scheme_id, dimension="business_type", code__in=data["business_types"]
        )
        return Fault(
            title=data["title"],
            areas=[self.places[pk] for pk in data["areas"]],
            business_types=list(entries),
            starts_at=data["starts_at"],
            expected_end_at=data["expected_end_at"],
            script=data["script"],
        )


class ChangeForm(FaultForm):
    """Correcting what is known, with the reason."""

    intro = gettext_lazy(
        "Where the expected end moves beyond what linked customers were promised, the system tells them the new one."
    )
    note = forms.CharField(label=gettext_lazy("Reason"), max_length=400)


class DismissForm(IncidentForm):
    """It is no mass incident."""

    intro = gettext_lazy("The complaints go on one by one. The same is proposed again when as many further ones come.")

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=400)


class EndForm(IncidentForm):
    """Service is back."""

    intro = gettext_lazy(
        "Every linked complaint is answered with these words, closed as resolved and called back on its own."
    )

    cause = text_field(gettext_lazy("Cause"), limit=1000, rows=3)
    answer = text_field(gettext_lazy("Answer to the customers"), limit=2000)


class LinkIncidentForm(ActForm):
    """The complaint belongs to a mass incident."""

    intro = gettext_lazy(
        "The incident stands for the work order: open ones are recalled, and its end answers the customer."
    )
    place = Place.MENU

    incident = forms.TypedChoiceField(
        label=gettext_lazy("Mass incident"), coerce=int, widget=forms.RadioSelect, empty_value=None
    )

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Where an incident concerns it."""
        return situation.ticket.incident_id is None and incidents_for(situation.ticket).exists()

    def prepare(self) -> None:
        """Offer the incidents that concern the customer's place and business."""
        words = _("%(title)s, expected end %(when)s")
        found = list(incidents_for(self.situation.ticket))
        choices = [(str(one.pk), words % {"title": one, "when": due_words(one.expected_end_at)}) for one in found]
        self.offer("incident", choices, choices[0][0] if choices else None)
        if not choices:
            self.intro = _("No open incident concerns the place and business of this ticket.")  # type: ignore[misc, assignment]


class UnlinkIncidentForm(ReasonForm):
    """The complaint was linked in error, or is left over."""

    intro = gettext_lazy("It waits for dispatch again.")
    place = Place.MENU

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only what an incident stands for."""
        return situation.ticket.incident_id is not None
