"""Tickets made of others in the random walks: what the lower one may not do, and what becomes of it (model 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.walks.reading import fingerprint
from tests.walks.tier_rules import CLOSING, closing_answer
from tickets.models.records import TicketLink
from tickets.states import HIGHER_LINKS, OPEN, Outcome, Stage, Status

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from tickets.models import Ticket

FINAL_ANSWERS = ("answer", "answer_on_spot", "approve_clearance")
ONLY_IF: dict[str, Callable[[Ticket, dt.datetime], bool]] = dict.fromkeys(
    FINAL_ANSWERS, lambda ticket, at: not open_above(ticket)
)


def open_above(ticket: Ticket, *kinds: str) -> list[Ticket]:
    """What runs now at a higher level for the ticket, by any of these links."""
    links = TicketLink.objects.filter(earlier=ticket.pk, kind__in=kinds or sorted(HIGHER_LINKS))
    return [link.ticket for link in links.select_related("ticket") if link.ticket.is_open]


def below(ticket: Ticket) -> list[int]:
    """What the ticket was made of."""
    return [link.earlier_id for link in ticket.links.all() if link.kind in HIGHER_LINKS]


def check_lower(was: Ticket, lower: Ticket, act: str, higher: Ticket) -> None:
    """The act that closes the higher one with an answer closes the lower with the same, and leaves the call-back to the
    higher; nothing else that is done to the higher one changes the lower."""
    answer = closing_answer(higher) if act in CLOSING else None
    if answer is None or was.status not in OPEN:
        assert was is lower or fingerprint(was) == fingerprint(lower), (
            f"{act} on {higher.pk} changed what it was made of"
        )
        return
    assert lower.status == Status.CLOSED, "the higher one is closed with an answer, the lower is not"
    copy = list(lower.answers.all())[-1]
    for column in ("at", "content", "closure_code", "attitude", "mode", "plan", "promised_for"):
        assert getattr(copy, column) == getattr(answer, column)
    running = {row.stage for row in lower.clocks.all() if row.outcome == Outcome.RUNNING}
    assert not running & {Stage.REVISIT, Stage.FOLLOW_UP}, "called back twice"
