"""Setting a password, and when a new one is due."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from accounts.models import OldPassword
from accounts.services.sessions import end_sessions
from accounts.validators import REMEMBERED
from core import access, clock
from core.models import AccessKind
from organization.models import User


@transaction.atomic
def set_password(
    *,
    user: User,
    password: str | None,
    by: User | None,
    keep: str | None = None,
    request: HttpRequest | None = None,
) -> User:
    """Give the account a checked password (None: it cannot log in by password); its sessions end but the one with the
    key `keep`.

    One that somebody else set must be changed at the next log-in.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    if user.has_usable_password():
        OldPassword.objects.create(user=user, password=user.password)
        kept = OldPassword.objects.filter(user=user).order_by("-pk").values_list("pk", flat=True)[: REMEMBERED - 1]
        OldPassword.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    user.set_password(password)
    user.must_change_password = by != user and password is not None
    user.save(update_fields=["password", "password_set_at", "must_change_password"])
    end_sessions(user=user, keep=keep)
    access.record(by=by, kind=AccessKind.PASSWORD_SET, subject=user.username, request=request)
    return user


def is_due(user: User) -> bool:
    """Whether the user must choose a new password before anything else: somebody else set it, or it is older than
    PASSWORD_DAYS (0: passwords do not age)."""
    if not user.has_usable_password():
        return False
    days: int = settings.PASSWORD_DAYS
    return user.must_change_password or (days > 0 and clock.now() - user.password_set_at >= dt.timedelta(days=days))
