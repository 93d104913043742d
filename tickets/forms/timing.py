"""Forms of the acts on due times, and of what goes up (model 4 and 6)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from organization.models import Tier
from tickets.display import due_words, instant_words
from tickets.forms.base import ActForm, ClickForm, Place, Situation, TextForm
from tickets.forms.fields import PersonField, PromiseField, UnitField, text_field
from tickets.models import DelayFinding, StageClock
from tickets.models.time import PauseReason
from tickets.services import extending, pausing
from tickets.services.reporting_up import late_clocks, unit_above
from tickets.services.supervising import units_concerned
from tickets.states import Outcome, Stage

GROUND = 400  # characters, as the columns take them


class AskPauseForm(ActForm):
    """Asking for the clocks to stand still (挂起)."""

    intro = gettext_lazy("The times stand still once a director approves, and go on by themselves at the time named.")
    place = Place.MENU

    reason = forms.ChoiceField(label=gettext_lazy("Waiting for"), choices=PauseReason.choices, widget=forms.RadioSelect)
    ground = text_field(gettext_lazy("Ground"), limit=GROUND, rows=3)
    until = PromiseField(label=gettext_lazy("Until at the latest"), help_text=gettext_lazy("Within 30 days."))

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """While nothing stands still and nothing is asked for."""
        ticket = situation.ticket
        return not ticket.is_paused and getattr(ticket, "pause_asked_by_id", None) is None


class _DecidePauseForm(ActForm):
    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """To a director over the centre who has not asked for it."""
        asked_by = getattr(situation.ticket, "pause_asked_by_id", None)
        if asked_by is None or asked_by == situation.user.pk:
            return False
        return pausing.decides(situation.user, situation.ticket, situation.at)

    def prepare(self) -> None:
        """Say what is asked for."""
        row = pausing.asked_of(self.situation.ticket)
        if row is not None:
            words = _("%(who)s asks for a pause until %(until)s: %(reason)s. Ground: %(ground)s")
            told = {"who": row.asked_by.name, "until": due_words(row.until)}
            told |= {"reason": row.get_reason_display(), "ground": row.ground}
            self.intro = words % told  # type: ignore[misc]


class ApprovePauseForm(_DecidePauseForm):
    """The clocks stand still from now on."""

    note = text_field(gettext_lazy("Explanation"), limit=GROUND, required=False, rows=3)


class RefusePauseForm(_DecidePauseForm):
    """The clocks run on."""

    note = text_field(gettext_lazy("Why not"), limit=GROUND, rows=3)


class ResumeForm(ClickForm):
    """The clocks go on before their time."""

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """While they stand still."""
        return situation.ticket.is_paused


class AskExtensionForm(ActForm):
    """Asking for more time before the time is up (延期, U-44)."""

    place = Place.MENU

    ground = text_field(gettext_lazy("Ground"), limit=GROUND, rows=3)
    due = PromiseField(label=gettext_lazy("New due time"))

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Before the order is due, while its time runs and no more is asked for."""
        due = getattr(situation.the_order, "handle_due_at", None)
        is_asked = getattr(situation.the_order, "extension_asked_by_id", None) is not None
        return due is not None and situation.at <= due and not is_asked and not situation.ticket.is_paused

    def prepare(self) -> None:
        """Say until when it can be asked for."""
        due = getattr(self.situation.the_order, "handle_due_at", None)
        if due is not None:
            words = _("Due %(due)s. The director decides; the first due time stays on record.")
            self.intro = words % {"due": due_words(due)} + " " + total_moves(self.situation)  # type: ignore[misc]


def total_moves(situation: Situation) -> str:
    """What more time for a unit does to the whole course and the promise (U-44); empty where no time runs for it."""
    total = situation.ticket.clocks.filter(stage=Stage.TOTAL, outcome=Outcome.RUNNING).first()
    if total is None:
        return ""
    words = _(
        "The whole course is due %(due)s: a time beyond that moves it too, to the new time plus the limit for the "
        "answer, and the customer has to be told with a new promise."
    )
    return words % {"due": due_words(total.due_at)}


