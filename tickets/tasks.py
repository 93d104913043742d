"""Work that time brings. Every task finds its work in the database, so that a lost or doubled message does no harm."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from celery import shared_task

from core import clock
from core.health import note_pulse
from core.waking import wake
from tickets import day_roots
from tickets.delivery import deliver_due
from tickets.keyset import beyond
from tickets.models import SchemeVersion, Ticket
from tickets.notifications import SPREAD
from tickets.services import pausing, presence, relaying
from tickets.services.sweeping import sweep
from tickets.services.unattended import perform_each
from tickets.spreading import DELIVER, spread_due

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tickets.keyset import Place

BATCH = 200
MOST_PER_RUN = 2000  # a run stays well within the minute until the next
MOST_PER_SWEEP = 20_000
MOST_TOLD_PER_RUN = 2000
MOST_SENT_PER_RUN = 500


@shared_task
def archive_due() -> int:
    """Archive what has been quiet for as long as its scheme says (model 3.1); gives how many it archived.

    A ticket that cannot be archived is logged and skipped; the next run tries again.
    """
    return perform_each(_quiet_long_enough(clock.now()), "archive", done="archived", most=MOST_PER_RUN)


@shared_task
def sweep_deadlines() -> dict[str, int]:
    """Raise the alerts that are due (U-47); gives what was done. Its pulse shows in `/readyz`."""
    counts = sweep(clock.now(), limit=MOST_PER_SWEEP)
    note_pulse("sweep")
    return vars(counts)


@shared_task
def resume_due() -> int:
    """End the pauses whose time has come (model 4); gives how many."""
    return pausing.resume_due(clock.now(), MOST_PER_RUN)


@shared_task
def follow_calendars() -> int:
    """Recompute running clocks whose calendar was changed (model 4); gives how many tickets moved."""
    return relaying.follow_calendars(MOST_PER_RUN)


@shared_task
def spread_outbox() -> int:
    """Tell people what happened; woken by each act that tells something, and every minute. Gives how many rows."""
    told = spread_due(MOST_TOLD_PER_RUN)
    if told == MOST_TOLD_PER_RUN:
        wake(SPREAD)
    return told


@shared_task
def deliver_messages() -> int:
    """Send what leaves the product; woken by the spreading, and every minute. Gives how many went."""
    sent = deliver_due(MOST_SENT_PER_RUN)
    if sent == MOST_SENT_PER_RUN:
        wake(DELIVER)
    return sent


@shared_task
def log_day_root() -> None:
    """Log the root of the events of yesterday (Shanghai) and of days missed before it (model 10)."""
    day_roots.log_until(clock.local_day(clock.now()) - timedelta(days=1))


@shared_task
def forget_absent() -> int:
    """Remove who has not had a ticket open for a day; gives how many."""
    return presence.forget_absent(before=clock.now() - timedelta(days=1))


def _quiet_long_enough(now: datetime) -> Iterator[int]:
    """Ids of tickets to archive, the longest quiet first, read in batches; each scheme version has its own span."""
    for version in SchemeVersion.objects.all():
        ready = Ticket.objects.filter(
            scheme_version=version, quiet_from__lte=now - version.document.options.archive_after.span
        )
        seen: Place | None = None
        while True:
            rows = ready.order_by("quiet_from", "pk")
            if seen is not None:
                rows = beyond(rows, "quiet_from", seen)
            batch = list(rows.values_list("quiet_from", "pk")[:BATCH])
            if not batch:
                break
            yield from (ticket_id for _quiet_from, ticket_id in batch)
            seen = batch[-1]
