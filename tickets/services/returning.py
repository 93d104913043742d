"""Orders that a unit wants to give back, and the bounces that this adds up to (C-03, U-38…U-41)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import Refused
from organization.models import Unit
from tickets import calendars, clocks
from tickets.domain.clock import due, format_instant
from tickets.services.noting import keep_explanation
from tickets.states import ORDER_OPEN, Origin, Stage
from tickets.tracks import is_tracked

if TYPE_CHECKING:
    from tickets.actions import Step
    from tickets.models import WorkOrder


def request_return(step: Step) -> None:
    """Ask to give the order back, within the scheme's limit from receipt (C-03). The clocks run on.

    Data: reason (code), note (the material), proper_unit (who should have it).
    """
    order, rule = step.the_order, step.scheme.options.returns
    if not rule.allowed:
        raise Refused(_("Assigned orders cannot be returned under this scheme."), code="returns_forbidden")
    if order.origin == Origin.BINDING:
        raise Refused(_("The supervisor has assigned this order to your unit; it cannot be returned."), code="binding")
    last = due(order.sent_at, rule.limit, calendars.load(order.unit))
    if step.at > last:
        raise Refused(
            _("Orders can be returned until %(when)s only. Handle it, or ask the supervisor.")
            % {"when": format_instant(last, as_due=True)},
            code="return_late",
        )
    refuse_open_child(order)
    was_signed = order.signed_at is not None
    order.request_return(step)
    order.return_reason = step.data["reason"]
    order.return_note = step.data["note"]
    order.proper_unit = step.data["proper_unit"]
    order.save()
    if not was_signed:
        clocks.stop(step, Stage.SIGN, order=order)
    keep_explanation(step)
    step.notes.update(reason=order.return_reason, proper_unit=order.proper_unit.code)


def accept_return(step: Step) -> None:
    """Take the order back; that is one bounce of the ticket."""
    order = step.the_order
    order.accept_return(step)
    order.save()
    clocks.cancel(step, order=order)
    count_bounce(step)


def refuse_return(step: Step) -> None:
    """The order stays with the unit. Data: note."""
    keep_explanation(step)
    order = step.the_order
    order.refuse_return(step)
    order.save()


def is_bounce(step: Step, order: WorkOrder, unit: Unit) -> bool:
    """Whether passing `order` on to `unit` counts as a bounce (model 5): between units of the same function, beyond
    what the scheme leaves free to the function (the routing by a remote unit, a business owner's first transfer).

    Raises Refused where the scheme does not let a unit of this function pass orders on to such a unit.
    """
    own, target = _functions(order.unit), _functions(unit)
    rules = [rule for rule in map(step.scheme.options.transfer_rule, sorted(own)) if rule is not None]
    fitting = [rule for rule in rules if target & set(rule.to)]
    if not fitting:
        raise Refused(
            _("%(unit)s does not take over orders from %(own)s. Ask to return it instead.")
            % {"unit": unit.name, "own": order.unit.name},
            code="no_transfer",
        )
    made = step.ticket.work_orders.filter(parent__unit=order.unit, origin=Origin.TRANSFER).count()
    is_free = any(rule.free is None or made < rule.free for rule in fitting)
    return bool(own & target) and not is_free


def refuse_open_child(order: WorkOrder) -> None:
    """Whoever passed work on waits for its result: it can neither reply nor leave before (U-41)."""
    child = order.children.filter(status__in=sorted(ORDER_OPEN)).select_related("unit").first()
    if child is not None:
        raise Refused(
            _("%(unit)s still works on a part of this. Wait for its result or recall its order first.")
            % {"unit": child.unit.name},
            code="child_open",
        )


def _functions(unit: Unit) -> set[str]:
    return set(unit.functions.values_list("function", flat=True))


def count_bounce(step: Step) -> None:
    """Count a bounce; at the scheme's limit the supervisor has to assign the ticket (model 5). In two tiers nobody
    does: the group gives it to whom it likes."""
    ticket = step.ticket
    ticket.bounce_count += 1
    step.notes["bounces"] = ticket.bounce_count
    if ticket.bounce_count >= step.scheme.options.bounce_limit and not is_tracked(ticket.kind):
        ticket.needs_assignment = True
        step.notes["before_supervisor"] = True
