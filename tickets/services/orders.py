"""Work orders: sending them out and getting their results back (model 5). Effects of actions; nothing here runs alone.

Each effect reads its data from the step; the actions table says which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils.translation import gettext as _

from core.clock import local_day
from core.errors import NotPermitted, Refused
from organization.models import Unit
from organization.roles import Role
from organization.selectors import covers, people_with
from tickets import clocks
from tickets.facts import facts_of
from tickets.models import StageClock, WorkOrder, WorkOrderReply
from tickets.services.noting import keep_explanation
from tickets.services.returning import count_bounce, is_bounce, refuse_open_child
from tickets.states import ORDER_OPEN, OrderRole, OrderStatus, Origin, Stage

if TYPE_CHECKING:
    from organization.grants import Grant
    from organization.models import User
    from tickets.actions import Step


def send(
    step: Step,
    unit: Unit,
    *,
    origin: Origin,
    role: str = OrderRole.LEAD,
    demand: str = "",
    parent: WorkOrder | None = None,
    before: StageClock | None = None,
    after: int | None = None,
) -> WorkOrder:
    """Send an order to `unit`; its `sign` and `handle` clocks run from now, signed or not. `before` is the clock of
    the rejected result whose unused time the unit gets, `after` the number of the last order where it is known."""
    ticket = step.ticket
    refuse_unit_complained_about(step, unit)
    last = ticket.work_orders.aggregate(last=Max("seq"))["last"] or 0 if after is None else after
    order = WorkOrder.objects.create(
        ticket=ticket,
        seq=last + 1,
        parent=parent,
        role=role,
        origin=origin,
        round=ticket.round,
        unit=unit,
        province_id=unit.province_id,
        city_id=unit.city_id,
        demand=demand,
        sent_at=step.at,
        sent_by=step.person,
    )
    clocks.start(step, Stage.SIGN, order=order)
    clocks.start(step, Stage.HANDLE, order=order, before=before)
    step.places.update(place for place in (unit.pk, unit.province_id, unit.city_id) if place is not None)
    step.notes.setdefault("sent", []).append({"order": order.seq, "unit": unit.code, "part": role})
    return order


def send_all(step: Step, orders: list[dict[str, Any]], *, origin: Origin) -> None:
    """Send the orders of a form: rows of {unit, role, demand}. Refused without a lead, or with a unit named twice."""
    if not any(row.get("role", OrderRole.LEAD) == OrderRole.LEAD for row in orders):
        leads = step.ticket.work_orders.filter(
            round=step.ticket.round, role=OrderRole.LEAD, parent=None, status__in=sorted(ORDER_OPEN)
        )
        if not leads.exists():
            raise Refused(_("Name the unit that leads; assistants alone cannot be responsible."), code="no_lead")
    units = [row["unit"].pk for row in orders]
    if len(units) != len(set(units)):
        raise Refused(_("A unit is named twice. Give it one order."), code="unit_twice")
    busy = step.ticket.work_orders.filter(unit__in=units, status__in=sorted(ORDER_OPEN)).select_related("unit").first()
    if busy is not None:
        raise Refused(
            _("%(unit)s has an open work order of this ticket already.") % {"unit": busy.unit.name}, code="unit_busy"
        )
    for row in orders:
        send(
            step,
            row["unit"],
            origin=origin,
            role=row.get("role", OrderRole.LEAD),
            demand=row.get("demand", ""),
            before=_rejected_passage(step, row["unit"]),
        )


def refuse_unit_complained_about(step: Step, unit: Unit) -> None:
    """Nobody handles a complaint about itself (model 2)."""
    complained = step.ticket.complained_unit
    if complained is not None and covers(complained, unit):
        raise Refused(
            _("The complaint is about %(unit)s: choose a unit that is not part of it.") % {"unit": complained.name},
            code="recused",
        )


def sign(step: Step) -> None:
    """The unit confirms that it has the order (C-03); nobody in particular takes it yet."""
    order = step.the_order
    order.sign(step)
    order.save()
    clocks.stop(step, Stage.SIGN, order=order)


def claim(step: Step) -> None:
    """Somebody of the unit takes the order; that signs for it."""
    order = step.the_order
    if order.status == OrderStatus.SENT:
        order.sign(step)
        clocks.stop(step, Stage.SIGN, order=order)
    elif order.assignee is not None and order.assignee != step.person:
        raise Refused(
            _("%(who)s has this order. Ask the director to reassign it.") % {"who": order.assignee.name},
            code="claimed",
        )
    _assign(order, step.person)
    order.save()


def owes_restoring(order: WorkOrder) -> bool:
    """Whether a reply that solves the order must say when service was back: a lead's, to a fault for which the scheme
    waives rent (Q-04). Without it the waiver would have no end."""
    ticket = order.ticket
    is_waived = ticket.scheme_version.document.rent_waiver_for(facts_of(ticket)) is not None
    return order.role == OrderRole.LEAD and is_waived


def check_restored(step: Step) -> None:
    """A solved fault was over at some instant, which the unit states (Q-04)."""
    is_stated = step.data.get("restored_at") is not None or not step.data.get("is_solved", True)
    if not is_stated and owes_restoring(step.the_order):
        raise Refused(_("State when service was restored: the waiver of rent ends there."), code="restored_missing")


def reply(step: Step) -> None:
    """Hand in the result (U-39, U-42). Data: finding, measure, script, is_solved, restored_at, cause.

    With director review the handle clock runs on until the director approves (M-01).
    """
    order = step.the_order
    refuse_open_child(order)
    data = step.data
    row = WorkOrderReply.objects.create(
        work_order=order,
        attempt=order.attempt,
        at=step.at,
        by=step.person,
        finding=data["finding"],
        measure=data["measure"],
        script=data.get("script", ""),
        is_solved=data.get("is_solved", True),
        restored_at=data.get("restored_at"),
        cause=data.get("cause"),
    )
    step.said.append(row)
    if step.scheme.options.director_review:
        order.reply_for_review(step)
    else:
        order.reply(step)
        clocks.stop(step, Stage.HANDLE, order=order)
    order.save()


def approve(step: Step) -> None:
    """The director lets the reply out; that ends the unit's time (model 4)."""
    order = step.the_order
    order.approve(step)
    order.save()
    clocks.stop(step, Stage.HANDLE, order=order)


