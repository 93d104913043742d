"""Stage clocks and the working-day overrides they are computed with."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from organization.models import Unit
from tickets.models.ticket import Ticket
from tickets.models.work_order import WorkOrder
from tickets.states import Outcome, Stage


class StageClock(models.Model):
    """One timed passage of a ticket through a stage (model 4). A stopped clock is never changed again.

    `limit` is the limit as applied, copied in; null for a promised date. `counted_seconds` is what had run when
    the clock stopped, in the limit's own unit of counting, pauses left out. `alerted` counts the steps of the scheme's
    alert chain that were raised since `schedule` last rose (with an extension); `next_alert_at` is when the next one
    is due, null where none is left, while it is paused and once it has stopped. `fault` says why the sweep had to set
    the row aside. `allowed_seconds` is what a further attempt got, in the limit's own counting. `pauses` are those that
    ended, as pairs of instants; `paused_at` is when the one that lasts began. `calendar_version` is empty where all
    time counts. `original_due_at` is when it would be due without extensions.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="clocks")
    stage = models.CharField(_("stage"), max_length=16, choices=Stage.choices)
    round = models.PositiveSmallIntegerField(_("round"))
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    work_order = models.ForeignKey(WorkOrder, models.CASCADE, null=True, related_name="clocks")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    limit = models.JSONField(_("limit"), null=True)
    rule = models.CharField(_("rule"), max_length=64)
    calendar_version = models.CharField(max_length=32, blank=True)
    is_provisional = models.BooleanField(default=False)
    is_pausable = models.BooleanField(default=True)
    started_at = models.DateTimeField(_("started"))
    warn_at = models.DateTimeField(_("warning"))
    due_at = models.DateTimeField(_("due"))
    original_due_at = models.DateTimeField(_("due at first"))
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    counted_seconds = models.PositiveBigIntegerField(null=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, default=Outcome.RUNNING)
    allowed_seconds = models.PositiveBigIntegerField(null=True)
    pauses = models.JSONField(default=list)
    paused_at = models.DateTimeField(_("paused"), null=True)
    schedule = models.PositiveSmallIntegerField(default=1)
    alerted = models.PositiveSmallIntegerField(default=0)
    next_alert_at = models.DateTimeField(_("next alert"), null=True)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("stage clock")
        verbose_name_plural = _("stage clocks")
        ordering = ("ticket_id", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "stage", "round", "attempt"],
                condition=Q(work_order__isnull=True),
                name="clock_passage_once",
            ),
            models.UniqueConstraint(
                fields=["work_order", "stage", "round", "attempt"],
                condition=Q(work_order__isnull=False),
                name="clock_order_passage_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.RUNNING, stopped_at__isnull=True, counted_seconds__isnull=True)
                | (~Q(outcome=Outcome.RUNNING) & Q(stopped_at__isnull=False, counted_seconds__isnull=False)),
                name="clock_stopped_complete",
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("started_at")), name="clock_due_after_start"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.RUNNING) | Q(paused_at__isnull=True, next_alert_at__isnull=True),
                name="clock_stopped_is_quiet",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(is_pausable=True, next_alert_at__isnull=True),
                name="clock_paused_is_quiet",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(outcome=Outcome.RUNNING), name="clock_running_due"),
            models.Index(
                fields=["next_alert_at", "id"], condition=Q(next_alert_at__isnull=False), name="clock_to_alert"
            ),
            models.Index(
                fields=["unit", "calendar_version", "id"],
                condition=Q(outcome=Outcome.RUNNING, calendar_version__gt=""),
                name="clock_on_calendar",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} of ticket {self.ticket_id}, round {self.round}"


class WorkdayOverride(models.Model):
    """A day that an administrator declares working or off, both ways, for a unit's subtree or for all (model 4)."""

    day = models.DateField(_("day"))
    is_working = models.BooleanField(_("working day"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    note = models.CharField(_("ground"), max_length=200)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("calendar override")
        verbose_name_plural = _("calendar overrides")
        ordering = ("day",)
        constraints = [
            models.UniqueConstraint(fields=["day"], condition=Q(unit__isnull=True), name="workday_override_once"),
            models.UniqueConstraint(fields=["day", "unit"], name="workday_override_once_per_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {_('working day') if self.is_working else _('day off')}"
