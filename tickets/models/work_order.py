"""Work orders: what carries a ticket to a unit and its result back (model 5)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from organization.models import Unit
from tickets.models.ticket import Ticket
from tickets.querysets import WorkOrderQuerySet
from tickets.states import ORDER_ENDED, OrderRole, OrderStatus, Origin

O = OrderStatus  # noqa: E741 - the transition table reads better with one letter
_SIGNED = sorted({O.HANDLING, O.PENDING_REVIEW, O.REPLIED, O.ACCEPTED, O.RETURN_REQUESTED, O.RETURNED})
_ANSWERED = sorted({O.PENDING_REVIEW, O.REPLIED, O.ACCEPTED})


def _maybe_actor() -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)


class WorkOrder(models.Model):
    """A unit's order to handle a ticket. A child order's result goes to the unit of its parent (U-41)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="work_orders", db_index=False)
    seq = models.PositiveSmallIntegerField(_("no."))
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    role = models.CharField(_("part"), max_length=8, choices=OrderRole.choices, default=OrderRole.LEAD)
    origin = models.CharField(_("origin"), max_length=16, choices=Origin.choices, default=Origin.DISPATCH)
    status = FSMField(_("state"), max_length=24, choices=OrderStatus.choices, default=OrderStatus.SENT, protected=True)
    version = models.PositiveIntegerField(default=1)
    round = models.PositiveSmallIntegerField(_("round"))
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="work_orders", verbose_name=_("unit"), db_index=False)
    province = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    city = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="work_orders", verbose_name=_("assignee")
    )
    demand = models.TextField(_("demand"), max_length=2000, blank=True)
    sent_at = models.DateTimeField(_("sent at"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    signed_at = models.DateTimeField(_("signed at"), null=True)
    signed_by = _maybe_actor()
    replied_at = models.DateTimeField(_("replied at"), null=True)
    replied_by = _maybe_actor()
    ended_at = models.DateTimeField(_("ended at"), null=True)
    is_superseded = models.BooleanField(default=False)  # its accepted result was rejected later on
    return_reason = models.CharField(_("reason for return"), max_length=32, blank=True)
    return_note = models.TextField(_("explanation of the return"), max_length=2000, blank=True)
    proper_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("proper owner"))

    objects: ClassVar[WorkOrderQuerySet] = WorkOrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        ordering = ("ticket_id", "seq")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="order_seq_once"),
            models.CheckConstraint(
                condition=Q(status=O.RECALLED)
                | Q(status=O.SENT, signed_at__isnull=True, signed_by__isnull=True)
                | Q(status__in=_SIGNED, signed_at__isnull=False, signed_by__isnull=False),
                name="order_signed_complete",
            ),
            models.CheckConstraint(
                condition=Q(status=O.RECALLED)
                | Q(status__in=_ANSWERED, replied_at__isnull=False, replied_by__isnull=False)
                | (~Q(status__in=_ANSWERED) & Q(replied_at__isnull=True, replied_by__isnull=True)),
                name="order_replied_complete",
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(ORDER_ENDED), ended_at__isnull=False)
                | (~Q(status__in=sorted(ORDER_ENDED)) & Q(ended_at__isnull=True)),
                name="order_ended_at",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "status", "ticket"], name="order_pool_unit"),
            models.Index(fields=["province", "ticket"], name="order_province"),
            models.Index(fields=["city", "ticket"], name="order_city"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}-{self.seq}"

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Reload; see `Ticket.refresh_from_db`."""
        self.__dict__.pop("status", None)
        super().refresh_from_db(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        return self.status not in ORDER_ENDED

    # Transitions set columns only; `tickets.services.orders` does the rest.

    @transition("status", source=O.SENT, target=O.HANDLING)
    def sign(self, step: Any) -> None:
        self._sign(step)

    @transition("status", source=O.HANDLING, target=O.PENDING_REVIEW)
    def reply_for_review(self, step: Any) -> None:
        self._answer(step)

    @transition("status", source=O.HANDLING, target=O.REPLIED)
    def reply(self, step: Any) -> None:
        self._answer(step)

    @transition("status", source=O.PENDING_REVIEW, target=O.REPLIED)
    def approve(self, step: Any) -> None:
        """The director lets the reply out (主任审核, M-01)."""

    @transition("status", source=O.PENDING_REVIEW, target=O.HANDLING)
    def refuse(self, step: Any) -> None:
        self._take_back_reply()

    @transition("status", source=O.REPLIED, target=O.ACCEPTED)
    def accept(self, step: Any) -> None:
        self.ended_at = step.at

    @transition("status", source=O.REPLIED, target=O.HANDLING)
    def reject(self, step: Any) -> None:
        """The result is not good enough: the same unit tries again (model 5)."""
        self._take_back_reply()
        self.attempt += 1

    @transition("status", source=[O.SENT, O.HANDLING], target=O.RETURN_REQUESTED)
    def request_return(self, step: Any) -> None:
        """Who asks to return an order has it in hand: asking signs for it."""
        if self.signed_at is None:
            self._sign(step)

    @transition("status", source=O.RETURN_REQUESTED, target=O.RETURNED)
    def accept_return(self, step: Any) -> None:
        self.ended_at = step.at

    @transition("status", source=O.RETURN_REQUESTED, target=O.HANDLING)
    def refuse_return(self, step: Any) -> None:
        """The order stays where it is."""

    @transition(
        "status",
        source=[O.SENT, O.HANDLING, O.PENDING_REVIEW, O.REPLIED, O.RETURN_REQUESTED],
        target=O.RECALLED,
    )
    def recall(self, step: Any) -> None:
        self.ended_at = step.at

    def _sign(self, step: Any) -> None:
        self.signed_at = step.at
        self.signed_by = step.by

    def _answer(self, step: Any) -> None:
        self.replied_at = step.at
        self.replied_by = step.by

    def _take_back_reply(self) -> None:
        self.replied_at = None
        self.replied_by = None


class WorkOrderReply(models.Model):
    """What a unit found and did: one row per reply handed in, kept when it is refused or rejected (U-39, U-42)."""

    work_order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="replies")
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    finding = models.TextField(_("cause found"), max_length=4000)
    measure = models.TextField(_("measure taken or plan"), max_length=4000)
    script = models.TextField(_("wording for the customer"), max_length=4000, blank=True)
    is_solved = models.BooleanField(_("solved"), default=True)
    restored_at = models.DateTimeField(_("service restored at"), null=True, blank=True)
    cause = models.ForeignKey("tickets.DictionaryEntry", models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=16, blank=True)  # approve, refuse, accept or reject: the last judgement
    verdict_note = models.TextField(max_length=2000, blank=True)

    class Meta:
        verbose_name = _("work-order reply")
        verbose_name_plural = _("work-order replies")
        ordering = ("work_order_id", "id")

    def __str__(self) -> str:
        return f"reply {self.pk} to order {self.work_order_id}"
