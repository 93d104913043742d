"""`manage.py verify_log [--ticket NUMBER] [--files]`: events, what they prove of other rows, days logged outside."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.errors import Refused
from tickets import day_roots, digests
from tickets.consistency import chain_faults
from tickets.models import Ticket
from tickets.services.attachments import file_faults


class Command(BaseCommand):
    """Prove that no event, and nothing said, was changed, removed, added or put elsewhere; else exit 1 with a list."""

    help = (
        "Verify the record: the chain of each ticket, the notes, answers, replies and files that it proves, and the "
        "logged root of each day; exit 1 with a list of faults."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """All tickets with the days, or one ticket; the content of the files where asked for."""
        parser.add_argument("--ticket", metavar="NUMBER", default="", help="verify this ticket only")
        parser.add_argument("--files", action="store_true", help="read every attached file too")

    def handle(self, *args: Any, ticket: str, files: bool, **options: Any) -> None:
        """Verify, and say what was wrong."""
        tickets = Ticket.objects.filter(number=ticket) if ticket else Ticket.objects.all()
        if ticket and not tickets.exists():
            raise CommandError(_("There is no ticket %(number)s.") % {"number": ticket})
        found = chain(
            chain_faults(tickets),
            digests.faults_of(tickets),
            file_faults(tickets) if files else (),
            () if ticket else self._day_faults(),
        )
        count = 0
        try:
            for count, fault in enumerate(found, start=1):  # noqa: B007 - the last number is the sum
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
