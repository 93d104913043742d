"""Who looked at customers' data, when and why: the access log as supervisors and quality checkers read it for the
tickets that they see in that role, and in numbers for each person, which is all that administrators get (model 10)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import AccessKind, AccessLog
from organization.grants import grants_of, has_role
from organization.models import Membership, User
from organization.roles import Role
from tickets.filters import DAYS, midnight
from tickets.lists import PAGE_SIZE, Page, turned_to
from tickets.models import Ticket
from tickets.querysets import NOTHING, reached

if TYPE_CHECKING:
    from django.http import QueryDict

READERS = (Role.SUPERVISOR, Role.QUALITY_CHECKER)
LOOKS = (
    AccessKind.VIEW_FULL,
    AccessKind.CALLER_SUMMARY,
    AccessKind.ATTACHMENT,
    AccessKind.EXPORT,
    AccessKind.REFUSED,
)
SHOWN_DAYS = 30  # what the numbers cover where nobody says


def may_read(user: User) -> bool:
    """Whether the user may read who looked at which ticket."""
    return has_role(user, *READERS)


def may_count(user: User) -> bool:
    """Whether the user may see the numbers of each person."""
    return has_role(user, *READERS, Role.ADMINISTRATOR)


def entries_for(user: User) -> QuerySet[AccessLog]:
    """The looks and refused attempts at tickets that the user watches over; none about the user."""
    reach = reduce(or_, (reached(grant) for grant in grants_of(user) if grant.role in READERS), NOTHING)
    watched = Ticket.objects.published().filter(reach).exclude(complained_user=user)
    return AccessLog.objects.filter(Exists(watched.filter(number=OuterRef("subject"))), kind__in=LOOKS)


def page_of(rows: QuerySet[AccessLog], *, before: str | None, after: str | None) -> Page[AccessLog]:
    """One page, the latest first."""
    rows = rows.select_related("user").annotate(sorted_by=F("at")).alias(due=F("at"))
    return turned_to(rows, before=before, after=after, size=PAGE_SIZE, latest_first=True)


def counts_for(user: User, since: date, until: date, after: int | None) -> tuple[list[dict[str, Any]], int | None]:
    """What each person did from the one Shanghai day to the other, by user id; and the id to go on after.

    People of the units that the user watches over; all for an administrator.
    """
    period = {"at__gte": midnight(since), "at__lt": midnight(until) + timedelta(days=1)}
    rows = AccessLog.objects.filter(kind__in=LOOKS, user__in=_people_of(user).values("pk"), **period)
    if after is not None:
        rows = rows.filter(user_id__gt=after)
    counted = rows.values("user_id", "user__name", "user__username").annotate(
        by_role=Count("pk", filter=Q(kind=AccessKind.VIEW_FULL, reason="")),
        with_reason=Count("pk", filter=Q(kind=AccessKind.VIEW_FULL) & ~Q(reason="")),
        **{str(kind.value): Count("pk", filter=Q(kind=kind)) for kind in LOOKS[1:]},
    )
    found: list[Any] = list(counted.order_by("user_id")[: PAGE_SIZE + 1])
    is_more = len(found) > PAGE_SIZE
    return found[:PAGE_SIZE], found[PAGE_SIZE - 1]["user_id"] if is_more else None


def _people_of(user: User) -> QuerySet[User]:
    if has_role(user, Role.ADMINISTRATOR):
        return User.objects.all()
    paths = (Q(unit__path__startswith=grant.unit.path) for grant in grants_of(user) if grant.role in READERS)
    there = Membership.objects.filter(reduce(or_, paths, NOTHING), user=OuterRef("pk"))
    return User.objects.filter(Exists(there))


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, validators=list(DAYS), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class PeriodForm(forms.Form):
    """The days that the numbers cover."""

    since = _day(_("From"))
    until = _day(_("Until"))

    @classmethod
    def read(cls, asked: QueryDict) -> tuple[PeriodForm, date, date]:
        """The form and its days; those of the last month where it names none or none that are days."""
        today = clock.local_day(clock.now())
        usual = {"since": today - timedelta(days=SHOWN_DAYS), "until": today}
        form = cls({name: asked.get(name) or day for name, day in usual.items()})
        days = form.cleaned_data if form.is_valid() else usual
        return form, days["since"], days["until"]


class AccessFilter(django_filters.FilterSet):
    """What the list can be narrowed down to; persons by id, so that no address holds a name."""

    number = django_filters.CharFilter(method="of_ticket", label=_("Ticket no."), max_length=24, strip=True)
    kind = django_filters.ChoiceFilter(
        label=_("What"), choices=[(kind.value, kind.label) for kind in LOOKS], empty_label=_("any")
    )
    since = django_filters.DateFilter(
        method="from_day", label=_("From"), validators=DAYS, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    until = django_filters.DateFilter(
        method="to_day", label=_("Until"), validators=DAYS, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    user = django_filters.NumberFilter(field_name="user_id", max_value=2**31 - 1, widget=forms.HiddenInput)

    class Meta:
        model = AccessLog
        fields: list[str] = []

    def of_ticket(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """What concerns one ticket."""
        return queryset.filter(subject=value.upper())

    def from_day(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """On the Shanghai day or later."""
        return queryset.filter(at__gte=midnight(value))

    def to_day(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """On the Shanghai day or earlier."""
        return queryset.filter(at__lt=midnight(value) + timedelta(days=1))
