"""manage.py sync_roles: the groups of the roles and their admin permissions."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from organization.roles import Role
from organization.services import sync_roles


class Command(BaseCommand):
    help = "Bring the groups of the roles and their admin permissions in line with the code. Safe to run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync, and name on stderr what could not be granted yet."""
        missing = sync_roles()
        for permission in missing:
            self.stderr.write(
                _("The permission %(name)s does not exist. Run “migrate”, then this command again.")
                % {"name": permission}
            )
        self.stdout.write(_("%(count)d roles are in line with the code.") % {"count": len(Role)})
