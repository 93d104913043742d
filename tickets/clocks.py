"""Stage clocks: when they open, stop and freeze (the table of model 4). The arithmetic is `tickets.domain.clock`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tickets import clock_times
from tickets.actions import actions_of
from tickets.domain import clock as arithmetic
from tickets.domain.calendar import WorkCalendar
from tickets.facts import facts_of
from tickets.models import Extension, Pause, StageClock, WorkOrder
from tickets.models.ticket import NOTHING_DUE
from tickets.models.time import Decision
from tickets.states import (
    CLOSED,
    ORDER_ANSWERED,
    ORDER_UNANSWERED,
    SUBMITTED_OPEN,
    OrderRole,
    Outcome,
    Stage,
    Status,
)
from tickets.tracks import is_tracked

if TYPE_CHECKING:
    from datetime import datetime

    from organization.models import Unit
    from tickets.actions import Step
    from tickets.models import Ticket
    from tickets.scheme import LimitRule

# These stages last exactly as long as the ticket stays in a state.
STAGE_OF_STATE = {
    Status.DRAFT: Stage.FILL,
    Status.RECEIVED: Stage.DISPATCH,
    Status.PENDING_DISPATCH: Stage.DISPATCH,
    Status.PENDING_INSTRUCTION: Stage.INSTRUCT,
    Status.PENDING_REVIEW: Stage.REVIEW,
}
# Nothing of these ticket states is watched any more but what closing itself opened.
_AFTER_CLOSING = frozenset({Stage.REVISIT, Stage.FOLLOW_UP})
_DUES = ("due_at", "original_due_at", "warn_at", "next_alert_at", "calendar_version", "is_provisional")
_PAUSING = (*_DUES, "pauses", "paused_at")
_OF_OTHERS = (Stage.INSTRUCT, Stage.REVISIT)  # done by people who never hold the ticket
_ENDING = (*_PAUSING, "stopped_at", "counted_seconds", "outcome")


def ticket_opened(step: Step) -> None:
    """Start `total` and the stage of the first state at acceptance (U-29, U-30, U-88)."""
    start(step, Stage.TOTAL, started=step.ticket.accepted_at)
    start(step, STAGE_OF_STATE[Status(step.ticket.status)], started=step.ticket.accepted_at)


def follow_state(step: Step, before: str) -> None:
    """Stop the stage of the state left and start that of the state entered; close or cancel what an ending ends."""
    after = step.ticket.status
    if before == after:
        return
    left, entered = STAGE_OF_STATE.get(Status(before)), STAGE_OF_STATE.get(Status(after))
    if left is not None:
        stop(step, left)
    if entered is not None:
        start(step, entered)
    if after in CLOSED and after != Status.ARCHIVED:
        cancel(step, keep=_AFTER_CLOSING)
    elif not step.ticket.is_open:
        cancel(step)
    if after not in SUBMITTED_OPEN:
        _end_pausing(step)


def follow_results(step: Step) -> None:
    """Run `answer` exactly while the centre has every result it waits for, or answers without one (model 4)."""
    if is_tracked(step.ticket.kind):  # the province answers as part of its handling
        return
    is_due, running = _answer_is_due(step.ticket), _running(step, Stage.ANSWER)
    if is_due and not running:
        start(step, Stage.ANSWER)
    elif running and not is_due:
        cancel(step, Stage.ANSWER)


def follow_people(step: Step) -> None:
    """Running clocks of the ticket itself are answered for by who has it now: after a hand-over or a transfer too."""
    for row in _running(step):
        people = _accountable(step.ticket, Stage(row.stage), None)
        if row.work_order_id is None and (row.unit_id, row.user_id) != people:
            row.unit_id, row.user_id = people
            row.save(update_fields=["unit", "user"])


def _accountable(ticket: Ticket, stage: Stage, order: WorkOrder | None) -> tuple[int, int | None]:
    """The unit and the person (None: whoever is on duty) that a stage is watched with."""
    if order is not None:
        return order.unit_id, order.assignee_id
    if stage == Stage.FILL:
        return ticket.accepting_unit_id, ticket.holder_id
    return ticket.owner_unit_id, None if stage in _OF_OTHERS else ticket.holder_id


def _answer_is_due(ticket: Ticket) -> bool:
    if ticket.status != Status.HANDLING:
        return ticket.status == Status.PENDING_ANSWER
    leads = ticket.work_orders.filter(round=ticket.round, parent=None, role=OrderRole.LEAD, is_superseded=False)
    states = set(leads.values_list("status", flat=True))
    return states.isdisjoint(ORDER_UNANSWERED) and not states.isdisjoint(ORDER_ANSWERED)


def start(
    step: Step,
    stage: Stage,
    *,
    order: WorkOrder | None = None,
    started: datetime | None = None,
    promised: datetime | None = None,
    pausable: bool = True,
    before: StageClock | None = None,
    again: StageClock | None = None,
) -> StageClock | None:
    """Open a clock of `stage`, or none where the scheme has no limit for it.

    `started` is an instant in UTC (default: now of the step). `promised` makes a clock for a promised date instead
    of a limit, which nothing pauses where it is not `pausable`. `before` is the clock of the rejected attempt, whose
    unused time this attempt gets. `again` is a cancelled clock that is to run on as if it had never stopped: from its
    start, with its pauses.
    """
    ticket = step.ticket
    rule = _rule_for(step, stage, order) if promised is None else None
    if rule is None and promised is None:
        promised = _promised_above(step, stage, order, before)
    if rule is None and promised is None:
        return None
    earlier = [
        row.attempt
        for row in _book(step)
        if (row.stage, row.round, row.work_order_id) == (stage, ticket.round, order.pk if order else None)
    ]
    new = StageClock(
        ticket=ticket,
        stage=stage,
        round=ticket.round,
        attempt=max([*earlier, before.attempt if before else 0]) + 1,
        work_order=order,
        started_at=again.started_at if again else started or step.at,
        pauses=again.pauses if again else [],
    )
    new.unit_id, new.user_id = _accountable(ticket, stage, order)
    if rule is not None:
        _apply(step, new, rule, before)
    elif promised is not None:
        new.rule, new.is_pausable = "promise", pausable
        clock_times.set_due(new, promised, step.scheme.options, WorkCalendar())
    new.original_due_at = new.due_at
    if ticket.is_paused and ticket.status in SUBMITTED_OPEN:  # else the pause ends with this very step
        clock_times.stand_still(new, step.at)
    new.save(force_insert=True)
    _book(step).append(new)
    return new


def _rule_for(step: Step, stage: Stage, order: WorkOrder | None) -> LimitRule | None:
    """The scheme's limit. In two tiers that of `handle` is the province's own; its units' orders are due within it."""
    if order is not None and stage == Stage.HANDLE and is_tracked(step.ticket.kind):
        return None
    return step.scheme.limit_rule(stage, facts_of(step.ticket))


