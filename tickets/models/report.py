"""What a province reports to the group on a ticket that the group gave it (两级处理, U-09, U-07c)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organization.models import Unit
from tickets.models.replies import Answer
from tickets.models.ticket import Ticket


class ReportVerdict(models.TextChoices):
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", pgettext_lazy("report", "Returned")


class Report(models.Model):
    """One version of the report, with what its reviewer said. Versions that were returned stay as they were (U-90).

    `answer` is what the customer was told; none where the customer was not reached, or for an objection, whose `ground`
    is a code of the scheme.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="reports")
    round = models.PositiveSmallIntegerField(_("round"))
    version = models.PositiveSmallIntegerField(_("version"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("reported by"))
    at = models.DateTimeField(_("reported at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ground = models.CharField(_("ground of the objection"), max_length=32, blank=True)
    investigation = models.TextField(_("what was found"), max_length=4000, blank=True)
    result = models.TextField(_("result"), max_length=4000)
    customer_told = models.TextField(_("how the customer was answered"), max_length=4000, blank=True)
    measures = models.TextField(_("what will be put right"), max_length=4000, blank=True)
    answer = models.ForeignKey(Answer, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=8, choices=ReportVerdict.choices, blank=True)
    remark = models.TextField(_("the reviewer's remark"), max_length=2000, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ("ticket_id", "version")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "version"], name="report_version_once"),
            models.CheckConstraint(
                condition=Q(verdict="", reviewed_at__isnull=True, reviewed_by__isnull=True)
                | (~Q(verdict="") & Q(reviewed_at__isnull=False, reviewed_by__isnull=False)),
                name="report_reviewed_complete",
            ),
            models.CheckConstraint(
                condition=~Q(verdict=ReportVerdict.RETURNED) | ~Q(remark=""), name="report_returned_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.version} on ticket {self.ticket_id}"
