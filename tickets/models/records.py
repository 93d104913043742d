"""Smaller records that hang on a ticket: notes, amendments, hand-overs, links."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organization.models import Unit
from tickets.models.ticket import Ticket
from tickets.states import LinkKind


class NoteKind(models.TextChoices):
    NOTE = "note", _("Note")
    URGING = "urging", _("Customer urges")
    FACTS = "facts", _("Customer adds facts")
    INSTRUCTION_REQUEST = "instruction_request", _("Request for instruction")
    INSTRUCTION = "instruction", _("Instruction")
    NOT_REACHED = "not_reached", _("Customer not reached")


class TicketNote(models.Model):
    """Something said about a ticket: a note, the customer's further contact, an instruction (批示, C-02)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=24, choices=NoteKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    text = models.TextField(max_length=4000)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ("ticket_id", "id")

    def __str__(self) -> str:
        return f"note {self.pk} on ticket {self.ticket_id}"


class Amendment(models.Model):
    """A corrected field with both values (更正). Kept apart from events, because the field may be contact data."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="amendments")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    field = models.CharField(max_length=40)
    is_contact = models.BooleanField(default=False)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ("ticket_id", "id")

    def __str__(self) -> str:
        return f"amendment of {self.field} on ticket {self.ticket_id}"


class HandOver(models.Model):
    """A ticket handed from one person to another (交接); it counts once the receiver confirms."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="hand_overs")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="hand_overs_to_confirm")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(confirmed_at__isnull=True), name="hand_over_one_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over {self.pk} of ticket {self.ticket_id}"


class TicketLink(models.Model):
    """A relation from a later ticket to an earlier one."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="links")
    earlier = models.ForeignKey(Ticket, models.PROTECT, related_name="later_links")
    kind = models.CharField(max_length=16, choices=LinkKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("link between tickets")
        verbose_name_plural = _("links between tickets")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "earlier", "kind"], name="ticket_link_once"),
            models.CheckConstraint(condition=~Q(ticket=F("earlier")), name="ticket_link_not_self"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.ticket_id} to {self.earlier_id}"
