"""What a user may act as, now or at another instant: the base of every scope and permission decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q

from core import clock
from organization.models import Absence, Function, Membership, Unit, UnitFunction, User
from organization.roles import Role

# Whoever manages a unit does the work that the unit's functions call for while nobody holds the role (model.md, 2).
ROLES_OF_FUNCTION: dict[Function, tuple[Role, ...]] = {
    Function.CHANNEL: (Role.AGENT,),
    Function.COMPLAINT_CENTRE: (Role.DISPATCHER, Role.REVISITOR),
    Function.REMOTE_UNIT: (Role.HANDLER, Role.DIRECTOR),
    Function.BUSINESS_OWNER: (Role.HANDLER, Role.DIRECTOR),
    Function.TYPE_OWNER: (Role.HANDLER, Role.DIRECTOR),
    Function.ASSISTANT: (Role.HANDLER, Role.DIRECTOR),
    Function.GROUP_SERVICE: (Role.APPEAL_OFFICER,),
    Function.GROUP_CENTRE: (Role.ESCALATION_OFFICER,),
    Function.QUALITY: (Role.QUALITY_CHECKER,),
}


@dataclass(frozen=True)
class Grant:
    """A role in a unit and everything below it; `on_behalf_of` names the absent person whose role it is."""

    role: Role
    unit: Unit
    on_behalf_of: User | None = None


@dataclass(frozen=True)
class _Facts:
    """What the database says about a user, judged later for any instant.

    `memberships` holds a row for each pair of a membership and an absence of its holder: the user's own, those of the
    people the user deputises for, and those that cover the units the user manages.
    """

    memberships: tuple[Any, ...]  # Membership annotated with away_from, away_until, deputy_id
    managed_functions: tuple[UnitFunction, ...]


def grants_of(user: User | AnonymousUser, at: datetime | None = None) -> tuple[Grant, ...]:
    """All grants of the user at the aware instant `at` (default now), the narrowest unit first.

    They come from the user's own memberships; from those of the people the user deputises for; and, for the manager of
    a unit, from those of its people who are away without a deputy and from roles that it needs and nobody holds.
    `administrator` is never passed on, and whoever holds it stands in for nobody. At most two queries, once per user
    object; `User.forget_rights` makes it read again.
    """
    if isinstance(user, AnonymousUser) or not user.is_active:
        return ()
    instant = at or clock.now()
    facts = _facts(user)
    day = clock.local_day(instant)
    found = {
        Grant(Role(row.role), row.unit) for row in facts.memberships if row.user_id == user.pk and row.holds_on(day)
    }
    if not any(grant.role == Role.ADMINISTRATOR for grant in found):
        found |= {*_represented(user, facts, instant), *_vacant(facts, day)}
    return tuple(sorted(found, key=_narrowest_first))


def has_role(user: User | AnonymousUser, *roles: Role) -> bool:
    """Whether the user now acts in one of the roles, anywhere."""
    return any(grant.role in roles for grant in grants_of(user))


def _facts(user: User) -> _Facts:
    # Through the attribute, not `__dict__`: the user of a request is a wrapper with a `__dict__` of its own.
    cached: _Facts | None = getattr(user, "_grant_facts", None)
    if cached is None:
        cached = _read_facts(user)
        setattr(user, "_grant_facts", cached)  # noqa: B010
    return cached


def _read_facts(user: User) -> _Facts:
    managed = tuple(UnitFunction.objects.filter(unit__manager=user, unit__is_active=True).select_related("unit"))
    covering = {unit_id for row in managed for unit_id in row.unit.ancestor_ids}
    represented = Absence.objects.filter(deputy=user).values("user")
    memberships = (
        Membership.objects.filter(
            Q(user=user)
            | Q(user__in=represented, user__is_active=True)
            | Q(unit__manager=user, user__is_active=True)
            | Q(unit__in=covering, user__is_active=True)
        )
        .select_related("unit", "user")
        .annotate(
            away_from=F("user__absences__starts_at"),
            away_until=F("user__absences__ends_at"),
            deputy_id=F("user__absences__deputy"),
        )
    )
    return _Facts(tuple(memberships), managed)


def _represented(user: User, facts: _Facts, instant: datetime) -> Iterator[Grant]:
    """Roles of absent people whom the user stands in for."""
    day = clock.local_day(instant)
    for row in facts.memberships:
        if row.user_id == user.pk or row.role == Role.ADMINISTRATOR or not row.holds_on(day):
            continue
        if _is_away(row, instant):
            stand_in = row.deputy_id or row.unit.manager_id
            if stand_in == user.pk:
                yield Grant(Role(row.role), row.unit, on_behalf_of=row.user)


def _vacant(facts: _Facts, day: date) -> Iterator[Grant]:
    """Roles that managed units need and that nobody holds there or above."""
    live = [row for row in facts.memberships if row.holds_on(day)]
    for needed in facts.managed_functions:
        for role in ROLES_OF_FUNCTION[Function(needed.function)]:
            if not _is_held(role, needed.unit, live):
                yield Grant(role, needed.unit)


def _is_held(role: Role, unit: Unit, live: Iterable[Membership]) -> bool:
    return any(row.role == role and unit.path.startswith(row.unit.path) for row in live)


def _is_away(row: Any, instant: datetime) -> bool:
    return row.away_from is not None and bool(row.away_from <= instant < row.away_until)


def _narrowest_first(grant: Grant) -> tuple[int, bool, int, int, int]:
    absent = grant.on_behalf_of
    order = list(Role).index(grant.role)
    return (-grant.unit.depth, absent is not None, order, grant.unit.pk, absent.pk if absent else 0)
