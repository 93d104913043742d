"""What the forms of acts on remedies hold (U-48)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tickets.models import Ticket


def remedy_data(act: str, ticket: Ticket) -> dict[str, Any]:
    """A gift of 20 yuan; the other acts on remedies are about the ticket's latest; nothing for any other act."""
    if act == "grant_remedy":
        return {"kind": "gift", "amount": Decimal(20), "ground": "多次断网，致歉"}
    latest = ticket.remedies.order_by("pk").last() if act.endswith("_remedy") else None
    return {"remedy": latest.pk if latest else 0} if act.endswith("_remedy") else {}
