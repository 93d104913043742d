"""A changed calendar moves the running clocks that count its working days, in the background (model 4, Calendars).

Which ones have not followed yet is read from the database each time: a clock keeps the version of the calendar it was
laid out with. So a lost message does no harm, and neither do two workers at once.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from organization.models import Unit
from tickets import clocks
from tickets.actions import Step, actions_of
from tickets.calendars import Calendars
from tickets.models import StageClock, Ticket
from tickets.states import Outcome
from tickets.workflow import perform

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

ACT = "recompute_clocks"
CALENDARS_AT_ONCE = 200


def recompute(step: Step) -> None:
    """The effect of the act: lay the ticket's clocks out under the calendars of now. Refused where none moves."""
    moved = clocks.relay(step)
    if not moved:
        raise Refused(_("No due time moves."), code="unmoved")
    step.notes["moved"] = moved


def follow_calendars(limit: int) -> int:
    """Bring up to `limit` tickets to the calendars of now; gives how many of them moved, each with an event.

    A ticket that fails is logged and left for the next run.
    """
    moved = 0
    for ticket_id in list(_stale().order_by("ticket").values_list("ticket", flat=True).distinct()[:limit]):
        try:
            moved += _follow(ticket_id)
        except Exception:
            logger.exception("The clocks of ticket %s could not follow the calendar", ticket_id)
    return moved


def _follow(ticket_id: int) -> bool:
    """Whether a due time moved. Where none does, the clocks only note their calendar, which is no event."""
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",), no_key=True).get(pk=ticket_id)
        step = Step(ticket, actions_of(ticket.kind)[ACT], None, None, clock.now(), {})
        if not clocks.relay(step):
            return False
        transaction.set_rollback(True)
    perform(ticket_id, ACT, by=None)
    return True


def _stale() -> QuerySet[StageClock]:
    """Running clocks that rest on another calendar than their unit's of now."""
    resting = StageClock.objects.filter(outcome=Outcome.RUNNING, calendar_version__gt="")
    pairs = list(resting.order_by().values_list("unit", "calendar_version").distinct())
    units, calendars = Unit.objects.in_bulk({unit for unit, _version in pairs}), Calendars()
    changed = [(unit, version) for unit, version in pairs if calendars.of(units[unit]).version != version]
    stale = Q(pk__in=[])
    for unit, version in changed[:CALENDARS_AT_ONCE]:
        stale |= Q(unit=unit, calendar_version=version)
    return resting.filter(stale)
