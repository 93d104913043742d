"""Log-in and admin permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Model

from organization.grants import grants_of

if TYPE_CHECKING:
    from organization.models import User


class RoleBackend(ModelBackend):
    """Django's backend, with the groups of a user read from the roles that hold at this moment.

    Memberships begin and end by date and deputies act by the hour, so stored group memberships would always lag behind.
    """

    def get_group_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        """Permissions ("app.codename") of the groups named after the user's live roles; `sync_roles` fills them."""
        if obj is not None:
            return set()
        roles = {grant.role for grant in grants_of(user_obj)}
        if not roles:
            return set()
        rows = Permission.objects.filter(group__name__in=roles).values_list("content_type__app_label", "codename")
        return {f"{app_label}.{codename}" for app_label, codename in rows.order_by()}
