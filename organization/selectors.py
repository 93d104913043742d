"""Reads over the organisation: who serves which place, and who is on duty there."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from organization.models import Absence, Function, LiaisonTerm, Membership, Tier, Unit, User
from organization.roles import Role


def subtree(unit: Unit) -> QuerySet[Unit]:
    """The unit and everything below it."""
    return Unit.objects.within(unit.path)


def covers(unit: Unit, other: Unit) -> bool:
    """Whether `other` is the unit itself or lies below it."""
    return other.path.startswith(unit.path)


def centre_for(unit: Unit) -> Unit:
    """The complaint centre that owns the complaints of the unit's place.

    The nearest one: the city's, else the province's, else the group's. Raises Refused (`no_centre`) without any.
    """
    centre = _nearest(_centres_serving(unit), unit)
    if centre is None:
        raise Refused(
            _("No complaint centre serves %(unit)s. Give one of the units above it that function first.")
            % {"unit": unit},
            code="no_centre",
        )
    return centre


def centre_above(centre: Unit) -> Unit | None:
    """The next complaint centre of a higher tier, which takes what is about the centre or its head (S-09)."""
    higher = [unit for unit in _centres_serving(centre) if Tier(unit.tier).rank < Tier(centre.tier).rank]
    return _nearest(higher, centre)


def liaison_of(unit: Unit, on: date) -> User | None:
    """The liaison officer of exactly this unit on the Shanghai day (U-90)."""
    term = LiaisonTerm.objects.on(on).filter(unit=unit).select_related("user").first()
    return term.user if term else None


def people_with(role: Role, unit: Unit, on: date) -> list[User]:
    """The active users who hold the role for the unit on the Shanghai day.

    Those of the nearest unit on the way up in which anybody holds it.
    """
    return [row.user for row in _memberships(role, unit, on)]


def on_duty(role: Role, unit: Unit, at: datetime | None = None) -> list[User]:
    """Whom work and alerts for the role in the unit reach at the aware instant `at` (default now).

    Absent people are replaced by their deputy; without a deputy, and where nobody holds the role, the manager of the
    unit (else of the nearest unit above that has one) takes over. Empty only where no manager is named either.
    """
    instant = at or clock.now()
    rows = _memberships(role, unit, clock.local_day(instant))
    absences = Absence.objects.filter(
        user__in=[row.user_id for row in rows], starts_at__lte=instant, ends_at__gt=instant
    )
    deputies = {absence.user_id: absence.deputy for absence in absences.select_related("deputy")}
    reached = [deputies.get(row.user_id, row.user) for row in rows]
    present = [user for user in reached if user is not None and user.is_active]
    if not rows or len(present) < len(rows):
        present += _managers(rows[0].unit if rows else unit)
    return list(dict.fromkeys(present))


def standing_in(user: User, unit: Unit, at: datetime | None = None) -> list[User]:
    """Whom what concerns `user`, as one of the unit's people, reaches at the aware instant `at` (default now): the
    user; while away the deputy, without one the manager of the unit (else of the nearest above). Nobody inactive."""
    instant = at or clock.now()
    absence = Absence.objects.filter(user=user, starts_at__lte=instant, ends_at__gt=instant).select_related("deputy")
    away = absence.first()
    reached = [user] if away is None else [away.deputy] if away.deputy else _managers(unit)
    return [one for one in reached if one.is_active]


def managers_of(unit: Unit, at: datetime | None = None) -> list[User]:
    """The manager of the unit (else of the nearest above that has one), or who stands in at the instant `at`."""
    return [reached for manager in _managers(unit) for reached in standing_in(manager, unit, at)]


def mixed_duties() -> list[tuple[Membership, Membership]]:
    """Memberships as administrator, each with one of the same person in another role that shares a day with it: what
    `checks.check_duties` refuses today may stand there from before."""
    rows = Membership.objects.filter(user__memberships__role=Role.ADMINISTRATOR).select_related("user", "unit")
    by_user: dict[int, list[Membership]] = {}
    for row in rows.order_by("pk").distinct():
        by_user.setdefault(row.user_id, []).append(row)
    return [
        (row, other)
        for held in by_user.values()
        for row in held
        for other in held
        if row.role == Role.ADMINISTRATOR != other.role and row.shares_day_with(other)
    ]


def _memberships(role: Role, unit: Unit, on: date) -> list[Membership]:
    rows = (
        Membership.objects.on(on)
        .filter(role=role, unit__in=unit.ancestor_ids, user__is_active=True)
        .select_related("user", "unit")
        .order_by("user_id")
    )
    nearest = max((row.unit.depth for row in rows), default=0)
    return [row for row in rows if row.unit.depth == nearest]


def _managers(unit: Unit) -> list[User]:
    """The manager of the nearest unit on the way up that has an active one."""
    units = Unit.objects.filter(pk__in=unit.ancestor_ids, manager__is_active=True).select_related("manager")
    nearest = max(units, key=lambda one: one.depth, default=None)
    return [nearest.manager] if nearest and nearest.manager else []


def _centres_serving(unit: Unit) -> list[Unit]:
    """Centres of the unit's own city, of its province as a whole, and of the group."""
    return list(
        Unit.objects.active()
        .filter(
            Q(province=None) | Q(province=unit.province_id),
            Q(city=None) | Q(city=unit.city_id),
            functions__function__in=[Function.COMPLAINT_CENTRE, Function.GROUP_CENTRE],
            path__startswith=f"/{unit.ancestor_ids[0]}/",
        )
        .distinct()
    )


def _nearest(centres: list[Unit], unit: Unit) -> Unit | None:
    """The centre that shares most of the way down with the unit; among equals the one of the higher tier."""

    def shared(centre: Unit) -> int:
        return len(set(centre.ancestor_ids) & set(unit.ancestor_ids))

    return min(centres, key=lambda one: (-shared(one), Tier(one.tier).rank, one.path), default=None)