def _promised_above(step: Step, stage: Stage, order: WorkOrder | None, before: StageClock | None) -> datetime | None:
    """Until when an order is to be handled for which the scheme has no limit: what its rejected attempt left unused,
    and never longer than what it is part of, the order above it or the province's handling."""
    if stage != Stage.HANDLE or order is None:
        return None
    above = running(step, stage, order=order.parent)
    if before is None or before.limit is not None:
        return above.due_at if above else None
    minimum = step.scheme.options.attempt_minimum.span
    left = step.at + max(before.due_at - (before.stopped_at or step.at), minimum)
    return min(left, above.due_at) if above and above.due_at > step.at + minimum else left


def stop(step: Step, stage: Stage, *, order: WorkOrder | None = None, at: datetime | None = None) -> StageClock | None:
    """Stop the running clock of `stage`, of the ticket itself or of one `order`, as met or breached; returns it. `at`
    is the instant that counts (UTC); what was done before the clock began stops it where it began."""
    row = running(step, stage, order=order)
    if row is not None:
        at = max(at or step.at, row.started_at)
        _go_on(step, row, at)
        is_met = at <= row.due_at or clock_times.counting_of(row).soft
        _end(row, at, Outcome.MET if is_met else Outcome.BREACHED)
    return row


def cancel(step: Step, *stages: Stage, order: WorkOrder | None = None, keep: frozenset[Stage] = frozenset()) -> None:
    """Cancel running clocks: of the named stages (default all but `keep`), of one order where given."""
    for row in _running(step, *stages):
        if row.stage not in keep and (order is None or row.work_order_id == order.pk):
            _go_on(step, row, step.at)
            _end(row, max(step.at, row.started_at), Outcome.CANCELLED)


