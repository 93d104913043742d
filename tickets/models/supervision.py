"""Alerts, supervision orders (督办单) and what triggered them (model 6). All of it is record and feeds assessment."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organization.models import Unit
from tickets.models.clock import StageClock
from tickets.models.ticket import Ticket
from tickets.models.work_order import WorkOrder
from tickets.querysets import SupervisionQuerySet
from tickets.states import Grade


class Trigger(models.TextChoices):
    """Why a supervision order was issued (U-02 for those by hand)."""

    THRESHOLD = "threshold", _("Time limit")
    CHASE = "chase", pgettext_lazy("trigger", "Chased")
    BOUNCES = "bounces", _("Bounced too often")
    REPEAT = "repeat", _("Repeat complaint")
    REGULATOR = "regulator", _("Regulator")
    KEY = "key", _("Key problem")
    DIFFICULT = "difficult", _("Difficult problem")
    MISHANDLED = "mishandled", _("Not handled by the rules")


class SupervisionStatus(models.TextChoices):
    ISSUED = "issued", pgettext_lazy("supervision", "Issued")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    REPLIED = "replied", pgettext_lazy("supervision", "Replied")
    JUDGED = "judged", _("Judged")


class Verdict(models.TextChoices):
    SATISFACTORY = "satisfactory", _("Handled properly")
    UNSATISFACTORY = "unsatisfactory", _("Not handled properly")
    UNFOUNDED = "unfounded", _("Issued without cause")


SUPERVISION_OPEN = (SupervisionStatus.ISSUED, SupervisionStatus.ACKNOWLEDGED)


class SupervisionOrder(models.Model):
    """A demand on one unit about one ticket. While one is unanswered, later triggers join it instead of adding more.

    `issued_by` is null for the system. `reply_due_at` is its own clock; `reply_alerted_at` says that its silence was
    reported, once.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="supervisions")
    seq = models.PositiveSmallIntegerField()
    clock = models.ForeignKey(StageClock, models.SET_NULL, null=True, related_name="+")
    work_order = models.ForeignKey(WorkOrder, models.SET_NULL, null=True, related_name="supervisions")
    grade = models.CharField(_("grade"), max_length=16, choices=Grade.choices)
    trigger = models.CharField(_("trigger"), max_length=16, choices=Trigger.choices)
    target_unit = models.ForeignKey(Unit, models.PROTECT, related_name="supervisions", verbose_name=_("unit"))
    target_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    cc_units = models.ManyToManyField(Unit, related_name="+", verbose_name=_("copies to"))
    status = models.CharField(
        _("state"), max_length=16, choices=SupervisionStatus.choices, default=SupervisionStatus.ISSUED
    )
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(_("issued"))
    demand = models.CharField(_("demand"), max_length=1000, blank=True)
    reply_due_at = models.DateTimeField(_("reply due"))
    reply_alerted_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reply = models.TextField(_("reply"), max_length=2000, blank=True)
    judged_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict.choices, blank=True)
    verdict_note = models.CharField(max_length=400, blank=True)
    score = models.SmallIntegerField(_("score"), null=True)

    objects: ClassVar[SupervisionQuerySet] = SupervisionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("supervision order")
        verbose_name_plural = _("supervision orders")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="supervision_seq_once"),
            models.UniqueConstraint(
                fields=["ticket", "target_unit"],
                condition=Q(status__in=SUPERVISION_OPEN),
                name="supervision_one_open_per_unit",
            ),
            models.CheckConstraint(
                condition=Q(status=SupervisionStatus.JUDGED, judged_at__isnull=False, judged_by__isnull=False)
                | (~Q(status=SupervisionStatus.JUDGED) & Q(judged_at__isnull=True, judged_by__isnull=True)),
                name="supervision_judged_complete",
            ),
            models.CheckConstraint(
                condition=Q(status__in=SUPERVISION_OPEN, replied_at__isnull=True)
                | (~Q(status__in=SUPERVISION_OPEN) & Q(replied_at__isnull=False, replied_by__isnull=False))
                | Q(status=SupervisionStatus.JUDGED),
                name="supervision_replied_complete",
            ),
        ]
        indexes = [
            models.Index(
                fields=["reply_due_at"],
                condition=Q(status__in=SUPERVISION_OPEN, reply_alerted_at__isnull=True),
                name="supervision_reply_due",
            ),
            models.Index(fields=["status", "reply_due_at", "id"], name="supervision_list"),
        ]

    def __str__(self) -> str:
        return f"supervision {self.seq} of ticket {self.ticket_id}"

    @property
    def is_unanswered(self) -> bool:
        return self.status in SUPERVISION_OPEN

    def rise_to(self, grade: Grade) -> None:
        """Take the grade where it is the higher one."""
        self.grade = max(Grade(self.grade), grade, key=lambda one: one.rank)

    @property
    def number(self) -> str:
        """The ticket's number and a counter of its own, such as C20261123-000001-5/D1."""
        return f"{self.ticket.number}/D{self.seq}"


class Alert(models.Model):
    """One threshold of one clock was reached; raised once for ever per schedule, whatever crashes or runs twice.

    `reached_at` is when the threshold was reached, `raised_at` when the sweep saw it; `is_late` where that was more
    than the sweep's own pace after it (an outage).
    """

    clock = models.ForeignKey(StageClock, models.CASCADE, related_name="alerts")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="alerts")
    threshold = models.DecimalField(_("threshold"), max_digits=4, decimal_places=2)
    schedule = models.PositiveSmallIntegerField()
    grade = models.CharField(_("grade"), max_length=16, choices=Grade.choices)
    reached_at = models.DateTimeField(_("reached"))
    raised_at = models.DateTimeField(_("raised"))
    is_late = models.BooleanField(_("raised late"), default=False)
    supervision = models.ForeignKey(SupervisionOrder, models.SET_NULL, null=True, related_name="alerts")

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["clock", "threshold", "schedule"], name="alert_once"),
        ]

    def __str__(self) -> str:
        return f"{self.threshold} of clock {self.clock_id}"


class SupervisionTrigger(models.Model):
    """One reason that led to a supervision order or joined an open one: a threshold, a chase (催单, M-02), a person."""

    supervision = models.ForeignKey(SupervisionOrder, models.CASCADE, related_name="triggers")
    trigger = models.CharField(max_length=16, choices=Trigger.choices)
    grade = models.CharField(max_length=16, choices=Grade.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    alert = models.OneToOneField(Alert, models.CASCADE, null=True, related_name="trigger")
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        verbose_name = _("trigger of a supervision order")
        verbose_name_plural = _("triggers of supervision orders")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.trigger} of supervision {self.supervision_id}"
