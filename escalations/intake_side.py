"""What stands beside the form in which the group takes a ticket: what the customer has with us already (model 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from complaints.intake_side import log_looks
from complaints.selectors import History

if TYPE_CHECKING:
    from django.http import HttpRequest

    from escalations.intake_forms import IntakeForm


def context_of(request: HttpRequest, form: IntakeForm) -> dict[str, Any]:
    """The form and what is known of who turns to the group. Looks at tickets of others are logged."""
    form.full_clean()
    rows = form.history.rows if form.is_bound else ()
    log_looks(request, History(rows=rows))
    return {
        "form": form,
        "rows": rows,
        "made_of": form.data.get("made_of", ""),
        "is_known": bool(form.data.get("phone") or form.data.get("service_number")),
        "key": " ".join(row.ticket.number for row in rows),
    }
