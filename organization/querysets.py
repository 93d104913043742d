"""Reusable filters over units and dated rows."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q


class UnitQuerySet(models.QuerySet[Any]):
    """Filters over the unit tree."""

    def active(self) -> Self:
        """Units in use."""
        return self.filter(is_active=True)

    def within(self, path: str) -> Self:
        """The unit with the path and everything below it."""
        return self.filter(path__startswith=path)


class DatedQuerySet(models.QuerySet[Any]):
    """Filters over rows that hold from a first day to a last day, both included."""

    def on(self, day: date) -> Self:
        """Rows that hold on the given Shanghai day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def overlapping(self, starts_on: date, ends_on: date | None) -> Self:
        """Rows that share at least one day with the given period (no last day: for ever)."""
        rows = self.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
        return rows if ends_on is None else rows.filter(starts_on__lte=ends_on)
