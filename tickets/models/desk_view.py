"""How people arrange their lists (design, Pools): saved views, and the columns of a pool."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organization.models import Unit

NAME_LENGTH = 40


class DeskView(models.Model):
    """A pool as somebody wants to see it: its filters, as they stand in an address, and its columns.

    With a name it is a saved view, shared with everybody of `unit` and below where there is one; `is_default` opens it
    with its owner's pool. Without a name it holds the columns that its owner chose for the pool itself. It never holds
    tickets: what it shows is what whoever opens it may see.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="desk_views")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    pool = models.CharField(max_length=32)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True)
    filters = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "pool", "name"], name="desk_view_name_once"),
            models.UniqueConstraint(
                fields=["user", "pool"], condition=Q(is_default=True), name="desk_view_one_default"
            ),
            models.CheckConstraint(
                condition=~Q(name="") | Q(unit__isnull=True, is_default=False), name="desk_view_shared_has_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name
