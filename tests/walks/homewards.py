"""The plainest way from anywhere to the archive, without ending a ticket otherwise: for the random walks."""

from __future__ import annotations

from typing import Any

from tests.walks import tiers
from tests.walks.choices import Choice
from tickets.models import Ticket
from tickets.states import Kind, Stage, Status

_COMPLAINT: tuple[tuple[str, dict[str, Any]], ...] = (
    ("assign", {}),
    ("submit", {}),
    ("instruct", {}),
    ("claim", {}),
    ("approve", {}),
    ("refuse_return", {}),
    ("reply", {}),
    ("accept", {}),
    ("unlink_incident", {}),
    ("dispatch", {}),
    ("answer", {"closure_code": "resolved"}),
    ("approve_clearance", {}),
    ("fulfil_promise", {}),
    ("revisit", {"satisfaction": "satisfied"}),
    ("dismiss", {}),
    ("archive", {}),
)
# A report recalls what the units still have.
_TIERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("submit", {}),
    ("dispatch", {}),
    ("sign", {}),
    ("report", {}),
    ("answer_customer", {}),
    ("approve", {}),
    ("reply_regulator", {}),
    ("fulfil_promise", {}),
    ("revisit", {"satisfaction": "satisfied"}),
    ("dismiss", {}),
    ("adjudicate_responsibility", {}),
    ("settle_responsibility", {}),
    ("conclude", {}),
    ("file_for_record", {}),
    ("archive", {}),
)
NAMES = {name for name, _data in (*_COMPLAINT, *_TIERS)}
_FOR_THE_VERDICT = {"adjudicate_responsibility", "settle_responsibility"}


def next_step(ticket: Ticket, choices: list[Choice]) -> tuple[Choice, dict[str, Any]] | None:
    """The next step on the way to the archive; None when there is nothing to do but wait."""
    if ticket.kind in tiers.KINDS:
        own = [one for one in choices if one.order is None and not _is_idle(ticket, one.act)]
        return next(((one, data) for name, data in _TIERS for one in own if one.act == name), None)
    for name, data in _COMPLAINT:
        for choice in reversed(choices):  # the youngest order first: a parent waits for its children
            if choice.act == name and _is_useful(ticket, choice):
                return choice, data
    return None


def _is_idle(ticket: Ticket, act: str) -> bool:
    """What was done already, or is needed for an appeal's conclusion only."""
    if act in _FOR_THE_VERDICT:
        return ticket.kind != Kind.APPEAL or ticket.status != Status.REVISITED
    return act == "file_for_record" and ticket.appeal_detail.filed_at is not None


def _is_useful(ticket: Ticket, choice: Choice) -> bool:
    open_orders = [order for order in ticket.work_orders.all() if order.is_open]
    order = choice.order
    match choice.act:
        case "claim":
            return order is None or order.status != "handling"
        case "reply":
            return not any(other.parent == order for other in open_orders)
        case "dispatch":
            leads = [one for one in open_orders if one.role == "lead" and one.parent is None]
            return ticket.status != Status.HANDLING or not leads
        case "revisit":
            return any(row.stage == Stage.REVISIT and row.stopped_at is None for row in ticket.clocks.all())
        case _:
            return True
