"""What the ticket page shows of escalated complaints only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.roles import Role
from tickets import guides, panels
from tickets.panels import Fact, Panels
from tickets.states import Kind

if TYPE_CHECKING:
    from tickets.models import Ticket


def facts_of(ticket: Ticket) -> list[Fact]:
    """Where the customer is at home, how it came, and what the customer asks for (U-08, U-60)."""
    detail = ticket.escalation_detail
    facts = [
        Fact(_("At home in"), str(detail.home) if detail.home else ""),
        Fact(_("Number of the letter"), detail.source_ref),
        Fact(_("Asks for"), detail.remedy_sought),
        Fact(_("International business"), _("Yes") if detail.is_international else ""),
        Fact(_("Recording no."), detail.recording_ref),
    ]
    return [fact for fact in facts if fact.text]


def register_panels() -> None:
    """Make the panels known to the pages of the kernel."""
    guides.register(
        Role.ESCALATION_OFFICER,
        gettext_lazy(
            "You take escalated complaints, give them to provinces, review their reports and call the customers back. "
            "What waits for you stands in the pools."
        ),
    )
    panels.register(
        Kind.ESCALATION,
        Panels(
            related=("escalation_detail__home",),
            facts=facts_of,
            report_title=gettext_lazy("Report on the handling of the escalated complaint"),
        ),
    )
