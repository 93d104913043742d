"""Who has how much in hand: the workload by person of the monitor (desk, Supervisor)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db.models import Count, F

from core import clock
from organization.models import User
from organization.roles import Role
from organization.selectors import on_duty, subtree
from tickets.models import Ticket, WorkOrderReply
from tickets.monitor import Standing
from tickets.querysets import CENTRES
from tickets.selectors import HANDLING

if TYPE_CHECKING:
    from organization.models import Unit
    from tickets.monitor import Watch

PEOPLE_SHOWN = 30


@dataclass(frozen=True)
class Load:
    """What a person has in hand, and how many results it handed in today; `person` is None for what nobody took."""

    person: User | None
    standing: Standing
    results_today: int
    is_on_duty: bool


def workload_of(watch: Watch) -> list[Load]:
    """The people who answer for running clocks of the place and below, and those on duty there; who is latest first,
    what nobody took before all."""
    place = watch.place
    if place is None:
        return []
    standings = watch.standings_by(F("clocks__user"))
    on_duty_now = {user.pk for role in _roles_needed(place) for user in on_duty(role, place, watch.at)}
    results = _results_today(watch, place)
    people = User.objects.in_bulk(({*standings, *on_duty_now, *results}) - {None})
    loads = [
        Load(people.get(pk), standings.get(pk, Standing()), results.get(pk, 0), pk in on_duty_now)
        for pk in {*standings, *people}
    ]
    loads.sort(key=lambda load: (load.person is not None, -load.standing.late, -load.standing.total, str(load.person)))
    return loads[:PEOPLE_SHOWN]


def _roles_needed(place: Unit) -> list[Role]:
    """Whose work the unit itself does."""
    functions = set(place.functions.values_list("function", flat=True))
    needed = ((Role.HANDLER, HANDLING), (Role.DISPATCHER, CENTRES))
    return [role for role, what in needed if not functions.isdisjoint(what)]


def _results_today(watch: Watch, place: Unit) -> dict[int, int]:
    """How many work orders each person handed a result of in on this Shanghai day, of tickets that may be seen."""
    midnight = datetime.combine(clock.local_day(watch.at), time.min, tzinfo=clock.SHANGHAI)
    replies = WorkOrderReply.objects.filter(
        at__gte=midnight,
        work_order__unit__in=subtree(place).values("pk"),
        work_order__ticket__in=Ticket.objects.visible_to(watch.user, watch.at).values("pk"),
    )
    return dict(replies.order_by().values_list("by").annotate(orders=Count("work_order", distinct=True)))
