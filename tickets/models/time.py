"""What moves a due time by agreement: the pause and the extension (model 4), asked for and decided by two people."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organization.models import Unit
from tickets.models.clock import StageClock
from tickets.models.ticket import Ticket
from tickets.models.work_order import WorkOrder


def _person(**options: Any) -> Any:
    # People are never deleted and nothing is searched by who asked: no index to keep up.
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, **options)


class Decision(models.TextChoices):
    """What became of something asked for."""

    ASKED = "asked", _("Asked for")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    LAPSED = "lapsed", _("Lapsed")  # its clock or its ticket ended before anybody decided


class RequestQuerySet(models.QuerySet[Any]):
    """What was asked for."""

    def asked(self) -> Self:
        """Those that wait for a decision."""
        return self.filter(decision=Decision.ASKED)


class PauseQuerySet(RequestQuerySet):
    """Pauses."""

    def lasting(self) -> Self:
        """Those that were approved and have not ended."""
        return self.filter(decision=Decision.APPROVED, ended_at=None)


class Request(models.Model):
    """Something about time that one person asks for, on a ground, and another decides."""

    ground = models.CharField(_("ground"), max_length=400)
    decision = models.CharField(_("decision"), max_length=16, choices=Decision.choices, default=Decision.ASKED)
    asked_by = _person()
    asked_at = models.DateTimeField()
    decided_by = _person(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=400, blank=True)

    class Meta:
        abstract = True


class PauseReason(models.TextChoices):
    CUSTOMER = "customer", _("Waiting for the customer")
    THIRD_PARTY = "third_party", _("Waiting for a third party")


class Pause(Request):
    """The clocks of a ticket stand still (挂起) from `started_at`, the approval, until `ended_at`.

    `until` is when they go on by themselves at the latest; `ended_at` is null while the pause lasts.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="pauses")
    reason = models.CharField(_("reason"), max_length=16, choices=PauseReason.choices)
    until = models.DateTimeField(_("until"))
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = _person(null=True)

    objects: ClassVar[PauseQuerySet] = PauseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ("ticket_id", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(decision=Decision.ASKED) | Q(decision=Decision.APPROVED, ended_at__isnull=True),
                name="pause_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decision=Decision.APPROVED, started_at__isnull=False)
                | (~Q(decision=Decision.APPROVED) & Q(started_at__isnull=True, ended_at__isnull=True)),
                name="pause_starts_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="pause_forward"
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"],
                condition=Q(decision=Decision.APPROVED, ended_at__isnull=True),
                name="pause_to_end",
            ),
        ]

    def __str__(self) -> str:
        return f"pause {self.pk} of ticket {self.ticket_id}"


class Extension(Request):
    """More time for one clock (延期, U-44): asked for before it is due, approved by the tier the scheme names."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="extensions")
    clock = models.ForeignKey(StageClock, models.CASCADE, related_name="extensions")
    work_order = models.ForeignKey(WorkOrder, models.CASCADE, null=True, related_name="extensions")
    due_before = models.DateTimeField(_("due before"))
    due_asked = models.DateTimeField(_("new due time"))

    objects: ClassVar[RequestQuerySet] = RequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ("ticket_id", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(decision=Decision.ASKED), name="extension_one_asked_for"
            ),
            models.CheckConstraint(condition=Q(due_asked__gt=F("due_before")), name="extension_forward"),
            models.CheckConstraint(condition=Q(asked_at__lte=F("due_before")), name="extension_asked_in_time"),
        ]

    def __str__(self) -> str:
        return f"extension {self.pk} of clock {self.clock_id}"


class DelayFinding(models.Model):
    """Who was responsible for a late stage, found by a supervisor (U-47, feeds assessment)."""

    clock = models.OneToOneField(StageClock, models.CASCADE, related_name="finding")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="delay_findings")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("unit responsible"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person responsible")
    )
    is_excused = models.BooleanField(_("nobody's fault"), default=False)
    ground = models.CharField(_("ground"), max_length=400)
    found_by = _person()
    found_at = models.DateTimeField()

    class Meta:
        verbose_name = _("finding on a delay")
        verbose_name_plural = _("findings on delays")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_excused=True, unit__isnull=True, user__isnull=True)
                | Q(is_excused=False, unit__isnull=False),
                name="delay_finding_names_a_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"finding on clock {self.clock_id}"
