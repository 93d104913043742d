"""The workbench: what this person must do now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock
from core.clock import local_day
from tickets.columns import columns_of
from tickets.guides import guides_for
from tickets.incidents import incident_proposals
from tickets.lists import digest, marks_of_most_urgent, most_urgent, told_of
from tickets.notice_lists import warnings_of
from tickets.pools import counts_of, pools_of
from tickets.supervisions import tiles_of
from tickets.today import today_of
from tickets.views import person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from organization.models import User
    from tickets.lists import Mark, Row
    from tickets.pools import Pool, PoolCount
    from tickets.supervisions import Tile

URGENT_ROWS = 12


@dataclass(frozen=True)
class Tiles:
    """What the tiles show."""

    counts: list[PoolCount]
    supervision: list[Tile]
    proposals: int | None
    warnings: int

    @classmethod
    def of(cls, user: User, mine: list[Pool], at: datetime) -> Self:
        """Those of the user, with the pools `mine`, at the instant `at` (UTC)."""
        return cls(counts_of(user, mine, at), tiles_of(user, at), incident_proposals(user), warnings_of(user))

    def digest(self, at: datetime, rows: Sequence[Row | Mark]) -> str:
        """A few letters that are the same for the same tiles, rows and day."""
        waiting = [(count.pool.code, count.count, count.nearest, count.is_late) for count in self.counts]
        return digest(local_day(at), waiting, self.supervision, self.proposals, self.warnings, told_of(rows))


@require_safe
@login_required
@never_cache
def workbench(request: HttpRequest) -> HttpResponse:
    """A tile for each pool of the user's work, and what is due first out of all of them."""
    user, at = person(request), clock.now()
    mine = pools_of(user)
    tiles, rows = Tiles.of(user, mine, at), most_urgent(user, mine, URGENT_ROWS)
    context = {
        **vars(tiles),
        "today": today_of(user, at),
        "has_pools": bool(mine),
        "guides": guides_for(user),
        "rows": rows,
        "columns": columns_of(()),
        "at": at,
        "digest": tiles.digest(at, rows),
    }
    return render(request, "desk/workbench.html", context)


def marked(user: User, at: datetime) -> tuple[str, list[Mark]]:
    """What tells whether the workbench changed, and its rows."""
    mine = pools_of(user)
    rows = marks_of_most_urgent(user, mine, URGENT_ROWS)
    return Tiles.of(user, mine, at).digest(at, rows), rows
