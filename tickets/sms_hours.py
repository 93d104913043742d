"""When a text message may ring (model 6)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.conf import settings

from core.clock import SHANGHAI
from tickets.notice_choices import FIRST_PRIORITY


def allowed_from(at: datetime, *, priority: int) -> datetime:
    """The first instant (UTC) from `at` (aware) on at which a text message may ring: within `SMS_HOURS` in Shanghai; a
    ticket of the first priority rings at any time."""
    first, last = settings.SMS_HOURS
    local = at.astimezone(SHANGHAI)
    if priority == FIRST_PRIORITY or first <= local.hour < last:
        return at
    day = local.date() if local.hour < first else local.date() + timedelta(days=1)
    return datetime.combine(day, time(first), SHANGHAI).astimezone(UTC)