def refuse(step: Step) -> None:
    """The director sends the reply back inside the unit; the clock never stopped. Data: note."""
    order = step.the_order
    _judge(order, step)
    order.refuse(step)
    order.save()


def accept(step: Step) -> None:
    """The sender takes the result. Whoever asked for a part of the work passes it on with its own reply (U-41)."""
    order = step.the_order
    _judge(order, step)
    order.accept(step)
    order.save()
    latest = order.replies.last()
    if latest is not None and latest.cause_id is not None and order.parent_id is None:
        step.ticket.cause = latest.cause


def reject(step: Step) -> None:
    """The sender wants more: same unit, next attempt, with the time it left unused and no more. Data: note."""
    order = step.the_order
    _judge(order, step)
    before = clocks.last_of(Stage.HANDLE, order)
    order.reject(step)
    order.save()
    clocks.start(step, Stage.HANDLE, order=order, before=before)


def transfer(step: Step) -> None:
    """Pass the order on; the result comes back here (U-39, U-41, T-05). Data: unit, demand."""
    order, unit = step.the_order, step.data["unit"]
    if order.origin == Origin.BINDING:
        raise Refused(_("The supervisor has assigned this order to your unit; it cannot be passed on."), code="binding")
    if order.unit_id == unit.pk:
        raise Refused(_("The order is with this unit already."), code="same_unit")
    if order.children.filter(status__in=sorted(ORDER_OPEN), origin=Origin.TRANSFER).exists():
        raise Refused(
            _("The order has been passed on already. Recall it before you choose another unit."), code="child_open"
        )
    bounced = is_bounce(step, order, unit)
    send(step, unit, origin=Origin.TRANSFER, role=order.role, demand=step.data.get("demand", ""), parent=order)
    if bounced:
        count_bounce(step)


