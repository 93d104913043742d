"""The outbox: what happened and must be told, whom it was told in the product, what leaves it (model 6).

An `Outbox` row is written in the transaction of what happened. A worker spreads it, in one transaction, into a
`Notice` for each person and a `Message` for each way out of the product, and sends the messages afterwards.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organization.models import Unit
from tickets.models.ticket import Ticket


class NoticeKind(models.TextChoices):
    """What somebody is told; choices of channels are made per kind."""

    WARNING = "warning", _("Time limit near")
    OVERDUE = "overdue", _("Supervision order")
    RAISED = "raised", _("Supervision raised")
    CHASED = "chased", _("Chased")
    SILENT = "silent", _("Supervision order not answered")
    SUPERVISION_REPLIED = "supervision_replied", _("Supervision order answered")
    JUDGED = "judged", _("Supervision order judged")
    SERIOUS = "serious", _("Serious problem reported")
    INTERIM_NEEDED = "interim_needed", _("Promise to the customer will break")
    ORDER_SENT = "order_sent", _("New work order")
    ORDER_BACK = "order_back", _("Result sent back")
    REVIEW_WAITING = "review_waiting", _("Reply awaits review")
    RESULT_IN = "result_in", _("Result received")
    RETURN_ASKED = "return_asked", _("Return asked for")
    RETURN_DECIDED = "return_decided", _("Return decided")
    RECALLED = "recalled", _("Work order recalled")
    BOUNCED = "bounced", _("Needs a binding assignment")
    URGED = "urged", _("Customer calls again")
    TIME_ASKED = "time_asked", _("Extension or pause asked for")
    TIME_DECIDED = "time_decided", _("Extension or pause decided")
    RESUMED = "resumed", _("Clocks run again")
    HANDED_OVER = "handed_over", _("Handed over to you")
    ENTRUSTED = "entrusted", _("Given to your province")
    MISROUTED = "misrouted", _("Given back by the province")
    REPORTED = "reported", _("Report received")
    REPORT_BACK = "report_back", _("Report sent back")
    LIABLE = "liable", _("Responsibility adjudicated")
    CONTESTED = "contested", _("Responsibility contested")
    SETTLED = "settled", _("Contest decided")
    REMEDY_ASKED = "remedy_asked", _("Remedy asked for")
    REMEDY_DECIDED = "remedy_decided", _("Remedy decided")
    INCIDENT_PROPOSED = "incident_proposed", _("Mass incident proposed")
    INCIDENT_LEFT = "incident_left", _("Ticket of an ended incident left open")
    TO_CUSTOMER = "to_customer", _("Message to the customer")


# What nobody can mute: it is about a limit that was broken or a customer in danger.
MANDATORY = frozenset({NoticeKind.OVERDUE, NoticeKind.RAISED, NoticeKind.CHASED, NoticeKind.SILENT, NoticeKind.SERIOUS})

# What nobody inside is told.
FOR_CUSTOMERS = frozenset({NoticeKind.TO_CUSTOMER})


class Channel(models.TextChoices):
    """The ways out of the product. In it, everybody is told everything that concerns them."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    WECOM = "wecom", _("WeCom robot")
    DINGTALK = "dingtalk", _("DingTalk robot")


class MessageState(models.TextChoices):
    PENDING = "pending", pgettext_lazy("message", "To send")
    SENT = "sent", pgettext_lazy("message", "Sent")
    DEAD = "dead", pgettext_lazy("message", "Given up")


class Outbox(models.Model):
    """Something that happened to a ticket and must be told. `key` makes it one, however often it is tried.

    `data` holds ids and codes (order, supervision, stage, threshold …), no contact data and no words.
    """

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=24, choices=NoticeKind.choices)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="outbox")
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    spread_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("outbox entry")
        verbose_name_plural = _("outbox")
        ordering = ("id",)
        indexes = [models.Index(fields=["id"], condition=Q(spread_at__isnull=True), name="outbox_to_spread")]

    def __str__(self) -> str:
        return self.key


class Notice(models.Model):
    """One person is told in the product. Made once; read or not."""

    outbox = models.ForeignKey(Outbox, models.CASCADE, related_name="notices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=24, choices=NoticeKind.choices)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=["outbox", "user"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for user {self.user_id}"


class Message(models.Model):
    """One message that leaves the product, to a person, to the robot or mailbox of a unit, or, where neither is named,
    to the ticket's customer.

    The address is looked up when it is sent, never stored. `key` goes along as message or idempotency key. A sender
    takes it until `claimed_until`; whoever dies between sending and marking sends it again, with the same key.
    """

    key = models.CharField(max_length=96, unique=True)
    outbox = models.ForeignKey(Outbox, models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=16, choices=Channel.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    state = models.CharField(_("state"), max_length=16, choices=MessageState.choices, default=MessageState.PENDING)
    created_at = models.DateTimeField(_("created"))
    next_try_at = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    last_error = models.CharField(_("last error"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(unit__isnull=True),
                name="message_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
                name="message_sent_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(state=MessageState.PENDING), name="message_to_send"),
            models.Index(fields=["state", "-id"], name="message_list"),
        ]

    def __str__(self) -> str:
        return self.key


class NoticeChoice(models.Model):
    """A person's own choice whether a kind of notice also comes by a channel; without one the kind's default holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choices", db_index=False)
    kind = models.CharField(max_length=24, choices=NoticeKind.choices)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    is_wanted = models.BooleanField()

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")
        constraints = [models.UniqueConstraint(fields=["user", "kind", "channel"], name="notice_choice_once")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel} for user {self.user_id}"
