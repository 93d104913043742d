"""Files of a ticket, stored outside the web root and served through the ticket's scope (model 10)."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tickets.models.ticket import Ticket


class AttachmentPurpose(models.TextChoices):
    EVIDENCE = "evidence", _("Evidence")
    SIGNATURE = "signature", _("Signed record (U-34)")
    RECORDING = "recording", _("Recording")
    CASE_ORIGINAL = "case_original", _("Original of the case")
    REGULATOR_REPLY = "regulator_reply", pgettext_lazy("file", "Reply to the regulator")
    MEDIATION = "mediation", _("Mediation opinion")
    PROOF = "proof", _("Proof")


def storage_name(attachment: Attachment, filename: str) -> str:
    """A name that says nothing: neither the customer's file name nor a guessable path reaches the disk."""
    token = uuid.uuid4().hex
    return f"attachments/{token[:2]}/{token}"


class KeptManager(models.Manager["Attachment"]):
    """Files that are still there."""

    def get_queryset(self) -> models.QuerySet[Attachment]:
        """Without those that were removed."""
        return super().get_queryset().filter(removed_at=None)


class Attachment(models.Model):
    """One file. `content_type` is what its content says, never what the sender said.

    Of a removed one the row stays for the record, with its hash and without file and name; lists do not show it.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="attachments")
    purpose = models.CharField(_("purpose"), max_length=16, choices=AttachmentPurpose.choices)
    file = models.FileField(upload_to=storage_name)
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = KeptManager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("ticket_id", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(removed_at=None, removed_by=None) & ~models.Q(file="")
                | models.Q(removed_at__isnull=False, removed_by__isnull=False, file="", name=""),
                name="attachment_removed_complete",
            )
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk} of ticket {self.ticket_id}"

    @property
    def shown_as(self) -> str:
        """How a page shows it in place: "audio", "picture", "page" for what opens beside the page, "" for what is
        saved first. AMR is a recording that no browser plays."""
        if self.content_type.startswith("audio/") and self.content_type != "audio/amr":
            return "audio"
        if self.content_type.startswith("image/"):
            return "picture"
        return "page" if self.content_type == "application/pdf" else ""
