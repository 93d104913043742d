"""What can happen to a ticket next, and who may do it: for the random walks.

Acts, states and roles come from the kernel's own tables, which `tests/matrix` holds against the specification; the
walks look for what goes wrong when legal acts follow each other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organization.roles import Role
from tests.walks import incidents, kin, responsibility, supervision, tiers, times
from tests.walks.passages import HOUR
from tests.walks.people import Person, may
from tickets.actions import Action, actions_of, order_actions_of
from tickets.models import Ticket, WorkOrder
from tickets.states import Kind, OrderStatus, Outcome, Stage, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Container

# What the acts may be refused for, though role and state allow them; everything else is a fault.
REFUSALS: dict[str, set[str]] = {
    "decline": {"decline_off"},
    "answer_on_spot": {"recused"},
    "answer": {"attempts_missing"},
    "revisit": {"attempts_missing"},
    "grant_waiver": {"no_waiver", "not_permitted", "restored_unknown"},
    "transfer": {"no_transfer", "child_open", "binding"},
    "request_return": {"binding", "return_late", "child_open"},
    "reply": {"child_open"},
    "transfer_centre": {"same_centre"},
    "merge": {"younger", "not_open", "other_unknown", "merge_self"},
    "unmerge": {"unmerge_late"},
    "convert_kind": {"complaint_already"},
    "hand_over": {"hand_over_one_pending", "same_holder", "receiver_blind"},
}
REFUSALS |= incidents.REFUSALS | supervision.REFUSALS | times.REFUSALS | tiers.REFUSALS
ENDINGS = {"decline", "withdraw", "merge", "void"} | tiers.ENDINGS
ASIDE = (
    supervision.ACTS
    | times.ACTS
    | responsibility.ACTS
    | tiers.ASIDE
    | {
        "add_contact",
        "add_note",
        "amend",
        "reclassify",
        "convert_kind",
        "hand_over",
        "confirm_hand_over",
        "cancel_hand_over",
        "interim_reply",
        "record_attempt",
        "attempt_revisit",
        "fill_in",
        "grant_waiver",
        "reassign",
        "transfer_centre",
    }
)
# The state alone offers these; they wait for something else to be so.
ONLY_IF: dict[str, Callable[[Ticket, dt.datetime], bool]] = {
    "dispatch": lambda ticket, at: not ticket.needs_assignment and ticket.incident_id is None,
    "assign": lambda ticket, at: ticket.needs_assignment and ticket.incident_id is None,
    "archive": lambda ticket, at: ticket.quiet_from is not None and ticket.quiet_from + 24 * HOUR <= at,
    "rate": lambda ticket, at: _has_open_link(ticket, at),
    "rate_low": lambda ticket, at: _has_open_link(ticket, at),
    "fulfil_promise": lambda ticket, at: any(
        row.stage == Stage.FOLLOW_UP and row.outcome == Outcome.RUNNING for row in ticket.clocks.all()
    ),
    "confirm_hand_over": lambda ticket, at: _offered(ticket) is not None,
    "cancel_hand_over": lambda ticket, at: _offered(ticket) is not None,
}
ONLY_IF |= times.ONLY_IF | incidents.ONLY_IF
OF_KIND = {Kind.COMPLAINT: ONLY_IF | kin.ONLY_IF, **dict.fromkeys(tiers.KINDS, ONLY_IF | tiers.ONLY_IF)}
# They move neither the ticket nor its clocks (tests/complaints/test_remedies.py).
REMEDIES = {"grant_remedy", "approve_remedy", "refuse_remedy", "take_back_remedy", "carry_out_remedy"}
# Told by the system in the same step, attached with the act that needs it, or done by something else than a person.
NOT_WALKED = (
    {
        "recompute_clocks",
        "register",
        "attach",
        "remove_attachment",
        "collect",
        "to_dispatch",
        "taken_up",
        "answer_by_higher",
    }
    | incidents.NOT_WALKED
    | REMEDIES
)


@dataclass(frozen=True)
class Choice:
    """An act that is possible now, on the ticket or on one of its orders, and who may do it (nobody: the system)."""

    act: str
    order: WorkOrder | None
    people: tuple[Person, ...]


def choices_for(
    ticket: Ticket, people: list[Person], at: dt.datetime, *, among: Container[str] | None = None
) -> list[Choice]:
    """Everything that may happen to the ticket next, in a fixed order; of the acts `among` these, where given."""
    found = []
    for action in acts_of(ticket):
        is_walked = action.name not in NOT_WALKED and (among is None or action.name in among)
        if not is_walked or ticket.status not in action.states or not _is_time(action, ticket, at):
            continue
        if action.system:
            found.append(Choice(action.name, None, ()))
        if not action.on_order:
            found += _if_anybody(action, None, ticket, people)
            continue
        for order in ticket.work_orders.all():
            if order.status in action.order_states:
                found += _if_anybody(action, order, ticket, people)
    return found


def acts_of(ticket: Ticket) -> list[Action]:
    """The acts on a ticket and on its orders, by name."""
    acts = (*actions_of(ticket.kind).values(), *order_actions_of(ticket.kind).values())
    return sorted(acts, key=lambda action: (action.name, action.on_order))


def _is_time(action: Action, ticket: Ticket, at: dt.datetime) -> bool:
    condition = None if action.on_order else OF_KIND[Kind(ticket.kind)].get(action.name)
    return condition is None or condition(ticket, at)


def _if_anybody(action: Action, order: WorkOrder | None, ticket: Ticket, people: list[Person]) -> list[Choice]:
    able = tuple(one for one in people if may(one, action, ticket, order) and _is_in_person(one, action, ticket, order))
    return [Choice(action.name, order, able)] if able else []


def _is_in_person(one: Person, action: Action, ticket: Ticket, order: WorkOrder | None) -> bool:
    """What depends on who it is, not on the role."""
    if ticket.kind in tiers.KINDS and not action.on_order and not tiers.is_in_person(one, action.name, ticket):
        return False
    match action.name:
        case "void":
            return ticket.status != Status.DRAFT or ticket.accepted_by_id == one.user.pk
        case "amend":
            return one.role != Role.AGENT or ticket.dispatched_at is None
        case "hand_over":
            return one.role == Role.DIRECTOR or ticket.holder_id == one.user.pk
        case "confirm_hand_over":
            return _offered(ticket, "receiver_id") == one.user.pk
        case "cancel_hand_over":
            return one.role == Role.DIRECTOR or _offered(ticket, "giver_id") == one.user.pk
        case act if act in supervision.ANSWERS:
            return bool(supervision.fitting(act, one, ticket))
        case act if act in responsibility.ACTS:
            return responsibility.is_in_person(one, act, ticket)
        case "revisit" | "attempt_revisit":
            return all(one.user.pk not in _handlers(row) for row in ticket.work_orders.all())
        case "claim":
            assert order is not None
            is_taken = order.status == OrderStatus.HANDLING and order.assignee_id is not None
            return not is_taken or order.assignee_id == one.user.pk
        case act:
            return times.is_in_person(one, act, ticket)


def _handlers(order: WorkOrder) -> set[int | None]:
    return {order.assignee_id, order.signed_by_id, order.replied_by_id}


def _offered(ticket: Ticket, what: str = "pk") -> int | None:
    """Of the hand-over that waits to be confirmed; None without one."""
    waiting = [row for row in ticket.hand_overs.all() if row.confirmed_at is None]
    return getattr(waiting[0], what) if waiting else None


def _has_open_link(ticket: Ticket, at: dt.datetime) -> bool:
    """The link of the answer that closed it is good for one rating, a little over thirty days (SM-09)."""
    link = ticket.ratings.select_related("answer").last()
    return link is not None and link.rated_at is None and at < link.answer.at + dt.timedelta(days=30)
