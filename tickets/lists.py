"""Pages of a pool: fifty rows by due time, the next fifty by where the last one stopped."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from hashlib import blake2s
from operator import or_
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from django.db.models import F, Prefetch, QuerySet

from tickets import rehearsed
from tickets.facts import facts_of
from tickets.keyset import beyond
from tickets.models import StageClock, Ticket, WorkOrder
from tickets.pools import Pool, rows_where
from tickets.scheme.entries import Contact as Access
from tickets.services.contact_access import ContactView, contact_view, former_contact
from tickets.states import ORDER_OPEN, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from organization.models import Unit, User

PAGE_SIZE = 50
RowT = TypeVar("RowT")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CURSOR = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One line of a list: a ticket, the work order where the list is one of orders, the clock that ends next, and as
    much of the contact data as the list may show."""

    ticket: Ticket
    order: WorkOrder | None
    clock: StageClock | None
    unit: Unit
    contact: ContactView


@dataclass(frozen=True)
class Page(Generic[RowT]):
    """Rows and the cursors to what lies before and after them; None at either end."""

    rows: list[RowT]
    before: str | None
    after: str | None


class Mark(NamedTuple):
    """As much of a line as tells whether it changed: which it is, what it comes by, how many events its ticket has."""

    pk: int
    sorted_by: datetime
    ticket_id: int
    told: int


@dataclass(frozen=True)
class Cursor:
    """A place between two rows of a list sorted by due time and id."""

    due: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.due - _EPOCH) // _MICROSECOND}-{self.pk}"

    @classmethod
    def read(cls, text: str | None) -> Cursor | None:
        """The cursor written in an address; None for anything else."""
        match = _CURSOR.fullmatch(text or "")
        if match is None:
            return None
        try:
            return cls(_EPOCH + int(match[1]) * _MICROSECOND, int(match[2]))
        except OverflowError:
            return None


def page_of(
    pool: Pool, rows: QuerySet[Any], *, before: str | None = None, after: str | None = None, size: int = PAGE_SIZE
) -> Page[Row]:
    """One page of a pool's `rows` (from `Pool.rows`): the first, or the one before or after a cursor."""
    page = turned_to(_loaded(rows, pool.of_orders), before=before, after=after, size=size)
    return replace(page, rows=[_row(item, pool.shows_contact) for item in page.rows])


def marks_of(
    pool: Pool, rows: QuerySet[Any], *, before: str | None = None, after: str | None = None, size: int = PAGE_SIZE
) -> Page[Mark]:
    """The same page as far as it tells whether anything on it changed."""
    page = turned_to(_marked(rows, pool.of_orders), before=before, after=after, size=size)
    return replace(page, rows=[Mark(*line) for line in page.rows])


def first_marks_of(pool: Pool, user: User, size: int = PAGE_SIZE) -> Page[Mark]:
    """The first page of a pool that nothing narrows down, likewise; what most people look at most of the time."""

    def build() -> QuerySet[Any]:
        return _marked(pool.rows(user, Ticket.objects.visible_to(user)), pool.of_orders)[: size + 1]

    lines = [Mark(*line) for line in rehearsed.rows_of(("pool", pool.code, size), user, build)]
    return Page(lines[:size], None, str(lines[size].pk) if len(lines) > size else None)


def digest_of(page: Page[Row] | Page[Mark]) -> str:
    """A few letters that are the same for two pages that show the same."""
    return digest(told_of(page.rows), page.before is None, page.after is None)


def told_of(rows: Iterable[Row | Mark]) -> list[tuple[int, int]]:
    """What tells the lines of two lists apart."""
    return [
        ((row.order or row.ticket).pk, row.ticket.event_count) if isinstance(row, Row) else (row.pk, row.told)
        for row in rows
    ]


def digest(*shown: object) -> str:
    """A few letters that are the same for the same things; they must be written out alike in every process."""
    return blake2s(repr(shown).encode(), digest_size=8).hexdigest()


def turned_to(
    rows: QuerySet[Any], *, before: str | None, after: str | None, size: int, latest_first: bool = False
) -> Page[Any]:
    """One page of `rows`, which carry as `due` what they come by, and as `sorted_by` the same to read.

    They come by `due` and pk, or the other way round: `latest_first`.
    """
    start = Cursor.read(after)
    end = None if start else Cursor.read(before)
    is_rising = (end is None) is not latest_first  # the rows before a cursor are read from it backwards
    rows = rows.order_by("due", "pk") if is_rising else rows.order_by("-due", "-pk")
    place = start or end
    if place is not None:
        rows = beyond(rows, "due", (place.due, place.pk), is_rising=is_rising)
    found = list(rows[: size + 1])
    is_more = len(found) > size
    found = found[:size]
    if end is not None:
        found.reverse()
    if not found:
        return Page([], None, None)
    has_before = is_more if end else start is not None
    has_after = end is not None or is_more
    return Page(
        found,
        str(Cursor(*_sorted_by(found[0]))) if has_before else None,
        str(Cursor(*_sorted_by(found[-1]))) if has_after else None,
    )


