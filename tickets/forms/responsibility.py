"""Forms of the acts on responsibility: who proposes, adjudicates, contests and settles it (U-07f, U-58)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from organization.grants import grants_of
from tickets import responsibilities
from tickets.actions import actions_of
from tickets.forms.base import ActForm, Place, Situation
from tickets.forms.fields import NOTHING, UnitField, plain_choices, text_field, tree_choices, tree_field
from tickets.forms.orders import entry_of
from tickets.models.responsibility import Attribution, ResponsibilityStatus
from tickets.services.responsibility import GROUND_LIMIT, STAGES, WHOLE, liable_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tickets.models import Responsibility, ResponsibilityFinding, ResponsibilityShare

ROWS = 4


@dataclass(frozen=True)
class Row:
    """The fields of one share as they are shown; no class where the scheme has none."""

    unit: forms.BoundField
    liability_class: forms.BoundField | None
    stage: forms.BoundField
    percent: forms.BoundField


class ResponsibilityForm(ActForm):
    """What is done about responsibility. `seen` is the last finding that the form showed."""

    place = Place.RESPONSIBILITY
    template: ClassVar[str] = "ticket/_responsibility_form.html"

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def subject(self) -> Responsibility | None:
        """What it is about, None where nobody has said anything yet."""
        return _of_round(self.situation)

    def prepare(self) -> None:
        """Remember what the person has before its eyes."""
        self.fields["seen"].initial = self._last()

    def renew_version(self) -> None:
        """What was found meanwhile is shown now."""
        super().renew_version()
        self.data["seen"] = str(self._last())  # type: ignore[index]

    def act_data(self) -> dict[str, Any]:
        """With the last finding, as far as the form knew one."""
        data = super().act_data()
        if data["seen"] is None:
            del data["seen"]
        return data

    def rows(self) -> list[Row]:
        """The shares to fill in; none for what shares nothing out."""
        return []

    def _last(self) -> int:
        last = responsibilities.last_finding(responsibilities.of_page(self.situation.ticket))
        return last.pk if last else 0


class FindingForm(ResponsibilityForm):
    """With whom the cause lies and why; for what lies with the company, which units bear how much of it."""

    attribution = forms.ChoiceField(
        label=gettext_lazy("Attribution"), choices=Attribution.choices, widget=forms.RadioSelect
    )
    cause = tree_field(gettext_lazy("Cause"))
    ground = text_field(pgettext_lazy("finding", "Ground"), limit=GROUND_LIMIT)

    def prepare(self) -> None:
        """Start from what was found before, else from what the handling showed."""
        super().prepare()
        ticket, found = self.situation.ticket, self.found_before()
        cause = (found.cause if found else ticket.cause) or ticket.cause
        self.offer("cause", [NOTHING, *tree_choices(self.situation.scheme, "cause")], cause.code if cause else "")
        if found is not None:
            self.fields["attribution"].initial = found.attribution
        self._add_rows(list(found.shares.all()) if found else [])

    def found_before(self) -> ResponsibilityFinding | None:
        """What to start from, None without any."""
        return None

    def rows(self) -> list[Row]:
        """The shares to fill in."""
        shown = []
        for index in range(ROWS):
            kind = self[f"liability_class_{index}"] if f"liability_class_{index}" in self.fields else None
            shown.append(Row(self[f"unit_{index}"], kind, self[f"stage_{index}"], self[f"percent_{index}"]))
        return shown

    def more_is_open(self) -> bool:
        """Whether a row beyond the first is in use."""
        return any(row.unit.value() or row.percent.value() or row.unit.errors for row in self.rows()[1:])

    def shown_fields(self) -> list[forms.BoundField]:
        """The fields that stand outside the shares."""
        return [field for field in super().shown_fields() if field.name[-1] not in "0123"]

    def clean(self) -> dict[str, Any]:
        """Each share is whole, and together they are."""
        data = super().clean() or {}
        shares = [self._share(data, index) for index in range(ROWS)]
        if data.get("attribution") != Attribution.COMPANY or self.errors:
            return data
        total = sum(share["percent"] for share in shares if share)
        if total != WHOLE:
            words = _("The shares add up to %(total)s percent, not to 100.") if total else _("Name the units at fault.")
            self.add_error("percent_0" if total else "unit_0", words % {"total": total})
        return data

    def act_data(self) -> dict[str, Any]:
        """The cause as an entry, the rows that name a unit as `shares`."""
        data = super().act_data()
        shares = [self._share(data, index) for index in range(ROWS)]
        kept = {name: value for name, value in data.items() if name[-1] not in "0123"}
        cause = entry_of(self.situation, "cause", data["cause"])
        return kept | {"cause": cause, "shares": [share for share in shares if share]}

    def _add_rows(self, before: Sequence[ResponsibilityShare]) -> None:
        units = list(liable_units(self.situation.ticket).select_related("province").order_by("path"))
        classes = plain_choices(self.situation.scheme, "liability_class")
        stages = [(stage.value, stage.label) for stage in STAGES]
        for index in range(ROWS):
            share = before[index] if index < len(before) else None
            first = self.situation.ticket.province_id
            self.fields[f"unit_{index}"] = UnitField(
                units, first=first, label=_("Unit"), required=False, initial=share and share.unit_id
            )
            if classes:
                self.fields[f"liability_class_{index}"] = forms.ChoiceField(
                    label=_("Liability class"),
                    choices=[NOTHING, *classes],
                    required=False,
                    initial=share and share.liability_class,
                )
            self.fields[f"stage_{index}"] = forms.ChoiceField(
                label=_("Stage"), choices=[NOTHING, *stages], required=False, initial=share and share.stage
            )
            self.fields[f"percent_{index}"] = forms.IntegerField(
                label=_("Share in percent"),
                min_value=1,
                max_value=WHOLE,
                required=False,
                initial=share and share.percent,
            )

    def _share(self, data: dict[str, Any], index: int) -> dict[str, Any]:
        """The share of one row, empty where it names no unit; what a row lacks is said beside it."""
        names = ("unit", "liability_class", "stage", "percent")
        share = {name: data[f"{name}_{index}"] for name in names if f"{name}_{index}" in data}
        missing = {
            "unit": _("Choose the unit that bears this share."),
            "liability_class": _("Choose what it is liable for."),
            "percent": _("Say how much of it the unit bears."),
        }
        if not any(share.values()):
            return {}
        for name, words in missing.items():
            if name in share and not share[name] and f"{name}_{index}" not in self.errors:
                self.add_error(f"{name}_{index}", words)
        return share | {"percent": share.get("percent") or 0}


class ProposeResponsibilityForm(FindingForm):
    """What the unit takes to be the truth."""

    intro = gettext_lazy("The adjudicator sees it. Until then it can be replaced; what was said before is kept.")

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Until it is adjudicated."""
        row = _of_round(situation)
        return row is None or row.status == ResponsibilityStatus.PROPOSED

    def found_before(self) -> ResponsibilityFinding | None:
        """What one of the person's own units proposed before."""
        own = {grant.unit.pk for grant in grants_of(self.situation.user)}
        said = self.subject.proposals if self.subject else []
        return next((one for one in said if one.unit_id in own), None)


