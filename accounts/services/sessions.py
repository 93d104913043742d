"""How long a session lives, and who ends it."""

from __future__ import annotations

import datetime as dt

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
