"""Who is told at once or asked one tier up, and whose fault a delay was (U-09, U-40, U-47). Effects of actions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import Refused
from organization.models import Function, Tier, Unit
from organization.selectors import centre_above, centre_for
from tickets import clocks
from tickets.clock_times import counting_of
from tickets.display import instant_words
from tickets.models import DelayFinding, StageClock
from tickets.models.records import NoteKind
from tickets.services import orders
from tickets.services.judging import judge_priority
from tickets.services.noting import note
from tickets.states import ORDER_OPEN, OrderStatus, Origin, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from organization.models import User
    from tickets.actions import Step
    from tickets.models import Ticket, WorkOrder

REPORTED_ONCE_IN = timedelta(hours=1)
_WORKING = (Function.REMOTE_UNIT, Function.TYPE_OWNER, Function.BUSINESS_OWNER, Function.ASSISTANT)


def report_serious(step: Step) -> None:
    """A grave problem is told to the province and the group at once (重大问题立即上报, U-09). Data: text."""
    since = step.at - REPORTED_ONCE_IN
    last = step.ticket.events.filter(action=step.action.name, at__gt=since).select_related("actor").last()
    if last is not None:
        raise Refused(
            _("%(who)s reported this at %(when)s already.")
            % {"who": last.actor.name if last.actor else _("the system"), "when": instant_words(last.at)},
            code="reported_already",
        )
    step.notes["note"] = note(step, NoteKind.NOTE, step.data["text"]).pk
    if not step.ticket.is_critical:
        step.ticket.is_critical = True
        judge_priority(step.ticket)
        step.notes["changed"] = {"is_critical": [False, True]}
        step.notes["moved"] = clocks.recompute(step)


def upgrade(step: Step) -> None:
    """Ask one tier up (市 → 省 → 总部, U-40): the result comes back to the asker, who keeps the order. Data: demand."""
    order = step.the_order
    every = list(step.ticket.work_orders.order_by("seq"))
    others = [one for one in every if one.status not in (OrderStatus.RETURNED, OrderStatus.RECALLED)]
    if any(one.origin == Origin.UPGRADE and one.parent_id == order.pk for one in others):
        raise Refused(_("This order has been sent up already."), code="upgraded")
    unit = unit_above(order)
    if unit is None:
        raise Refused(_("There is no unit above that could take this."), code="no_unit_above")
    if any(one.unit_id == unit.pk and one.status in ORDER_OPEN for one in others):
        raise Refused(
            _("%(unit)s has an open work order of this ticket already.") % {"unit": unit.name}, code="unit_busy"
        )
    demand, last = step.data.get("demand", ""), every[-1].seq
    orders.send(step, unit, origin=Origin.UPGRADE, role=order.role, demand=demand, parent=order, after=last)


def unit_above(order: WorkOrder) -> Unit | None:
    """The unit that does the same one tier up, by function and department; else the complaint centre there."""
    own = order.unit
    tier = Tier(own.tier)
    if tier is Tier.GROUP:
        return None
    above = list(Tier)[tier.rank - 1]
    functions = own.functions.filter(function__in=_WORKING).values("function")
    same = Unit.objects.active().filter(tier=above, functions__function__in=functions)
    if above is not Tier.GROUP:
        same = same.filter(province=own.province_id)
    if above is Tier.CITY:
        same = same.filter(city=own.city_id)
    fitting = list(same.distinct().order_by("path"))
    department = own.code.rsplit("-", 1)[-1]
    named = [unit for unit in fitting if unit.code.rsplit("-", 1)[-1] == department]
    return next(iter(named or fitting), None) or _centre_above(order, above)


def _centre_above(order: WorkOrder, tier: Tier) -> Unit | None:
    """The complaint centre of the tier or the next one above it."""
    centre: Unit | None = centre_for(order.unit)
    while centre is not None and Tier(centre.tier).rank > tier.rank:
        centre = centre_above(centre)
    return centre


def level_proposed(ticket: Ticket, orders: Iterable[WorkOrder]) -> str:
    """The level to propose while one of its `orders` (with their units) was sent up to the group or to another province
    (U-40); empty where the ticket has it, or nothing was."""
    level = ticket.scheme_version.document.options.level_proposals.group
    is_beyond = any(
        order.origin == Origin.UPGRADE and order.is_open and order.unit.province_id != ticket.province_id
        for order in orders
    )
    return level if is_beyond and ticket.level != level else ""


def adjudicate_delay(step: Step) -> None:
    """Find who was responsible for a late stage, once for ever (U-47).

    Data: clock (pk), ground; unit (and user) responsible, or is_excused where it was nobody's fault.
    """
    clock = late_clocks(step.ticket, step.at).get(step.data["clock"])
    if clock is None:
        raise Refused(_("This stage was not late, or belongs to another ticket."), code="not_late")
    made = DelayFinding.objects.filter(clock=clock).select_related("found_by").first()
    if made is not None:
        raise Refused(
            _("%(who)s found on this delay at %(when)s; a finding is final.")
            % {"who": made.found_by.name, "when": instant_words(made.found_at)},
            code="found_already",
        )
    unit: Unit | None = step.data.get("unit")
    user: User | None = step.data.get("user")
    is_excused = step.data.get("is_excused", False)
    if is_excused == (unit is not None) or (user is not None and unit is None):
        raise Refused(_("Name the unit responsible, or say that it was nobody's fault."), code="finding_incomplete")
    row = DelayFinding.objects.create(
        clock=clock,
        ticket=step.ticket,
        unit=unit,
        user=user,
        is_excused=is_excused,
        ground=step.data["ground"],
        found_by=step.person,
        found_at=step.at,
    )
    step.said.append(row)
    step.notes.update(clock=clock.pk, stage=clock.stage, finding=row.pk)


def late_clocks(ticket: Ticket, at: datetime) -> dict[int, StageClock]:
    """The stages that were late, or are at the aware instant `at`, by the id of the clock."""
    late = ticket.clocks.filter(outcome=Outcome.BREACHED) | ticket.clocks.filter(
        outcome=Outcome.RUNNING, due_at__lt=at, paused_at=None
    )
    rows = late.select_related("unit", "user", "work_order").order_by("pk")
    return {row.pk: row for row in rows if not counting_of(row).soft}