def most_urgent(user: User, pools: list[Pool], size: int) -> list[Row]:
    """The `size` rows that are due first out of all that waits for the user; who has no such pools, of all it sees."""
    found: list[Any] = []
    for of_orders in _sides(pools):
        found += _loaded(_urgent(user, pools, of_orders), of_orders)[:size]
    found.sort(key=_sorted_by)
    return [_row(item, shows_contact=False) for item in found[:size]]


def marks_of_most_urgent(user: User, pools: list[Pool], size: int) -> list[Mark]:
    """The same rows as far as they tell whether anything changed."""
    found: list[Mark] = []
    for of_orders in _sides(pools):

        def build(of_orders: bool = of_orders) -> QuerySet[Any]:
            return _marked(_urgent(user, pools, of_orders), of_orders)[:size]

        found += [Mark(*line) for line in rehearsed.rows_of(("urgent", of_orders, size), user, build)]
    found.sort(key=_sorted_by)
    return found[:size]


def rows_of(ids: Sequence[int]) -> list[Row]:
    """The lines of tickets that were found in the user's scope, in their order, contact data masked."""
    tickets = _loaded(Ticket.objects.annotate(due=F("next_due_at")), of_orders=False).in_bulk(ids)
    return [_row(tickets[pk], shows_contact=False) for pk in ids if pk in tickets]


def _waiting(pools: list[Pool]) -> list[Pool]:
    return [pool for pool in pools if pool.is_work] or pools


def _sides(pools: list[Pool]) -> list[bool]:
    """Whether there are pools of tickets (False) and of work orders (True)."""
    return sorted({pool.of_orders for pool in _waiting(pools)})


def _urgent(user: User, pools: list[Pool], of_orders: bool) -> QuerySet[Any]:
    conditions = [pool.condition(user) for pool in _waiting(pools) if pool.of_orders is of_orders]
    return rows_where(reduce(or_, conditions), Ticket.objects.visible_to(user), of_orders=of_orders)


def _sorted_by(item: Any) -> tuple[datetime, int]:
    return item.sorted_by, item.pk


def _loaded(rows: Any, of_orders: bool) -> QuerySet[Any]:
    """The rows by due time with everything a line shows, in a number of queries that does not grow with them."""
    rows = rows.annotate(sorted_by=F("due")).order_by("due", "pk")
    if not of_orders:
        with_units = WorkOrder.objects.filter(status__in=sorted(ORDER_OPEN)).select_related("unit").order_by("seq")
        return (
            rows.for_list()
            .select_related("contact")
            .prefetch_related(Prefetch("work_orders", queryset=with_units, to_attr="open_orders"), former_contact())
        )
    running = StageClock.objects.filter(outcome=Outcome.RUNNING).order_by("due_at")
    parts = ("channel", "business_type", "complaint_type", "contact", "holder", "city", "province", "scheme_version")
    return (
        rows.select_related("unit", "assignee", *(f"ticket__{part}" for part in parts))
        .defer("ticket__scheme_version__content")
        .prefetch_related(
            Prefetch("ticket__clocks", queryset=running, to_attr="running_clocks"), former_contact("ticket__")
        )
    )


def _marked(rows: Any, of_orders: bool) -> QuerySet[Any]:
    """The rows by due time, each as the parts of a Mark."""
    ticket = "ticket__" if of_orders else ""
    rows = rows.annotate(sorted_by=F("due"), told=F(f"{ticket}event_count")).order_by("due", "pk")
    return rows.values_list("pk", "sorted_by", f"{ticket}pk", "told", named=True)


def _row(item: Any, shows_contact: bool) -> Row:
    if isinstance(item, WorkOrder):
        ticket: Any = item.ticket
        clocks = [row for row in ticket.running_clocks if row.work_order_id in (None, item.pk)]
        return Row(ticket, item, _next(clocks), item.unit, _contact(ticket, shows_contact, item))
    clock = _next(item.running_clocks)
    unit = item.open_orders[0].unit if item.open_orders else item.owner_unit
    return Row(item, None, clock, unit, _contact(item, shows_contact))


def _next(clocks: list[StageClock]) -> StageClock | None:
    """The clock that ends next, out of those by due time; one that stands still only where none runs."""
    return min(clocks, key=lambda row: row.paused_at is not None, default=None)


def _contact(ticket: Ticket, shows_contact: bool, order: WorkOrder | None = None) -> ContactView:
    """All for who rings the customer; for units masked, or nothing where the scheme keeps it from them (U-42)."""
    if shows_contact:
        return contact_view(ticket, Access.FULL)
    is_kept = order is not None and ticket.scheme_version.document.contact_access(facts_of(ticket)) is Access.NONE
    return contact_view(ticket, Access.NONE if is_kept else Access.MASKED)
