"""What every form of an act shares: what it is about, the version it was opened at, and where its button stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext_lazy

from tickets.forms.fields import LONG, Choices, text_field
from tickets.scheme.entries import Contact

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import QueryDict
    from django.utils.functional import Promise

    from organization.models import User
    from tickets.models import SupervisionOrder, Ticket, WorkOrder
    from tickets.scheme import SchemeDocument


class Place(Enum):
    """Where the button of an act stands: in sight, in the menu, in the menu as what ends a ticket, in a panel of its
    own, or in that on responsibility."""

    SIGHT = "sight"
    MENU = "menu"
    END = "end"
    PANEL = "panel"
    RESPONSIBILITY = "responsibility"


@dataclass(frozen=True)
class Situation:
    """Who is about to do something to what, and how much of the contact data this person sees."""

    ticket: Ticket
    user: User
    at: datetime
    contact: Contact
    order: WorkOrder | None = None
    supervision: SupervisionOrder | None = None  # as `supervisions.of_ticket` gives it

    @property
    def scheme(self) -> SchemeDocument:
        """The scheme document of the ticket."""
        return self.ticket.scheme_version.document

    @property
    def the_order(self) -> WorkOrder:
        """The work order acted on. Raises TypeError for an act on the ticket."""
        if self.order is None:
            raise TypeError("This form is about a work order")
        return self.order

    @property
    def the_supervision(self) -> Any:
        """The supervision order acted on. Raises TypeError for an act on the ticket."""
        if self.supervision is None:
            raise TypeError("This form is about a supervision order")
        return self.supervision

    def is_supervision_in(self, *states: str) -> bool:
        """Whether it is about a supervision order in one of the states."""
        return self.supervision is not None and self.supervision.status in states


class ActForm(forms.Form):
    """The form of one act. Fields are named as the act's effect reads them; `act_data` gives them to `perform`.

    An act that is done in `one_click` has nothing to fill in. One on an order that `comes_first` is the main button of
    the order, and of the whole page, while it is possible. `template` shows the form otherwise than field by field,
    with buttons of its own where `has_own_buttons`.
    """

    intro: ClassVar[str | Promise] = ""
    place: ClassVar[Place] = Place.SIGHT
    one_click: ClassVar[bool] = False
    comes_first: ClassVar[bool] = False
    about_supervision: ClassVar[bool] = False
    template: ClassVar[str] = "ticket/_fields.html"
    has_own_buttons: ClassVar[bool] = False
    do_not_call_in_templates: ClassVar[bool] = True  # a page asks the class of a button, and gets no instance

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        error_messages={
            name: gettext_lazy("This form lacks the version it was opened at. Open it again.")
            for name in ("required", "invalid", "min_value")
        },
    )

    def __init__(self, *args: Any, situation: Situation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.situation = situation
        self.fields["version"].initial = (situation.order or situation.ticket).version
        self.prepare()

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Whether the button makes sense now, beyond role and state."""
        return True

    @classmethod
    def why_not(cls, situation: Situation) -> str:
        """Why it makes no sense now although role and state allow it, for who expects it; empty for nothing to say."""
        return ""

    @classmethod
    def is_permitted(cls, situation: Situation) -> bool:
        """Whether this person may do it at all, beyond role and reach."""
        return True

    def prepare(self) -> None:
        """Fill in choices and what a good operator would start from."""

    def offer(self, name: str, choices: Choices, initial: Any = None) -> None:
        """Give a choice field what can be chosen, and what is chosen to start with."""
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices, field.initial = choices, initial

    def act_data(self) -> dict[str, Any]:
        """What the act's effect reads. Only after validation."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def renew_version(self) -> None:
        """Make what was typed sendable again, over the change that it was refused for."""
        data = cast("QueryDict", self.data).copy()
        data["version"] = str((self.situation.order or self.situation.ticket).version)
        self.data = data

    def shown_fields(self) -> list[forms.BoundField]:
        """The fields to show one after the other."""
        return [field for field in self if not field.is_hidden]


class ReasonForm(ActForm):
    """An act that needs nothing but its reason."""

    reason = text_field(gettext_lazy("Reason"), limit=500, rows=3)


class NoteForm(ActForm):
    """An act that may be explained."""

    note = text_field(gettext_lazy("Explanation"), required=False, rows=3)


class TextForm(ActForm):
    """An act that is a text."""

    text = text_field(gettext_lazy("Text"), limit=LONG, rows=5)


class ClickForm(ActForm):
    """An act without anything to fill in."""

    one_click = True


_forms: dict[tuple[str, bool, str], type[ActForm]] = {}
ANY_KIND = ""


def register(kind: str, **forms_: type[ActForm]) -> None:
    """Say which form the acts on a ticket of a kind have; `ANY_KIND` for acts that are the same for every kind."""
    _forms.update({(kind, False, act): form for act, form in forms_.items()})


def register_for_orders(kind: str, **forms_: type[ActForm]) -> None:
    """Say which form the acts on work orders have, likewise."""
    _forms.update({(kind, True, act): form for act, form in forms_.items()})


def form_of(kind: str, act: str, *, on_order: bool) -> type[ActForm] | None:
    """The form of an act, None where people do not do it from a page."""
    return _forms.get((kind, on_order, act)) or _forms.get((ANY_KIND, on_order, act))
