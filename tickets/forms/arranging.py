"""Forms of the page on which a pool is arranged: its columns, and its filters under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.columns import CHOICES, USUAL
from tickets.models.desk_view import NAME_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organization.models import Unit

_UNSHOWN = 99


class ColumnsForm(forms.Form):
    """Which columns, and in which order: a tick and a place for each."""

    def __init__(self, *args: Any, chosen: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.codes = sorted(CHOICES, key=lambda code: chosen.index(code) if code in chosen else _UNSHOWN)
        for place, code in enumerate(self.codes, 1):
            label = str(CHOICES[code].label)
            self.fields[f"show_{code}"] = forms.BooleanField(label=label, required=False, initial=code in chosen)
            self.fields[f"place_{code}"] = forms.IntegerField(
                label=_("Place of “%(column)s”") % {"column": label},
                required=False,
                min_value=1,
                max_value=_UNSHOWN,
                initial=place,
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The two fields of each column, the shown ones first."""
        return [(self[f"show_{code}"], self[f"place_{code}"]) for code in self.codes]

    def clean(self) -> dict[str, Any]:
        """At least one, else nothing but numbers would be left."""
        data = super().clean() or {}
        if not self.errors and not self.chosen():
            raise ValidationError(_("Choose at least one column."))
        return data

    def chosen(self) -> list[str]:
        """The codes in their order. Only after validation."""
        data = self.cleaned_data
        shown = [code for code in self.codes if data.get(f"show_{code}")]
        return sorted(shown, key=lambda code: data.get(f"place_{code}") or _UNSHOWN)


class SaveViewForm(forms.Form):
    """A name for the filters and columns as they are now."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME_LENGTH)
    unit = forms.TypedChoiceField(label=gettext_lazy("For"), required=False, empty_value=None, coerce=int)
    is_default = forms.BooleanField(label=gettext_lazy("Open this pool with it"), required=False)

    def __init__(self, *args: Any, units: Sequence[Unit], **options: Any) -> None:
        super().__init__(*args, **options)
        self.units = {unit.pk: unit for unit in units}
        shared = [(pk, _("Everybody of %(unit)s") % {"unit": unit}) for pk, unit in self.units.items()]
        self.fields["unit"].choices = [("", _("Only me")), *shared]  # type: ignore[attr-defined]


def usual_or(codes: Sequence[str]) -> Sequence[str]:
    """The chosen columns, the usual ones without a choice."""
    return codes or USUAL
