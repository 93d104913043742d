"""The access log: who looked at what (model 10)."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from core import clock
from core.models import AccessKind, AccessLog

ONCE_IN = timedelta(hours=1)


def record(
    *,
    by: AbstractBaseUser | AnonymousUser | None,
    kind: AccessKind,
    subject: str = "",
    detail: str = "",
    reason: str = "",
    username: str = "",
    request: HttpRequest | None = None,
    success: bool = True,
) -> AccessLog:
    """Write one access-log entry.

    `by` is who did it (None when nobody is logged in; then `username` says what was typed); `subject` names what was
    accessed, such as a ticket number, and `detail` what of it; `reason` is what the person gave for it; the address
    comes from `request`.
    """
    user = by if isinstance(by, AbstractBaseUser) else None
    return AccessLog.objects.create(
        user_id=user.pk if user else None,
        username=(user.get_username() if user else username)[:150],
        kind=kind,
        subject=subject[:200],
        detail=detail[:200],
        reason=reason[:500],
        ip=client_address(request) if request else None,
        success=success,
    )


def record_once(
    *,
    by: AbstractBaseUser | AnonymousUser,  # somebody logged in
    kind: AccessKind,
    subjects: Collection[str],
    detail: str = "",
    request: HttpRequest | None = None,
    success: bool = True,
) -> None:
    """Write one entry for each of the `subjects`, at most once an hour for a person, kind, subject and detail: what is
    opened again and again, or refreshes itself, says no more than once opened. In two statements, however many."""
    detail = detail[:200]
    lately = AccessLog.objects.filter(at__gt=clock.now() - ONCE_IN, kind=kind, detail=detail)
    mine = lately.filter(user_id=by.pk, subject__in=subjects)  # type: ignore[misc]  # somebody logged in
    noted = set(mine.values_list("subject", flat=True))
    AccessLog.objects.bulk_create(
        AccessLog(
            user_id=by.pk,
            username=by.get_username(),
            kind=kind,
            subject=subject,
            detail=detail,
            ip=client_address(request) if request else None,
            success=success,
        )
        for subject in dict.fromkeys(subjects)
        if subject not in noted
    )


def client_address(request: HttpRequest) -> str | None:
    """The peer's IP address. Behind a proxy gunicorn's `forwarded_allow_ips` decides; headers are not trusted here."""
    return request.META.get("REMOTE_ADDR") or None


def listen_to_logins() -> None:
    """Record every log-in, failed log-in and log-out."""
    user_logged_in.connect(_logged_in, dispatch_uid="core.access.logged_in")
    user_login_failed.connect(_login_failed, dispatch_uid="core.access.login_failed")
    user_logged_out.connect(_logged_out, dispatch_uid="core.access.logged_out")


def _logged_in(sender: object, request: HttpRequest | None, user: AbstractBaseUser, **kwargs: Any) -> None:
    record(by=user, kind=AccessKind.LOGIN, request=request)


def _login_failed(
    sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    username = str(credentials.get("username") or "")
    record(by=None, kind=AccessKind.LOGIN_FAILED, username=username, request=request, success=False)


def _logged_out(sender: object, request: HttpRequest | None, user: AbstractBaseUser | None, **kwargs: Any) -> None:
    if user is not None:
        record(by=user, kind=AccessKind.LOGOUT, request=request)
