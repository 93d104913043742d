"""Writes about people: accounts, roles, liaison officers, absences."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from organization import checks
from organization.models import Absence, LiaisonTerm, Membership, Unit, User
from organization.roles import Role
from organization.services.records import locked, save


@transaction.atomic
def create_user(
    *,
    by: User | None,
    username: str,
    name: str,
    password: str | None = None,
    employee_no: str = "",
    phone: str = "",
    email: str = "",
) -> User:
    """Open an account; without a password nobody can log in to it yet, and one that an administrator chose is changed
    at the first log-in.

    Raises Refused when the user name or the employee number is taken.
    """
    checks.check_username_free(username)
    checks.check_employee_no_free(employee_no)
    user = User(username=username, name=name, employee_no=employee_no, phone=phone, email=email)
    user.set_password(password)
    user.must_change_password = by is not None and password is not None
    user.save()
    return user


@transaction.atomic
def update_user(
    *, user: User, by: User | None, name: str, employee_no: str, phone: str, email: str, is_active: bool
) -> User:
    """Change an account; a closed one (`is_active` False) has no rights from that moment on."""
    user = locked(user)
    checks.check_employee_no_free(employee_no, user)
    user.name, user.employee_no, user.phone, user.email = name, employee_no, phone, email
    user.is_active = is_active
    user.save()
    return user


def choose_language(*, by: User, language: str) -> None:
    """Keep the language (a code of `settings.LANGUAGES`) in which `by` wants to read."""
    by.language = language
    by.save(update_fields=["language"])


@transaction.atomic
def grant_membership(
    *, user: User, unit: Unit, role: Role, by: User | None, starts_on: date, ends_on: date | None = None
) -> Membership:
    """Give the user the role in the unit and below, for these Shanghai days (both included; None: until ended).

    Raises Refused when the period is reversed or overlaps one of the same role, or the account or unit is closed.
    """
    unit = locked(unit)
    checks.check_membership(locked(user), unit, Role(role), starts_on, ends_on)
    membership = Membership(user=user, unit=unit, role=role, starts_on=starts_on, ends_on=ends_on)
    save(membership, by)
    user.forget_rights()
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, ends_on: date, by: User | None) -> Membership:
    """Set the last day on which the role holds; raises Refused before its first day."""
    holder = membership.user
    locked(holder)
    membership = locked(membership)
    checks.check_end(membership, ends_on)
    membership.ends_on = ends_on
    save(membership, by)
    holder.forget_rights()
    return membership


@transaction.atomic
def appoint_liaison(*, unit: Unit, user: User, starts_on: date, by: User | None) -> LiaisonTerm:
    """Name the liaison officer of the unit from the Shanghai day on; the one before ends the day before (U-90).

    Raises Refused when the user lacks the role of liaison there, or somebody is named for that day or later.
    """
    unit = locked(unit)
    checks.check_liaison(unit, user, starts_on)
    for current in LiaisonTerm.objects.on(starts_on).filter(unit=unit):
        current.ends_on = checks.day_before(starts_on)
        save(current, by)
    return save(LiaisonTerm(unit=unit, user=user, starts_on=starts_on), by)


@transaction.atomic
def record_absence(
    *, user: User, starts_at: datetime, ends_at: datetime, deputy: User | None = None, by: User | None
) -> Absence:
    """Record that the user is away between two aware instants; without a deputy the unit manager stands in.

    Raises Refused when the times are reversed or overlap another absence, or the deputy cannot stand in.
    """
    locked(user)
    checks.check_absence(user, deputy, starts_at, ends_at)
    absence = save(Absence(user=user, deputy=deputy, starts_at=starts_at, ends_at=ends_at), by)
    _forget(user, deputy)
    return absence


@transaction.atomic
def change_absence(
    *, absence: Absence, starts_at: datetime, ends_at: datetime, deputy: User | None, by: User | None
) -> Absence:
    """Change times or deputy of an absence; refused as in `record_absence`."""
    locked(absence.user)
    absence = locked(absence)
    checks.check_absence(absence.user, deputy, starts_at, ends_at, absence)
    _forget(absence.deputy, deputy)
    absence.starts_at, absence.ends_at, absence.deputy = starts_at, ends_at, deputy
    return save(absence, by)


def _forget(*users: User | None) -> None:
    for user in users:
        if user is not None:
            user.forget_rights()
