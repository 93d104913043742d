"""Sessions: who is logged in, where, since when, and when something was last done there."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock

_SAVED_LATER = ("session_data", "expire_date", "user", "ip", "agent")


class Session(AbstractBaseSession):
    """Django's session with what its owner and the administrator see of it.

    Pages name it by `public_id`: the key itself is the secret of the cookie.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"), null=True, related_name="sessions"
    )
    started_at = models.DateTimeField(_("since"), default=clock.now)
    active_at = models.DateTimeField(_("last used"), default=clock.now)
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    agent = models.CharField(_("browser"), max_length=255, blank=True)

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("session")  # type: ignore[assignment]
        verbose_name_plural = _("sessions")  # type: ignore[assignment]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the session; one that exists keeps its name, its beginning and when it was last used."""
        if kwargs.get("force_update"):
            kwargs["update_fields"] = _SAVED_LATER
        super().save(*args, **kwargs)

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        """The store that reads and writes these rows."""
        from accounts.session_store import SessionStore

        return SessionStore


class FailedLogIns(models.Model):
    """The failures under a user name since it last logged in, whether anybody has the name or not."""

    username = models.CharField(_("user name"), max_length=150, primary_key=True)
    count = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.username


class OldPassword(models.Model):
    """The hash of a password that somebody had: it is not taken again at once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)

    def __str__(self) -> str:
        return str(self.user)


class SecondFactor(models.Model):
    """Somebody's authenticator app (TOTP, RFC 6238): the secret that it shares with us."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="second_factor"
    )
    key = models.CharField(max_length=40)  # 20 bytes in hexadecimal
    last_step = models.BigIntegerField(default=-1)  # of the latest code that was accepted: none is accepted twice
    set_up_at = models.DateTimeField(_("set up at"), null=True)  # None: the first code has not been typed yet

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code for the day on which the phone is lost; only its hash is kept, and it goes when it is used."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return str(self.user)
