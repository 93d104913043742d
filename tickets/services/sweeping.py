"""The sweep: find what reached a threshold and bring it before somebody, in bounded batches (model 6, U-47).

Any number of workers may sweep at once and any of them may die: a batch is one transaction, rows that somebody holds
are left for the next pass, and a clock counts what was raised of its chain, so that nothing is raised twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import translation

from tickets.models import StageClock, SupervisionOrder, Ticket
from tickets.models.supervision import SUPERVISION_OPEN
from tickets.services import alerting
from tickets.services.alerting import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

BATCH = 500  # tickets locked at once
SET_ASIDE = timedelta(hours=1)
_Cursor = tuple[datetime, int]


@dataclass(frozen=True)
class _Page:
    """One page of the queue: the tickets concerned and where the next page begins, None after the last."""

    tickets: frozenset[int]
    after: _Cursor | None


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
    page_of: Callable[[_Cursor | None, int], _Page],
    treat: Callable[[Collection[int], datetime, Counts], None],
    now: datetime,
    counts: Counts,
    limit: int | None,
) -> None:
    after: _Cursor | None = None
    left = limit
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        page = page_of(after, size)
        if page.tickets:
            treat(page.tickets, now, counts)
        if page.after is None:
            return
        after, left = page.after, None if left is None else left - size


def _clocks_due(now: datetime, after: _Cursor | None, size: int) -> _Page:
    rows = StageClock.objects.filter(next_alert_at__lte=now, ticket__is_held_back=False)
    return _page(rows, "next_alert_at", after, size)


def _silent(now: datetime, after: _Cursor | None, size: int) -> _Page:
    rows = SupervisionOrder.objects.filter(
        status__in=SUPERVISION_OPEN, reply_alerted_at__isnull=True, reply_due_at__lte=now
    )
    return _page(rows, "reply_due_at", after, size)


def _page(rows: QuerySet[StageClock] | QuerySet[SupervisionOrder], key: str, after: _Cursor | None, size: int) -> _Page:
    """The next `size` rows in the order of `key`; those that somebody else holds are passed by, not met again."""
    if after is not None:
        rows = rows.filter(**{f"{key}__gte": after[0]}).exclude(**{key: after[0], "pk__lte": after[1]})
    found = list(rows.order_by(key, "pk").values_list(key, "pk", "ticket_id")[:size])
    last = found[-1][:2] if len(found) == size else None
    return _Page(frozenset(ticket_id for _key, _pk, ticket_id in found), last)


def _raise(ticket_ids: Collection[int], now: datetime, counts: Counts, only: int | None = None) -> None:
    """Raise what is due on these tickets; where that fails, on each alone, then on each clock alone (`only`), and set
    aside the clock that still fails."""
    try:
        with transaction.atomic():
            made = alerting.raise_alerts(_locked(ticket_ids), now, only)
    except (OperationalError, InterfaceError):
        raise  # the database is away, no row is bad: the next pass does it
    except Exception:
        if only is not None:
            logger.exception("Clock %s of ticket %s was set aside", only, *ticket_ids)
            counts.faults += _set_aside(only, now)
        elif len(ticket_ids) > 1:
            for ticket_id in sorted(ticket_ids):
                _raise([ticket_id], now, counts)
        else:
            due = StageClock.objects.filter(ticket__in=ticket_ids, next_alert_at__lte=now)
            for pk in due.order_by("pk").values_list("pk", flat=True):
                _raise(ticket_ids, now, counts, pk)
    else:
        counts.add(made)


def _report_silence(ticket_ids: Collection[int], now: datetime, counts: Counts) -> None:
    """Report the silence on these tickets; where that fails, on each alone, and log what still fails."""
    try:
        with transaction.atomic():
            counts.add(alerting.report_silence(_locked(ticket_ids), now))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(ticket_ids) > 1:
            for ticket_id in sorted(ticket_ids):
                _report_silence([ticket_id], now, counts)
            return
        logger.exception("The silence on ticket %s could not be reported", *ticket_ids)
        counts.faults += 1


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
