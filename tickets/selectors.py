"""What the page of one ticket reads, in a number of queries that does not grow with its history.

Everything starts from `visible_to`; what somebody may do follows from the same reach as `workflow` asks for.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db.models import BooleanField, Case, CharField, Exists, F, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import JSONObject

from organization.grants import grants_of
from organization.models import Function, Unit
from organization.selectors import covers
from tickets import panels
from tickets.actions import HeldBy, actions_of, order_actions_of
from tickets.facts import facts_of
from tickets.models import (
    Amendment,
    Answer,
    DelayFinding,
    Extension,
    HandOver,
    InterimReply,
    Pause,
    Remedy,
    Report,
    Responsibility,
    ResponsibilityFinding,
    ResponsibilityShare,
    RevisitAttempt,
    StageClock,
    SupervisionOrder,
    SupervisionTrigger,
    Ticket,
    TicketLink,
    TicketNote,
    WorkOrder,
    WorkOrderReply,
)
from tickets.models.replies import Rating
from tickets.querysets import held, order_held, order_sent_by
from tickets.states import HIGHER_LINKS, ORDER_OPEN, WITH_ORDERS, LinkKind, OrderStatus, Origin, Outcome, Stage
from tickets.tracks import is_tracked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from organization.grants import Grant
    from organization.models import User
    from tickets.actions import Action
    from tickets.domain.routing import RoutingProposal
    from tickets.models import TicketEvent

RELATED_SHOWN = 20
# Functions of units that can be given a work order.
HANDLING = (Function.REMOTE_UNIT, Function.TYPE_OWNER, Function.BUSINESS_OWNER, Function.ASSISTANT)

# What stands behind the events, by source: the model, the way to its ticket, and what of it a timeline shows.
_TOLD = ("mode", "content", "promised_for")
_RESULT = ("finding", "measure", "script", "verdict_note")
_SOURCES: dict[str, tuple[type[Any], str, tuple[str, ...]]] = {
    "note": (TicketNote, "ticket", ("kind", "text")),
    "answer": (Answer, "ticket", (*_TOLD, "person_told", "attitude", "closure_code", "plan")),
    "interim": (InterimReply, "ticket", _TOLD),
    "revisit": (
        RevisitAttempt,
        "ticket",
        ("result", "satisfaction", "is_solved", "speed", "attitude", "outcome", "remark", "number"),
    ),
    "rating": (Rating, "ticket", ("score", "words")),
    "amendment": (Amendment, "ticket", ("field", "is_contact", "old", "new")),
    "hand_over": (HandOver, "ticket", ("note",)),
    "remedy": (Remedy, "ticket", ("kind", "covers_from", "covers_to", "ground", "decision_note")),
    "pause": (Pause, "ticket", ("reason", "ground", "until", "decision_note")),
    "extension": (Extension, "ticket", ("ground", "due_before", "due_asked", "decision_note")),
    "finding": (DelayFinding, "ticket", ("clock__stage", "unit__name", "user__name", "ground")),
    "responsibility": (
        ResponsibilityFinding,
        "responsibility__ticket",
        ("attribution", "cause__code", "ground", "is_superseded"),
    ),
    "share": (
        ResponsibilityShare,
        "finding__responsibility__ticket",
        ("finding_id", "unit__name", "liability_class", "stage", "percent"),
    ),
    "contest": (Responsibility, "ticket", ("contest_ground",)),
    "report": (
        Report,
        "ticket",
        ("version", "ground", "investigation", "result", "customer_told", "measures", "remark"),
    ),
    "supervision": (SupervisionOrder, "ticket", ("seq", "target_unit__name", "reply", "verdict_note")),
    "cause": (SupervisionTrigger, "supervision__ticket", ("note",)),
    "reply": (
        WorkOrderReply,
        "work_order__ticket",
        (*_RESULT, "work_order__seq", "is_solved", "restored_at", "verdict", "by__name"),
    ),
}

Records = dict[str, deque[dict[str, Any]]]


@dataclass(frozen=True)
class Reach:
    """Which of a user's grants may act: on the ticket, and by order number as its unit or as its sender."""

    ticket: tuple[Grant, ...]
    unit: dict[int, tuple[Grant, ...]]
    sender: dict[int, tuple[Grant, ...]]


@dataclass(frozen=True)
class Offers:
    """What a user may do now: on the ticket, and on each of its orders by number."""

    ticket: tuple[Action, ...]
    orders: dict[int, tuple[Action, ...]]


