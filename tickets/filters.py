"""What a list can be narrowed down to, written in its address."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI
from core.picks import Pick
from organization.models import Unit
from tickets import supervisions
from tickets.models import SupervisionOrder, Ticket
from tickets.models.supervision import SupervisionStatus
from tickets.states import Grade, Status

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from organization.models import User
    from tickets.scheme import SchemeDocument

_ANY = _("any")
DAYS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31)))


def _day(method: str, label: Promise) -> django_filters.DateFilter:
    widget = forms.DateInput(attrs={"type": "date"})
    return django_filters.DateFilter(method=method, label=label, validators=DAYS, widget=widget)


class TicketFilter(django_filters.FilterSet):
    """The filters of every list of tickets; `document` is the scheme whose codes are offered."""

    status = django_filters.ChoiceFilter(choices=Status.choices, label=_("State"), empty_label=_ANY)
    level = django_filters.ChoiceFilter(label=_("Level"), empty_label=_ANY)
    business_type = django_filters.ChoiceFilter(
        field_name="business_type__code", label=_("Business"), empty_label=_ANY, widget=Pick
    )
    channel = django_filters.ChoiceFilter(field_name="channel__code", label=_("Channel"), empty_label=_ANY, widget=Pick)
    priority = django_filters.ChoiceFilter(
        choices=[(number, f"P{number}") for number in range(1, 5)], label=_("Priority"), empty_label=_ANY
    )
    accepted_from = _day("since", _("Accepted from"))
    accepted_to = _day("until", _("Accepted until"))

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, *args: Any, document: SchemeDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for dimension in ("level", "channel"):
            entries = document.all_entries(dimension)
            self.filters[dimension].extra["choices"] = [(entry.code, str(entry.label)) for entry in entries]
        self.filters["business_type"].extra["choices"] = business_tree(document)

    def since(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Tickets accepted on the Shanghai day or later."""
        return queryset.filter(accepted_at__gte=midnight(value))

    def until(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Tickets accepted on the Shanghai day or earlier."""
        return queryset.filter(accepted_at__lt=midnight(value) + timedelta(days=1))


class SupervisionFilter(django_filters.FilterSet):
    """The filters of the supervision orders; judged ones are shown only where that is asked for."""

    q = django_filters.CharFilter(method="of_ticket", label=_("Ticket no."), max_length=24, strip=True)
    show = django_filters.ChoiceFilter(
        method="waiting",
        label=_("Show"),
        choices=[
            ("answer", _("Waiting for my answer")),
            ("judge", _("Waiting for my verdict")),
            ("overdue", _("Answer overdue")),
        ],
        empty_label=_("all"),
    )
    status = django_filters.ChoiceFilter(
        choices=SupervisionStatus.choices, label=_("State"), empty_label=_("not judged")
    )
    grade = django_filters.ChoiceFilter(choices=Grade.choices, label=_("Grade"), empty_label=_ANY)
    unit = django_filters.ModelChoiceFilter(
        field_name="target_unit", label=_("Unit"), empty_label=_ANY, queryset=Unit.objects.none(), widget=Pick
    )

    class Meta:
        model = SupervisionOrder
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.at = user, at
        self.filters["unit"].queryset = Unit.objects.filter(pk__in=self.queryset.values("target_unit"))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrowed down; without a state what is not settled yet."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.exclude(status=SupervisionStatus.JUDGED)

    def of_ticket(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The orders of one ticket."""
        return queryset.filter(ticket__number=value.upper())

    def waiting(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """What waits for the user, or is late."""
        if value == "overdue":
            return queryset.filter(supervisions.overdue(self.at))
        mine = supervisions.to_answer(self.user) if value == "answer" else supervisions.to_judge(self.user, self.at)
        return queryset.filter(pk__in=mine.values("pk"))


def midnight(day: date) -> datetime:
    """When the Shanghai day begins, aware."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)


def business_tree(document: SchemeDocument) -> list[tuple[str, list[tuple[str, str]]]]:
    """The business types below the class they belong to."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for entry in document.all_entries("business_type"):
        if entry.level > 1:
            groups.setdefault(document.label("business_type", entry.path[0]), []).append((entry.code, str(entry.label)))
    return list(groups.items())
