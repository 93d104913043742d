"""Forms of granting remedies and deciding on them (U-48)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.remedies.granting import DECIDERS
from organization.grants import grants_of, has_role
from tickets.forms import ActForm, Place, Situation
from tickets.forms.fields import text_field
from tickets.models.remedy import RENT_WAIVER
from tickets.models.time import Decision
from tickets.remedies import remedies_of, remedy_words

if TYPE_CHECKING:
    from tickets.models import Remedy

GROUND = 400  # characters, as the column takes them


class GrantRemedyForm(ActForm):
    """A gesture of goodwill: granted at once within the own authority, else put before who may."""

    intro = gettext_lazy("Within your authority it is granted at once; above it a director or approver decides.")
    place = Place.MENU

    kind = forms.ChoiceField(label=gettext_lazy("Remedy"), widget=forms.RadioSelect)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), max_digits=10, decimal_places=2, min_value=Decimal("0.01")
    )
    months = forms.IntegerField(
        label=gettext_lazy("Months with us"),
        required=False,
        min_value=0,
        max_value=1200,
        help_text=gettext_lazy("Where known: some authorities depend on it."),
    )
    ground = text_field(gettext_lazy("Ground"), limit=GROUND, rows=3)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Where the scheme knows remedies that people choose."""
        return any(remedy.code != RENT_WAIVER for remedy in situation.scheme.remedies)

    def prepare(self) -> None:
        """Offer the remedies with their units."""
        choices = [
            (remedy.code, f"{remedy.label}（{remedy.unit}）")
            for remedy in self.situation.scheme.remedies
            if remedy.code != RENT_WAIVER
        ]
        self.offer("kind", choices, choices[0][0] if choices else None)

    def clean(self) -> dict[str, Any]:
        """Days and months are whole."""
        data = super().clean() or self.cleaned_data
        kind, amount = data.get("kind"), data.get("amount")
        entry = self.situation.scheme.entry("remedy", kind) if kind else None
        if entry is not None and amount is not None and not entry.attributes["money"] and amount != int(amount):
            self.add_error("amount", ValidationError(_("Give a whole number."), code="whole"))
        return data


class _OneRemedyForm(ActForm):
    """An act on one of the ticket's remedies."""

    remedy = forms.TypedChoiceField(
        label=gettext_lazy("Remedy"), coerce=int, widget=forms.RadioSelect, empty_value=None
    )

    @classmethod
    def fits(cls, row: Remedy, situation: Situation) -> bool:
        """Whether the act is possible on that remedy for this person."""
        raise NotImplementedError

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Where one fits."""
        return any(cls.fits(row, situation) for row in remedies_of(situation.ticket))

    def prepare(self) -> None:
        """Offer those that fit, with who asked."""
        situation = self.situation
        choices = [
            (str(row.pk), f"{remedy_words(situation.scheme, row.kind, row.amount)} · {row.asked_by}")
            for row in remedies_of(situation.ticket)
            if self.fits(row, situation)
        ]
        self.offer("remedy", choices, choices[0][0] if choices else None)


class _DecideForm(_OneRemedyForm):
    @classmethod
    def fits(cls, row: Remedy, situation: Situation) -> bool:
        """What somebody else asked for, within what the person's roles decide on."""
        is_asked = row.decision == Decision.ASKED and row.asked_by_id != situation.user.pk
        ranks = [DECIDERS.index(one.role) for one in grants_of(situation.user) if one.role in DECIDERS]
        needed = next((index for index, role in enumerate(DECIDERS) if role == row.decider), len(DECIDERS))
        return is_asked and max(ranks, default=-1) >= needed


class ApproveRemedyForm(_DecideForm):
    """It is granted."""

    note = text_field(gettext_lazy("Explanation"), limit=GROUND, required=False, rows=3)


class RefuseRemedyForm(_DecideForm):
    """It is not."""

    note = text_field(gettext_lazy("Why not"), limit=GROUND, rows=3)


class TakeBackRemedyForm(_OneRemedyForm):
    """What was granted and not carried out is taken back."""

    place = Place.MENU

    reason = text_field(gettext_lazy("Reason"), limit=500, rows=3)

    @classmethod
    def fits(cls, row: Remedy, situation: Situation) -> bool:
        """To who granted it, or a superior."""
        return row.is_undone and (row.decided_by_id == situation.user.pk or has_role(situation.user, *DECIDERS))


class CarryOutRemedyForm(_OneRemedyForm):
    """The customer has it."""

    intro = gettext_lazy("It was booked, handed over or switched on; from now on it cannot be taken back.")
    place = Place.MENU

    @classmethod
    def fits(cls, row: Remedy, situation: Situation) -> bool:
        """What is granted and nothing has come of yet."""
        return row.is_undone
