"""`manage.py verify_log [--ticket NUMBER]`: the chains of events, and the roots of the days logged outside."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.errors import Refused
from tickets import day_roots
from tickets.consistency import chain_faults
from tickets.models import Ticket


class Command(BaseCommand):
    """Prove that no event was changed, removed, added or put elsewhere; exit 1 with a list when one was."""

    help = "Verify the record: the chain of each ticket and the logged root of each day; exit 1 with a list of faults."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """All tickets with the days, or one ticket."""
        parser.add_argument("--ticket", metavar="NUMBER", default="", help="verify the chain of this ticket only")

    def handle(self, *args: Any, ticket: str, **options: Any) -> None:
        """Verify, and say what was wrong."""
        tickets = Ticket.objects.filter(number=ticket) if ticket else Ticket.objects.all()
        if ticket and not tickets.exists():
            raise CommandError(_("There is no ticket %(number)s.") % {"number": ticket})
        count = 0
        try:
            for fault in chain_faults(tickets):
                count += 1
                self.stdout.write(fault)
            for fault in () if ticket else self._day_faults():
                count += 1
                self.stdout.write(fault)
        except Refused as error:
            raise CommandError(error.message) from error
        if count:
            raise CommandError(_("%(count)s faults were found in the record.") % {"count": count})
        self.stdout.write(_("The record is whole: %(count)s tickets.") % {"count": tickets.count()})

    def _day_faults(self) -> Iterator[str]:
        for logged in day_roots.logged():
            found = day_roots.root_of(logged.day)
            if found != logged:
                yield _("%(day)s: %(logged)s events were logged, %(found)s are there, or they are not the same") % {
                    "day": logged.day,
                    "logged": logged.count,
                    "found": found.count,
                }
