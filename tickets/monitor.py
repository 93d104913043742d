"""The monitor (工单监控, M-02): how late what is in flight is, for whom and where.

In flight is what some running clock times. A ticket is as late as the latest of its clocks; seen from a unit or a
person, as the latest of those that they answer for. So it counts once in each unit of a branch, and once in the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.db.models.functions import StrIndex, Substr
from django.utils.translation import pgettext_lazy

from organization.grants import grants_of
from organization.models import Unit
from organization.roles import Role as R
from organization.selectors import covers, subtree
from tickets.models import StageClock, Ticket
from tickets.states import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from organization.models import User

COUNTED_AT_ONCE = 5000  # running clocks of all units up to which the figures come with the page
MONITORS = frozenset({R.SUPERVISOR, R.MANAGER, R.DIRECTOR, R.APPROVER})


class Lateness(TextChoices):
    """How a ticket stands, the worst first. It is paused where all its clocks stand still."""

    LATE = "late", pgettext_lazy("lateness", "Late")
    WARNED = "warned", pgettext_lazy("lateness", "Warned")
    NORMAL = "normal", pgettext_lazy("lateness", "In time")
    PAUSED = "paused", pgettext_lazy("lateness", "Paused")


@dataclass(frozen=True)
class Standing:
    """How many tickets in flight there are, by how late they are; `to_assign` of them wait for the supervisor."""

    late: int = 0
    warned: int = 0
    normal: int = 0
    paused: int = 0
    to_assign: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.late + self.warned + self.normal + self.paused

    @property
    def parts(self) -> list[tuple[Lateness, int]]:
        """Each lateness with its number, for a row of a table."""
        return [(lateness, getattr(self, lateness.value)) for lateness in Lateness]


@dataclass(frozen=True)
class Watch:
    """The clocks that are looked at at the instant `at` (UTC): those of tickets that `user` may see, of the unit
    `place` and below, of a stage, of a person (pk); what is None or empty does not narrow them down."""

    user: User
    at: datetime
    place: Unit | None = None
    stage: str = ""
    person: int | None = None

    def clocks(self) -> QuerySet[StageClock]:
        """The running clocks in question of any ticket; the caller brings the scope."""
        return StageClock.objects.filter(self._which())

    def tickets(self, lateness: str = "") -> QuerySet[Any]:
        """The tickets in flight, of one lateness where given."""
        own = self.clocks().filter(ticket=OuterRef("pk"))
        has = {name: Exists(own.filter(condition)) for name, condition in self._sets().items()}
        between = {
            Lateness.LATE: Q(has["late"]),
            Lateness.WARNED: has["near"] & ~has["late"],
            Lateness.NORMAL: has["moving"] & ~has["near"],
            Lateness.PAUSED: has["all"] & ~has["moving"],
        }
        condition = between[Lateness(lateness)] if lateness else Q(has["all"])
        return Ticket.objects.visible_to(self.user, self.at).filter(condition)

    def standing(self) -> Standing:
        """How the tickets in flight stand, as a whole."""
        return _standing(self._joined().aggregate(**self._figures()))

    def standings_by(self, key: Any) -> dict[Any, Standing]:
        """How they stand by an expression over tickets and their `clocks`."""
        rows = self._joined().annotate(key=key).order_by().values("key").annotate(**self._figures())
        return {row["key"]: _standing(row) for row in rows}

    def _joined(self) -> QuerySet[Any]:
        # Read from the tickets, so that the scope is asked of each but once; what follows speaks of the same join.
        return Ticket.objects.visible_to(self.user, self.at).filter(self._which("clocks__"))

    def _which(self, to: str = "") -> Q:
        condition = Q(**{f"{to}outcome": Outcome.RUNNING})
        if self.place is not None:
            condition &= Q(**{f"{to}unit__in": subtree(self.place).values("pk")})
        if self.stage:
            condition &= Q(**{f"{to}stage": self.stage})
        if self.person is not None:
            condition &= Q(**{f"{to}user": self.person})
        return condition

    def _sets(self, to: str = "") -> dict[str, Q]:
        """Conditions on a clock, each narrower than the one before; lateness is what lies between two."""
        moving = Q(**{f"{to}paused_at": None})
        late = moving & Q(**{f"{to}due_at__lt": self.at})
        near = late | (moving & Q(**{f"{to}warn_at__lte": self.at}))
        return {"all": Q(), "moving": moving, "near": near, "late": late}

    def _figures(self) -> dict[str, Count]:
        sets = self._sets("clocks__") | {"to_assign": Q(needs_assignment=True)}
        return {name: Count("pk", distinct=True, filter=condition) for name, condition in sets.items()}


def _standing(sizes: dict[str, Any]) -> Standing:
    return Standing(
        late=sizes["late"],
        warned=sizes["near"] - sizes["late"],
        normal=sizes["moving"] - sizes["near"],
        paused=sizes["all"] - sizes["moving"],
        to_assign=sizes["to_assign"],
    )


@dataclass(frozen=True)
class Branch:
    """A unit of the tree with everything below it; `has_more` where units below can be shown, which follow where it
    `is_open`. `is_own`: what the unit at the top answers for itself."""

    unit: Unit
    standing: Standing
    has_more: bool
    is_own: bool = False
    is_open: bool = False


def is_much_in_flight() -> bool:
    """Whether so much is in flight in all units together that counting it would keep the page waiting."""
    running = StageClock.objects.filter(outcome=Outcome.RUNNING).order_by()
    return running[: COUNTED_AT_ONCE + 1].count() > COUNTED_AT_ONCE


def may_monitor(user: User | AnonymousUser) -> bool:
    """Whether the user has a role that watches over tickets (desk, Supervisor)."""
    return any(grant.role in MONITORS for grant in grants_of(user))


def roots_of(user: User) -> list[Unit]:
    """The outermost units that the user watches over."""
    units = {grant.unit.pk: grant.unit for grant in grants_of(user) if grant.role in MONITORS}.values()
    return [unit for unit in units if not any(covers(other, unit) for other in units if other.pk != unit.pk)]


def place_of(user: User, pk: int) -> Unit:
    """The unit of that pk. Raises Unit.DoesNotExist where the user does not watch over it."""
    unit: Unit = Unit.objects.get(pk=pk)
    if not any(covers(root, unit) for root in roots_of(user)):
        raise Unit.DoesNotExist
    return unit


def way_to(user: User, place: Unit) -> list[Unit]:
    """The units from the user's outermost one down to the one above `place`."""
    roots = [root for root in roots_of(user) if covers(root, place)]
    above = Unit.objects.filter(pk__in=place.ancestor_ids).exclude(pk=place.pk).order_by("path")
    return [unit for unit in above if any(covers(root, unit) for root in roots)]


