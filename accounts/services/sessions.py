"""How long a session lives, and who ends it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Session
from core import access, clock
from core.models import AccessKind
from organization.models import User

# A use is written down at most this often, so that reading pages seldom writes. A session that is used again within
# these seconds may end that much earlier.
GRAIN = dt.timedelta(seconds=10)


def is_idle(session: Session) -> bool:
    """Whether nobody used the session for SESSION_IDLE_SECONDS (0: sessions do not end so)."""
    limit: int = settings.SESSION_IDLE_SECONDS
    return limit > 0 and clock.now() - session.active_at >= dt.timedelta(seconds=limit)


def note_use(session: Session) -> None:
    """The session's owner did something now."""
    now = clock.now()
    if abs(now - session.active_at) >= GRAIN:
        Session.objects.filter(pk=session.pk).update(active_at=now)


@transaction.atomic
def time_out(request: HttpRequest) -> None:
    """End the request's session, which nobody used for too long."""
    access.record(by=request.user, kind=AccessKind.SESSION_TIMED_OUT, request=request)
    request.session.flush()


def sessions_of(user: User) -> QuerySet[Session]:
    """The user's living sessions, the latest used first."""
    living = Session.objects.filter(user=user)
    if settings.SESSION_IDLE_SECONDS:
        living = living.filter(active_at__gt=clock.now() - dt.timedelta(seconds=settings.SESSION_IDLE_SECONDS))
    return living.order_by("-active_at", "-started_at")


@transaction.atomic
def end_sessions(
    *,
    user: User,
    by: User | None = None,
    only: UUID | None = None,
    keep: str | None = None,
    request: HttpRequest | None = None,
) -> int:
    """End the user's sessions at once: all, or `only` that of a public id; never the one with the key `keep`.

    `by` is who asked for it, which is recorded; without, it follows from something that is. Returns how many ended.
    """
    ending = Session.objects.filter(user=user).exclude(session_key=keep)
    if only is not None:
        ending = ending.filter(public_id=only)
    ended, _rows = ending.delete()
    if by is not None and ended:
        access.record(by=by, kind=AccessKind.SESSION_ENDED, subject=user.username, request=request)
    return ended
