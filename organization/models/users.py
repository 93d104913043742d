"""The people who log in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock


class User(AbstractUser):
    """A person with a log-in; what they may do follows from memberships alone, never from `is_superuser`."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=64)
    employee_no = models.CharField(_("employee number"), max_length=32, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    # What pages and messages speak to the person; empty until it was chosen (core.language).
    language = models.CharField(_("language"), max_length=8, blank=True)
    # Everyone here works in the back office; the admin pages a person sees follow from live roles.
    is_staff = models.BooleanField(_("staff status"), default=True)
    password_set_at = models.DateTimeField(_("password set at"), default=clock.now)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    date_joined = models.DateTimeField(_("date joined"), default=clock.now)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                fields=["employee_no"], condition=~Q(employee_no=""), name="user_employee_no_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """The name as written, family name first."""
        return self.name

    def get_short_name(self) -> str:
        """The same as the full name: Chinese names are not shortened."""
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        """Put in the hash of a password, and when it was set; the caller saves."""
        super().set_password(raw_password)
        self.password_set_at = clock.now()

    def forget_rights(self) -> None:
        """Make this object's grants and permissions be read again, after a membership or an absence changed."""
        for cached in ("_grant_facts", "_perm_cache", "_user_perm_cache", "_group_perm_cache"):
            self.__dict__.pop(cached, None)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Reload the row, and with it what was read about the user's rights."""
        self.forget_rights()
        super().refresh_from_db(*args, **kwargs)
