"""Archiving by the system, a while after nothing is due any more (model 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import Refused

if TYPE_CHECKING:
    from tickets.actions import Step


def check_quiet(step: Step) -> None:
    """Nothing may be due, and that for as long as the scheme says."""
    quiet = step.ticket.quiet_from
    if quiet is None or step.at < quiet + step.scheme.options.archive_after.span:
        raise Refused(_("The ticket is not ready for the archive yet."), code="not_quiet")
