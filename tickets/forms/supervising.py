"""Forms of the acts on supervision orders (model 6, U-02, M-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tickets.forms.base import ActForm, Place, Situation
from tickets.forms.fields import NOTHING, PromiseField, UnitField, text_field
from tickets.models.supervision import SUPERVISION_OPEN, SupervisionStatus, Trigger, Verdict
from tickets.services import supervising

if TYPE_CHECKING:
    from organization.models import Unit

_SHORT = 500


class SuperviseForm(ActForm):
    """A supervision order by hand."""

    intro = gettext_lazy("Where the unit has not answered an earlier one, this joins it.")
    place = Place.MENU

    unit = UnitField(label=gettext_lazy("Unit"))
    user = forms.TypedChoiceField(
        label=gettext_lazy("Person in particular"), coerce=int, empty_value=None, required=False
    )
    trigger = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=[NOTHING, *((one.value, one.label) for one in supervising.TRIGGERS)]
    )
    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"),
        choices=[(one.value, one.label) for one in supervising.GRADES],
        widget=forms.RadioSelect,
        initial=supervising.GRADES[0],
    )
    demand = text_field(gettext_lazy("What is demanded"), limit=_SHORT)
    reply_due_at = PromiseField(label=gettext_lazy("Answer by"), required=False)
    cc = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Copies to"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        """The unit that has the ticket, and the reason that its course suggests."""
        ticket, at = self.situation.ticket, self.situation.at
        units = list(supervising.units_concerned(ticket).select_related("province").prefetch_related("functions"))
        holder = next(iter(supervising.holders_of(ticket)))
        self.fields["unit"] = UnitField(units, first=ticket.province_id, label=_("Unit"), initial=str(holder.pk))
        people = [(unit.name, _people(unit, self.situation)) for unit in units]
        self.offer("user", [NOTHING, *people])
        self.offer("cc", [(str(unit.pk), unit.name) for unit in units])
        bounced, repeated = ticket.needs_assignment, ticket.repeat_number > 0
        self.fields["trigger"].initial = Trigger.BOUNCES if bounced else Trigger.REPEAT if repeated else ""
        self.fields["reply_due_at"].initial = at + self.situation.scheme.options.supervision.reply_limit.span

    def act_data(self) -> dict[str, Any]:
        """The unit by its id."""
        data = super().act_data()
        return data | {"unit": data["unit"].pk}


class ChaseForm(ActForm):
    """Pressing those who have the ticket (催单, M-02)."""

    intro = gettext_lazy("Goes to every unit that owes a result now, or to the one chosen.")

    unit = UnitField(label=gettext_lazy("Unit"), required=False)
    demand = text_field(gettext_lazy("What is demanded"), limit=_SHORT, required=False, rows=3)

    def prepare(self) -> None:
        """Offer the units that have the ticket now."""
        holders = list(supervising.holders_of(self.situation.ticket))
        self.fields["unit"] = UnitField(holders, label=_("Unit"), required=False)

    def act_data(self) -> dict[str, Any]:
        """The unit by its id, None for all."""
        data = super().act_data()
        return data | {"unit": data["unit"].pk if data["unit"] else None}


class ChaseManyForm(forms.Form):
    """What is demanded with the tickets picked in a list."""

    demand = text_field(gettext_lazy("What is demanded"), limit=supervising.DEMAND_LIMIT, required=False)


class SupervisionForm(ActForm):
    """What is done to one supervision order. `seen` is how many triggers the form showed."""

    about_supervision = True
    template: ClassVar[str] = "ticket/_supervision_form.html"

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def prepare(self) -> None:
        """Remember what the person has before its eyes."""
        self.fields["seen"].initial = self.situation.the_supervision.seen

    def renew_version(self) -> None:
        """What joined meanwhile is shown now."""
        super().renew_version()
        self.data["seen"] = str(self.situation.the_supervision.seen)  # type: ignore[index]

    def act_data(self) -> dict[str, Any]:
        """With the order that it is about."""
        data = super().act_data()
        if data["seen"] is None:
            del data["seen"]
        return data | {"supervision": self.situation.the_supervision.pk}


class AcknowledgeSupervisionForm(SupervisionForm):
    """The unit has read it."""

    one_click = True

    @classmethod
    def is_permitted(cls, situation: Situation) -> bool:
        """To those who answer for the unit."""
        return bool(situation.the_supervision.is_mine)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Until somebody has."""
        return situation.is_supervision_in(SupervisionStatus.ISSUED) and cls.is_permitted(situation)


class ReplySupervisionForm(SupervisionForm):
    """The unit's answer."""

    text = text_field(gettext_lazy("What was done, and what comes next"), limit=supervising.REPLY_LIMIT, rows=5)

    @classmethod
    def is_permitted(cls, situation: Situation) -> bool:
        """To those who answer for the unit."""
        return bool(situation.the_supervision.is_mine)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Until it is answered."""
        return situation.is_supervision_in(*SUPERVISION_OPEN) and cls.is_permitted(situation)


class JudgeSupervisionForm(SupervisionForm):
    """The supervisor's verdict."""

    intro = gettext_lazy("The verdict is final and counts for the unit's assessment.")

    verdict = forms.ChoiceField(label=gettext_lazy("Verdict"), choices=Verdict.choices, widget=forms.RadioSelect)
    score = forms.IntegerField(
        label=gettext_lazy("Score"),
        min_value=supervising.SCORES[0],
        max_value=supervising.SCORES[-1],
        initial=0,
        help_text=gettext_lazy("From −10 to 10; below 0 points are taken off."),
    )
    note = text_field(pgettext_lazy("of a verdict", "Grounds"), limit=400, required=False, rows=3)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Once it is answered, or its time is over, to anybody but who answered."""
        row = situation.supervision
        if row is None or row.replied_by_id == situation.user.pk:
            return False
        return supervising.may_be_judged(row, situation.at)


def _people(unit: Unit, situation: Situation) -> list[tuple[str, str]]:
    people = supervising.people_to_answer(situation.ticket, unit, situation.at)
    return [(str(one.pk), one.name) for one in people if one.pk != situation.ticket.complained_user_id]
