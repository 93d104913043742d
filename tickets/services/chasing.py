"""Chasing many tickets at once (催单, M-02), each on its own: what one is refused for stops no other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import Refused
from core.numbers import is_valid_number
from tickets.models import Ticket
from tickets.workflow import perform

if TYPE_CHECKING:
    from datetime import datetime

    from organization.models import User

MOST = 100  # tickets in one go


@dataclass(frozen=True)
class Chased:
    """What came of one ticket: `refusal` says why it was not chased, empty when it was."""

    number: str
    refusal: str = ""


def chase_many(numbers: Iterable[str], *, by: User, demand: str = "", at: datetime | None = None) -> list[Chased]:
    """Chase the tickets of these numbers, in their order, at the aware instant `at` (default now).

    Raises Refused (`none_chosen`, `too_many`) for none and for more than MOST.
    """
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        raise Refused(_("Select the tickets to chase first."), code="none_chosen")
    if len(wanted) > MOST:
        raise Refused(_("Chase %(most)s tickets at once at most.") % {"most": MOST}, code="too_many")
    possible = [number for number in wanted if is_valid_number(number)]
    ids = dict(Ticket.objects.visible_to(by, at).filter(number__in=possible).values_list("number", "pk"))
    return [Chased(number, _refusal(ids.get(number), by, demand, at)) for number in wanted]


def _refusal(ticket_id: int | None, by: User, demand: str, at: datetime | None) -> str:
    try:
        perform(ticket_id or 0, "chase", by=by, at=at, demand=demand)
    except Refused as refused:
        return refused.message
    except Ticket.DoesNotExist:
        return _("There is no ticket of this number in your scope.")
    return ""
