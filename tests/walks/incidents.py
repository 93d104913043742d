"""Mass incidents in the random walks: complaints are linked to the one of 南京, taken out of it, told and answered."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from complaints.incidents.reading import incidents_for
from tickets.models import Ticket
from tickets.models.incident import IncidentStatus
from tickets.states import CLOSED, ORDER_OPEN, WITH_ORDERS, Status

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_WALKED = {"tell_of_incident"}  # told by the worker
REFUSALS: dict[str, set[str]] = {
    "link_incident": {"business_missing", "fields_missing", "signature_missing"},
    "answer_by_incident": {"answered_above"},
}
ONLY_IF: dict[str, Callable[[Ticket, dt.datetime], bool]] = {
    "link_incident": lambda ticket, at: (
        ticket.incident_id is None and not ticket.needs_assignment and incidents_for(ticket).exists()
    ),
    "unlink_incident": lambda ticket, at: ticket.incident_id is not None,
    "answer_by_incident": lambda ticket, at: (
        ticket.incident is not None and ticket.incident.status == IncidentStatus.ENDED
    ),
}


def check(ticket: Ticket) -> None:
    """While an incident stands for the work order no unit has one; what ended without an answer belongs to none."""
    if ticket.incident_id is None:
        return
    assert ticket.status in WITH_ORDERS | CLOSED
    if ticket.status == Status.HANDLING:
        assert ORDER_OPEN.isdisjoint(order.status for order in ticket.work_orders.all())
