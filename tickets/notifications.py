"""What must be told: the outbox row of an act, written in the transaction of what happened (model 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tickets.models import Outbox

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.models import Ticket


def tell(ticket: Ticket, kind: str, *, key: str, at: datetime, **data: Any) -> Outbox:
    """Write that `kind` (a NoticeKind) happened to the ticket at the instant `at` (UTC), to be told after the commit.

    `key` makes it one for ever (`event:<pk>:<kind>`, `alert:<pk>`, `silent:<pk>`). `data` holds ids and codes only.
    Runs in the caller's transaction; raises IntegrityError where it was told already.
    """
    return Outbox.objects.create(ticket=ticket, kind=kind, key=key, at=at, data=data)
