"""manage.py check_duties: who holds roles that do not go together."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from organization.selectors import mixed_duties


class Command(BaseCommand):
    help = "List who administers the system and works on tickets at the same time. Exit code 1 when there is anybody."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each pair of memberships that share a day, past ones included."""
        pairs = mixed_duties()
        for administrator, other in pairs:
            self.stdout.write(f"{administrator.user.username}: {administrator} / {other}")
        if pairs:
            raise SystemExit(1)
        self.stdout.write(_("Nobody administers the system and works on tickets."))
