"""Every write to the organisation: keyword-only, `by=` (None: the system), atomic, refused in words."""

from organization.services.people import (
    appoint_liaison,
    change_absence,
    choose_language,
    create_user,
    end_membership,
    grant_membership,
    record_absence,
    update_user,
)
from organization.services.roles import sync_roles
from organization.services.units import (
    appoint_manager,
    create_unit,
    move_unit,
    set_functions,
    set_unit_active,
    update_unit,
)

__all__ = [
    "appoint_liaison",
    "appoint_manager",
    "change_absence",
    "choose_language",
    "create_unit",
    "create_user",
    "end_membership",
    "grant_membership",
    "move_unit",
    "record_absence",
    "set_functions",
    "set_unit_active",
    "sync_roles",
    "update_unit",
    "update_user",
]
