"""`manage.py load_scheme NAME|FILE`: makes a scheme document the current version of its scheme."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.errors import Refused
from tickets.services.schemes import load_scheme, shipped_names, shipped_text


class Command(BaseCommand):
    """Load a scheme; the same content again changes nothing."""

    help = "Load a scheme document: a shipped one by name, any other by its file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One argument: NAME or FILE."""
        parser.add_argument("scheme", metavar="NAME|FILE")

    def handle(self, *args: Any, scheme: str, **options: Any) -> None:
        """Load it and say what changed."""
        try:
            version, changed = load_scheme(_text(scheme), name=scheme)
        except Refused as error:
            raise CommandError(error.message) from error
        if not changed:
            text = _("%(scheme)s: nothing changed, version %(number)s stays current.")
            self.stdout.write(text % {"scheme": version.scheme.label, "number": version.number})
            return
        text = _("%(scheme)s: version %(number)s is current; dictionary entries: %(active)s, inactive: %(inactive)s.")
        active = version.scheme.entries.filter(is_active=True).count()
        inactive = version.scheme.entries.filter(is_active=False).count()
        told = {"scheme": version.scheme.label, "number": version.number, "active": active, "inactive": inactive}
        self.stdout.write(text % told)


def _text(scheme: str) -> str:
    if scheme in shipped_names():
        return shipped_text(scheme)
    path = Path(scheme)
    if not path.is_file():
        return shipped_text(scheme)  # says which names there are
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        text = _("%(path)s cannot be read as UTF-8 text: %(error)s")
        raise CommandError(text % {"path": path, "error": error}) from error