class AdjudicateResponsibilityForm(FindingForm):
    """The decision, upon the proposals or without any."""

    intro = gettext_lazy("The units that bear a share are told, and can contest it once until the ticket is archived.")

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Until somebody has."""
        return ProposeResponsibilityForm.is_offered(situation)

    def found_before(self) -> ResponsibilityFinding | None:
        """The latest proposal."""
        return next(reversed(self.subject.proposals if self.subject else []), None)


class ContestResponsibilityForm(ResponsibilityForm):
    """A unit that bears a share says why it should not, or not so much."""

    intro = gettext_lazy("It can be contested once. The decision on it is final.")

    ground = text_field(pgettext_lazy("finding", "Ground"), limit=GROUND_LIMIT)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """While it is adjudicated, to those who speak for a unit that bears a share."""
        row = _first_in(situation, ResponsibilityStatus.ADJUDICATED)
        roles = actions_of(situation.ticket.kind)["contest_responsibility"].allow
        speaking = [one for one in grants_of(situation.user) if one.role in roles]
        return row is not None and any(responsibilities.bears(row, grant.unit) for grant in speaking)

    @property
    def subject(self) -> Responsibility | None:
        """What is adjudicated and nobody has contested."""
        return _first_in(self.situation, ResponsibilityStatus.ADJUDICATED)


class SettleResponsibilityForm(FindingForm):
    """The decision on what a unit contests."""

    intro = gettext_lazy("The decision is final and counts for the assessment of the units.")

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """To anybody but who contested it."""
        row = _first_in(situation, ResponsibilityStatus.CONTESTED)
        return row is not None and row.contested_by_id != situation.user.pk

    @property
    def subject(self) -> Responsibility | None:
        """What is contested."""
        return _first_in(self.situation, ResponsibilityStatus.CONTESTED)

    def found_before(self) -> ResponsibilityFinding | None:
        """What was adjudicated."""
        return self.subject.adjudication if self.subject else None


def _of_round(situation: Situation) -> Responsibility | None:
    """That of the present round."""
    return responsibilities.of_round(responsibilities.of_page(situation.ticket), situation.ticket.round)


def _first_in(situation: Situation, status: ResponsibilityStatus) -> Responsibility | None:
    """The first that stands so."""
    return responsibilities.first_in(responsibilities.of_page(situation.ticket), status)
