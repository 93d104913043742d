"""Acts of the system on many tickets, each on its own: one that cannot be done is logged and stops no other."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from core.errors import Refused
from tickets.models import Ticket
from tickets.workflow import perform

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

logger = logging.getLogger(__name__)


def perform_each(ticket_ids: Iterable[int], action: str, *, done: str, most: int, at: datetime | None = None) -> int:
    """Do `action` to the tickets until it was done to `most` of them; gives to how many.

    `done` is the log's word for it, such as "archived". What failed is found again by the next run. `at` is the instant
    (UTC) that counts, by default now.
    """
    count = 0
    for ticket_id in ticket_ids:
        if count == most:
            break
        try:
            perform(ticket_id, action, by=None, at=at)
        except (Refused, Ticket.DoesNotExist) as reason:  # somebody was faster
            logger.info("Ticket %s was not %s: %s", ticket_id, done, reason)
        except Exception:
            logger.exception("Ticket %s could not be %s", ticket_id, done)
        else:
            count += 1
    return count
