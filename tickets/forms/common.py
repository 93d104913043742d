"""Forms of the acts that every open ticket knows, whatever its kind (model 3.1)."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import local_day
from core.numbers import is_valid_number
from organization.grants import has_role
from organization.models import Unit
from organization.roles import Role
from organization.selectors import people_with
from tickets.forms.base import ActForm, ClickForm, Place, ReasonForm, Situation, TextForm
from tickets.forms.fields import NOTHING, PersonField, UnitField, plain_choices, text_field, tree_choices, tree_field
from tickets.forms.orders import entry_of
from tickets.models import Ticket
from tickets.models.records import NoteKind
from tickets.models.ticket import DESCRIPTION_LIMIT, CustomerTier
from tickets.phones import normalise_phone, normalise_service_number
from tickets.scheme.entries import Contact
from tickets.services.common import CLASSES, FLAGS
from tickets.services.reporting_up import level_proposed
from tickets.states import COMPLAINT_REQUEST, Status
from tickets.tracks import is_tracked, settled_by


class AddContactForm(ActForm):
    """The customer calls again (客户再来电)."""

    place = Place.MENU

    kind = forms.ChoiceField(
        label=gettext_lazy("What for"),
        choices=[(kind.value, kind.label) for kind in (NoteKind.URGING, NoteKind.FACTS)],
        widget=forms.RadioSelect,
        initial=NoteKind.URGING,
    )
    text = text_field(gettext_lazy("What the customer says"), limit=4000)


class AddNoteForm(TextForm):
    """An internal note."""

    intro = gettext_lazy("Seen by everybody who sees the ticket; never told to the customer.")
    place = Place.MENU


class RequestInstructionForm(TextForm):
    """Putting the ticket before a leader (C-02)."""

    intro = gettext_lazy("Say what has to be decided, and what you propose.")
    place = Place.MENU


class InstructForm(TextForm):
    """The leader's instruction (批示)."""

    intro = gettext_lazy("The ticket goes back to the complaint centre with your instruction.")


