"""Supervision orders (督办单): a demand on one unit about one ticket, its answer and the verdict (model 6; U-02, U-47).

Effects of actions; nothing here runs alone (`chasing` chases many tickets with one of them). The sweep opens and joins
orders on its own, by the same rule: one unanswered order per ticket and unit, whatever else comes joins it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from core.clock import local_day
from core.errors import NotPermitted, Refused, Stale
from organization.grants import grants_of
from organization.models import Unit, User
from organization.roles import Role
from organization.selectors import people_with
from tickets import clocks
from tickets.display import instant_words
from tickets.models import SupervisionOrder, SupervisionTrigger
from tickets.models.supervision import SUPERVISION_OPEN, SupervisionStatus, Trigger, Verdict
from tickets.querysets import OWNERS, narrowest, supervision_answered
from tickets.services.orders import refuse_unit_complained_about
from tickets.states import OPEN, ORDER_UNANSWERED, Grade, Stage
from tickets.tracks import settled_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from organization.grants import Grant
    from tickets.actions import Step
    from tickets.models import Ticket, WorkOrder

# What a person may give as the reason (U-02; bounces: C-03), and how strongly; chases have an act of their own.
TRIGGERS = (
    Trigger.REGULATOR,
    Trigger.KEY,
    Trigger.DIFFICULT,
    Trigger.MISHANDLED,
    Trigger.REPEAT,
    Trigger.BOUNCES,
)
GRADES = (Grade.SUPERVISE, Grade.RAISED, Grade.NOTICE)
SCORES = range(-10, 11)  # points for assessment: below 0 they are taken off
DEMAND_LIMIT, REPLY_LIMIT = 1000, 2000  # characters, as the columns take them
STILL_DUE = (Stage.REVISIT, Stage.FOLLOW_UP)  # what a closed ticket may still be chased for


def supervise(step: Step) -> None:
    """Issue a supervision order by hand, or join the unit's unanswered one (U-02).

    Data: unit (pk), trigger, grade, demand; optional user (pk), cc (pks of units), reply_due_at (aware instant).
    """
    data, options = step.data, step.scheme.options.supervision
    if data["trigger"] not in TRIGGERS or data["grade"] not in GRADES:
        raise Refused(_("Choose one of the reasons and grades offered."), code="unknown_choice")
    due = data.get("reply_due_at") or step.at + options.reply_limit.span
    if due <= step.at:
        raise Refused(_("The time for the reply has passed already. Choose a later one."), code="reply_due_past")
    unit = _unit_concerned(step, data["unit"])
    row = join_or_open(
        step,
        unit,
        user=_person_of(step, unit, data.get("user")),
        grade=Grade(data["grade"]),
        trigger=Trigger(data["trigger"]),
        demand=data.get("demand", ""),
        reply_due_at=due,
    )
    if data.get("cc"):
        row.cc_units.add(*Unit.objects.active().filter(pk__in=data["cc"]).exclude(pk=unit.pk))


def chase(step: Step) -> None:
    """Press the units that have the ticket now (催单, M-02). Data: unit (pk, default all of them), demand.

    A unit that was chased a moment ago is left alone (`chase_interval`); refused where that is true of each.
    """
    options = step.scheme.options.supervision
    holders = holders_of(step.ticket)
    if data_unit := step.data.get("unit"):
        holders = {unit: order for unit, order in holders.items() if unit.pk == data_unit}
        if not holders:
            raise Refused(_("This unit does not have the ticket any more. Reload the page."), code="not_holder")
    recent = _chased_after(step.ticket, step.at - options.chase_interval.span)
    free = {unit: order for unit, order in holders.items() if unit.pk not in recent}
    if not free:
        last = next(recent[unit.pk] for unit in holders)
        raise Refused(
            _("%(who)s chased %(unit)s at %(when)s already. It can be chased again from %(again)s.")
            % {
                "who": last.by.name if last.by else _("the system"),
                "unit": last.supervision.target_unit.name,
                "when": instant_words(last.at),
                "again": instant_words(last.at + options.chase_interval.span),
            },
            code="chased_already",
        )
    for unit, order in free.items():
        join_or_open(
            step,
            unit,
            grade=Grade.CHASE,
            trigger=Trigger.CHASE,
            demand=step.data.get("demand", ""),
            reply_due_at=step.at + options.reply_limit.span,
            work_order=order,
        )


def check_chased_while_due(step: Step) -> None:
    """A closed ticket is chased only for its revisit or its promise."""
    if step.ticket.status in OPEN:
        return
    if not any(clocks.running(step, stage) for stage in STILL_DUE):
        raise Refused(_("Nothing of this ticket is due any more: there is nobody to chase."), code="nothing_due")


def acknowledge(step: Step) -> None:
    """The unit has read the order. Data: supervision (pk)."""
    row = _addressed_to_actor(step)
    if row.acknowledged_by is not None and row.acknowledged_at is not None:
        raise Stale(row.acknowledged_by.name, row.acknowledged_at)
    _refuse_answered(row)
    _acknowledge(step, row)
    row.save()


def reply(step: Step) -> None:
    """The unit answers the order; that acknowledges it too. Data: supervision (pk), text, seen (how many triggers the
    form showed: one that joined meanwhile is to be read first)."""
    row = _addressed_to_actor(step)
    _refuse_answered(row)
    _refuse_unseen(step, row)
    text = step.data["text"].strip()
    if not text:
        raise Refused(_("Say what was done."), code="reply_empty")
    if row.acknowledged_at is None:
        _acknowledge(step, row)
    row.status, row.reply, row.replied_at, row.replied_by = SupervisionStatus.REPLIED, text, step.at, step.by
    row.save()
    step.said.append(row)


def judge(step: Step) -> None:
    """The verdict, once for ever: on the answer, or on the silence beyond its time. It feeds assessment (U-47).

    Data: supervision (pk), verdict, score (one of SCORES), note. Whoever replied does not judge.
    """
    row = _row(step)
    if row.judged_by is not None and row.judged_at is not None:
        raise Stale(row.judged_by.name, row.judged_at)
    if not may_be_judged(row, step.at):
        raise Refused(
            _("%(unit)s has until %(when)s to answer. Judge it then.")
            % {"unit": row.target_unit.name, "when": instant_words(row.reply_due_at)},
            code="not_answered",
        )
    if row.replied_by_id == step.person.pk:
        raise NotPermitted(_("You answered this supervision order: somebody else has to judge it."))
    if step.data["verdict"] not in Verdict.values or step.data["score"] not in SCORES:
        raise Refused(_("Choose a verdict, and a score from −10 to 10."), code="unknown_choice")
    row.status, row.judged_at, row.judged_by = SupervisionStatus.JUDGED, step.at, step.by
    row.verdict, row.score = step.data["verdict"], step.data["score"]
    row.verdict_note = step.data.get("note", "")
    row.save()
    step.notes.update(verdict=row.verdict, score=row.score)


def may_be_judged(row: SupervisionOrder, at: datetime) -> bool:
    """Whether there is something to judge at the aware instant `at`: an answer, or no answer in its time."""
    is_silent = row.status in SUPERVISION_OPEN and at > row.reply_due_at
    return row.status == SupervisionStatus.REPLIED or is_silent


def join_or_open(
    step: Step,
    unit: Unit,
    *,
    grade: Grade,
    trigger: Trigger,
    demand: str,
    reply_due_at: datetime,
    user: User | None = None,
    work_order: WorkOrder | None = None,
) -> SupervisionOrder:
    """Put a demand on `unit`: a new order, or one more trigger of its unanswered one, which rises to the higher grade
    and keeps the earlier time for the reply. The event tells of each (`supervised`). Raises Refused (`recused`) for the
    unit that the complaint is about."""
    refuse_unit_complained_about(step, unit)
    ticket = step.ticket
    earlier = list(ticket.supervisions.all())
    row = next((one for one in earlier if one.target_unit_id == unit.pk and one.is_unanswered), None)
    if row is None:
        row = SupervisionOrder(
            ticket=ticket,
            seq=max((one.seq for one in earlier), default=0) + 1,
            target_unit=unit,
            grade=grade,
            trigger=trigger,
            issued_by=step.by,
            issued_at=step.at,
            reply_due_at=reply_due_at,
            work_order=work_order or _order_of(ticket, unit),
            clock=clocks.next_of(step, unit),
        )
    row.rise_to(grade)
    row.reply_due_at = min(row.reply_due_at, reply_due_at)
    row.target_user = user or row.target_user
    # The latest words count; each demand is kept whole in its trigger.
    row.demand = "\n".join(filter(None, (row.demand, demand)))[-DEMAND_LIMIT:]
    row.save()
    cause = SupervisionTrigger.objects.create(
        supervision=row, trigger=trigger, grade=grade, at=step.at, by=step.by, note=demand
    )
    step.said.append(cause)
    told = {"supervision": row.pk, "no": row.seq, "unit": unit.code, "grade": grade, "trigger": trigger}
    step.notes.setdefault("supervised", []).append(told | {"cause": cause.pk})
    return row


def units_concerned(ticket: Ticket) -> QuerySet[Unit]:
    """The units that a supervision order can go to: those that had a work order, the centre and who took the ticket;
    in two tiers each province's centre that had it, whoever has it now."""
    had = ticket.work_orders.values("unit")
    given = ticket.clocks.filter(stage=Stage.HANDLE, work_order=None).values("unit")
    own = Q(pk__in=[ticket.owner_unit_id, ticket.accepting_unit_id])
    return Unit.objects.filter(own | Q(pk__in=had) | Q(pk__in=given))


