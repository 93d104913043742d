"""Groups and permissions of the roles."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from organization.roles import ADMIN_PERMISSIONS


@transaction.atomic
def sync_roles() -> list[str]:
    """Make one group per role, named by its value, with exactly the permissions of `ADMIN_PERMISSIONS`.

    Idempotent. Returns the permissions ("app.codename") that do not exist yet because their app is not migrated.
    """
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, names in ADMIN_PERMISSIONS.items():
        group, _created = Group.objects.get_or_create(name=role.value)
        group.permissions.set(known[name] for name in names & known.keys())
    return sorted(frozenset().union(*ADMIN_PERMISSIONS.values()) - known.keys())
