"""How the admin's list of complaints is narrowed and paged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from core import clock
from tickets.domain.priority import HIGHEST, LOWEST
from tickets.models import DictionaryEntry

if TYPE_CHECKING:
    from django.contrib.admin.options import ModelAdmin
    from django.db.models import QuerySet
    from django.http import HttpRequest

COUNTED = 10_000  # beyond this a list says no number: nobody counts that far


def is_filter_instant(text: str) -> bool:
    """Whether a text is an instant that the filter by date could have written; the ends of the calendar overflow."""
    try:
        instant = clock.parse_instant(text)
    except ValueError:
        return False
    return 2000 <= instant.year < 2200


class CappedPaginator(Paginator):
    """Pages whose count stops at COUNTED, so that no list counts a big table."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most COUNTED."""
        rows: Any = self.object_list
        return int(rows[:COUNTED].count())


class DictionaryFilter(admin.SimpleListFilter):
    """A filter by codes of one of the scheme's dictionaries."""

    column: str

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        """The entries in the order of the scheme."""
        entries = DictionaryEntry.objects.filter(dimension=self.parameter_name, is_active=True)
        return [(entry.code, "　" * (entry.level - 1) + entry.label) for entry in entries]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Tickets with the chosen code."""
        if not self.value():
            return queryset
        return queryset.filter(**{self.column: self.value()}) if self.is_known() else queryset.none()

    def is_known(self) -> bool:
        """Whether the chosen code is one of those offered."""
        return self.value() in dict(self.lookup_choices)


class LevelFilter(DictionaryFilter):
    """By level."""

    title, parameter_name, column = gettext_lazy("level"), "level", "level"


class PriorityFilter(admin.SimpleListFilter):
    """By priority; the four are known, so that no list has to be read for them."""

    title, parameter_name = gettext_lazy("priority"), "priority"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        """P1 to P4."""
        return [(str(level), f"P{level}") for level in range(HIGHEST, LOWEST + 1)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Tickets of the chosen priority."""
        chosen = self.value()
        return queryset.filter(priority=chosen) if chosen in dict(self.lookup_choices) else queryset


class ChannelFilter(DictionaryFilter):
    """By channel."""

    title, parameter_name, column = gettext_lazy("channel"), "channel", "channel__code"


class BusinessFilter(DictionaryFilter):
    """By business type, those below it included."""

    title, parameter_name, column = gettext_lazy("business type"), "business_type", "business_type__code"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Tickets of the chosen business or of one below it."""
        code = self.value()
        if not code:
            return queryset
        if not self.is_known():
            return queryset.none()
        return queryset.filter(Q(business_type__code=code) | Q(business_type__parent__code=code))