class _DecideExtensionForm(ActForm):
    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """To a director who has not asked for it."""
        asked_by = getattr(situation.the_order, "extension_asked_by_id", None)
        return asked_by is not None and asked_by != situation.user.pk

    def prepare(self) -> None:
        """Say what is asked for."""
        row = extending.asked_of(self.situation.the_order)
        if row is not None:
            words = _("%(who)s asked at %(when)s for more time: %(before)s → %(due)s. Ground: %(ground)s")
            told = {"who": row.asked_by.name, "when": instant_words(row.asked_at)}
            told |= {"before": due_words(row.due_before), "due": due_words(row.due_asked), "ground": row.ground}
            self.intro = words % told + " " + total_moves(self.situation)  # type: ignore[misc]


class ApproveExtensionForm(_DecideExtensionForm):
    """The new time holds."""

    note = text_field(gettext_lazy("Explanation"), limit=GROUND, required=False, rows=3)


class RefuseExtensionForm(_DecideExtensionForm):
    """The time stays as it is."""

    note = text_field(gettext_lazy("Why not"), limit=GROUND, rows=3)


class UpgradeForm(ActForm):
    """Asking one tier up (U-40)."""

    place = Place.MENU

    demand = text_field(gettext_lazy("What is asked"), rows=3)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Where there is a tier above, once: what was sent up comes back before anything else (U-40)."""
        order = situation.the_order
        return order.unit.tier != Tier.GROUP and not getattr(order, "is_sent_up", False)

    def prepare(self) -> None:
        """Name the unit, and pass the demand on as it came."""
        unit = unit_above(self.situation.the_order)
        if unit is not None:
            words = _(
                "Goes to %(unit)s, whose result comes back to you. Your unit keeps the order, its time runs on, and it "
                "answers only with that result. A supervisor can chase it."
            )
            self.intro = words % {"unit": unit.name}  # type: ignore[misc]
        self.fields["demand"].initial = self.situation.the_order.demand


class ReportSeriousForm(TextForm):
    """A grave problem is told to the province and the group at once (U-09)."""

    intro = gettext_lazy(
        "The province's customer service and the group's complaint centre are told at once. The ticket counts as "
        "critical from now on."
    )
    place = Place.MENU


class AdjudicateDelayForm(ActForm):
    """Whose fault a delay was (U-47)."""

    intro = gettext_lazy("It counts in assessment and is final.")
    place = Place.MENU

    clock = forms.TypedChoiceField(label=gettext_lazy("Late stage"), coerce=int)
    is_excused = forms.BooleanField(label=gettext_lazy("Nobody's fault"), required=False)
    unit = UnitField(label=gettext_lazy("Unit responsible"), required=False)
    user = PersonField(label=gettext_lazy("Person responsible"), required=False)
    ground = text_field(pgettext_lazy("finding", "Ground"), limit=GROUND, rows=3)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """While a late stage has no finding."""
        return bool(_open_delays(situation))

    def prepare(self) -> None:
        """Offer the late stages, the units that had the ticket and who had its stages."""
        late = _open_delays(self.situation)
        self.offer("clock", [(str(row.pk), _clock_words(row)) for row in late])
        people = {row.user for row in late if row.user is not None}
        units = units_concerned(self.situation.ticket).select_related("province").order_by("path")
        self.fields["unit"] = UnitField(units, label=_("Unit responsible"), required=False)
        self.fields["user"] = PersonField(
            sorted(people, key=lambda one: one.pk), label=_("Person responsible"), required=False
        )
        self.fields["unit"].initial = str(late[0].unit_id) if len(late) == 1 else None

    def clean(self) -> dict[str, Any]:
        """Somebody, or nobody."""
        data = super().clean() or {}
        if data.get("is_excused") == (data.get("unit") is not None) and "unit" not in self.errors:
            self.add_error("unit", _("Name the unit responsible, or say that it was nobody's fault."))
        if data.get("user") is not None and data.get("unit") is None:
            self.add_error("user", _("Name the unit of this person."))
        return data


def _open_delays(situation: Situation) -> list[StageClock]:
    found = DelayFinding.objects.filter(ticket=situation.ticket).values_list("clock", flat=True)
    late = late_clocks(situation.ticket, situation.at)
    return [late[pk] for pk in late.keys() - set(found)] if late else []


def _clock_words(row: StageClock) -> str:
    order = _("order %(no)s") % {"no": row.work_order.seq} if row.work_order else ""
    parts = (row.get_stage_display(), order, row.unit.name, _("due %(due)s") % {"due": due_words(row.due_at)})
    return " · ".join(part for part in parts if part)
