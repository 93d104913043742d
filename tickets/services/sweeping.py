"""The sweep: find what reached a threshold and bring it before somebody, in bounded batches (model 6, U-47).

Any number of workers may sweep at once and any of them may die: a batch is one transaction, rows that somebody holds
are left for the next pass, and a clock counts what was raised of its chain, so that nothing is raised twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import translation

from tickets.keyset import beyond
from tickets.models import StageClock, SupervisionOrder, Ticket
from tickets.models.supervision import SUPERVISION_OPEN
from tickets.services import alerting
from tickets.services.alerting import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from django.db.models import QuerySet

    from tickets.keyset import Place

logger = logging.getLogger(__name__)

BATCH = 500  # tickets locked at once
SET_ASIDE = timedelta(hours=1)


@dataclass(frozen=True)
class _Page:
    """One page of the queue: the tickets concerned and where the next page begins, None after the last."""

    tickets: frozenset[int]
    after: Place | None


def sweep(now: datetime, *, limit: int | None = None) -> Counts:
    """Raise every alert that is due at the instant `now` (UTC), at most about `limit` clocks (None: all).

    A clock that cannot be computed is set aside for an hour, with the reason in its `fault`, and stops nobody else.
    """
    counts = Counts()
    with translation.override(None):  # nothing said here is for one person's language
        _go_through(lambda after, size: _clocks_due(now, after, size), _raise, now, counts, limit)
        _go_through(lambda after, size: _silent(now, after, size), _report_silence, now, counts, limit)
    return counts


def _go_through(
    page_of: Callable[[Place | None, int], _Page],
    treat: Callable[[Collection[int], datetime, Counts], None],
    now: datetime,
    counts: Counts,
    limit: int | None,
) -> None:
    after: Place | None = None
    left = limit
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        page = page_of(after, size)
        if page.tickets:
            treat(page.tickets, now, counts)
        if page.after is None:
            return
        after, left = page.after, None if left is None else left - size


def _clocks_due(now: datetime, after: Place | None, size: int) -> _Page:
    rows = StageClock.objects.filter(next_alert_at__lte=now, ticket__is_held_back=False)
    return _page(rows, "next_alert_at", after, size)


def _silent(now: datetime, after: Place | None, size: int) -> _Page:
    rows = SupervisionOrder.objects.filter(
        status__in=SUPERVISION_OPEN, reply_alerted_at__isnull=True, reply_due_at__lte=now
    )
    return _page(rows, "reply_due_at", after, size)


def _page(rows: QuerySet[StageClock] | QuerySet[SupervisionOrder], key: str, after: Place | None, size: int) -> _Page:
    """The next `size` rows in the order of `key`; those that somebody else holds are passed by, not met again."""
    if after is not None:
        rows = beyond(rows, key, after)
    found = list(rows.order_by(key, "pk").values_list(key, "pk", "ticket_id")[:size])
    last = found[-1][:2] if len(found) == size else None
    return _Page(frozenset(ticket_id for _key, _pk, ticket_id in found), last)


def _raise(ticket_ids: Collection[int], now: datetime, counts: Counts) -> None:
    """Raise what is due on these tickets; of a ticket where that fails, on each clock alone, and set aside the clock
    that still fails."""
    for ticket_id, _error in _treat(ticket_ids, counts, lambda ids: alerting.raise_alerts(_locked(ids), now)):
        due = StageClock.objects.filter(ticket=ticket_id, next_alert_at__lte=now)
        for pk in due.order_by("pk").values_list("pk", flat=True):
            alone = partial(_raise_one, pk, now)
            for _ticket_id, error in _treat([ticket_id], counts, alone):
                logger.error("Clock %s of ticket %s was set aside", pk, ticket_id, exc_info=error)
                counts.faults += _set_aside(pk, now)


def _raise_one(pk: int, now: datetime, ticket_ids: Collection[int]) -> Counts:
    return alerting.raise_alerts(_locked(ticket_ids), now, pk)


def _report_silence(ticket_ids: Collection[int], now: datetime, counts: Counts) -> None:
    """Report the silence on these tickets; what fails is found again by the next pass."""
    for ticket_id, error in _treat(ticket_ids, counts, lambda ids: alerting.report_silence(_locked(ids), now)):
        logger.error("The silence on ticket %s could not be reported", ticket_id, exc_info=error)
        counts.faults += 1


def _treat(
    ticket_ids: Collection[int], counts: Counts, act: Callable[[Collection[int]], Counts]
) -> list[tuple[int, Exception]]:
    """Do `act` to all these tickets in one transaction, and where that fails to each alone; gives those on which it
    fails even then, and why."""
    try:
        with transaction.atomic():
            made = act(ticket_ids)
    except (OperationalError, InterfaceError):
        raise  # the database is away, no row is bad: the next pass does it
    except Exception as error:
        if len(ticket_ids) == 1:
            return [(next(iter(ticket_ids)), error)]
        return [bad for ticket_id in sorted(ticket_ids) for bad in _treat([ticket_id], counts, act)]
    counts.add(made)
    return []


def _locked(ticket_ids: Collection[int]) -> dict[int, Ticket]:
    """The tickets, locked in ascending id; those that somebody else holds are left for the next pass."""
    rows = (
        Ticket.objects.filter(pk__in=ticket_ids)
        .prefetch_related("scheme_version")
        .select_for_update(of=("self",), no_key=True, skip_locked=connection.features.has_select_for_update_skip_locked)
        .order_by("pk")
    )
    return {ticket.pk: ticket for ticket in rows}


def _set_aside(pk: int, now: datetime) -> int:
    due = StageClock.objects.filter(pk=pk, next_alert_at__lte=now)
    return due.update(next_alert_at=now + SET_ASIDE, fault="the sweep could not compute it: see the log")
