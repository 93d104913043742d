"""Guessing passwords or codes: five failures lock a log-in for half an hour (outside-facts, 等保).

Failures count by user name, in the database: from every address and process together, and for names that nobody has,
so that a lock tells nothing about who has an account. A try while the log-in is locked does not prolong it.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from accounts.models import FailedLogIns
from core import access, clock
from core.models import AccessKind
from organization.models import User


def locked_until(username: str) -> dt.datetime | None:
    """Until which instant nobody can log in under the name; None when it is open."""
    failed = FailedLogIns.objects.filter(username=_key(username)).first()
    if failed is None or failed.count < settings.LOG_IN_FAILURES:
        return None
    until: dt.datetime = failed.last_at + _duration()
    return until if clock.now() < until else None


@transaction.atomic
def note_failure(*, username: str, request: HttpRequest | None = None) -> None:
    """A wrong password or code was typed for the name; the fifth in a row locks it."""
    now, key = clock.now(), _key(username)
    FailedLogIns.objects.filter(last_at__lte=now - _duration()).delete()
    failed, _is_new = FailedLogIns.objects.select_for_update().get_or_create(username=key, defaults={"last_at": now})
    if failed.count >= settings.LOG_IN_FAILURES:
        return
    failed.count, failed.last_at = failed.count + 1, now
    failed.save()
    if failed.count == settings.LOG_IN_FAILURES:
        access.record(by=None, kind=AccessKind.LOCKED, username=key, request=request)


def forget(*, username: str) -> bool:
    """Open the log-in of the name and count anew. Returns whether there was anything to forget."""
    forgotten, _rows = FailedLogIns.objects.filter(username=_key(username)).delete()
    return bool(forgotten)


@transaction.atomic
def release(*, user: User, by: User, request: HttpRequest | None = None) -> bool:
    """Open the account's log-in before its time. Returns whether there was anything to forget."""
    was_counted = forget(username=user.username)
    if was_counted:
        access.record(by=by, kind=AccessKind.LOCK_RELEASED, subject=user.username, request=request)
    return was_counted


def _duration() -> dt.timedelta:
    return dt.timedelta(seconds=settings.LOG_IN_LOCK_SECONDS)


def _key(username: str) -> str:
    return username.replace("\0", "")[:150]