def running(step: Step, stage: Stage, *, order: WorkOrder | None = None) -> StageClock | None:
    """The running clock of a stage, of the ticket itself or of one order."""
    of = order.pk if order else None
    return next((row for row in _running(step, stage) if row.work_order_id == of), None)


def pause_all(step: Step) -> None:
    """Every running clock stands still from now on (挂起), but for those that cannot be paused."""
    step.ticket.is_paused = True
    for row in _running(step):
        clock_times.stand_still(row, step.at)
        row.save(update_fields=_PAUSING)


def resume_all(step: Step) -> None:
    """The pause of the ticket ends and its clocks go on, from when it was to end at the latest."""
    ends_at = _pause_ends(step)
    for row in _running(step):
        if row.paused_at is not None:
            clock_times.go_on(row, ends_at, step.scheme.options, _total_due(step))
            row.save(update_fields=_PAUSING)
    Pause.objects.lasting().filter(ticket=step.ticket).update(ended_at=ends_at, ended_by=step.by)
    step.ticket.is_paused = False


def extend(step: Step, row: StageClock, due: datetime) -> dict[str, Any]:
    """Make the agreed instant `due` (UTC) the due time of a running clock (延期); gives what moved as `recompute`."""
    before = row.due_at
    clock_times.extend(row, due, step.scheme.options)
    row.save(update_fields=(*_DUES, "schedule", "alerted"))
    return _moved(row, before)


def had_since(ticket: Ticket, step: Step | None = None) -> datetime:
    """Since when, at the earliest in this round, the unit that has the ticket has had it to handle (两级处理)."""
    rows = ticket.clocks.all() if step is None else _book(step)
    key = (Stage.HANDLE, ticket.round, None, ticket.owner_unit_id)
    timed = [row.started_at for row in rows if (row.stage, row.round, row.work_order_id, row.unit_id) == key]
    return min(timed, default=ticket.accepted_at)


def last_of_unit(step: Step, stage: Stage, unit: Unit) -> StageClock | None:
    """The latest clock of a stage of the ticket itself that a unit answered for in this round, ended or not."""
    rows = [
        row
        for row in _book(step)
        if (row.stage, row.round, row.work_order_id, row.unit_id) == (stage, step.ticket.round, None, unit.pk)
    ]
    return rows[-1] if rows else None


def last_of(stage: Stage, order: WorkOrder) -> StageClock | None:
    """The latest clock of a stage of an order, whose unused time the next attempt gets."""
    return StageClock.objects.filter(work_order=order, stage=stage).order_by("-attempt").first()


def recompute(step: Step) -> list[dict[str, Any]]:
    """Give the running clocks the limits that now apply, from their original starts (改类改级).

    Returns what moved: stage, order, due before and after. Clocks of promised dates stay, and so do those of a
    unit's further attempts: they have what the one before left unused, and no change of class buys more.
    """
    moved = []
    for row in _running(step):
        if row.limit is None:
            continue
        rule = _rule_for(step, Stage(row.stage), row.work_order)
        if rule is None or row.allowed_seconds is not None:
            continue
        before, first = row.due_at, row.original_due_at
        _apply(step, row, rule, None)
        row.original_due_at = row.due_at
        if row.schedule > 1 and before > row.due_at:  # what was agreed stays agreed
            clock_times.set_due(row, before, step.scheme.options, clock_times.calendar_of(row))
        if (row.due_at, row.original_due_at) != (before, first):
            row.save()
        if row.due_at != before:
            moved.append(_moved(row, before))
    return moved


def relay(step: Step) -> list[dict[str, Any]]:
    """Lay the running clocks out anew under the calendars that now apply; gives what moved as `recompute`.

    The first due time follows. What was agreed stays agreed, but is never less than without the agreement; what was
    alerted stays so.
    """
    moved = []
    for row in _running(step):
        calendar = clock_times.calendar_of(row)
        if not row.calendar_version or row.calendar_version == calendar.version:
            continue
        before, row.original_due_at = row.due_at, _due(step, row, calendar)
        due = row.original_due_at if row.schedule == 1 else max(before, row.original_due_at)
        clock_times.set_due(row, due, step.scheme.options, calendar)
        row.save(update_fields=_DUES)
        if row.due_at != before:
            moved.append(_moved(row, before))
    return moved


