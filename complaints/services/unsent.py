"""Keeping what is typed of a call until it is sent, so that no crash, reload or ended session loses it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from complaints.models import UnsentCall

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from organization.models import User

KEPT_FOR = timedelta(hours=24)
LARGEST = 60_000  # characters of JSON; a form with every field at its limit stays below


def form_id_of(text: str) -> UUID | None:
    """The id of an opened form as the browser sends it; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def keep(*, by: User, form_id: UUID, typed: Mapping[str, str], subject: str = "", at: datetime) -> bool:
    """Keep what `by` has typed into an opened form, over what it kept before; False where the form is done already, or
    holds more than any complaint can."""
    if len(json.dumps(typed)) > LARGEST:
        return False
    rows = UnsentCall.objects.filter(user=by, form_id=form_id)
    if rows.filter(is_done=False).update(typed=typed, subject=subject, saved_at=at):
        return True
    try:
        with transaction.atomic():
            UnsentCall.objects.create(user=by, form_id=form_id, subject=subject, typed=typed, saved_at=at)
    except IntegrityError:
        return False
    return True


def latest(*, by: User, subject: str = "", at: datetime) -> UnsentCall | None:
    """What `by` typed last and has not sent, about a new complaint or the draft with the number `subject`."""
    mine = UnsentCall.objects.filter(user=by, subject=subject, is_done=False, saved_at__gt=at - KEPT_FOR)
    return mine.order_by("-saved_at").first()


def finish(*, by: User, form_id: UUID, at: datetime) -> None:
    """The form was sent or thrown away: nothing that was typed stays."""
    UnsentCall.objects.update_or_create(
        user=by, form_id=form_id, defaults={"typed": {}, "subject": "", "saved_at": at, "is_done": True}
    )


def forget_old(at: datetime) -> int:
    """Delete what was kept for a day (`at` is now); gives how many."""
    return UnsentCall.objects.filter(saved_at__lte=at - KEPT_FOR).delete()[0]
