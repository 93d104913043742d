"""Judgement at intake: priority with its reasons (U-24, model 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tickets.domain.priority import Flag, judge
from tickets.models.ticket import CustomerTier

if TYPE_CHECKING:
    from tickets.models import Ticket


def judge_priority(ticket: Ticket) -> None:
    """Set priority and reasons from the ticket's flags, its customer's tier and whether it is a repeat (U-24)."""
    flags = {
        Flag.GRAVITY: ticket.is_critical,
        Flag.URGENCY: ticket.is_urgent,
        Flag.BREADTH: ticket.is_widespread,
        Flag.IMPORTANCE: ticket.customer_tier != CustomerTier.ORDINARY,
    }
    judged = judge([flag for flag, is_set in flags.items() if is_set], ticket.repeat_number > 0)
    ticket.priority = judged.level
    ticket.priority_reasons = [str(reason) for reason in judged.reasons]
