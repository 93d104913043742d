"""Writes to the unit tree."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from organization import checks
from organization.models import Function, Tier, Unit, UnitFunction, User
from organization.services.records import delete, locked, save


@transaction.atomic
def create_unit(
    *,
    by: User | None,
    code: str,
    name: str,
    tier: Tier,
    parent: Unit | None = None,
    functions: Iterable[Function] = (),
    manager: User | None = None,
    phone: str = "",
    notification_address: str = "",
) -> Unit:
    """Add a unit below `parent` (None: a root, of the group tier) with the given functions.

    Raises Refused when the code is taken, the tier does not fit the parent or nothing can be sent to the address.
    """
    _lock_tree()
    above = Unit.objects.get(pk=parent.pk) if parent else None
    checks.check_code_free(code)
    checks.check_place(Tier(tier), above)
    checks.check_notification_address(notification_address)
    unit = Unit(
        code=code,
        name=name,
        tier=tier,
        parent=above,
        manager=manager,
        phone=phone,
        notification_address=notification_address,
        path=f"new {code}",  # the real one holds the id, which the database gives first
    )
    save(unit, by)
    unit.derive_place()
    Unit.objects.bulk_update([unit], ["path", "province", "city"])
    set_functions(unit=unit, functions=functions, by=by)
    return unit


@transaction.atomic
def update_unit(*, unit: Unit, by: User | None, name: str, phone: str, notification_address: str) -> Unit:
    """Change how the unit is called and reached. Raises Refused for an address that nothing can be sent to."""
    checks.check_notification_address(notification_address)
    unit = locked(unit)
    unit.name, unit.phone, unit.notification_address = name, phone, notification_address
    return save(unit, by)


@transaction.atomic
def move_unit(*, unit: Unit, parent: Unit | None, by: User | None) -> Unit:
    """Hang the unit, with everything below it, under another parent; places of the whole subtree are recomputed.

    Raises Refused on a cycle, an unused parent or a tier that does not fit.
    """
    _lock_tree()
    unit = locked(unit)
    above = Unit.objects.get(pk=parent.pk) if parent else None
    checks.check_place(Tier(unit.tier), above, unit)
    if unit.parent_id == (above.pk if above else None):
        return unit
    moved = list(Unit.objects.within(unit.path).order_by("path"))
    unit.parent = above
    save(unit, by)
    unit.derive_place()
    done: dict[int | None, Unit] = {unit.pk: unit}
    for below in moved[1:]:  # tree order: a parent comes before its children
        below.parent = done[below.parent_id]
        below.derive_place()
        done[below.pk] = below
    Unit.objects.bulk_update(done.values(), ["path", "province", "city"])
    return unit


@transaction.atomic
def set_functions(*, unit: Unit, functions: Iterable[Function], by: User | None) -> None:
    """Give the unit exactly these functions."""
    unit = locked(unit)
    wanted = {Function(function) for function in functions}
    for row in unit.functions.all():
        if row.function in wanted:
            wanted.remove(Function(row.function))
        else:
            delete(row, by)
    for function in sorted(wanted):
        save(UnitFunction(unit=unit, function=function), by)


@transaction.atomic
def appoint_manager(*, unit: Unit, manager: User | None, by: User | None) -> Unit:
    """Name the manager of the unit (None: nobody); raises Refused for a closed account."""
    if manager is not None:
        checks.check_user_active(manager)
    unit = locked(unit)
    if unit.manager_id == (manager.pk if manager else None):
        return unit
    unit.manager = manager
    return save(unit, by)


@transaction.atomic
def set_unit_active(*, unit: Unit, is_active: bool, by: User | None) -> Unit:
    """Close the unit or open it again; closing is refused while people or units in use belong to it."""
    unit = locked(unit)
    if unit.is_active == is_active:
        return unit
    if is_active:
        checks.check_place(Tier(unit.tier), unit.parent)
    else:
        checks.check_deactivation(unit)
    unit.is_active = is_active
    return save(unit, by)


def _lock_tree() -> None:
    """Let one change of the tree follow another: two moves at once could otherwise make a cycle."""
    list(Unit.objects.select_for_update(of=("self",), no_key=True).filter(parent=None).order_by("pk"))
