"""One act on many tickets or work orders picked in a list, each on its own: what one is refused for stops no other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core import access
from core.errors import NotPermitted, Refused
from core.models import AccessKind
from core.numbers import is_valid_number
from tickets.models import Ticket
from tickets.workflow import perform

if TYPE_CHECKING:
    from datetime import datetime

    from organization.models import User

MOST = 100  # rows in one go


@dataclass(frozen=True)
class Picked:
    """A row of a list: a ticket by its number, or the work order `order` of it."""

    number: str
    order: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of one row: `state` is what it is in now, `refusal` says why nothing was done, empty where it was."""

    number: str
    order: int | None = None
    state: str = ""
    refusal: str = ""


def do_together(
    picked: Iterable[Picked], act: str, *, by: User, at: datetime | None = None, **data: Any
) -> list[Outcome]:
    """Do `act` to the rows in their order at the aware instant `at` (default now), each in a transaction of its own.

    Raises Refused (`none_chosen`, `too_many`) for none and for more than MOST.
    """
    wanted = list(dict.fromkeys(picked))
    if not wanted:
        raise Refused(_("Select some rows first."), code="none_chosen")
    if len(wanted) > MOST:
        raise Refused(_("Select %(most)s rows at most.") % {"most": MOST}, code="too_many")
    possible = {row.number for row in wanted if is_valid_number(row.number)}
    ids = dict(Ticket.objects.visible_to(by, at).filter(number__in=possible).values_list("number", "pk"))
    return [_done(row, ids.get(row.number), act, by, at, data) for row in wanted]


def _done(row: Picked, ticket_id: int | None, act: str, by: User, at: datetime | None, data: dict[str, Any]) -> Outcome:
    try:
        ticket = perform(ticket_id or 0, act, by=by, order=row.order, at=at, **data)
    except Refused as refused:
        if isinstance(refused, NotPermitted):
            _note_attempt(row, act, by)
        return Outcome(row.number, row.order, refusal=refused.message)
    except Ticket.DoesNotExist:
        _note_attempt(row, act, by)
        unknown = _("There is no ticket of this number in your scope.")
        return Outcome(row.number, row.order, refusal=unknown)
    target = ticket if row.order is None else ticket.work_orders.get(seq=row.order)
    return Outcome(row.number, row.order, state=target.get_status_display())


def _note_attempt(row: Picked, act: str, by: User) -> None:
    """Log what was refused for want of a right, as the page of a single act does (`core.refusals`)."""
    if is_valid_number(row.number):
        access.record_once(
            by=by, kind=AccessKind.REFUSED, subjects=[row.number], detail=f"POST together {act}", success=False
        )
