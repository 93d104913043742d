"""Goodwill remedies (服务补救, U-48): granted at once within somebody's authority, else asked for and decided."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organization.models import Unit
from tickets.models.ticket import Ticket
from tickets.models.time import Decision, Request, RequestQuerySet

RENT_WAIVER = "rent_waiver"


def _person(**options: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, **options)


class RemedyQuerySet(RequestQuerySet):
    """Remedies."""

    def granted(self) -> Self:
        """Those that were granted and not taken back."""
        return self.filter(decision=Decision.APPROVED, taken_back_at=None)


class Remedy(Request):
    """So much of a remedy for a customer; `kind` is a code of the scheme, `amount` counts in its unit (yuan, days,
    months).

    What lies within the authority of who asks is granted in the same step; `decider` is the role whose authority the
    amount needs, `granted_as` the one on whose authority it was granted. `covers_*` is the time of a waived rent.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="remedies")
    kind = models.CharField(_("remedy"), max_length=64)
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2)
    covers_from = models.DateTimeField(_("from"), null=True)
    covers_to = models.DateTimeField(_("to"), null=True)
    decider = models.CharField(max_length=32, blank=True)
    granted_as = models.CharField(_("authority"), max_length=32, blank=True)
    granted_in = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("unit"))
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = _person(null=True)
    used_at = models.DateTimeField(null=True)
    used_by = _person(null=True)

    objects: ClassVar[RemedyQuerySet] = RemedyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("remedy")
        verbose_name_plural = _("remedies")
        ordering = ("ticket_id", "id")
        indexes = [
            models.Index(fields=["decided_at", "id"], condition=Q(decision=Decision.APPROVED), name="remedy_granted")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="remedy_amount_positive"),
            models.CheckConstraint(
                condition=Q(covers_from__isnull=True, covers_to__isnull=True) | Q(covers_to__gt=F("covers_from")),
                name="remedy_period_forward",
            ),
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(kind=RENT_WAIVER, decision=Decision.APPROVED, taken_back_at__isnull=True),
                name="remedy_kind_once",
            ),
            models.CheckConstraint(
                condition=Q(decision=Decision.APPROVED, decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(granted_as="")
                | ~Q(decision=Decision.APPROVED) & Q(granted_as="", taken_back_at__isnull=True, used_at__isnull=True),
                name="remedy_granted_complete",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(taken_back_at__isnull=True), name="remedy_used_or_taken_back"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on ticket {self.ticket_id}"

    @property
    def is_undone(self) -> bool:
        """Whether it is granted and nothing has come of it yet: it may be taken back."""
        return self.decision == Decision.APPROVED and self.taken_back_at is None and self.used_at is None

    @property
    def state(self) -> str:
        """What became of it, in words."""
        if self.taken_back_at is not None:
            return str(pgettext_lazy("remedy", "Taken back"))
        if self.used_at is not None:
            return str(pgettext_lazy("remedy", "Carried out"))
        return str(_DECIDED[Decision(self.decision)])


_DECIDED = {
    Decision.ASKED: pgettext_lazy("remedy", "Asked for"),
    Decision.APPROVED: pgettext_lazy("remedy", "Granted"),
    Decision.REFUSED: pgettext_lazy("remedy", "Refused"),
    Decision.LAPSED: pgettext_lazy("remedy", "Lapsed"),
}
