"""What is filled in once for an act on many rows: the form of the act itself, as the first row would have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tickets.forms.base import ActForm, form_of
from tickets.forms.supervising import ChaseManyForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django import forms

    from tickets.forms.base import Situation


def asked_once(act: str, typed: Mapping[str, Any], situation: Situation | None) -> forms.Form | None:
    """The form to fill in before the act is done to all rows, bound once it has been shown; None where there is nothing
    to fill in. `situation` is that of the first row, None where none of them is there."""
    if act == "chase":
        return ChaseManyForm(typed)
    if situation is None:
        return None
    form_class = form_of(situation.ticket.kind, act, on_order=situation.order is not None)
    if form_class is None or form_class.one_click:
        return None
    form = form_class(typed if "is_filled_in" in typed else None, situation=situation)
    del form.fields["version"]  # each row is asked for its own state when its turn comes
    return form


def given(form: forms.Form | None) -> dict[str, Any]:
    """What the act's effect reads. Only after validation."""
    if form is None:
        return {}
    return form.act_data() if isinstance(form, ActForm) else form.cleaned_data
