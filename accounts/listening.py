"""What follows from a log-in, a failed one and a closed account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models.signals import post_save
from django.http import HttpRequest

from accounts.models import Session
from accounts.services import locks
from accounts.session_store import PLACE
from core import access
from organization.models import User

LONGEST_AGENT = 255


def listen() -> None:
    """Note where a session was begun; count failures until a log-in; end the sessions of a closed account."""
    user_logged_in.connect(_begin_session, dispatch_uid="accounts.begin_session")
    user_login_failed.connect(_note_failure, dispatch_uid="accounts.note_failure")
    post_save.connect(_end_sessions_of_closed, sender=User, dispatch_uid="accounts.end_sessions_of_closed")


def _begin_session(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    locks.forget(username=user.username)
    agent = request.META.get("HTTP_USER_AGENT", "")
    request.session[PLACE] = [access.client_address(request), agent[:LONGEST_AGENT]]


def _note_failure(
    sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    if credentials.get("username"):
        locks.note_failure(username=str(credentials["username"]), request=request)


def _end_sessions_of_closed(sender: object, instance: User, created: bool, **kwargs: Any) -> None:
    if not created and not instance.is_active:
        Session.objects.filter(user=instance).delete()
