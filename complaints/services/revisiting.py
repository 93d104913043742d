"""What comes of the call back: rework, and the customer's own low rating (U-46, SM-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from complaints.services import dispatching
from tickets import clocks
from tickets.services import orders, rating
from tickets.services.noting import keep_reason
from tickets.states import Origin, Stage

if TYPE_CHECKING:
    from tickets.actions import Step


def rework(step: Step) -> None:
    """A new round with fresh clocks for the named units, or for dispatch (再处理, U-46). Data: reason, orders."""
    if step.ticket.submitted_at is None:  # answered on the spot at the channel: from now on it is the centre's
        step.ticket.submitted_at, step.ticket.submitted_by = step.at, step.by
        dispatching.submit(step)
    clocks.cancel(step, Stage.FOLLOW_UP, Stage.REVISIT)
    clocks.start(step, Stage.TOTAL)
    step.notes["round"] = step.ticket.round
    keep_reason(step)
    if step.data.get("orders"):
        orders.send_all(step, step.data["orders"], origin=Origin.REWORK)


def rate_low(step: Step) -> None:
    """The customer's own low rating goes to screening; nobody needs to call any more (SM-09). Data: as for `rate`."""
    rating.keep_rating(step)
    clocks.cancel(step, Stage.REVISIT)
