"""From the outbox to people: a notice for each, and a message for each way out of the product (model 6).

Each row is spread in one transaction of its own, so that a worker may die at any point and two may run: what stands is
whole, and nobody is told twice.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Q

from core import clock
from core.errors import Refused
from core.waking import wake
from organization import addresses
from tickets.models import Message, Notice, Outbox, StageClock
from tickets.models.outbox import FOR_CUSTOMERS, Channel, NoticeKind
from tickets.notice_choices import PERSONAL, address_of, wants
from tickets.recipients import Roster, Telling
from tickets.sms_hours import allowed_from
from tickets.states import CLOSED, ENDED, OPEN, Outcome, Stage, Status

if TYPE_CHECKING:
    from organization.models import Unit, User
    from tickets.recipients import Audience

logger = logging.getLogger(__name__)

DELIVER = "tickets.tasks.deliver_messages"
SET_ASIDE = timedelta(hours=1)
WAYS = {addresses.MAIL: Channel.EMAIL, "wecom": Channel.WECOM, "dingtalk": Channel.DINGTALK}
_OVER = ENDED | {Status.ARCHIVED}
_STILL_TIMED = (Stage.REVISIT, Stage.FOLLOW_UP)  # what a closed ticket may still owe


def spread_due(limit: int) -> int:
    """Spread at most `limit` rows of the outbox, the oldest first; gives how many.

    A row that cannot be spread is set aside for an hour, with the reason in `fault`, and stops no other.
    """
    roster, done, after = Roster(clock.now()), 0, 0
    while done < limit:
        pk = _spread_next(roster, after)
        if pk is None:
            break
        after, done = pk, done + 1
    if done:
        wake(DELIVER)
    return done


def unspread(now: datetime) -> Q:
    """The rows to spread at `now` (UTC): a fault begins with the instant it was met."""
    return Q(spread_at__isnull=True) & (Q(fault="") | Q(fault__lt=_stamp(now - SET_ASIDE)))


@transaction.atomic
def _spread_next(roster: Roster, after: int) -> int | None:
    """Spread the first row beyond the id `after` that nobody else holds; its id, None without one."""
    row = (
        Outbox.objects.filter(unspread(roster.at), pk__gt=after)
        .select_related("ticket__owner_unit", "ticket__province", "ticket__complained_unit__parent", "ticket__holder")
        .select_for_update(of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked)
        .order_by("pk")
        .first()
    )
    if row is None:
        return None
    try:
        with transaction.atomic():
            _spread(row, roster)
    except OperationalError:  # the database, not the row: the next run finds it as it was
        raise
    except Exception as error:
        logger.exception("Outbox row %s was set aside", row.pk)
        row.fault = f"{_stamp(roster.at)} {type(error).__name__}"
        row.save(update_fields=["fault"])
    return row.pk


def _spread(row: Outbox, roster: Roster) -> None:
    if still_matters(row):
        telling = Telling(row, roster)
        row.data = row.data | telling.facts()
        told = telling.audience()
        Notice.objects.bulk_create(
            [
                Notice(outbox=row, user=user, kind=row.kind, ticket=row.ticket, data=row.data, at=row.at)
                for user in told.users
            ],
            ignore_conflicts=True,
        )
        Message.objects.bulk_create(_messages(row, told, roster), ignore_conflicts=True)
    row.spread_at, row.fault = roster.at, ""
    row.save(update_fields=["spread_at", "fault", "data"])


def still_matters(row: Outbox) -> bool:
    """Whether it is worth telling: no alert about a ticket that ended, nor about a clock that stopped before it was
    late; of a closed one only its call-back and its promise are still owed."""
    status = row.ticket.status
    if row.ticket.is_held_back:
        return False
    if row.kind == NoticeKind.INTERIM_NEEDED:
        return status in OPEN
    if "to" not in row.data:  # decided by somebody: who is concerned hears of it, whatever came after
        return True
    if status in _OVER or (status in CLOSED and row.data.get("stage") not in _STILL_TIMED):
        return False
    running = StageClock.objects.filter(pk=row.data["clock"], outcome=Outcome.RUNNING, paused_at=None)
    return row.kind != NoticeKind.WARNING or running.exists()


def _messages(row: Outbox, told: Audience, roster: Roster) -> list[Message]:
    chosen, priority, now = roster.choices(told.users), row.ticket.priority, roster.at
    to_people = [
        _message(row, channel, now, user=user)
        for user in told.users
        for channel in PERSONAL
        if wants(row.kind, channel, chosen[user.pk], priority=priority) and address_of(user, channel)
    ]
    to_units = [_message(row, channel, now, unit=unit) for unit in told.units if (channel := channel_of(unit))]
    to_customer = [_message(row, Channel.SMS, now)] if row.kind in FOR_CUSTOMERS else []
    return [*to_people, *to_units, *to_customer]


def channel_of(unit: Unit) -> Channel | None:
    """The way in which a unit's own address is reached; None without one that can be used."""
    try:
        found = WAYS[addresses.parse(unit.notification_address).way]
    except Refused:
        return None
    return found if found != Channel.EMAIL or settings.SENDS_MAIL else None


def _message(
    row: Outbox, channel: Channel, now: datetime, *, user: User | None = None, unit: Unit | None = None
) -> Message:
    first = now
    if row.kind == NoticeKind.WARNING:  # waits for others that come to the same recipient meanwhile
        first += row.ticket.scheme_version.document.options.supervision.digest_window.span
    if channel == Channel.SMS:
        first = allowed_from(first, priority=row.ticket.priority)
    who = f"u{user.pk}" if user else f"n{unit.pk}" if unit else "customer"
    return Message(
        key=f"{row.key}:{channel}:{who}",
        outbox=row,
        channel=channel,
        user=user,
        unit=unit,
        created_at=now,
        next_try_at=first,
    )


def _stamp(instant: datetime) -> str:
    """An instant as text that sorts like time."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
