"""From the draft to the units: submitting, reviewing, dispatching (U-36…U-38)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotPermitted, Refused
from organization.models import Function, Unit
from organization.roles import Role
from organization.selectors import centre_for
from tickets import clocks
from tickets.facts import facts_of
from tickets.services import common, intake, orders
from tickets.states import LinkKind, Origin, Status

if TYPE_CHECKING:
    from organization.grants import Grant
    from tickets.actions import Step
    from tickets.models import Ticket


def check_complete(step: Step) -> None:
    """What a complaint needs before it leaves the channel (U-35): who and what, a business, the script's fields."""
    script = step.scheme.script_for(facts_of(step.ticket))
    answers = step.ticket.extra
    asked = script.fields if script else ()
    intake.need(step, {str(field.label): answers.get(field.code) for field in asked if field.required})


def submit(step: Step) -> None:
    """Hand the ticket to the centre of the customer's home, a repeat to the one that knows the matter; about a centre,
    or its head, to the one above (model 8, S-09)."""
    place: Unit = step.ticket.city or step.ticket.province or step.ticket.accepting_unit
    centre = common.centre_not_concerned(step.ticket, _earlier_centre(step.ticket) or centre_for(place))
    step.ticket.owner_unit = centre
    step.notes["centre"] = centre.code


def _earlier_centre(ticket: Ticket) -> Unit | None:
    """The centre of the same place that owned what the ticket repeats; a channel that answered on the spot is none, and
    a customer who has moved is the new home's (U-43)."""
    repeats = ticket.links.filter(
        kind=LinkKind.REPEAT,
        earlier__province=ticket.province_id,
        earlier__owner_unit__is_active=True,
        earlier__owner_unit__functions__function__in=(Function.COMPLAINT_CENTRE, Function.GROUP_CENTRE),
    )
    link = repeats.select_related("earlier__owner_unit").first()
    return link.earlier.owner_unit if link else None


def check_not_before_supervisor(step: Step) -> None:
    """After too many bounces only the supervisor decides where the ticket goes (model 5)."""
    if step.ticket.needs_assignment:
        raise Refused(
            _("This ticket bounced %(count)s times: the supervisor assigns it.") % {"count": step.ticket.bounce_count},
            code="before_supervisor",
        )


def check_no_orders_before_supervisor(step: Step) -> None:
    """What goes back for more goes to named units only where the supervisor need not assign it first (model 5)."""
    if step.data.get("orders"):
        check_not_before_supervisor(step)


def check_before_supervisor(step: Step) -> None:
    """A binding assignment is for tickets that bounced too often."""
    if not step.ticket.needs_assignment:
        raise Refused(_("This ticket does not wait for a binding assignment."), code="not_before_supervisor")


def dispatch(step: Step) -> None:
    """Send the ticket to units (U-37). Data: orders (rows of {unit, role, demand}), level where it changes (U-28)."""
    if not step.data["orders"]:
        raise Refused(_("Name the unit that leads."), code="no_lead")
    level = step.data.get("level")
    if level and level != step.ticket.level:
        step.notes["level"] = [step.ticket.level, level]
        step.ticket.level = level
        step.notes["moved"] = clocks.recompute(step)
    orders.send_all(step, step.data["orders"], origin=Origin.DISPATCH)


def assign(step: Step) -> None:
    """The supervisor's order, which cannot be returned or passed on (model 5). Data: unit, demand."""
    orders.recall_open(step)
    orders.send(step, step.data["unit"], origin=Origin.BINDING, demand=step.data.get("demand", ""))


def may_amend(step: Step, grant: Grant) -> bool:
    """Agents correct what their unit took until it is dispatched; after that the centre does (permissions)."""
    return grant.role != Role.AGENT or step.ticket.dispatched_at is None


def check_amends(step: Step) -> None:
    """Whoever corrects may do so by now (see `may_amend`)."""
    if step.grant is not None and not may_amend(step, step.grant):
        raise NotPermitted(_("The ticket has been dispatched: ask the complaint centre to correct it."))


def follow_up(ticket: Ticket) -> str | None:
    """What happens by itself: results are collected when the last lead order is done, and a ticket that nobody has
    any more, no mass incident either, goes back for dispatch (model 3.1)."""
    if ticket.status != Status.HANDLING or ticket.incident_id is not None:
        return None
    open_lead, open_any, accepted = orders.situation(ticket.pk, ticket.round)
    if open_lead:
        return None
    if accepted:
        return "collect"
    return None if open_any else "to_dispatch"
