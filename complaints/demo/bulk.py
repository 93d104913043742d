"""Many tickets at once: a recorded story, written again and again for other customers at other times.

A few hundred lives are played through the write path, read, and taken back. Copies of them go straight into the
tables. Each is moved by whole weeks, which changes no clock: elapsed hours stay elapsed hours, days end at their 24:00,
weekends stay weekends. Numbers, customers and the chain of events are made anew. A ticket that is still open stays
where it is in time. `check_consistency` and `verify_log` hold the result to the same rules as any other rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils.translation import gettext as _

from complaints.demo import story
from complaints.demo.copying import Copy, Copyist
from complaints.demo.life import World
from complaints.demo.recording import MODELS, Recording, read
from core.errors import Refused
from tickets.domain.limits import Limit, Unit
from tickets.models import Attachment, StageClock

RECORDED = 400
WEEK = timedelta(days=7)
SHORTEST, LONGEST = 30, 365  # days that the story covers
PER_DAY = 100  # what a short story has a day; a long one has as many as are asked for
DAYS_UNTIL_ARCHIVED = 5  # about so many days' tickets are not in the archive yet
BATCH = 500


def load(world: World, *, tickets: int, seed: int, until: datetime) -> None:
    """Write so many tickets. Raises Refused where the scheme counts working days, which a move by weeks changes."""
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
    """Whole weeks may be added to hours and natural days only."""
    moved = {Unit.MINUTES, Unit.HOURS, Unit.NATURAL_DAYS}
    for row in StageClock.objects.iterator():
        if row.limit is not None and Limit.from_dict(row.limit).unit not in moved:
            raise Refused(_("Bulk demo data need a scheme whose limits count hours or natural days."), code="bulk")


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
    while left:
        cluster = rng.choice(recording.over if left >= largest else single)
        left -= len(cluster)
        room = timedelta(days=days) - (recording.until - cluster[0].accepted_at)
        yield Copy(cluster, WEEK * rng.randint(0, max(0, room // WEEK)))
