"""What the customer is told and asked: final answers, interim replies and revisits (model 7)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket
from tickets.states import ClosureCode


class AnswerMode(models.TextChoices):
    """How the customer is told (U-43)."""

    PHONE = "phone", _("Phone")
    VISIT = "visit", _("In person")
    LETTER = "letter", _("Letter")
    FAX = "fax", _("Fax")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")


class Attitude(models.TextChoices):
    """How the customer took the answer (U-43)."""

    SATISFIED = "satisfied", _("Satisfied")
    ACCEPTS = "accepts", _("Accepts")
    NEUTRAL = "neutral", _("Neither accepts nor refuses")
    REFUSES = "refuses", _("Does not accept")
    NOT_REACHED = "not_reached", _("Not reached")


class Satisfaction(models.TextChoices):
    """The overall word of a revisit (model 7)."""

    VERY_SATISFIED = "very_satisfied", _("Very satisfied")
    SATISFIED = "satisfied", _("Satisfied")
    FAIR = "fair", _("Fair")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")
    VERY_DISSATISFIED = "very_dissatisfied", _("Very dissatisfied")


DISSATISFIED = frozenset({Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED})


class RevisitResult(models.TextChoices):
    REACHED = "reached", _("Reached")
    UNREACHABLE = "unreachable", _("Not reached")


class Answer(models.Model):
    """The final answer of a round (答复, U-14). Unreachable customers have the failed attempts listed instead."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="answers")
    round = models.PositiveSmallIntegerField(_("round"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    mode = models.CharField(_("how"), max_length=8, choices=AnswerMode.choices)
    person_told = models.CharField(_("person told"), max_length=64, blank=True)
    content = models.TextField(_("result or explanation told"), max_length=4000)
    attitude = models.CharField(_("customer's attitude"), max_length=16, choices=Attitude.choices)
    closure_code = models.CharField(_("closure code"), max_length=16, choices=ClosureCode.choices)
    plan = models.TextField(_("plan"), max_length=2000, blank=True)
    promised_for = models.DateTimeField(_("promised for"), null=True, blank=True)
    is_on_spot = models.BooleanField(_("on the spot"), default=False)
    clearance = models.CharField(max_length=8, blank=True)  # approved or refused, where a clearance was due

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ("ticket_id", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(closure_code=ClosureCode.UNRESOLVED) | (Q(promised_for__isnull=False) & ~Q(plan="")),
                name="answer_unresolved_has_plan",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk} to ticket {self.ticket_id}"


class InterimReply(models.Model):
    """A progress message before the final answer (回复, U-15, U-44). It closes nothing."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="interim_replies")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # null: the system
    mode = models.CharField(_("how"), max_length=8, choices=AnswerMode.choices)
    content = models.TextField(_("what was told"), max_length=2000)
    promised_for = models.DateTimeField(_("new promise"), null=True, blank=True)

    class Meta:
        verbose_name = _("interim reply")
        verbose_name_plural = _("interim replies")
        ordering = ("ticket_id", "id")

    def __str__(self) -> str:
        return f"interim reply {self.pk} to ticket {self.ticket_id}"


_SCORE = [MinValueValidator(1), MaxValueValidator(5)]


class Rating(models.Model):
    """What the customer says through the one-time link of an answer (SM-09); empty until then. The link's token is
    kept as a hash only."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="ratings")
    answer = models.OneToOneField(Answer, models.CASCADE, related_name="rating")
    token_hash = models.CharField(max_length=64, unique=True)
    score = models.PositiveSmallIntegerField(_("score"), null=True, validators=_SCORE)
    words = models.TextField(_("what the customer wrote"), max_length=500, blank=True)
    rated_at = models.DateTimeField(_("rated at"), null=True)

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ("ticket_id", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(score__range=(1, 5), rated_at__isnull=False)
                | Q(score__isnull=True, words="", rated_at__isnull=True),
                name="rating_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"rating {self.pk} of ticket {self.ticket_id}"


class RevisitAttempt(models.Model):
    """One call after closing (U-45). Unreachable is not satisfied."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="revisit_attempts")
    round = models.PositiveSmallIntegerField(_("round"))
    number = models.PositiveSmallIntegerField(_("attempt"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    result = models.CharField(_("result"), max_length=16, choices=RevisitResult.choices)
    is_solved = models.BooleanField(_("solved?"), null=True, blank=True)
    speed = models.PositiveSmallIntegerField(_("speed"), null=True, blank=True, validators=_SCORE)
    attitude = models.PositiveSmallIntegerField(_("attitude"), null=True, blank=True, validators=_SCORE)
    outcome = models.PositiveSmallIntegerField(_("outcome"), null=True, blank=True, validators=_SCORE)
    satisfaction = models.CharField(_("overall"), max_length=20, choices=Satisfaction.choices, blank=True)
    remark = models.TextField(_("what the customer said"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("revisit attempt")
        verbose_name_plural = _("revisit attempts")
        ordering = ("ticket_id", "id")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "round", "number"], name="revisit_attempt_once"),
            models.CheckConstraint(
                condition=(Q(result=RevisitResult.REACHED) & ~Q(satisfaction=""))
                | Q(result=RevisitResult.UNREACHABLE, satisfaction=""),
                name="revisit_satisfaction_iff_reached",
            ),
        ]

    def __str__(self) -> str:
        return f"revisit {self.number} of ticket {self.ticket_id}"
