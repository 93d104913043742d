"""A spreadsheet on its way in: the batch, and a row for each complaint in it (interfaces, Spreadsheets)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organization.grants import grants_of
from organization.models import Unit
from organization.roles import Role
from tickets.models import SchemeVersion, Ticket

if TYPE_CHECKING:
    from organization.models import User

IMPORTERS = (Role.AGENT, Role.DISPATCHER)
ROW_LIMIT = 20_000
REF_LIMIT = 64


class BatchState(models.TextChoices):
    """How far a batch has come. Its tickets are there for people when it is `done`, not before."""

    FAULTY = "faulty", _("Has faults")
    CHECKED = "checked", _("Awaiting confirmation")
    WRITING = "writing", _("Being written")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Imported")
    DISCARDED = "discarded", _("Discarded")


UNCONFIRMED = (BatchState.FAULTY, BatchState.CHECKED)
# What these hold is in the database or on its way there: the same row again is not new.
TAKEN = (BatchState.WRITING, BatchState.STOPPED, BatchState.DONE)


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Batches; see the model."""

    def visible_to(self, user: User) -> Self:
        """Those of the units for which `user` takes complaints: their faults quote what customers said."""
        return self.filter(unit__in=[unit.pk for unit in importing_units(user)])


class ImportBatch(models.Model):
    """One uploaded file: checked as a whole, confirmed by a person, written in chunks, shown all at once.

    Only the services write here. The file itself is not kept.
    """

    file_name = models.CharField(_("file"), max_length=120)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("accepting unit"))
    scheme_version = models.ForeignKey(SchemeVersion, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=16, choices=BatchState.choices)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    finished_at = models.DateTimeField(_("finished at"), null=True)
    new_count = models.PositiveIntegerField(_("new"))
    unchanged_count = models.PositiveIntegerField(_("unchanged"))
    faulty_count = models.PositiveIntegerField(_("faulty"))
    written_count = models.PositiveIntegerField(_("written"), default=0)
    message = models.CharField(_("why it stopped"), max_length=500, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("spreadsheet import")
        verbose_name_plural = _("spreadsheet imports")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def source(self) -> str:
        """The external source of its tickets. References are unique within a unit, so that no two units collide."""
        return f"sheet:{self.unit_id}"


class ImportRow(models.Model):
    """A row that waits to be written, became a ticket, or has faults.

    `data` is dropped as soon as the ticket stands, because a ticket's contact data has one place only (model 10);
    `digest` is what tells the same row again from another one.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    external_ref = models.CharField(_("external reference"), max_length=REF_LIMIT, blank=True, db_index=True)
    digest = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)
    faults = models.JSONField(default=list)  # [column, reason] each
    ticket = models.OneToOneField(Ticket, models.PROTECT, null=True, related_name="import_row")

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        ordering = ("batch", "number")
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_number")]

    def __str__(self) -> str:
        return f"row {self.number} of import {self.batch_id}"


def importing_units(user: User) -> list[Unit]:
    """The units for which `user` takes complaints now, the narrowest first."""
    return list(dict.fromkeys(grant.unit for grant in grants_of(user) if grant.role in IMPORTERS))
