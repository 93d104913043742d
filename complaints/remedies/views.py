"""The page on the use of authorities (U-48)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from complaints.remedies.reading import granted_in, use_of
from core import clock
from organization.grants import has_role
from organization.roles import Role
from tickets.remedies import remedy_words, role_label
from tickets.services.schemes import current_version
from tickets.views import person

READERS = (Role.SUPERVISOR, Role.MANAGER, Role.DIRECTOR, Role.APPROVER)
SHOWN = 200


class PeriodForm(forms.Form):
    """From which day to which."""

    first = forms.DateField(label=gettext_lazy("From day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=gettext_lazy("To day"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        """Forwards, and no more than a year."""
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and not first <= last <= first + dt.timedelta(days=366):
            self.add_error("last", _("Choose a period of at most a year that ends after it begins."))
        return data


@require_safe
@login_required
@never_cache
def use(request: HttpRequest) -> HttpResponse:
    """What was granted in a period, this month unless the address says otherwise."""
    user = person(request)
    if not has_role(user, *READERS):
        raise PermissionDenied(_("Supervisors, directors, approvers and managers see how authorities are used."))
    today = clock.local_day(clock.now())
    this_month = {"first": today.replace(day=1).isoformat(), "last": today.isoformat()}
    form = PeriodForm(this_month | {name: request.GET[name] for name in this_month if request.GET.get(name)})
    document = current_version(settings.DEFAULT_SCHEME).document
    uses, rows = [], []
    if form.is_valid():
        found = granted_in(user, form.cleaned_data["first"], form.cleaned_data["last"])
        uses = use_of(found, document)
        people = ("ticket", "asked_by", "decided_by", "granted_in")
        rows = [
            {"row": row, "words": remedy_words(document, row.kind, row.amount), "role": role_label(row.granted_as)}
            for row in found.select_related(*people)[:SHOWN]
        ]
    context = {"form": form, "uses": uses, "rows": rows, "shown": SHOWN}
    return render(request, "remedies/use.html", context, status=200 if form.is_valid() else 422)
