"""`manage.py load_demo --tickets N --seed S [--until ISO]`: an invented operator with the tickets of its customers."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.clock import parse_instant
from core.errors import Refused
from demo import loading


class Command(BaseCommand):
    """Load demo data into an empty database; the same call gives the same rows."""

    help = "Load demo data into an empty database (DEMO=1 only); the same call gives the same rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many tickets, from which seed, until when."""
        parser.add_argument("--tickets", type=int, default=300, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S")
        parser.add_argument("--until", default="", metavar="ISO", help="the instant at which the story ends")

    def handle(self, *args: Any, tickets: int, seed: int, until: str, **options: Any) -> None:
        """Load, and say how much."""
        if tickets < 1:
            raise CommandError(_("The number of tickets must be 1 or more."))
        try:
            end = parse_instant(until) if until else None
            made = loading.load(tickets=tickets, seed=seed, until=end)
        except (Refused, ValueError) as error:
            raise CommandError(str(error)) from error
        if made:
            self.stdout.write(_("%(count)s demo tickets were loaded.") % {"count": made})
        else:
            self.stdout.write(_("The demo tickets are there already; nothing was changed."))
