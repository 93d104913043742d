"""What a ticket page shows of one kind only: a registry that the app of the kind fills (architecture, Rooms)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from django.utils.functional import Promise

    from organization.roles import Role
    from tickets.models import Ticket


@dataclass(frozen=True)
class Fact:
    """A label and what stands beside it; `is_loud` where somebody has to look at it."""

    label: str
    text: str
    is_loud: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the page with a title of its own."""

    title: str
    facts: Sequence[Fact]


@dataclass(frozen=True)
class Proposal:
    """Something that may be granted to the customer by the act of that name: now, or once it `is_ready`."""

    action: str
    text: str
    is_ready: bool = True


@dataclass(frozen=True)
class Download:
    """A file that is made of a ticket by posting to the address of that name, by number; `hint` says what is in it."""

    address: str
    label: str
    hint: str


def _no_facts(ticket: Ticket) -> Sequence[Fact]:
    return ()


def _no_proposals(ticket: Ticket, now: datetime) -> Sequence[Proposal]:
    return ()


def _no_sections(ticket: Ticket, now: datetime) -> Sequence[Section]:
    return ()


def _no_lines(data: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return ()


def _no_downloads(roles: Collection[Role]) -> Sequence[Download]:
    return ()


@dataclass(frozen=True)
class Panels:
    """What a kind adds to the page: the relations to load with the ticket and the one to what only the kind has, its
    own facts and sections, remedies it proposes, lines that a step of it has in the timeline by what its event keeps,
    the name of the address, by id, at which a draft is filled in by the act `fill_in`, what a printed report to the
    group is called, and what somebody who acts on it in these roles may have made of it."""

    related: tuple[str, ...] = ()
    detail: str = ""
    facts: Callable[[Ticket], Sequence[Fact]] = field(default=_no_facts)
    proposals: Callable[[Ticket, datetime], Sequence[Proposal]] = field(default=_no_proposals)
    sections: Callable[[Ticket, datetime], Sequence[Section]] = field(default=_no_sections)
    lines: Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]] = field(default=_no_lines)
    draft_page: str = ""
    report_title: str | Promise = ""
    downloads: Callable[[Collection[Role]], Sequence[Download]] = field(default=_no_downloads)


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