def branches_of(watch: Watch) -> list[Branch]:
    """The place of the watch itself and the units right below it, without a place the user's roots; the latest come
    first. Units out of use are left out unless something of theirs still runs."""
    place = watch.place
    units = roots_of(watch.user) if place is None else [place, *Unit.objects.filter(parent=place)]
    standings = watch.standings_by(_root_key(units) if place is None else _child_key(place))
    parents = set(Unit.objects.filter(parent__in=units).values_list("parent", flat=True))
    found = []
    for unit in units:
        is_own = unit == place
        standing = standings.get("" if is_own else f"{unit.pk}/", Standing())
        if standing.total or (unit.is_active and not is_own):
            found.append(Branch(unit, standing, has_more=unit.pk in parents and not is_own, is_own=is_own))
    return sorted(found, key=lambda one: (-one.standing.late, -one.standing.warned, -one.standing.total, one.unit.path))


def opened(watch: Watch, units: frozenset[int]) -> list[Branch]:
    """The same with the units below each of `units` (pks) right after it."""
    found = []
    for branch in branches_of(watch):
        is_open = branch.has_more and branch.unit.pk in units
        found.append(replace(branch, is_open=is_open))
        if is_open:
            found += opened(replace(watch, place=branch.unit), units)
    return found


def _child_key(place: Unit) -> Substr:
    """The step below `place` on the way to a clock's unit, such as "12/"; empty for the place itself."""
    rest = Substr("clocks__unit__path", len(place.path) + 1)
    return Substr(rest, 1, StrIndex(rest, Value("/")))


def _root_key(roots: list[Unit]) -> Case:
    """The root above a clock's unit, such as "12/"; empty where there is none."""
    whens = [When(clocks__unit__path__startswith=root.path, then=Value(f"{root.pk}/")) for root in roots]
    return Case(*whens, default=Value(""), output_field=CharField())