def next_of(step: Step, unit: Unit) -> StageClock | None:
    """The running clock that a unit answers for and that is due next."""
    rows = [row for row in _running(step) if row.unit_id == unit.pk]
    return min(rows, key=lambda row: row.due_at, default=None)


def refresh_due(step: Step) -> None:
    """Keep on the ticket what lists are sorted by, and since when nothing is due any more."""
    running = _running(step)
    moving = [row.due_at for row in running if row.paused_at is None]
    step.ticket.next_due_at = min(moving, default=NOTHING_DUE)
    archive = actions_of(step.ticket.kind).get("archive")
    waiting = running or archive is None or step.ticket.status not in archive.system_states
    if waiting:
        step.ticket.quiet_from = None
    elif step.ticket.quiet_from is None:
        step.ticket.quiet_from = step.at


def _apply(step: Step, row: StageClock, rule: LimitRule, before: StageClock | None) -> None:
    """Give the row the limit of `rule`: from its start, or with what the attempt `before` left unused."""
    limit, options = rule.limit_for(facts_of(step.ticket)), step.scheme.options
    row.limit, row.rule, row.is_pausable = limit.to_dict(), rule.id, rule.pausable
    calendar = clock_times.calendar_of(row)
    with clock_times.in_words():
        if before is not None:
            stopped = before.stopped_at or step.at
            row.due_at = arithmetic.next_attempt_due(
                row.started_at, before.due_at, stopped, limit, calendar, options.attempt_minimum.span
            )
            row.allowed_seconds = arithmetic.counted_seconds(row.started_at, row.due_at, limit, calendar)
        clock_times.set_due(row, _due(step, row, calendar), options, calendar)


def _due(step: Step, row: StageClock, calendar: WorkCalendar) -> datetime:
    """When the row's own limit runs out, with its pauses; moved on where nobody is called at that hour."""
    with clock_times.in_words():
        due = clock_times.due_by_limit(row, calendar)
        return clock_times.by_day(row, due, step.scheme.options, _total_due(step))


def _total_due(step: Step) -> datetime | None:
    total = running(step, Stage.TOTAL)
    return total.due_at if total else None


def _running(step: Step, *stages: Stage) -> list[StageClock]:
    return [row for row in _book(step) if row.outcome == Outcome.RUNNING and (not stages or row.stage in stages)]


def _book(step: Step) -> list[StageClock]:
    """The ticket's clocks, read once in a step and kept true by what happens here."""
    if step.clocks is None:
        step.clocks = list(step.ticket.clocks.select_related("unit").order_by("pk"))
    return step.clocks


def _go_on(step: Step, row: StageClock, at: datetime) -> None:
    """Before a clock that stands still stops, its time runs again."""
    if row.paused_at is not None:
        clock_times.go_on(row, min(at, _pause_ends(step)), step.scheme.options, _total_due(step))


def _pause_ends(step: Step) -> datetime:
    """Now, or the instant at which the pause was to end, where it has passed and nobody has resumed it yet."""
    if step.pause_until is None:
        lasting = Pause.objects.lasting().filter(ticket=step.ticket)
        step.pause_until = lasting.values_list("until", flat=True).first() or step.at
    return min(step.at, step.pause_until)


def _end_pausing(step: Step) -> None:
    """The centre does not have the ticket any more: its pause ends, and one that was asked for lapses."""
    if step.ticket.is_paused:  # nothing more is asked for then
        resume_all(step)
    else:
        Pause.objects.asked().filter(ticket=step.ticket).update(decision=Decision.LAPSED)


def _moved(row: StageClock, before: datetime) -> dict[str, Any]:
    return {"stage": row.stage, "due_before": before, "due": row.due_at}


def _end(row: StageClock, at: datetime, outcome: Outcome) -> None:
    row.stopped_at = at
    row.counted_seconds = clock_times.counted_seconds(row, at)
    row.outcome, row.next_alert_at = outcome, None
    row.save(update_fields=_ENDING)
    if row.stage == Stage.HANDLE and row.work_order_id is not None:  # more time is asked for orders only
        Extension.objects.asked().filter(clock=row).update(decision=Decision.LAPSED)