def holders_of(ticket: Ticket) -> dict[Unit, WorkOrder | None]:
    """The units that owe a result now, each with its order; where none does, the centre."""
    orders = ticket.work_orders.filter(status__in=sorted(ORDER_UNANSWERED)).select_related("unit").order_by("seq")
    return {order.unit: order for order in orders} or {ticket.owner_unit: None}


def people_to_answer(ticket: Ticket, unit: Unit, at: datetime) -> list[User]:
    """Who can answer an order on the ticket for the unit at the aware instant `at` (permissions.md)."""
    return list(dict.fromkeys(_answering(ticket, unit, at)))


def _unit_concerned(step: Step, pk: int) -> Unit:
    unit = units_concerned(step.ticket).filter(pk=pk).first()
    if unit is None:
        raise Refused(_("This unit has nothing to do with the ticket."), code="unit_not_concerned")
    return unit


def _answering(ticket: Ticket, unit: Unit, at: datetime) -> Iterator[User]:
    is_owner = any(row.function in OWNERS for row in unit.functions.all())
    owners = (settled_by(ticket.kind, unit), Role.DISPATCHER, Role.DIRECTOR) if is_owner else ()
    roles = dict.fromkeys((*owners, Role.HANDLER, Role.DIRECTOR))
    return (user for role in roles for user in people_with(role, unit, local_day(at)))


