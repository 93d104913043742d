"""`manage.py index_tickets`: enter tickets into the search index that are not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from tickets.services import indexing

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Complete the index, or make it anew."""

    help = "Enter tickets into the search index that are not in it, such as those of before it; --all makes it anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one choice."""
        parser.add_argument("--all", action="store_true", help="make the whole index anew, in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        """Index, and say how many."""
        count = indexing.rebuild() if options["all"] else indexing.index_missing()
        words = ngettext("%(count)s ticket entered into the index.", "%(count)s tickets entered into the index.", count)
        self.stdout.write(words % {"count": count})
