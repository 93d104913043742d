"""The form of one call: customer, matter, script, and where it ends on the spot, the answer (U-34…U-37)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from complaints import intake_fields as fields
from complaints.intake_questions import IntakeQuestions
from complaints.intake_values import ANSWER, SCRIPT, colleague, draft_of, stored_values
from complaints.models import Complaint
from complaints.selectors import History, caller_history
from core import clock
from core.errors import Refused
from organization.grants import grants_of
from organization.models import Unit, User
from organization.roles import Role
from tickets.display import instant_words
from tickets.domain.rules import Facts
from tickets.forms.fields import NOTHING, Choices, plain_choices
from tickets.models.attachment import AttachmentPurpose
from tickets.models.replies import Attitude
from tickets.phones import normalise_phone, normalise_service_number
from tickets.services.attachments import clean_name
from tickets.services.file_types import check_file
from tickets.services.schemes import current_version
from tickets.states import ClosureCode, Kind, LinkKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tickets.models import SchemeVersion, Ticket
    from tickets.scheme import SchemeDocument
    from tickets.scheme.rules import Script

ASKED_BY_RULES = ("request_type", "level", "channel", "business_type", "complaint_type", "cause", "customer_tier")
NEEDED = ("name", "summary", "description", "business_type")
MORE = (
    "email",
    "cause",
    "occurred_in",
    "accepted_at",
    "remedy_sought",
    "answer_mode_wished",
    "recording_ref",
    "complained_unit",
    "complained_user",
    "signature",
)
CHOSEN_FOR_YOU = ("channel", "business_type", "level", "request_type", "home", "unit")  # where there is no choice
ANSWER_NEEDED = ("mode", "content", "attitude", "closure_code")
# Where a refusal of the services is shown; the rest stands above the form.
FIELD_OF_REFUSAL = {
    "signature_missing": "signature",
    "accepted_in_future": "accepted_at",
    "business_missing": "business_type",
    "bad_number": "phone",
    "plan_missing": "answer_plan",
    "promise_past": "answer_promised_for",
    "recused": "complained_unit",
}
YEAR = 366


class Ending(StrEnum):
    """How the agent ends the form: the act that follows, none for a draft. The value names the button."""

    DRAFT = "_save"
    SUBMIT = "_submit"
    ANSWER = "_answer"
    LINK = "_link"

    @property
    def act(self) -> str:
        """The name of the act, empty for a draft."""
        acts = {Ending.SUBMIT: "submit", Ending.ANSWER: "answer_on_spot", Ending.LINK: "link_incident"}
        return acts.get(self, "")


class IntakeForm(IntakeQuestions):
    """What is asked of a call. A draft needs little; what is submitted or answered needs all of `NEEDED`.

    The admin makes a subclass for each request: `by` takes the call; `refusal` is what the services said when the
    form was valid, shown like an error of the form, so that everything typed is kept.
    """

    by: ClassVar[User]
    refusal: ClassVar[Refused | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.stored: Complaint | None = kwargs.get("instance")
        known = stored_values(self.stored) if self.stored else self._first_values()
        kwargs["initial"] = known | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.repeated: Ticket | None = None
        self._offer_choices()
        self._ask_script()

    # What the form rests on

    @cached_property
    def scheme_version(self) -> SchemeVersion:
        """The scheme that the complaint is, or will be, under."""
        return self.stored.scheme_version if self.stored else current_version(settings.DEFAULT_SCHEME)

    @property
    def document(self) -> SchemeDocument:
        """Its document."""
        return self.scheme_version.document

    @property
    def ending(self) -> Ending:
        """How the form was ended; a draft unless a button says more."""
        buttons = (Ending.ANSWER, Ending.SUBMIT, Ending.LINK)
        return next((ending for ending in buttons if ending in self.data), Ending.DRAFT)

    @cached_property
    def taking_units(self) -> list[Unit]:
        """The units that the user takes complaints for."""
        takers = (Role.AGENT, Role.DISPATCHER)
        return list(dict.fromkeys(grant.unit for grant in grants_of(self.by) if grant.role in takers))

    def script_fields(self) -> list[forms.BoundField]:
        """The script's questions, for the template."""
        return [self[name] for name in self.fields if name.startswith(SCRIPT)]

    def unit_field(self) -> list[forms.BoundField]:
        """The question for which unit the call is taken, where there is a choice."""
        return [self["unit"]] if "unit" in self.fields else []

    @property
    def has_more(self) -> bool:
        """Whether something beyond the first screen is filled in or wrong."""
        return any(name in self.errors or self._raw(name) for name in MORE)

    @property
    def is_answering(self) -> bool:
        """Whether the answer on the spot is being filled in."""
        return self.ending is Ending.ANSWER or bool(self.data.get("answer_content"))

    def differences(self) -> list[dict[str, Any]]:
        """Where what is typed differs from what is stored now, both as shown."""
        return [
            {
                "label": self[name].label,
                "stored": self._shown(name, self[name].initial),
                "typed": self._shown(name, self[name].data),
            }
            for name in self.changed_data
            if name in self.fields
            and not self[name].is_hidden
            and name not in ("signature", "repeat_of")
            and not name.startswith(ANSWER)
        ]

    def _shown(self, name: str, value: Any) -> str:
        if value in (None, "", False):
            return "—"
        if isinstance(field := self.fields[name], forms.ChoiceField):
            return str(_flat(field.choices).get(str(value), value))
        if isinstance(value, dt.datetime):
            return instant_words(value)
        return _("yes") if value in (True, "on") else str(value)

    def _first_values(self) -> dict[str, Any]:
        unit = self.taking_units[0] if self.taking_units else None
        return {
            "level": self.document.options.level_proposals.start,
            "home": (unit.city_id or unit.province_id) if unit else None,
        }

    def _offer_choices(self) -> None:
        document, none = self.document, [NOTHING]
        business = self.stored.business_type.code if self.stored and self.stored.business_type else ""
        modes = plain_choices(document, "answer_mode")
        offered: dict[str, Choices] = {
            "customer_tier": plain_choices(document, "customer_tier"),
            "customer_brand": none + plain_choices(document, "brand"),
            "channel": none + plain_choices(document, "channel"),
            "request_type": plain_choices(document, "request_type"),
            "business_type": none + fields.leaf_choices(document, "business_type", keep=business),
            "complaint_type": none + fields.leaf_choices(document, "complaint_type"),
            "cause": none + fields.tree_choices(document, "cause", document.options.cause_levels_at_intake),
            "level": plain_choices(document, "level"),
            "answer_mode_wished": none + modes,
            "answer_mode": modes,
            "answer_attitude": none + [choice for choice in Attitude.choices if choice[0] != Attitude.NOT_REACHED],
            "answer_closure_code": [
                choice for choice in plain_choices(document, "closure_code") if choice[0] != ClosureCode.NO_CONTACT
            ],
        }
        for name, choices in offered.items():
            self._choice_field(name).choices = choices
        roots = fields.business_roots(document)
        for name in ("business_type", "complaint_type"):
            self.fields[name].widget.belongs_to = roots
        units = list(Unit.objects.active().order_by("path"))
        self.fields["home"] = fields.UnitField(fields.places(units), label=_("customer's home"))
        self.fields["occurred_in"] = fields.UnitField(
            fields.provinces(units), is_flat=True, label=_("where it happened")
        )
        self.fields["complained_unit"] = fields.UnitField(units, label=_("unit complained about"))
        if len(self.taking_units) > 1 and self.stored is None:
            self.fields["unit"] = fields.UnitField(self.taking_units, is_flat=True, label=_("taken for"))
        if self.stored is not None:
            self.fields["accepted_at"].disabled = True
        self.fields["phone"].widget.attrs |= {"autofocus": True, "inputmode": "tel"}
        for name in ("phone", "service_number", "name", "address", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        for name in NEEDED:
            self.fields[name].widget.attrs["aria-required"] = "true"
        for name in CHOSEN_FOR_YOU:
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField) and len(only := [*_flat(field.choices).keys() - {""}]) == 1:
                self.initial[name] = self.initial.get(name) or only[0]

    def _choice_field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(f"{name} offers no choices")
        return field

    def _ask_script(self) -> None:
        raw: dict[str, Any] = {name: str(self._raw(name) or "") for name in ASKED_BY_RULES}
        self.script: Script | None = self.document.script_for(Facts(kind=Kind.COMPLAINT, **raw))
        answers = self.stored.extra if self.stored else {}
        for asked in self.script.fields if self.script else ():
            field = self.fields[SCRIPT + asked.code] = fields.script_field(asked)
            if asked.required:
                field.widget.attrs["aria-required"] = "true"
            self.initial.setdefault(SCRIPT + asked.code, fields.shown_answer(asked, answers.get(asked.code)))

    def _raw(self, name: str) -> Any:
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    # What is typed

    def clean_phone(self) -> str:
        """The phone as it is dialled."""
        return _normalised(normalise_phone, self.cleaned_data["phone"])

    def clean_service_number(self) -> str:
        """The service number in its one form."""
        return _normalised(normalise_service_number, self.cleaned_data["service_number"])

    def clean_complained_user(self) -> User | None:
        """The colleague that is meant, if one is."""
        typed = self.cleaned_data["complained_user"]
        return colleague(typed) if typed else None

    def clean_accepted_at(self) -> Any:
        """Not in the future, nor so long ago that the year must be wrong."""
        accepted = self.cleaned_data["accepted_at"]
        if accepted is not None and self.stored is None:
            if accepted > clock.now():
                raise ValidationError(_("The time of acceptance lies in the future. Correct it."), code="future")
            if (clock.now() - accepted).days > YEAR:
                raise ValidationError(_("This is more than a year ago. Correct the year."), code="far_away")
        return accepted

    def clean_signature(self) -> Any:
        """A picture or document by its content, whatever its name says (model 10)."""
        file = self.cleaned_data["signature"]
        if file:
            try:
                check_file(file, clean_name(file.name), AttachmentPurpose.SIGNATURE)
            except Refused as refused:
                raise ValidationError(refused.message, code=refused.code) from refused
        return file

    def clean(self) -> dict[str, Any]:
        """What depends on more than one field, and what the chosen ending needs."""
        data = super().clean() or self.cleaned_data
        business, complaint = data.get("business_type"), data.get("complaint_type")
        if complaint and complaint not in {entry.code for entry in self.document.complaint_types_for(business or "")}:
            self.add_error(
                "complaint_type",
                _("This complaint type belongs to another business. Choose one of the business above, or none."),
            )
        if self.ending is not Ending.DRAFT:
            self._need(NEEDED)
            self._need([SCRIPT + asked.code for asked in (self.script.fields if self.script else ()) if asked.required])
            self._need_signature()
        if self.ending is Ending.ANSWER:
            self._need([f"answer_{name}" for name in ANSWER_NEEDED])
            self._check_plan()
        self.repeated = self._confirmed_repeat(data.get("repeat_of") or "")
        if self.refusal is not None:
            self.add_error(FIELD_OF_REFUSAL.get(self.refusal.code), self.refusal.message)
        return data

    @cached_property
    def draft(self) -> Complaint:
        """The complaint as typed so far, never stored."""
        return draft_of(self)

    @cached_property
    def history(self) -> History:
        """The earlier tickets of who calls."""
        known = self.cleaned_data if self.is_bound else self.initial
        keys = {name: known.get(name) or "" for name in ("phone", "service_number", "address")}
        return caller_history(self.by, self.draft, **keys)

    def _confirmed_repeat(self, number: str) -> Ticket | None:
        """The earlier ticket that the agent ticked: one that is proposed, or the one that the draft repeats already."""
        if not number:
            return None
        if self.stored is not None and number == self.initial.get("repeat_of"):
            return self.stored.links.get(kind=LinkKind.REPEAT).earlier
        if self.history.repeat is not None and self.history.repeat.number == number:
            return self.history.repeat
        self.add_error(None, _("%(number)s is not proposed as a repeat any more.") % {"number": number})
        return None

    def _need(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.errors and self.cleaned_data.get(name) in (None, ""):
                self.add_error(name, ValidationError(_("Fill this in before you go on."), code="required"))

    def _need_signature(self) -> None:
        channel, options = self.cleaned_data.get("channel"), self.document.options
        if not channel or self.document.records(channel) or not options.signature_where_not_recorded:
            return
        if not self.cleaned_data.get("signature") and not self.has_signature and "signature" not in self.errors:
            words = _("%(channel)s cannot record: attach the record signed by the customer first.")
            self.add_error("signature", words % {"channel": self.document.label("channel", channel)})

    @cached_property
    def has_signature(self) -> bool:
        """Whether the draft has its signed record already."""
        purpose = AttachmentPurpose.SIGNATURE
        return self.stored is not None and self.stored.attachments.filter(purpose=purpose).exists()

    def _check_plan(self) -> None:
        if self.cleaned_data.get("answer_closure_code") != ClosureCode.UNRESOLVED:
            return
        self._need(["answer_plan", "answer_promised_for"])
        promised = self.cleaned_data.get("answer_promised_for")
        if promised is not None and promised <= clock.now():
            self.add_error("answer_promised_for", _("The promised time has passed already. Choose a later one."))

    def _post_clean(self) -> None:
        """The services write; the form fills no instance."""


def intake_form(user: User, refusal: Refused | None = None) -> type[IntakeForm]:
    """The form for one person's request; `refusal` is what the services said to it."""
    return type("IntakeForm", (IntakeForm,), {"by": user, "refusal": refusal})


def _normalised(normalise: Callable[[str], str], typed: str) -> str:
    try:
        return normalise(typed)
    except ValueError as error:
        raise ValidationError(str(error), code="bad_number") from error


def _flat(choices: Any) -> dict[str, str]:
    """The labels of choices by value, groups taken apart."""
    flat: dict[str, str] = {}
    for value, label in choices:
        flat |= _flat(label) if isinstance(label, list | tuple) else {str(value): str(label)}
    return flat
