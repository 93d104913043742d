"""The access log: who looked at what (model 10)."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from core.models import AccessKind, AccessLog


def record(
    *,
    by: AbstractBaseUser | AnonymousUser | None,
    kind: AccessKind,
    subject: str = "",
    reason: str = "",
    username: str = "",
    request: HttpRequest | None = None,
    success: bool = True,
) -> AccessLog:
    """Write one access-log entry.

    `by` is who did it (None when nobody is logged in; then `username` says what was typed); `subject` names what was
    accessed, such as a ticket number; `reason` is what the person gave for it; the address comes from `request`.
    """
    user = by if isinstance(by, AbstractBaseUser) else None
    return AccessLog.objects.create(
        user_id=user.pk if user else None,
        username=(user.get_username() if user else username)[:150],
        kind=kind,
        subject=subject[:200],
        reason=reason[:500],
        ip=client_address(request) if request else None,
        success=success,
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
