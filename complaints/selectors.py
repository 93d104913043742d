"""What an agent sees beside the form while a complaint is being taken (model 2, 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core import clock
from organization.grants import grants_of
from tickets import calendars
from tickets.domain import clock as arithmetic
from tickets.domain.calendar import WorkCalendar
from tickets.facts import facts_of
from tickets.models import Ticket
from tickets.services.repeats import CallerTicket, history_of, open_on_same_matter, propose_repeat
from tickets.states import Kind, Stage

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from complaints.models import Complaint
    from organization.models import User


@dataclass(frozen=True)
class HistoryRow:
    """An earlier ticket of the caller. Without `is_visible` only the summary that model 2 allows may be shown, and even
    less where it is `known` by its address; `is_reachable` says whether the user may add a contact to it."""

    known: CallerTicket
    is_visible: bool
    is_reachable: bool

    @property
    def ticket(self) -> Ticket:
        """The ticket itself."""
        return self.known.ticket

    @property
    def is_promise_broken(self) -> bool:
        """Whether the time told to the customer has passed, which the agent should know before the customer says so."""
        promised = self.known.promised_at
        return promised is not None and promised < clock.now()


@dataclass(frozen=True)
class History:
    """The caller's tickets, the latest first, and what they mean for the one being taken."""

    rows: tuple[HistoryRow, ...] = ()
    repeat: Ticket | None = None  # proposed as the one that this complaint repeats
    same_open: Ticket | None = None  # the open one that the call belongs to
    last_seen: Ticket | None = None  # the latest that the user may see: it tells who the customer is


@dataclass(frozen=True)
class Allowance:
    """What the user may grant alone (U-48): up to how much, in the unit of the remedy."""

    label: str
    up_to: Decimal
    unit: str


def promised_by(draft: Complaint) -> datetime | None:
    """By when the customer hears the final answer if the complaint stays as it is (U-29), None without a limit.

    `draft` need not be stored; it needs what `facts_of` reads, `accepted_at` and, where its limit counts working
    days, `accepting_unit`.
    """
    rule = draft.scheme_version.document.limit_rule(Stage.TOTAL, facts_of(draft))
    if rule is None:
        return None
    limit = rule.limit_for(facts_of(draft))
    calendar = calendars.load(draft.accepting_unit) if limit.unit.counts_working_days_only else WorkCalendar({})
    return arithmetic.due(draft.accepted_at, limit, calendar)


def caller_history(user: User, draft: Ticket, *, phone: str, service_number: str, address: str) -> History:
    """The earlier tickets of who calls; numbers normalised. A stored `draft` is not part of its own history, and what
    is about the user does not exist for it (model 2)."""
    facts = facts_of(draft)
    found = history_of(
        draft.scheme_version.document,
        phone=phone,
        service_number=service_number,
        address=address,
        business_type=facts.business_type,
        complaint_type=facts.complaint_type,
        at=clock.now(),
    )
    known = [row for row in found if row.ticket.pk != draft.pk and row.ticket.complained_user_id != user.pk]
    ids = [row.ticket.pk for row in known]
    if not ids:
        return History()
    visible = set(Ticket.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    theirs = Ticket.objects.of_caller(phone, by=user) | Ticket.objects.of_caller(service_number, by=user)
    reachable = visible | set(theirs.filter(pk__in=ids).values_list("pk", flat=True))
    return History(
        rows=tuple(HistoryRow(row, row.ticket.pk in visible, row.ticket.pk in reachable) for row in known),
        repeat=propose_repeat(known),
        same_open=open_on_same_matter([row for row in known if row.ticket.pk in reachable]),
        last_seen=next((row.ticket for row in known if row.ticket.pk in visible and not row.is_by_address), None),
    )


def last_channel(user: User) -> str:
    """The code of the channel through which the user took a complaint last; empty for the first one."""
    taken = Ticket.objects.filter(kind=Kind.COMPLAINT, accepted_by=user).order_by("-pk")
    return taken.values_list("channel__code", flat=True).first() or ""


def allowances(user: User, draft: Complaint) -> list[Allowance]:
    """What the user may grant to this customer in this matter without asking, the most of each remedy (U-48)."""
    document, facts = draft.scheme_version.document, facts_of(draft)
    most: dict[str, Decimal] = {}
    for role in {grant.role for grant in grants_of(user)}:
        for rule in document.authority:
            if rule.role == role and document.may_grant(role, rule.remedy, rule.up_to, facts):
                most[rule.remedy] = max(rule.up_to, most.get(rule.remedy, rule.up_to))
    remedies = {remedy.code: remedy for remedy in document.remedies}
    return [Allowance(str(remedies[code].label), up_to, str(remedies[code].unit)) for code, up_to in most.items()]
