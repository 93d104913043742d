"""`manage.py check_consistency`: states, clocks, work orders, counters and the record, against each other."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from tickets import consistency


class Command(BaseCommand):
    """List what contradicts itself; exit 1 when anything does."""

    help = "Check tickets, clocks, work orders and counters against each other; exit 1 with a list of faults."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything."""
        count = 0
        for count, fault in enumerate(consistency.faults(), start=1):  # noqa: B007 - the last number is the sum
            self.stdout.write(fault)
        if count:
            raise CommandError(_("%(count)s contradictions were found.") % {"count": count})
        self.stdout.write(_("Everything agrees."))