def _person_of(step: Step, unit: Unit, pk: int | None) -> User | None:
    if pk is None:
        return None
    user = next((one for one in _answering(step.ticket, unit, step.at) if one.pk == pk), None)
    if user is None or user.pk == step.ticket.complained_user_id:
        raise Refused(_("This person does not answer for %(unit)s.") % {"unit": unit.name}, code="person_elsewhere")
    return user


def _chased_after(ticket: Ticket, instant: datetime) -> dict[int, SupervisionTrigger]:
    """The latest chase of each unit later than `instant`, by the id of the unit."""
    rows = SupervisionTrigger.objects.filter(supervision__ticket=ticket, trigger=Trigger.CHASE, at__gt=instant)
    return {row.supervision.target_unit_id: row for row in rows.select_related("supervision__target_unit", "by")}


def _order_of(ticket: Ticket, unit: Unit) -> WorkOrder | None:
    return ticket.work_orders.filter(unit=unit).order_by("seq").last()


def _row(step: Step) -> SupervisionOrder:
    people = ("acknowledged_by", "replied_by", "judged_by")
    rows = step.ticket.supervisions.select_related("target_unit", *people).annotate(seen=Count("triggers"))
    row = rows.filter(pk=step.data["supervision"]).first()
    if row is None:
        raise Refused(_("There is no such supervision order."), code="supervision_unknown")
    step.notes.update(supervision=row.pk, no=row.seq, unit=row.target_unit.code)
    return row


def _addressed_to_actor(step: Step) -> SupervisionOrder:
    """The order of the form; the grant that is kept for the event becomes the one that answers for its unit."""
    row = _row(step)
    step.grant = answering_grant(step.person, row, step.at)
    if step.grant is None:
        raise NotPermitted(
            _("This supervision order is addressed to %(unit)s: its handlers or its director answer.")
            % {"unit": row.target_unit.name}
        )
    return row


def answering_grant(user: User, row: SupervisionOrder, at: datetime) -> Grant | None:
    """The narrowest of the user's grants at the aware instant `at` that answers for the unit of `row`."""
    grants = grants_of(user, at)
    rows: QuerySet[Any] = SupervisionOrder.objects.filter(pk=row.pk)
    index = rows.annotate(via=narrowest(grants, supervision_answered)).values_list("via", flat=True).get()
    return None if index is None else grants[index]


def _acknowledge(step: Step, row: SupervisionOrder) -> None:
    row.status, row.acknowledged_at, row.acknowledged_by = SupervisionStatus.ACKNOWLEDGED, step.at, step.by


def _refuse_answered(row: SupervisionOrder) -> None:
    if row.replied_by is not None and row.replied_at is not None:
        raise Stale(row.replied_by.name, row.replied_at)
    if row.judged_by is not None and row.judged_at is not None:
        raise Stale(row.judged_by.name, row.judged_at)


def _refuse_unseen(step: Step, row: Any) -> None:
    if row.seen > step.data.get("seen", row.seen):
        last = row.triggers.select_related("by").last()
        raise Stale(last.by.name if last.by else _("the system"), last.at)