class AmendForm(ActForm):
    """Correcting what was recorded; contact data only for those who see it."""

    intro = gettext_lazy("Old and new values are both kept.")
    place = Place.MENU

    summary = forms.CharField(label=gettext_lazy("Summary"), max_length=100)
    description = text_field(gettext_lazy("What the customer says"), limit=DESCRIPTION_LIMIT, rows=6)
    is_written = forms.BooleanField(label=gettext_lazy("Written complaint"), required=False)
    customer_tier = forms.ChoiceField(label=gettext_lazy("Customer tier"), choices=CustomerTier.choices)
    customer_brand = forms.ChoiceField(label=gettext_lazy("Brand"), required=False)
    name = forms.CharField(label=gettext_lazy("Customer's name"), max_length=64)
    phone = forms.CharField(label=gettext_lazy("Contact phone"), max_length=32)
    service_number = forms.CharField(label=gettext_lazy("Service number"), max_length=64, required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    marketing_consent = forms.BooleanField(label=gettext_lazy("Agreed to offers"), required=False)

    of_contact: ClassVar = ("name", "phone", "service_number", "address", "email", "marketing_consent")

    def prepare(self) -> None:
        """Start from what is recorded."""
        ticket = self.situation.ticket
        self.offer("customer_brand", [NOTHING, *plain_choices(self.situation.scheme, "brand")])
        if self.situation.contact is not Contact.FULL:
            for name in self.of_contact:
                del self.fields[name]
        for name in set(self.fields) - {"version"}:
            self.fields[name].initial = self._recorded(ticket, name)

    def clean_phone(self) -> str:
        """The phone as it is stored; its faults in words."""
        return _normalised(normalise_phone, self.cleaned_data["phone"])

    def clean_service_number(self) -> str:
        """The service number as it is stored; its faults in words."""
        return _normalised(normalise_service_number, self.cleaned_data["service_number"])

    def act_data(self) -> dict[str, Any]:
        """Only what was changed."""
        ticket = self.situation.ticket
        values = super().act_data()
        return {"changes": {name: value for name, value in values.items() if value != self._recorded(ticket, name)}}

    def _recorded(self, ticket: Ticket, name: str) -> Any:
        return getattr(ticket.contact if name in self.of_contact else ticket, name)


class ReclassifyForm(ActForm):
    """Changing class, level or flags (改类改级)."""

    intro = gettext_lazy(
        "Running times are computed anew from where they began. What the customer was promised stands until an "
        "interim reply."
    )
    place = Place.MENU

    request_type = forms.ChoiceField(label=gettext_lazy("Request type"))
    level = forms.ChoiceField(label=gettext_lazy("Level"))
    business_type = tree_field(gettext_lazy("Business type"))
    complaint_type = tree_field(gettext_lazy("Complaint type"))
    cause = tree_field(gettext_lazy("Cause"))
    is_critical = forms.BooleanField(label=gettext_lazy("Critical (media, court, regulator)"), required=False)
    is_urgent = forms.BooleanField(label=gettext_lazy("Urgent (basic service cut)"), required=False)
    is_widespread = forms.BooleanField(label=gettext_lazy("Widespread (many customers)"), required=False)
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority by hand"),
        choices=[NOTHING, *((str(level), f"P{level}") for level in range(1, 5))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    priority_reason = forms.CharField(label=gettext_lazy("Why by hand"), max_length=200, required=False)

    def prepare(self) -> None:
        """Start from the classes as they are."""
        ticket, document = self.situation.ticket, self.situation.scheme
        proposed = level_proposed(ticket, ticket.work_orders.select_related("unit"))
        is_complaint = ticket.request_type == COMPLAINT_REQUEST
        types = plain_choices(document, "request_type")
        fitting = [choice for choice in types if (choice[0] == COMPLAINT_REQUEST) == is_complaint]
        self.offer("request_type", fitting, ticket.request_type)
        self.offer("level", plain_choices(document, "level"), proposed or ticket.level)
        if proposed:
            self.fields["level"].help_text = _("Proposed, because an order was sent up beyond the province.")
        for name in ("business_type", "complaint_type", "cause"):
            entry = getattr(ticket, name)
            code = entry.code if entry else ""
            self.offer(name, [NOTHING, *tree_choices(document, name, keep=code)], code)
        for name in FLAGS:
            self.fields[name].initial = getattr(ticket, name)

    def clean(self) -> dict[str, Any]:
        """A complaint type belongs to its business (U-27); a priority by hand needs its reason."""
        data = super().clean() or {}
        if "business_type" in data and data.get("complaint_type"):
            fitting = self.situation.scheme.complaint_types_for(data["business_type"])
            if data["complaint_type"] not in {entry.code for entry in fitting}:
                self.add_error("complaint_type", _("This complaint type does not belong to the business type."))
        if data.get("priority") and not data.get("priority_reason", "").strip():
            self.add_error("priority_reason", _("Say why the priority is set by hand."))
        return data

    def act_data(self) -> dict[str, Any]:
        """Codes of trees as their dictionary entries."""
        data = super().act_data()
        for name in CLASSES:
            if name not in ("request_type", "level"):
                data[name] = entry_of(self.situation, name, data[name])
        return data


class HandOverForm(ActForm):
    """Offering the ticket to somebody else (交接)."""

    intro = gettext_lazy("The ticket moves when the receiver confirms.")
    place = Place.MENU

    receiver = PersonField(label=gettext_lazy("Receiver"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """To the holder and to directors, while nobody is asked already."""
        is_free = getattr(situation.ticket, "receiver_id", None) is None
        is_mine = situation.ticket.holder_id == situation.user.pk
        return is_free and (is_mine or has_role(situation.user, Role.DIRECTOR))

    def prepare(self) -> None:
        """Those who do the same work: agents while it is a draft, else those who settle it where it is."""
        ticket = self.situation.ticket
        is_channels = ticket.status == Status.DRAFT and not is_tracked(ticket.kind)
        unit = ticket.accepting_unit if is_channels else ticket.owner_unit
        role = Role.AGENT if is_channels else settled_by(ticket.kind, unit)
        people = people_with(role, unit, local_day(self.situation.at))
        self.fields["receiver"] = PersonField(
            [user for user in people if user.pk != ticket.holder_id], label=_("Receiver")
        )


class ConfirmHandOverForm(ClickForm):
    """The receiver takes the ticket over."""

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """To the receiver only."""
        return getattr(situation.ticket, "receiver_id", None) == situation.user.pk


class CancelHandOverForm(ClickForm):
    """Taking back a hand-over that nobody has confirmed."""

    place = Place.MENU

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """To whose ticket it was and to directors, while somebody is asked."""
        ticket, user = situation.ticket, situation.user
        is_asked = getattr(ticket, "receiver_id", None) is not None
        is_mine = getattr(ticket, "giver_id", None) == user.pk
        return is_asked and (is_mine or has_role(user, Role.DIRECTOR))


class TransferCentreForm(ActForm):
    """The centre of the customer's home takes over (转属地, U-43)."""

    intro = gettext_lazy("The time promised to the customer runs on.")
    place = Place.MENU

    unit = UnitField(label=gettext_lazy("Customer's home"))

    def prepare(self) -> None:
        """Offer provinces and cities."""
        ticket = self.situation.ticket
        places = Unit.objects.active().filter(tier__in=("province", "city")).select_related("province")
        named = [unit for unit in places.order_by("path") if unit.pk in (unit.province_id, unit.city_id)]
        self.fields["unit"] = UnitField(named, first=ticket.province_id, label=_("Customer's home"))


class ConvertForm(ReasonForm):
    """An inquiry or the like turns out to be a complaint."""

    intro = gettext_lazy("It counts as a complaint from its own acceptance on, and cannot be turned back.")
    place = Place.MENU

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only what is not a complaint yet."""
        return situation.ticket.request_type != COMPLAINT_REQUEST


class WithdrawForm(ReasonForm):
    """The customer withdraws."""

    intro = gettext_lazy("The ticket ends; open work orders are recalled.")
    place = Place.END


class VoidForm(ReasonForm):
    """Made by mistake: counted nowhere."""

    intro = gettext_lazy("For tickets made by mistake. A void ticket counts in no figure.")
    place = Place.END

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """A draft only to its author."""
        ticket = situation.ticket
        return ticket.status != Status.DRAFT or ticket.accepted_by_id == situation.user.pk


class MergeForm(ActForm):
    """Putting the ticket into an older one (并单)."""

    intro = gettext_lazy("The older ticket goes on with its times; this one ends in it.")
    place = Place.END

    into = forms.CharField(label=gettext_lazy("Number of the older ticket"), max_length=24)

    def clean_into(self) -> int:
        """The id of a ticket in the user's scope."""
        number = self.cleaned_data["into"].strip().upper()
        if not is_valid_number(number):
            raise ValidationError(_("This is not a ticket number. Copy it from the ticket's page."), code="number")
        found = Ticket.objects.visible_to(self.situation.user).filter(~Q(pk=self.situation.ticket.pk), number=number)
        pk: int | None = found.values_list("pk", flat=True).first()
        if pk is None:
            raise ValidationError(_("There is no other ticket of this number in your scope."), code="unknown")
        return pk


class UnmergeForm(ClickForm):
    """The ticket is on its own again."""


def _normalised(normalise: Any, typed: str) -> str:
    try:
        return str(normalise(typed))
    except ValueError as error:
        raise ValidationError(str(error), code="number") from error
