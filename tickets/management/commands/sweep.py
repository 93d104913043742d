"""`manage.py sweep`: one pass over the clocks, as beat makes it every minute (model 6)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from core import clock
from tickets.services.sweeping import sweep

_YEARS = range(2000, 2200)


class Command(BaseCommand):
    """Raise the alerts that are due and print what was done."""

    help = "Raise the alerts that are due: one pass of the sweep."

    def add_arguments(self, parser: CommandParser) -> None:
        """The instant that counts as now, and how many clocks at most."""
        parser.add_argument("--now", metavar="ISO", help="instant that counts as now; without a zone Shanghai")
        parser.add_argument("--limit", type=int, metavar="N", help="stop after about N clocks")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep once."""
        limit = options["limit"]
        if limit is not None and limit < 1:
            raise CommandError(_("The limit must be 1 or more."))
        try:
            now = clock.parse_instant(options["now"]) if options["now"] else clock.now()
        except ValueError as error:
            raise CommandError(str(error)) from error
        if now.year not in _YEARS:  # nothing can be computed there, and what is set aside would stay so
            raise CommandError(_("The year must be between 2000 and 2199: %(value)s.") % {"value": options["now"]})
        counts = sweep(now, limit=limit)
        self.stdout.write(
            _(
                "%(alerts)s alerts (%(late)s late), %(orders)s supervision orders, %(silent)s unanswered ones, "
                "%(faults)s clocks set aside."
            )
            % vars(counts)
        )