def ticket_for(user: User, number: str) -> Ticket:
    """The ticket of a number with what its page shows of the row. Raises Ticket.DoesNotExist outside the scope."""
    waiting = HandOver.objects.filter(ticket=OuterRef("pk"), confirmed_at=None)
    asked = Pause.objects.asked().filter(ticket=OuterRef("pk"))
    ticket: Ticket = (
        Ticket.objects.visible_to(user)
        .select_related(
            "scheme_version",
            "channel",
            "business_type",
            "complaint_type",
            "cause",
            "accepting_unit",
            "owner_unit",
            "province",
            "city",
            "holder",
            "accepted_by",
            "complained_unit",
            "complained_user",
            "merged_into",
            "contact",
            *panels.all_related(),
        )
        .annotate(
            giver_id=Subquery(waiting.values("giver")[:1]),
            receiver_id=Subquery(waiting.values("receiver")[:1]),
            receiver_name=Subquery(waiting.values("receiver__name")[:1]),
            pause_asked_by_id=Subquery(asked.values("asked_by")[:1]),
            has_responsibility=Exists(Responsibility.objects.filter(ticket=OuterRef("pk"))),
            has_remedies=Exists(Remedy.objects.filter(ticket=OuterRef("pk"))),
            last_restored_at=Subquery(
                _standing(OuterRef("pk"))
                .filter(restored_at__isnull=False)
                .order_by("-restored_at")
                .values("restored_at")[:1]
            ),
        )
        .get(number=number)
    )
    return ticket


def orders_for(ticket: Ticket, user: User) -> list[WorkOrder]:
    """The ticket's work orders by number, each with what `reach_of` needs to know, when its work is due, who asked
    for more time, whose result it waits for and whether it was sent up."""
    flags: dict[str, Any] = {}
    for index, grant in enumerate(grants_of(user)):
        flags[f"unit_{index}"] = _flag(order_held(grant))
        flags[f"sender_{index}"] = _flag(order_sent_by(grant))
    rows = ticket.work_orders.select_related(
        "unit", "parent__unit", "assignee", "sent_by", "signed_by", "replied_by", "proper_unit"
    )
    handled = StageClock.objects.filter(work_order=OuterRef("pk"), stage=Stage.HANDLE, outcome=Outcome.RUNNING)
    asked = Extension.objects.asked().filter(work_order=OuterRef("pk"))
    below = WorkOrder.objects.filter(parent=OuterRef("pk"))
    flags["waits_for"] = Subquery(below.filter(status__in=sorted(ORDER_OPEN)).values("unit__name")[:1])
    sent_up = below.filter(origin=Origin.UPGRADE).exclude(status__in=(OrderStatus.RETURNED, OrderStatus.RECALLED))
    flags["is_sent_up"] = Exists(sent_up)
    flags["handle_due_at"] = Subquery(handled.values("due_at")[:1])
    flags["extension_asked_by_id"] = Subquery(asked.values("asked_by")[:1])
    return list(rows.annotate(**flags).order_by("seq"))


def reach_of(ticket: Ticket, user: User, orders: Sequence[WorkOrder]) -> Reach:
    """Which of the user's grants may act on the ticket and on `orders` (from `orders_for`)."""
    grants = grants_of(user)
    flags = {f"held_{index}": _flag(held(grant)) for index, grant in enumerate(grants)}
    on_ticket = Ticket.objects.filter(pk=ticket.pk).annotate(**flags).values_list(*flags).get() if flags else ()
    return Reach(
        ticket=tuple(grant for grant, is_held in zip(grants, on_ticket, strict=True) if is_held),
        unit={order.seq: _flagged(order, "unit", grants) for order in orders},
        sender={order.seq: _flagged(order, "sender", grants) for order in orders},
    )


def available_actions(
    ticket: Ticket, user: User, orders: Sequence[WorkOrder] | None = None, reach: Reach | None = None
) -> Offers:
    """What `user` may do with a ticket that it sees: by role, reach and state, as `workflow` would decide.

    What an act's own checks would still refuse is not looked at. `orders` and `reach` save their queries.
    """
    orders = orders_for(ticket, user) if orders is None else orders
    reach = reach or reach_of(ticket, user, orders)
    seen = grants_of(user)
    on_ticket = tuple(
        act
        for act in actions_of(ticket.kind).values()
        if _allows(act, ticket.status, seen if act.finder else reach.ticket)
    )
    if ticket.status not in WITH_ORDERS:
        return Offers(on_ticket, {})
    acts = order_actions_of(ticket.kind).values()
    on_orders = {
        order.seq: tuple(act for act in acts if _allows(act, order.status, _side(reach, act)[order.seq]))
        for order in orders
    }
    return Offers(on_ticket, on_orders)


def may_ever(act: Action, user: User, reach: Reach, seq: int | None = None) -> bool:
    """Whether the user has a role for the act in some state, whatever the state now."""
    if act.finder:
        grants: Sequence[Grant] = grants_of(user)
    else:
        grants = _side(reach, act).get(seq or 0, ()) if act.on_order else reach.ticket
    return any(grant.role in act.allow for grant in grants)


def events_of(ticket: Ticket) -> list[TicketEvent]:
    """The ticket's events in their order, with who did them, where and for whom."""
    return list(ticket.events.select_related("actor", "on_behalf_of", "unit").order_by("seq"))


