"""What the ticket page shows of complaints only: their own facts and the waiver of rent (Q-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from complaints.services.remedies import propose_waiver
from tickets import panels
from tickets.display import due_words, instant_words
from tickets.panels import Fact, Panels, Proposal
from tickets.states import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from tickets.models import Ticket


def facts_of(ticket: Ticket) -> list[Fact]:
    """What the customer asks for and was promised, and where it happened."""
    detail = ticket.complaint_detail
    mode = detail.answer_mode_wished
    facts = [
        Fact(_("Asks for"), detail.remedy_sought),
        Fact(_("Wants the answer by"), ticket.scheme_version.document.label("answer_mode", mode) if mode else ""),
        Fact(_("Promised to the customer"), due_words(detail.promised_at)),
        Fact(_("Happened in"), str(detail.occurred_in) if detail.occurred_in else ""),
        Fact(_("Recording no."), detail.recording_ref),
    ]
    return [fact for fact in facts if fact.text]


def proposals_of(ticket: Ticket, now: datetime) -> list[Proposal]:
    """The waiver of daily rent for a repair that took too long; granted only once a unit has said when it ended."""
    waiver = propose_waiver(ticket, now)
    if waiver is None:
        return []
    if waiver.restored is None:
        words = _(
            "The repair takes more than %(hours)s hours: the daily rent from %(from)s on can be waived once a unit has "
            "stated in its reply when service was restored."
        )
        text = words % {"hours": waiver.after_hours, "from": instant_words(waiver.covers_from)}
        return [Proposal("grant_waiver", text, is_ready=False)]
    words = _("Waive the daily rent for %(days)s days: %(from)s to %(to)s.")
    period = {"from": instant_words(waiver.covers_from), "to": instant_words(waiver.restored)}
    return [Proposal("grant_waiver", words % {"days": waiver.days, **period})]


def lines_of(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The mass incident that a step is about, by its number."""
    if incident := data.get("incident"):
        yield _("Mass incident"), f"№ {incident}"


def register_panels() -> None:
    """Make the panels known to the pages of the kernel."""
    panels.register(
        Kind.COMPLAINT,
        Panels(
            related=("complaint_detail__occurred_in",),
            facts=facts_of,
            proposals=proposals_of,
            lines=lines_of,
            draft_page="admin:complaints_complaint_change",
        ),
    )
