"""Whose fault a matter was (责任认定): proposed by the units, adjudicated, contested at most once (U-07f, U-58)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organization.models import Unit
from tickets.models.scheme import DictionaryEntry
from tickets.models.ticket import Ticket
from tickets.states import CLOSED, Stage, Status


class Attribution(models.TextChoices):
    """With whom the cause lies (责任归属). Only what lies with the company is shared out among its units."""

    COMPANY = "company", _("The company")
    CUSTOMER = "customer", pgettext_lazy("attribution", "The customer")
    PARTNER = "partner", _("A partner")
    OTHER_OPERATOR = "other_operator", _("Another operator")
    OUTSIDE = "outside", _("Outside causes")


class ResponsibilityStatus(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("responsibility", "Proposed")
    ADJUDICATED = "adjudicated", _("Adjudicated")
    CONTESTED = "contested", _("Contested")
    FINAL = "final", pgettext_lazy("responsibility", "Final")


class FindingStep(models.TextChoices):
    """On whose word it stands: a unit's, the adjudicator's, or what came of the contest."""

    PROPOSAL = "proposal", _("Proposal")
    ADJUDICATION = "adjudication", _("Adjudication")
    SETTLEMENT = "settlement", _("Decision on the contest")


# From handling on until the ticket is archived; what was concluded rests on it and stands.
FOUND_IN = frozenset(
    {
        Status.HANDLING,
        Status.PENDING_REVIEW,
        Status.PENDING_ANSWER,
        Status.PENDING_REPLY,
        Status.PENDING_CLEARANCE,
        *CLOSED,
    }
) - {Status.CONCLUDED, Status.ARCHIVED}
TO_JUDGE = sorted({ResponsibilityStatus.PROPOSED, ResponsibilityStatus.CONTESTED})
_CONTESTED = sorted({ResponsibilityStatus.CONTESTED, ResponsibilityStatus.FINAL})


def _person(**options: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, **options)


class Responsibility(models.Model):
    """Whose fault one round of a ticket was, and how far that is settled. What was found stands in its findings."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="responsibilities", db_index=False)
    round = models.PositiveSmallIntegerField(_("round"))
    status = models.CharField(
        _("state"), max_length=16, choices=ResponsibilityStatus.choices, default=ResponsibilityStatus.PROPOSED
    )
    contested_at = models.DateTimeField(null=True)
    contested_by = _person(null=True)
    contested_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    contest_ground = models.TextField(_("ground of the contest"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        ordering = ("ticket_id", "round")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "round"], name="responsibility_once_a_round"),
            models.CheckConstraint(
                condition=Q(
                    status__in=_CONTESTED,
                    contested_at__isnull=False,
                    contested_by__isnull=False,
                    contested_unit__isnull=False,
                )
                & ~Q(contest_ground="")
                | Q(
                    contested_at__isnull=True,
                    contested_by__isnull=True,
                    contested_unit__isnull=True,
                    contest_ground="",
                )
                & ~Q(status__in=_CONTESTED),
                name="responsibility_contested_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["ticket"], condition=Q(status__in=TO_JUDGE), name="responsibility_to_judge"),
        ]

    def __str__(self) -> str:
        return f"responsibility for round {self.round} of ticket {self.ticket_id}"

    @property
    def proposals(self) -> list[ResponsibilityFinding]:
        """What each unit proposes, its earlier words left out."""
        return [one for one in self.findings.all() if one.step == FindingStep.PROPOSAL and not one.is_superseded]

    @property
    def adjudication(self) -> ResponsibilityFinding | None:
        """What was adjudicated, whatever came of a contest."""
        return self._found(FindingStep.ADJUDICATION)

    @property
    def settlement(self) -> ResponsibilityFinding | None:
        """What came of the contest."""
        return self._found(FindingStep.SETTLEMENT)

    @property
    def standing(self) -> ResponsibilityFinding | None:
        """What holds now; None while it is only proposed."""
        return self.settlement or self.adjudication

    def _found(self, step: FindingStep) -> ResponsibilityFinding | None:
        return next((one for one in self.findings.all() if one.step == step), None)


class ResponsibilityFinding(models.Model):
    """What somebody found, in the name of a unit. Never changed: who proposes again supersedes what the unit said."""

    responsibility = models.ForeignKey(Responsibility, models.CASCADE, related_name="findings")
    step = models.CharField(_("step"), max_length=16, choices=FindingStep.choices)
    attribution = models.CharField(_("attribution"), max_length=16, choices=Attribution.choices)
    cause = models.ForeignKey(
        DictionaryEntry, models.PROTECT, null=True, related_name="+", verbose_name=_("cause"), db_index=False
    )
    ground = models.TextField(pgettext_lazy("finding", "ground"), max_length=1000)
    by = _person()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    is_superseded = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("finding on responsibility")
        verbose_name_plural = _("findings on responsibility")
        ordering = ("responsibility_id", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["responsibility", "unit"],
                condition=Q(step=FindingStep.PROPOSAL, is_superseded=False),
                name="responsibility_one_proposal_per_unit",
            ),
            models.UniqueConstraint(
                fields=["responsibility", "step"],
                condition=~Q(step=FindingStep.PROPOSAL),
                name="responsibility_decided_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} on responsibility {self.responsibility_id}"


class ResponsibilityShare(models.Model):
    """The part that one unit bears, of what kind (责任类别), and at which stage it failed (U-58)."""

    finding = models.ForeignKey(ResponsibilityFinding, models.CASCADE, related_name="shares")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    liability_class = models.CharField(_("liability class"), max_length=64, blank=True)
    stage = models.CharField(_("stage"), max_length=16, choices=Stage.choices, blank=True)
    percent = models.PositiveSmallIntegerField(_("share in percent"))

    class Meta:
        verbose_name = _("share of responsibility")
        verbose_name_plural = _("shares of responsibility")
        ordering = ("finding_id", "id")
        constraints = [
            models.CheckConstraint(condition=Q(percent__range=(1, 100)), name="responsibility_share_range"),
            models.UniqueConstraint(
                fields=["finding", "unit", "liability_class", "stage"], name="responsibility_share_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % of finding {self.finding_id}"
