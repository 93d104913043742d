"""What a ticket page shows of one kind only: a registry that the app of the kind fills (architecture, Rooms)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tickets.models import Ticket


@dataclass(frozen=True)
class Fact:
    """A label and what stands beside it."""

    label: str
    text: str


@dataclass(frozen=True)
class Proposal:
    """Something that may be granted to the customer by the act of that name: now, or once it `is_ready`."""

    action: str
    text: str
    is_ready: bool = True


def _no_facts(ticket: Ticket) -> Sequence[Fact]:
    return ()


def _no_proposals(ticket: Ticket, now: datetime) -> Sequence[Proposal]:
    return ()


@dataclass(frozen=True)
class Panels:
    """What a kind adds to the page: the relations to load with the ticket, its own facts, remedies it proposes, and
    the name of the address, by id, at which a draft is filled in by the act `fill_in`."""

    related: tuple[str, ...] = ()
    facts: Callable[[Ticket], Sequence[Fact]] = field(default=_no_facts)
    proposals: Callable[[Ticket, datetime], Sequence[Proposal]] = field(default=_no_proposals)
    draft_page: str = ""


_panels: dict[str, Panels] = {}


def register(kind: str, panels: Panels) -> None:
    """Say what the pages of a kind show besides what is true of every ticket."""
    _panels[kind] = panels


def panels_of(kind: str) -> Panels:
    """What the pages of a kind show besides; nothing for a kind that adds nothing."""
    return _panels.get(kind, Panels())


def all_related() -> tuple[str, ...]:
    """The relations of all kinds, to load with a ticket whose kind is not known yet."""
    return tuple(name for panels in _panels.values() for name in panels.related)
