"""Forms of the acts on work orders (model 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import local_day
from organization.grants import has_role
from organization.roles import Role
from organization.selectors import people_with
from tickets.forms.base import ActForm, ClickForm, NoteForm, Place, Situation
from tickets.forms.fields import (
    LONG,
    NOTHING,
    PastField,
    PersonField,
    UnitField,
    plain_choices,
    text_field,
    tree_choices,
    tree_field,
    units_to_handle,
)
from tickets.models import DictionaryEntry, WorkOrderReply
from tickets.services.orders import owes_restoring
from tickets.states import Origin

if TYPE_CHECKING:
    import datetime as dt

    from tickets.models import WorkOrder


class SignForm(ClickForm):
    """Signing for the order, for somebody of the unit to claim later."""


class ClaimForm(ClickForm):
    """Taking the order oneself: what a handler before an untouched order wants."""

    comes_first = True

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Not when somebody has it already."""
        return situation.the_order.assignee_id is None

    @classmethod
    def why_not(cls, situation: Situation) -> str:
        """Who has it."""
        order = situation.the_order
        if order.assignee is None or order.assignee_id == situation.user.pk:
            return ""
        return _("%(who)s has it") % {"who": order.assignee}


class ReplyForm(ActForm):
    """The result of a unit (U-39, U-42)."""

    intro = gettext_lazy("Say what was found and done, so that the customer can be answered with it.")
    comes_first = True

    finding = text_field(gettext_lazy("Cause found"), limit=LONG)
    measure = text_field(gettext_lazy("Measure taken or plan"), limit=LONG)
    script = text_field(
        gettext_lazy("Wording for the customer"),
        limit=LONG,
        required=False,
        rows=3,
        help_text=gettext_lazy("What the complaint centre should tell the customer."),
    )
    is_solved = forms.BooleanField(label=gettext_lazy("Solved"), required=False, initial=True)
    restored_at = PastField(label=gettext_lazy("Service restored at"), required=False)
    cause = tree_field(gettext_lazy("Cause class"))

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Not while somebody below works on a part of it (U-41)."""
        return not cls.why_not(situation)

    @classmethod
    def why_not(cls, situation: Situation) -> str:
        """Who still works on it."""
        return waits_below(situation.the_order)

    def prepare(self) -> None:
        """Start a further attempt from the reply that did not do."""
        ticket, document = self.situation.ticket, self.situation.scheme
        cause = ticket.cause.code if ticket.cause else ""
        self.offer("cause", [NOTHING, *tree_choices(document, "cause", keep=cause)], cause)
        order = self.situation.the_order
        self.owes_restoring = owes_restoring(order)
        if self.owes_restoring:
            self.fields["restored_at"].help_text = _("Needed where it is solved: the waiver of rent ends there.")
        self.fields["restored_at"].initial = _restored_below(order)
        last = order.replies.last()
        if last is not None:
            for name in ("finding", "measure", "script", "is_solved", "restored_at"):
                self.fields[name].initial = getattr(last, name)

    def clean(self) -> dict[str, Any]:
        """A solved fault was over at some instant (Q-04)."""
        data = super().clean() or {}
        is_stated = data.get("restored_at") is not None or "restored_at" in self.errors
        if self.owes_restoring and data.get("is_solved") and not is_stated:
            self.add_error("restored_at", _("State when service was restored."))
        return data

    def act_data(self) -> dict[str, Any]:
        """The cause as its dictionary entry."""
        data = super().act_data()
        return data | {"cause": entry_of(self.situation, "cause", data["cause"])}


class ApproveForm(ClickForm):
    """The director lets the reply out."""

    comes_first = True


class RefuseForm(NoteForm):
    """The director sends the reply back."""

    intro = gettext_lazy("The reply goes back inside your unit; the time runs on.")
    note = text_field(gettext_lazy("What is missing"), rows=3)


class AcceptForm(ClickForm):
    """The sender takes the result: while one waits, nothing on the ticket matters more."""

    comes_first = True


class RejectForm(NoteForm):
    """The sender wants more."""

    intro = gettext_lazy("The order goes back to the same unit, with the time it left unused.")
    note = text_field(gettext_lazy("What is missing"), rows=3)


class RequestReturnForm(ActForm):
    """Asking to give an order back (C-03)."""

    intro = gettext_lazy("Whoever sent the order decides. Until then the time runs on.")

    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    proper_unit = UnitField(label=gettext_lazy("Proper owner"))
    note = text_field(gettext_lazy("Explanation and material"), rows=3)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Not what the supervisor assigned bindingly, and only where the scheme knows returns."""
        return situation.scheme.options.returns.allowed and situation.the_order.origin != Origin.BINDING

    def prepare(self) -> None:
        """Offer the scheme's reasons and every unit but one's own."""
        self.offer("reason", [NOTHING, *plain_choices(self.situation.scheme, "return_reason")])
        offer_units(self, "proper_unit")