def ask_assistant(step: Step) -> None:
    """Ask another unit to help; this one stays responsible (U-23, U-39). Data: unit, demand."""
    order, unit = step.the_order, step.data["unit"]
    if unit.pk == order.unit_id:
        raise Refused(_("The order is with this unit already."), code="same_unit")
    send(step, unit, origin=Origin.ASSIST, role=OrderRole.ASSIST, demand=step.data.get("demand", ""), parent=order)


def recall(step: Step) -> None:
    """Take an order back, with everything below it. Data: note."""
    keep_explanation(step)
    recall_order(step, step.the_order)


def may_reassign(step: Step, grant: Grant) -> bool:
    """A handler may only take an order over itself."""
    return grant.role != Role.HANDLER or step.data["user"] == step.by


def reassign(step: Step) -> None:
    """Give the order to another person of its unit (see `may_reassign`). Data: user."""
    order, user = step.the_order, step.data["user"]
    if step.grant is not None and not may_reassign(step, step.grant):
        raise NotPermitted(_("Only the director can give an order to somebody else."))
    if user not in people_with(Role.HANDLER, order.unit, local_day(step.at)):
        raise Refused(
            _("%(who)s does not handle work orders of %(unit)s.") % {"who": user.name, "unit": order.unit.name},
            code="not_a_handler",
        )
    if user.pk == step.ticket.complained_user_id:
        raise Refused(_("The complaint is about %(who)s: choose somebody else.") % {"who": user.name}, code="recused")
    _assign(order, user)
    order.save()
    step.notes["assignee"] = user.pk


def recall_order(step: Step, order: WorkOrder) -> None:
    """Recall one order and its open children; their clocks are cancelled."""
    for child in order.children.filter(status__in=sorted(ORDER_OPEN)).order_by("seq"):
        recall_order(step, child)
    order.recall(step)
    order.save()
    clocks.cancel(step, order=order)
    step.notes.setdefault("recalled", []).append(order.seq)


def recall_open(step: Step) -> None:
    """Recall every open order of the ticket: it was solved meanwhile, or ended."""
    top = step.ticket.work_orders.filter(parent=None, status__in=sorted(ORDER_OPEN)).order_by("seq")
    for order in top:
        recall_order(step, order)


def supersede_results(step: Step) -> None:
    """The accepted results of this round no longer count: the ticket goes back for more."""
    step.ticket.work_orders.filter(round=step.ticket.round, status=OrderStatus.ACCEPTED).update(is_superseded=True)


def situation(ticket_id: int, round_: int) -> tuple[bool, bool, bool]:
    """Whether a round has an open lead order, any open order, and an accepted lead result that still counts."""
    rows = WorkOrder.objects.filter(ticket=ticket_id, round=round_, parent=None).values_list(
        "role", "status", "is_superseded"
    )
    open_lead = any(role == OrderRole.LEAD and status in ORDER_OPEN for role, status, _superseded in rows)
    open_any = any(status in ORDER_OPEN for _role, status, _superseded in rows)
    accepted = any(
        role == OrderRole.LEAD and status == OrderStatus.ACCEPTED and not superseded
        for role, status, superseded in rows
    )
    return open_lead, open_any, accepted


def _rejected_passage(step: Step, unit: Unit) -> StageClock | None:
    """The handle clock of the unit's superseded result in this round: sending the work back buys no time."""
    order = step.ticket.work_orders.filter(unit=unit, round=step.ticket.round, is_superseded=True).last()
    return clocks.last_of(Stage.HANDLE, order) if order else None


def _judge(order: WorkOrder, step: Step) -> None:
    keep_explanation(step)
    latest = order.replies.last()
    if latest is not None:
        latest.verdict = step.action.name
        latest.verdict_note = step.data.get("note", "")
        latest.save(update_fields=["verdict", "verdict_note"])


def _assign(order: WorkOrder, user: User) -> None:
    order.assignee = user
    order.clocks.filter(stopped_at__isnull=True).update(user=user)
