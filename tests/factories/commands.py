"""Commands as an operator runs them."""

from __future__ import annotations

from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command


def verify(**options: Any) -> str:
    """What `verify_log` prints, the fault with which it ends included."""
    out = StringIO()
    try:
        call_command("verify_log", stdout=out, **options)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def index_tickets(**options: Any) -> str:
    """What `index_tickets` prints."""
    out = StringIO()
    call_command("index_tickets", stdout=out, **options)
    return out.getvalue()
