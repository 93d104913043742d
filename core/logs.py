"""Log lines without personal data: a traceback repeats what the database said, and that repeats the row."""

from __future__ import annotations

import logging
import re

from core.personal import masked

# PostgreSQL shows the row that broke a constraint, and the key that is there twice.
_ROW_SHOWN = re.compile(r"^(DETAIL: ).*$", re.MULTILINE)


class DiscreetFormatter(logging.Formatter):
    """Formats a record, its traceback included, and hides phones, numbers of IDs and e-mails in all of it."""

    def format(self, record: logging.LogRecord) -> str:
        """The lines of the record."""
        return masked(_ROW_SHOWN.sub(r"\1(not logged)", super().format(record)))
