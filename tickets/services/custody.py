"""Who has a ticket that is handled in two tiers (两级处理): the group, or the province it was given to (U-05, U-61).

While the group has it, its centre owns it and no province sees one that was never given to it. A province answers for
its own time, from the dispatch to its report; what the group takes is not counted (U-62).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotPermitted, Refused
from organization.models import Function, Tier, Unit
from organization.roles import Role
from organization.selectors import covers
from tickets import clocks
from tickets.services import orders
from tickets.services.noting import keep_reason
from tickets.states import Origin, Stage

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from organization.grants import Grant
    from tickets.actions import Step
    from tickets.models import Ticket


def provinces() -> QuerySet[Unit]:
    """The provinces that a ticket can be given to: those with a complaint centre of their own."""
    centres = _centres().values("province")
    return Unit.objects.active().filter(tier=Tier.PROVINCE, parent__tier=Tier.GROUP, pk__in=centres).order_by("path")


def give_to_province(step: Step, *, home: Unit | None) -> None:
    """Give the ticket to a province: its complaint centre owns it and its time runs, signed for or not (U-62, U-88).

    A province that had it in this round goes on with what it left unused. `home` is the customer's city or province.
    Data: province, reason. Raises Refused for a province that has it already, or that it is about (S-09).
    """
    province: Unit = step.data["province"]
    centre = _centres().filter(province=province).order_by("path").first()
    if centre is None:
        raise Refused(_("%(unit)s has no complaint centre.") % {"unit": province.name}, code="no_centre")
    ticket = step.ticket
    if ticket.owner_unit_id == centre.pk:
        raise Refused(_("%(unit)s has this ticket already.") % {"unit": province.name}, code="same_province")
    if ticket.complained_unit is not None and covers(ticket.complained_unit, centre):
        raise Refused(
            _("The complaint is about %(unit)s: the group deals with it itself.") % {"unit": ticket.complained_unit},
            code="recused",
        )
    _take_away(step)
    ticket.owner_unit, ticket.province, ticket.holder = centre, province, None
    ticket.city_id = home.city_id if home is not None and home.province_id == province.pk else None
    clocks.start(step, Stage.SIGN)
    clocks.start(step, Stage.HANDLE, before=clocks.last_of_unit(step, Stage.HANDLE, centre))
    step.notes["to"] = province.name
    keep_reason(step)


def take_back(step: Step) -> None:
    """The group has the ticket again, whatever the province and its units were doing; the province still sees it."""
    _take_away(step)
    _to_group(step.ticket)


def give_back_to_group(step: Step) -> None:
    """The province is not the one (派错): the group has the ticket again, as before the dispatch. Data: reason."""
    take_back(step)
    step.ticket.province = step.ticket.city = None
    keep_reason(step)


def report_to_group(step: Step) -> None:
    """The province's report is in: its time stops, what its units still have is recalled, the group has the ticket."""
    orders.recall_open(step)
    clocks.stop(step, Stage.HANDLE)
    _to_group(step.ticket)


def return_to_province(step: Step, *, is_new_round: bool = False) -> None:
    """The province has the ticket again, with the time that it left unused; a new round has the whole limit."""
    ticket = step.ticket
    if ticket.province_id is None:
        raise Refused(_("No province has reported on this ticket: dispatch it."), code="no_province")
    centre = _centres().filter(province=ticket.province_id).order_by("path").first()
    ticket.owner_unit = centre or Unit.objects.get(pk=ticket.province_id)
    theirs = ticket.reports.filter(unit=ticket.owner_unit)  # the group objects too, and keeps no ticket of a province
    ticket.holder_id = theirs.order_by("version").values_list("by", flat=True).last()
    before = None if is_new_round else clocks.last_of_unit(step, Stage.HANDLE, ticket.owner_unit)
    clocks.start(step, Stage.HANDLE, before=before)


def of_group(step: Step, grant: Grant) -> bool:
    """A province ends or revives nothing that the group gave it: its supervisor's reach is not enough."""
    return grant.role != Role.SUPERVISOR or grant.unit.province_id is None


def check_of_group(step: Step) -> None:
    """See `of_group`."""
    if step.grant is not None and not of_group(step, step.grant):
        raise NotPermitted(_("Only the group's supervisor can do this: the group gave the ticket to the province."))


def sign(step: Step) -> None:
    """The province has the ticket in hand, and who signed for it keeps it moving (接单, U-81)."""
    clocks.stop(step, Stage.SIGN)
    step.ticket.holder = step.person


def send_orders(step: Step) -> None:
    """Have units of the province work on it: ordinary work orders (U-09). Data: orders (rows of unit, role, demand)."""
    if not step.data["orders"]:
        raise Refused(_("Name the unit that leads."), code="no_lead")
    orders.send_all(step, step.data["orders"], origin=Origin.DISPATCH)


def _take_away(step: Step) -> None:
    orders.recall_open(step)
    clocks.cancel(step, Stage.SIGN, Stage.HANDLE)


def _to_group(ticket: Ticket) -> None:
    ticket.owner_unit_id, ticket.holder = ticket.accepting_unit_id, None


def _centres() -> QuerySet[Unit]:
    return Unit.objects.active().filter(
        functions__function=Function.COMPLAINT_CENTRE, tier=Tier.PROVINCE, city__isnull=True
    )
