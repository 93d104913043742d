"""The append-only record of a ticket."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnly
from organization.models import Unit
from tickets.models.ticket import Ticket


class TicketEvent(AppendOnly):
    """One step of a ticket: who, for whom, in which role, what, from, to (model 10).

    Rows are chained by hashes (`tickets.record`) and are never changed or deleted.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    role = models.CharField(max_length=32, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    action = models.CharField(max_length=40)
    from_status = models.CharField(max_length=32, blank=True)
    to_status = models.CharField(max_length=32)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("ticket_id", "seq")
        constraints = [models.UniqueConstraint(fields=["ticket", "seq"], name="event_seq_once")]
        indexes = [
            models.Index(fields=["at"], name="event_at"),
            models.Index(fields=["actor", "at"], name="event_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}#{self.seq} {self.action}"
