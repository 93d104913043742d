"""Contact data: one row per ticket, never in `__str__`, log entries or events (model 10)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket


class Contact(models.Model):
    """Who complains and how to reach them. Numbers are normalised, so that repeats are found by equality."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="contact")
    name = models.CharField(_("customer's name"), max_length=64)
    phone = models.CharField(_("contact phone"), max_length=32, db_index=True)
    phone_last4 = models.CharField(max_length=4)
    service_number = models.CharField(_("service number"), max_length=64, blank=True, db_index=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    marketing_consent = models.BooleanField(_("agreed to offers"), default=False)

    class Meta:
        verbose_name = _("contact data")
        verbose_name_plural = _("contact data")
        indexes = [models.Index(fields=["name"], name="contact_name")]  # found by the exact name

    def __str__(self) -> str:
        return f"contact of ticket {self.ticket_id}"