def records_of(ticket: Ticket) -> Records:
    """What stands behind the events, by source and in the order of writing, in one query."""
    parts = [
        model.objects.filter(**{path: ticket})
        .order_by()
        .annotate(source=Value(source, output_field=CharField()), body=JSONObject(**{name: F(name) for name in names}))
        .values_list("source", "pk", "body")
        for source, (model, path, names) in _SOURCES.items()
    ]
    found: Records = {source: deque() for source in _SOURCES}
    for source, pk, body in sorted(parts[0].union(*parts[1:], all=True), key=lambda row: row[:2]):
        found[source].append(body | {"pk": pk})
    return found


def clocks_of(ticket: Ticket) -> list[StageClock]:
    """The ticket's clocks: the running ones by due time, then the others, the latest first."""
    rows = ticket.clocks.select_related("unit", "user", "work_order").order_by("pk")
    return sorted(rows, key=lambda row: (row.stopped_at is not None, row.due_at if row.stopped_at is None else -row.pk))


def pause_of(ticket: Ticket) -> Pause | None:
    """The pause that lasts or is asked for; `ticket` comes from `ticket_for`, which knows whether there is one."""
    if not ticket.is_paused and getattr(ticket, "pause_asked_by_id", None) is None:
        return None
    rows = ticket.pauses.asked() | ticket.pauses.lasting()
    return rows.select_related("asked_by").first()


def related_to(ticket: Ticket, user: User) -> list[Ticket]:
    """Tickets of the same matter, those it was made of or became, and those merged, that the user may see; `relation`
    says which they are."""
    repeats = TicketLink.objects.filter(kind=LinkKind.REPEAT)
    higher = TicketLink.objects.filter(kind__in=sorted(HIGHER_LINKS))
    relations = {
        "made_of": Q(pk__in=higher.filter(ticket=ticket).values("earlier")),
        "became": Q(pk__in=higher.filter(earlier=ticket).values("ticket")),
        "earlier": Q(pk__in=repeats.filter(ticket=ticket).values("earlier")),
        "later": Q(pk__in=repeats.filter(earlier=ticket).values("ticket")),
        "merged_here": Q(merged_into=ticket),
        "merged_into": Q(pk=ticket.merged_into_id or 0),
    }
    condition = Q(pk__in=[])
    for one in relations.values():
        condition |= one
    relation = Case(*(When(one, then=Value(name)) for name, one in relations.items()), output_field=CharField())
    found = Ticket.objects.visible_to(user).filter(condition).annotate(relation=relation)
    return list(found.order_by("-accepted_at")[:RELATED_SHOWN])


def reports_on(ticket: Ticket) -> list[Report]:
    """What the provinces reported to the group, the latest version first; only of kinds in two tiers."""
    if not is_tracked(ticket.kind):
        return []
    return list(ticket.reports.select_related("unit", "by", "reviewed_by").order_by("-version"))


def restored_at(ticket: Ticket) -> datetime | None:
    """When service was restored (an instant in UTC): the latest that a unit reported and nobody sent back (Q-04). A
    `ticket` from `ticket_for` knows."""
    if "last_restored_at" in ticket.__dict__:
        return cast("datetime | None", ticket.__dict__["last_restored_at"])
    latest: datetime | None = _standing(ticket).aggregate(latest=Max("restored_at"))["latest"]
    return latest


def _standing(ticket: Ticket | OuterRef) -> QuerySet[WorkOrderReply]:
    return WorkOrderReply.objects.filter(work_order__ticket=ticket).exclude(verdict__in=("refuse", "reject"))


def handling_units() -> QuerySet[Unit]:
    """Units in use that can be given a work order."""
    return Unit.objects.active().filter(functions__function__in=HANDLING).distinct()


def proposed_unit(ticket: Ticket) -> Unit | None:
    """The unit that the scheme's routing means in the ticket's place, None where nobody fits (U-37, U-38)."""
    document = ticket.scheme_version.document
    proposal = document.route(facts_of(ticket))
    if proposal is None:
        return None
    units = Unit.objects.active().filter(functions__function=proposal.function, province=ticket.province_id)
    units = units.filter(city=ticket.city_id if proposal.function == Function.REMOTE_UNIT else None)
    fitting = [unit for unit in units.order_by("path") if _is_department(unit, proposal, document)]
    complained = ticket.complained_unit
    return next((unit for unit in fitting if complained is None or not covers(complained, unit)), None)


def _is_department(unit: Unit, proposal: RoutingProposal, document: Any) -> bool:
    entry = document.entry("department", proposal.department) if proposal.department else None
    if entry is None:
        return True
    suffix = entry.attributes.get("unit_suffix")
    return unit.code.endswith(suffix) if suffix else unit.name.endswith(entry.label.zh)


def _side(reach: Reach, act: Action) -> dict[int, tuple[Grant, ...]]:
    return reach.sender if act.held_by is HeldBy.SENDER else reach.unit


def _allows(act: Action, state: str, grants: Sequence[Grant]) -> bool:
    roles = act.roles_in(state)
    return any(grant.role in roles for grant in grants)


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _flagged(order: WorkOrder, side: str, grants: Sequence[Grant]) -> tuple[Grant, ...]:
    return tuple(grant for index, grant in enumerate(grants) if getattr(order, f"{side}_{index}"))
