"""What can be done to many rows of a list at once: which acts each pool offers to whom (design, Pools)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from organization.grants import grants_of
from tickets.actions import action_of
from tickets.services.together import Picked
from tickets.states import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from organization.models import User
    from tickets.actions import Action
    from tickets.pools import Pool

_HAND_OVER = ("hand_over",)
_LINK = ("link_incident",)  # to the mass incident that concerns the first of the rows
# Acts that mean the same for every row, by pool; those on work orders only where the rows are orders.
_BY_POOL: dict[str, tuple[str, ...]] = {
    "sign": ("claim", "sign"),
    "handle": ("claim", "reassign"),
    "review": ("approve", "reassign"),
    "replies": ("accept",),
    "returns": ("accept_return",),
    "hand_overs": ("confirm_hand_over",),
    "drafts": _HAND_OVER,
    "dispatch": (*_LINK, *_HAND_OVER),
    "answer": _HAND_OVER,
    "screening": _HAND_OVER,
    "promises": _HAND_OVER,
    "taken": _HAND_OVER,
    "all": (*_LINK, *_HAND_OVER),
}
_ANYWHERE = ("chase",)
ON_ORDERS = frozenset({"claim", "sign", "reassign", "approve", "accept", "accept_return"})
ACTS = frozenset(_ANYWHERE).union(*_BY_POOL.values())
_ROW = re.compile(r"([0-9A-Z]{1,24})(?:/([0-9]{1,4}))?", re.ASCII)


def acts_for(pool: Pool, user: User) -> list[Action]:
    """What the user can do to the rows of a pool together."""
    known = (act_for(name, user) for name in (*_BY_POOL.get(pool.code, ()), *_ANYWHERE))
    return [act for act in known if act is not None]


def act_for(name: str, user: User) -> Action | None:
    """The act of that name, None unless it can be done to many rows and the user has a role that does it."""
    roles = {grant.role for grant in grants_of(user)}
    found = (action_of(kind, name, on_order=name in ON_ORDERS) for kind in Kind) if name in ACTS else ()
    return next((act for act in found if act is not None and not roles.isdisjoint(act.allow)), None)


def picked_in(values: Iterable[str], name: str) -> list[Picked]:
    """The rows that the boxes of a list name, such as "C2611230000014/2" for the second work order of that ticket; as
    tickets for an act on these. What no list wrote is a row that there is not."""
    rows = []
    for value in values:
        match = _ROW.fullmatch(value)
        seq = int(match[2]) if match and match[2] and name in ON_ORDERS else None
        rows.append(Picked(match[1] if match else value, seq))
    return rows
