"""The access log and the pulse of the scheduler."""

from typing import NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.append_only import AppendOnly
from core.errors import Refused


class AccessKind(models.TextChoices):
    """What was accessed."""

    LOGIN = "login", _("Logged in")
    LOGIN_FAILED = "login_failed", _("Log-in failed")
    LOGOUT = "logout", _("Logged out")
    SESSION_TIMED_OUT = "session_timed_out", _("Session timed out")
    SESSION_ENDED = "session_ended", _("Session ended")
    LOCKED = "locked", _("Log-in locked")
    LOCK_RELEASED = "lock_released", _("Lock released")
    PASSWORD_SET = "password_set", _("Password set")
    FACTOR_SET = "factor_set", _("Second factor set up")
    FACTOR_ENDED = "factor_ended", _("Second factor removed")
    RECOVERY_CODE = "recovery_code", _("Recovery code used")
    VIEW_FULL = "view_full", _("Viewed full data")
    EXPORT = "export", _("Exported")
    ATTACHMENT = "attachment", _("Opened an attachment")
    CALLER_SUMMARY = "caller_summary", _("Looked at a caller's ticket")
    REFUSED = "refused", pgettext_lazy("access", "Refused")


class AccessLog(AppendOnly):
    """One log-in, look at full data or at a caller's ticket, export, opened attachment or refused attempt (model 10).

    `subject` is the number of a ticket, or what else was accessed; `detail` says what of it. Written once, never
    changed or removed."""

    at = models.DateTimeField(_("at"), default=clock.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), null=True, blank=True, related_name="+"
    )
    username = models.CharField(_("user name"), max_length=150, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AccessKind.choices)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True, default="", db_default="")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    success = models.BooleanField(_("success"), default=True)

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log")
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["user", "-id"], name="core_accesslog_user"),
            models.Index(fields=["subject", "-id"], name="core_accesslog_subject"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=AccessKind.values), name="core_accesslog_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.username} {self.subject}".strip()

    def refuse(self) -> NoReturn:
        """Raises Refused: a log is neither edited nor shortened, and who tries on a page is told so."""
        raise Refused(_("The access log cannot be changed."), code="immutable")


class Heartbeat(models.Model):
    """The last time that beat, broker and worker together ran a task: one row."""

    name = models.CharField(primary_key=True, max_length=20)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at.isoformat()}"
