"""Many tickets at once: a recorded story, written again and again for other customers at other times.

A few hundred lives are played through the write path, read, and taken back. Copies of them go straight into the
tables. Each is moved by whole weeks, which changes no clock: elapsed hours stay elapsed hours, days end at their 24:00,
and where working days are counted, those weeks have the same ones. Numbers, customers and the chain of events are made
anew. A ticket that is still open stays where it is in time. `check_consistency` and `verify_log` hold the result to
the same rules as any other rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random

from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.clock import local_day
from core.errors import Refused
from demo import story
from demo.copying import Copy, Copyist
from demo.life import World
from demo.recording import MODELS, Recording, read
from tickets import calendars
from tickets.domain.limits import Limit, Unit
from tickets.models import Attachment, StageClock, Ticket
from tickets.services import indexing

RECORDED = 400
WEEK = timedelta(days=7)
SHORTEST, LONGEST = 30, 365  # days that the story covers
PER_DAY = 100  # what a short story has a day; a long one has as many as are asked for
DAYS_UNTIL_ARCHIVED = 5  # about so many days' tickets are not in the archive yet
BATCH = 500


def load(world: World, *, tickets: int, seed: int, until: datetime) -> None:
    """Write so many tickets. Raises Refused where the scheme counts months, which a move by weeks changes."""
    recording = _record(world, seed=seed, until=until)
    rng = Random(f"bihuan bulk {seed}")  # noqa: S311 - a story, not a secret
    copies = [*_planned(recording, rng, tickets)]
    # Ids rise with the time of acceptance, as they do in life.
    ordered = sorted(
        (ticket.accepted_at - copy.shift, index, ticket.pk)
        for index, copy in enumerate(copies)
        for ticket in copy.cluster
    )
    for number, (_accepted_at, index, ticket_id) in enumerate(ordered, start=1):
        copies[index].ids[ticket_id] = number
    copyist = Copyist(recording, rng)
    for begin in range(0, len(ordered), BATCH):
        for _accepted_at, index, ticket_id in ordered[begin : begin + BATCH]:
            copyist.copy(copies[index], ticket_id)
        copyist.write()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), MODELS):
            cursor.execute(statement)
    indexing.index_missing()


class _Undo(Exception):
    """Takes the played story back."""


def _record(world: World, *, seed: int, until: datetime) -> Recording:
    """Play a story, read it and take it back."""
    recording: Recording
    with suppress(_Undo), transaction.atomic():
        story.tell(world, tickets=RECORDED, seed=seed, until=until)
        _check_limits()
        recording = read(world, until)
        for attachment in Attachment.objects.all():
            attachment.file.delete(save=False)
        raise _Undo
    return recording


def _check_limits() -> None:
    """Whole weeks may be added to hours and days, not to months."""
    for row in StageClock.objects.iterator():
        if row.limit is not None and Limit.from_dict(row.limit).unit == Unit.MONTHS:
            raise Refused(_("Bulk demo data need a scheme whose limits count hours or days, not months."), code="bulk")


def _planned(recording: Recording, rng: Random, tickets: int) -> Iterator[Copy]:
    """Which recorded lives are written how often, and how far back; exactly so many tickets."""
    days = min(max(tickets // PER_DAY, SHORTEST), LONGEST)
    waiting = sum(len(cluster) for cluster in recording.waiting)
    left = tickets
    for _time in range(max(1, tickets * DAYS_UNTIL_ARCHIVED // days // max(waiting, 1))):
        for cluster in recording.waiting:
            if len(cluster) <= left:
                left -= len(cluster)
                yield Copy(cluster, timedelta())
    single = [cluster for cluster in recording.over if len(cluster) == 1]
    largest = max(len(cluster) for cluster in recording.over)
    weeks = _Weeks(recording)
    while left:
        cluster = rng.choice(recording.over if left >= largest else single)
        left -= len(cluster)
        room = timedelta(days=days) - (recording.until - cluster[0].accepted_at)
        yield Copy(cluster, rng.choice(weeks.of(cluster, room)))


class _Weeks:
    """The weeks to which lives can be moved back."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.calendar = calendars.load()
        self.found: dict[int, list[timedelta]] = {}

    def of(self, cluster: tuple[Ticket, ...], room: timedelta) -> list[timedelta]:
        """By how much the tickets can be moved within `room`, not at all included: what counted working days goes
        where the same days were worked."""
        head = cluster[0].pk
        if head not in self.found:
            moves = [WEEK * number for number in range(max(0, room // WEEK) + 1)]
            days = self._days_counted(cluster)
            self.found[head] = [move for move in moves if all(self._is_alike(day, day - move) for day in days)]
        return self.found[head]

    def _days_counted(self, cluster: tuple[Ticket, ...]) -> list[date]:
        """From the first to the last day of the clocks that count working days only."""
        rows = [row.row for ticket in cluster for row in self.recording.rows[ticket.pk]]
        counted = [row for row in rows if isinstance(row, StageClock) and row.calendar_version]
        if not counted:
            return []
        first = local_day(min(row.started_at for row in counted))
        last = local_day(max(max(row.due_at, row.original_due_at, row.stopped_at or row.due_at) for row in counted))
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def _is_alike(self, day: date, moved: date) -> bool:
        return self.calendar.is_working_day(day) == self.calendar.is_working_day(moved)
