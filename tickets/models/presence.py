"""Who has a ticket open: kept for a minute, apart from the record, and no part of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket


class Presence(models.Model):
    """Somebody before a ticket, or before the form of an `act` on it or on its work order `order`.

    Written every half minute by everybody at work: no index beside the key, so that a row is changed in place.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    act = models.CharField(max_length=40, blank=True)
    order = models.PositiveIntegerField(null=True)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"user {self.user_id} on ticket {self.ticket_id}"
