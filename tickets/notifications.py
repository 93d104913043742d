"""What must be told: the outbox rows of an act, written in the transaction of what happened (model 6).

An act says in `step.notes` what it did, as ids; the table below says what that tells. A worker finds out whom, later.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from core.waking import wake_on_commit
from tickets.bulk import insert_all
from tickets.models import Outbox
from tickets.models.outbox import NoticeKind
from tickets.states import OrderStatus
from tickets.tracks import is_tracked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tickets.actions import Step
    from tickets.models import TicketEvent

SPREAD = "tickets.tasks.spread_outbox"

# What an act on a work order tells, by its name, and what one on the ticket does. Orders sent and recalled, a bounce
# too many and a promise that will break show in its notes instead.
TOLD_OF_ORDERS = {
    "refuse": NoticeKind.ORDER_BACK,
    "reject": NoticeKind.ORDER_BACK,
    "approve": NoticeKind.RESULT_IN,
    "request_return": NoticeKind.RETURN_ASKED,
    "accept_return": NoticeKind.RETURN_DECIDED,
    "refuse_return": NoticeKind.RETURN_DECIDED,
    "ask_extension": NoticeKind.TIME_ASKED,
    "approve_extension": NoticeKind.TIME_DECIDED,
    "refuse_extension": NoticeKind.TIME_DECIDED,
}
TOLD_OF_TICKETS = {
    "add_contact": NoticeKind.URGED,
    "hand_over": NoticeKind.HANDED_OVER,
    "ask_pause": NoticeKind.TIME_ASKED,
    "approve_pause": NoticeKind.TIME_DECIDED,
    "refuse_pause": NoticeKind.TIME_DECIDED,
    "resume": NoticeKind.RESUMED,
    "supervise": NoticeKind.OVERDUE,
    "chase": NoticeKind.CHASED,
    "reply_supervision": NoticeKind.SUPERVISION_REPLIED,
    "judge_supervision": NoticeKind.JUDGED,
    "report_serious": NoticeKind.SERIOUS,
    "adjudicate_responsibility": NoticeKind.LIABLE,
    "contest_responsibility": NoticeKind.CONTESTED,
    "settle_responsibility": NoticeKind.SETTLED,
    "approve_remedy": NoticeKind.REMEDY_DECIDED,
    "refuse_remedy": NoticeKind.REMEDY_DECIDED,
}
# What is handled in two tiers changes hands between group and province: who has it now is told.
TOLD_IN_TWO_TIERS = {
    "dispatch": NoticeKind.ENTRUSTED,
    "redispatch": NoticeKind.ENTRUSTED,
    "misrouted": NoticeKind.MISROUTED,
    "report": NoticeKind.REPORTED,
    "object": NoticeKind.REPORTED,
    "return_report": NoticeKind.REPORT_BACK,
    "rework": NoticeKind.REPORT_BACK,
}
# Notes that name what the telling is about, all of them ids.
ABOUT = ("supervision", "extension", "pause", "clock", "receiver", "responsibility", "remedy")

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Tell nobody of what is done inside the block: for loaders of what happened long ago, or never (demo data)."""
    before = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(before)


def tell_all(rows: list[Outbox]) -> None:
    """Write what the sweep tells, in one statement; nothing inside `quietly`. Runs in the caller's transaction."""
    if rows and not _quiet.get():
        insert_all(rows)
        wake_on_commit(SPREAD)


def tell_of(step: Step, event: TicketEvent) -> None:
    """Write what an act tells, in one statement; nothing for most acts. `event` is its saved event."""
    told = {} if _quiet.get() else _told(step)
    if not told:
        return
    about = {name: step.notes[name] for name in ABOUT if name in step.notes}
    if step.order is not None:
        about["order"] = step.order.pk
    if step.by is not None:
        about["by"] = step.by.pk
    Outbox.objects.bulk_create(
        Outbox(ticket=step.ticket, kind=kind, key=f"event:{event.pk}:{kind}", at=step.at, data=about | more)
        for kind, more in told.items()
    )
    wake_on_commit(SPREAD)


def _told(step: Step) -> dict[str, dict[str, Any]]:
    """The kinds that an act tells, each with what only it is about. Orders are named by their number in the ticket."""
    notes = step.notes
    told: dict[str, dict[str, Any]] = {}
    kind = _kind_of(step)
    if kind is not None:
        demands = [row["supervision"] for row in notes.get("supervised", ())]
        told[kind] = {"supervisions": demands} if demands else {}
    if sent := [row["order"] for row in notes.get("sent", ())]:
        told[NoticeKind.ORDER_SENT] = {"orders": sent}
    if recalled := notes.get("recalled"):
        told[NoticeKind.RECALLED] = {"orders": recalled}
    if notes.get("interim_needed"):
        told[NoticeKind.INTERIM_NEEDED] = {}
    if notes.get("before_supervisor"):
        told[NoticeKind.BOUNCED] = {}
    if decider := notes.get("remedy_asked"):
        told[NoticeKind.REMEDY_ASKED] = {"decider": decider}
    if text := notes.get("to_customer"):
        told[NoticeKind.TO_CUSTOMER] = {text: notes[text]}
    return told


def _kind_of(step: Step) -> NoticeKind | None:
    name = step.action.name
    if step.order is not None:
        return _review_or_result(step) if name == "reply" else TOLD_OF_ORDERS.get(name)
    in_two_tiers = TOLD_IN_TWO_TIERS.get(name) if is_tracked(step.ticket.kind) else None
    return in_two_tiers or TOLD_OF_TICKETS.get(name)


def _review_or_result(step: Step) -> NoticeKind:
    """A reply goes before the director first where the scheme wants that (M-01)."""
    is_reviewed = step.the_order.status == OrderStatus.PENDING_REVIEW
    return NoticeKind.REVIEW_WAITING if is_reviewed else NoticeKind.RESULT_IN
