"""What the ticket page shows of appeals only: the case, and the evidence for the regulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals.case_sections import lines_of, sections_of
from appeals.evidence import profile
from organization.roles import Role
from tickets import guides, panels
from tickets.panels import Download, Panels
from tickets.states import Kind

if TYPE_CHECKING:
    from collections.abc import Collection


def downloads_of(roles: Collection[Role]) -> list[Download]:
    """The evidence, for who answers to the regulator."""
    if not profile.MAKERS.intersection(roles):
        return []
    hint = _("PDF, files and recordings with their hashes; no more personal data than the regulator needs")
    return [Download("evidence", _("Make the evidence for the regulator"), hint)]


def register_panels() -> None:
    """Make the panels known to the pages of the kernel."""
    guides.register(
        Role.APPEAL_OFFICER,
        gettext_lazy(
            "You take appeals, give them to provinces, review their reports, answer the regulator, call the customers "
            "back and conclude. What waits for you stands in the pools."
        ),
    )
    panels.register(
        Kind.APPEAL,
        Panels(
            related=("appeal_detail__home",),
            detail="appeal_detail",
            sections=sections_of,
            lines=lines_of,
            downloads=downloads_of,
            report_title=gettext_lazy("Report on the handling of the appeal"),
        ),
    )