class AcceptReturnForm(ClickForm):
    """Taking an order back."""


class RefuseReturnForm(NoteForm):
    """The order stays where it is."""

    note = text_field(gettext_lazy("Why the unit is the right one"), rows=3)


class TransferForm(ActForm):
    """Passing an order on; its result comes back (U-41)."""

    intro = gettext_lazy("The result comes back to your unit, which passes it on.")
    place = Place.MENU

    unit = UnitField(label=gettext_lazy("To"))
    demand = text_field(gettext_lazy("What is asked"), rows=3)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Not what the supervisor assigned bindingly."""
        return situation.the_order.origin != Origin.BINDING

    def prepare(self) -> None:
        """Pass the demand on as it came."""
        offer_units(self, "unit")
        self.fields["demand"].initial = self.situation.the_order.demand


class AskAssistantForm(TransferForm):
    """Asking another unit to help."""

    intro = gettext_lazy("Your unit stays responsible for the result.")

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Also for what was assigned bindingly."""
        return True

    def prepare(self) -> None:
        """What is asked of an assistant is another thing."""
        offer_units(self, "unit")


class RecallForm(NoteForm):
    """Taking an order back with everything below it."""

    intro = gettext_lazy("The order and everything below it end. Nothing is asked of these units any more.")
    place = Place.MENU


class ReassignForm(ActForm):
    """Giving an order to another person of its unit."""

    place = Place.MENU

    user = PersonField(label=gettext_lazy("To"))

    def prepare(self) -> None:
        """A handler may only take an order over; a director or supervisor names anybody of the unit."""
        situation = self.situation
        people = people_with(Role.HANDLER, situation.the_order.unit, local_day(situation.at))
        if not has_role(situation.user, Role.DIRECTOR, Role.SUPERVISOR):
            people = [user for user in people if user == situation.user]
        unfit = (situation.the_order.assignee_id, situation.ticket.complained_user_id)
        people = [user for user in people if user.pk not in unfit]
        self.fields["user"] = PersonField(people, label=_("To"))

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Not to who has it and could only give it to itself."""
        is_mine = situation.the_order.assignee_id == situation.user.pk
        return not is_mine or has_role(situation.user, Role.DIRECTOR, Role.SUPERVISOR)


def _restored_below(order: WorkOrder) -> dt.datetime | None:
    """What the unit reported that the work was passed on to."""
    replies = WorkOrderReply.objects.filter(work_order__parent=order, restored_at__isnull=False)
    return replies.values_list("restored_at", flat=True).last()


def waits_below(order: WorkOrder) -> str:
    """Whose result the order waits for before it can give its own; empty for nobody's. `order` is from `orders_for`."""
    unit = getattr(order, "waits_for", None)
    return _("first the result of %(unit)s has to be in, or its order recalled") % {"unit": unit} if unit else ""


def offer_units(form: ActForm, name: str) -> None:
    """Offer the units that handle orders, but for the one that has this order; the user's province first."""
    order = form.situation.order
    units = [unit for unit in units_to_handle() if order is None or unit.pk != order.unit_id]
    place = order.province_id if order else form.situation.ticket.province_id
    old = form.fields[name]
    form.fields[name] = UnitField(units, first=place, label=old.label, required=old.required, help_text=old.help_text)


def entry_of(situation: Situation, dimension: str, code: str) -> DictionaryEntry | None:
    """The dictionary entry of a code of the ticket's scheme, None for no code."""
    if not code:
        return None
    scheme = situation.ticket.scheme_version.scheme_id
    return DictionaryEntry.objects.get(scheme=scheme, dimension=dimension, code=code)
