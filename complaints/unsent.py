"""What somebody has typed of a call and not sent yet (desk.md, Shared parts): no ticket, no number, no event."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class UnsentCall(models.Model):
    """One opened intake form as it stands, for who typed it alone. It holds contact data: it goes when the form is sent
    or thrown away, and after a day.

    `form_id` is made by the browser's page; `subject` the number of the draft that is filled in, empty for a new
    complaint. What is done keeps its row for that day without any content, so that a late save does not bring it back.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    form_id = models.UUIDField()
    subject = models.CharField(max_length=24, blank=True)
    typed = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_index=True)
    is_done = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[UnsentCall]] = models.Manager()

    class Meta:
        verbose_name = _("unsent call")
        verbose_name_plural = _("unsent calls")
        constraints = [models.UniqueConstraint(fields=["user", "form_id"], name="unsent_call_once")]

    def __str__(self) -> str:
        return f"unsent call {self.pk}"
