"""More time for a unit's work (延期, U-44): its handler asks before the time is up, its director decides.

Effects of actions; nothing here runs alone. The first due time stays beside the agreed one (model 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from core.errors import Refused
from tickets import calendars, clocks
from tickets.display import due_words
from tickets.domain.clock import due as due_of
from tickets.facts import facts_of
from tickets.models import Extension, InterimReply
from tickets.models.time import Decision
from tickets.services.deciding import decide
from tickets.states import SUBMITTED_OPEN, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.actions import Step
    from tickets.models import StageClock, Ticket, WorkOrder


def ask(step: Step) -> None:
    """Ask for more time for the order's work. Data: ground, due (aware instant)."""
    clock, due = _running(step), step.data["due"]
    if clock.paused_at is not None:
        raise Refused(_("The time stands still. Ask when it runs again."), code="paused")
    if step.at > clock.due_at:
        raise Refused(
            _("It was due %(when)s: more time can be asked for only before.") % {"when": due_words(clock.due_at)},
            code="too_late",
        )
    _check_later(step, clock, due)
    if asked_of(step.the_order) is not None:
        raise Refused(_("More time has been asked for already; the director decides on it."), code="extension_asked")
    row = Extension.objects.create(
        ticket=step.ticket,
        clock=clock,
        work_order=step.the_order,
        ground=step.data["ground"],
        due_before=clock.due_at,
        due_asked=due,
        asked_by=step.person,
        asked_at=step.at,
    )
    step.said.append(row)
    step.notes["extension"] = row.pk


def approve(step: Step) -> None:
    """The new time holds and warns again. Where the whole course cannot be kept with it, that gets as much as the
    answer needs after it, and the customer has to be told (U-44). Data: note."""
    row, clock = _decided(step, Decision.APPROVED), _running(step)
    _check_later(step, clock, row.due_asked)
    row.save()
    step.notes["moved"] = [clocks.extend(step, clock, row.due_asked)]
    total = clocks.running(step, Stage.TOTAL)
    if total is not None and total.due_at < row.due_asked and row.asked_at <= total.due_at:
        step.notes["moved"].append(_extend_total(step, total, row))
        step.notes["interim_needed"] = True


def refuse(step: Step) -> None:
    """The time stays as it is. Data: note."""
    _decided(step, Decision.REFUSED).save()


def asked_of(order: WorkOrder) -> Extension | None:
    """The extension that waits for a decision."""
    found: Extension | None = order.extensions.asked().first()
    return found


def needs_interim(ticket: Ticket, total: StageClock | None, at: datetime) -> bool:
    """Whether the customer has to hear now that the promise will break (U-44): the whole course was warned of, or got
    more time, and the customer was not told since; of more time, with a new promise. `total` is its running clock."""
    if total is None or ticket.status not in SUBMITTED_OPEN:
        return False
    is_warned = total.paused_at is None and at >= total.warn_at
    if not is_warned and total.schedule == 1:
        return False
    told = InterimReply.objects.filter(ticket=ticket).aggregate(
        last=Max("at"), promised=Max("at", filter=Q(promised_for__isnull=False))
    )
    if is_warned and (told["last"] is None or told["last"] < total.warn_at):
        return True
    extended = total.extensions.aggregate(last=Max("decided_at"))["last"]
    return extended is not None and (told["promised"] is None or told["promised"] < extended)


def _running(step: Step) -> StageClock:
    clock = clocks.running(step, Stage.HANDLE, order=step.the_order)
    if clock is None:
        raise Refused(_("No time limit runs for this work order."), code="no_clock")
    return clock


def _check_later(step: Step, clock: StageClock, due: datetime) -> None:
    if due <= clock.due_at:
        raise Refused(
            _("The new time must be later than %(when)s, when it is due now.") % {"when": due_words(clock.due_at)},
            code="not_later",
        )
    if due <= step.at:
        raise Refused(_("The new time has passed already. Choose a later one."), code="extension_past")


def _decided(step: Step, decision: Decision) -> Extension:
    """The extension asked for with the decision on it, not saved."""
    row = asked_of(step.the_order)
    if row is None:
        raise Refused(_("No more time is asked for any more. Reload the page."), code="no_extension")
    decide(step, row, decision)
    step.notes["extension"] = row.pk
    return row


def _extend_total(step: Step, total: StageClock, row: Extension) -> dict[str, Any]:
    rule, due = step.scheme.limit_rule(Stage.ANSWER, facts_of(step.ticket)), row.due_asked
    if rule is not None:
        due = due_of(due, rule.limit_for(facts_of(step.ticket)), calendars.load(total.unit))
    longer = Extension.objects.create(
        ticket=step.ticket,
        clock=total,
        work_order=row.work_order,
        ground=row.ground,
        due_before=total.due_at,
        due_asked=due,
        decision=Decision.APPROVED,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        decided_by=step.person,
        decided_at=step.at,
        decision_note=row.decision_note,
    )
    step.said.append(longer)
    return clocks.extend(step, total, due)
