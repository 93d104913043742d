"""What holds for a time: roles, liaison officers, absences."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from organization.models.units import Unit
from organization.querysets import DatedQuerySet
from organization.roles import Role


class Dated(models.Model):
    """Holds from a first to a last Shanghai day, both included; without a last day, until further notice."""

    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="%(class)s_ends_not_before_start",
            ),
        ]

    def holds_on(self, day: date) -> bool:
        """Whether the row holds on the given Shanghai day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def shares_day_with(self, other: Dated) -> bool:
        """Whether there is a day on which both rows hold."""
        later = max(self.starts_on, other.starts_on)
        return self.holds_on(later) and other.holds_on(later)


class Membership(Dated):
    """A role of a user in a unit; its scope is that unit and everything below it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.PROTECT, related_name="memberships"
    )
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=32, choices=Role.choices)

    history = HistoricalRecords()

    class Meta(Dated.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            models.UniqueConstraint(
                fields=["user", "unit", "role"], condition=Q(ends_on__isnull=True), name="membership_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {Role(self.role).label} · {self.unit}"


class LiaisonTerm(Dated):
    """The named liaison officer (联系责任人) of a unit; every change is dated and kept (U-90)."""

    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="liaison_terms")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.PROTECT, related_name="liaison_terms"
    )

    history = HistoricalRecords()

    class Meta(Dated.Meta):
        verbose_name = _("liaison term")
        verbose_name_plural = _("liaison terms")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["unit"], condition=Q(ends_on__isnull=True), name="liaisonterm_one_open_per_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.user}"


class Absence(models.Model):
    """A user away from `starts_at` until just before `ends_at`; the deputy acts for them meanwhile."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.PROTECT, related_name="absences"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("deputy"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deputised_absences",
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")), name="absence_deputy_is_another"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    def runs_at(self, instant: datetime) -> bool:
        """Whether the absence runs at the instant; its end is the instant of the return."""
        return self.starts_at <= instant < self.ends_at
