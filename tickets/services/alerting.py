"""What one batch of the sweep does: alerts, supervision orders, events and outbox rows of locked tickets, in bulk.

The number of statements does not grow with the rows. Nothing here is a transition: versions stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from tickets import clock_times, notifications, record
from tickets.bulk import insert_all, update_each
from tickets.calendars import Calendars
from tickets.models import (
    Alert,
    Outbox,
    StageClock,
    SupervisionOrder,
    SupervisionTrigger,
    Ticket,
)
from tickets.models.outbox import NoticeKind
from tickets.models.supervision import SUPERVISION_OPEN, Trigger
from tickets.states import Grade

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from organization.models import Unit
    from tickets.scheme.options import AlertStep

ALERT, SILENCE = "alert", "supervision_silent"
LATE_AFTER = timedelta(minutes=3)  # the sweep comes every minute: later than this, something was down
_KINDS = {Grade.WARNING: NoticeKind.WARNING, Grade.SUPERVISE: NoticeKind.OVERDUE, Grade.RAISED: NoticeKind.RAISED}


@dataclass
class Counts:
    """What a sweep did."""

    alerts: int = 0
    late: int = 0
    orders: int = 0
    silent: int = 0
    faults: int = 0

    def add(self, other: Counts) -> None:
        """Add what another batch did."""
        for name, number in vars(other).items():
            setattr(self, name, getattr(self, name) + number)


@dataclass
class _Raised:
    """The thresholds that one clock reached, in their order: all are recorded, the last says how strongly."""

    clock: StageClock
    ticket: Ticket
    steps: list[AlertStep] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    supervision: SupervisionOrder | None = None

    @property
    def grade(self) -> Grade:
        return self.steps[-1].grade

    @property
    def to(self) -> list[str]:
        return list(dict.fromkeys(name for step in self.steps for name in step.to))


def raise_alerts(tickets: Mapping[int, Ticket], now: datetime, only: int | None = None) -> Counts:
    """Raise what the clocks of these locked tickets, or `only` the one of this id, reached by `now` (UTC); runs in the
    caller's transaction."""
    advanced = _reached(tickets, now, only)
    raised = [one for one in advanced if one.steps]
    if not advanced:
        return Counts()
    alerts = [alert for one in raised for alert in one.alerts]
    opened = _supervise(tickets, raised, now)
    insert_all(alerts)
    insert_all(_triggers(raised, now))
    update_each([one.clock for one in advanced], "alerted", "next_alert_at", "fault")
    _record(tickets, [(one.ticket, ALERT, _event_data(one, alert)) for one in raised for alert in one.alerts], now)
    notifications.tell_all([_telling(one, now) for one in raised])
    return Counts(alerts=len(alerts), late=sum(alert.is_late for alert in alerts), orders=opened)


def report_silence(tickets: Mapping[int, Ticket], now: datetime) -> Counts:
    """Say, once, that a supervision order was not answered in its time; runs in the caller's transaction."""
    rows = list(
        SupervisionOrder.objects.filter(
            ticket__in=tickets, status__in=SUPERVISION_OPEN, reply_alerted_at__isnull=True, reply_due_at__lte=now
        ).order_by("pk")
    )
    for row in rows:
        row.reply_alerted_at = now
    update_each(rows, "reply_alerted_at")
    _record(tickets, [(tickets[row.ticket_id], SILENCE, {"supervision": row.pk, "seq": row.seq}) for row in rows], now)
    notifications.tell_all(
        [
            Outbox(
                ticket=tickets[row.ticket_id],
                kind=NoticeKind.SILENT,
                key=f"silent:{row.pk}",
                at=now,
                data={"supervision": row.pk},
            )
            for row in rows
        ]
    )
    return Counts(silent=len(rows))


def _reached(tickets: Mapping[int, Ticket], now: datetime, only: int | None) -> list[_Raised]:
    """The clocks whose turn it is with the thresholds that they reached; each moves on to its next one, in memory."""
    calendars = Calendars()
    rows = (
        StageClock.objects.filter(ticket__in=tickets, next_alert_at__lte=now)
        .prefetch_related("unit", "work_order")
        .order_by("ticket_id", "next_alert_at", "pk")
    )
    if only is not None:
        rows = rows.filter(pk=only)
    return [_advance(row, tickets[row.ticket_id], calendars, now) for row in rows]


def _advance(row: StageClock, ticket: Ticket, calendars: Calendars, now: datetime) -> _Raised:
    options = ticket.scheme_version.document.options
    chain, calendar = clock_times.chain_of(row, options), calendars.of(row.unit)
    raised = _Raised(row, ticket)
    if row.fault:  # it was set aside: its time is not that of a threshold
        row.fault = ""
        clock_times.set_next_alert(row, options, calendar)
    while row.next_alert_at is not None and row.next_alert_at <= now:
        step = chain[row.alerted]
        raised.steps.append(step)
        raised.alerts.append(
            Alert(
                clock=row,
                ticket=ticket,
                threshold=step.at,
                schedule=row.schedule,
                grade=step.grade,
                reached_at=row.next_alert_at,
                raised_at=now,
                is_late=now - row.next_alert_at > LATE_AFTER,
            )
        )
        row.alerted += 1
        clock_times.set_next_alert(row, options, calendar)
    return raised


def _supervise(tickets: Mapping[int, Ticket], raised: list[_Raised], now: datetime) -> int:
    """One open order for each ticket and unit: the one that is there, else a new one. Gives how many are new."""
    due = [one for one in raised if one.grade != Grade.WARNING]
    if not due:
        return 0
    orders = {
        (order.ticket_id, order.target_unit_id): order
        for order in SupervisionOrder.objects.filter(
            ticket__in={one.ticket.pk for one in due}, status__in=SUPERVISION_OPEN
        )
    }
    known = set(orders)
    numbers = _last_numbers({one.ticket.pk for one in due})
    for one in due:
        key = (one.ticket.pk, one.clock.unit_id)
        if key not in orders:
            numbers[one.ticket.pk] += 1
            orders[key] = _new_order(one, numbers[one.ticket.pk], now)
        one.supervision = orders[key]
        one.supervision.rise_to(one.grade)
    insert_all([order for key, order in orders.items() if key not in known])
    update_each([orders[key] for key in known], "grade")
    _copy(due)
    for alert, order in ((alert, one.supervision) for one in due for alert in one.alerts):
        alert.supervision = order if alert.grade != Grade.WARNING else None
    return len(orders) - len(known)


def _last_numbers(ticket_ids: set[int]) -> defaultdict[int, int]:
    rows = SupervisionOrder.objects.filter(ticket__in=ticket_ids).order_by().values("ticket").annotate(last=Max("seq"))
    return defaultdict(int, rows.values_list("ticket", "last"))


def _new_order(one: _Raised, seq: int, now: datetime) -> SupervisionOrder:
    return SupervisionOrder(
        ticket=one.ticket,
        seq=seq,
        clock=one.clock,
        work_order_id=one.clock.work_order_id,
        grade=one.grade,
        trigger=Trigger.THRESHOLD,
        target_unit_id=one.clock.unit_id,
        target_user_id=one.clock.user_id,
        issued_at=now,
        reply_due_at=now + one.ticket.scheme_version.document.options.supervision.reply_limit.span,
    )


def _copy(due: list[_Raised]) -> None:
    """Enter the units that get a copy: the one above, the province, the group."""
    copies = SupervisionOrder.cc_units.through
    rows = {
        (one.supervision.pk, unit_id)
        for one in due
        if one.supervision is not None
        for unit_id in _units_above(one.clock.unit, one.to)
    }
    copies.objects.bulk_create(
        [copies(supervisionorder_id=order, unit_id=unit) for order, unit in sorted(rows)], ignore_conflicts=True
    )


def _units_above(unit: Unit, to: list[str]) -> list[int]:
    above = {"parent": unit.parent_id, "province": unit.province_id, "group": unit.ancestor_ids[0]}
    return [found for name in to if (found := above.get(name)) and found != unit.pk]


def _triggers(raised: list[_Raised], now: datetime) -> list[SupervisionTrigger]:
    return [
        SupervisionTrigger(
            supervision=alert.supervision, trigger=Trigger.THRESHOLD, grade=alert.grade, at=now, alert=alert
        )
        for one in raised
        for alert in one.alerts
        if alert.supervision is not None
    ]


def _event_data(one: _Raised, alert: Alert) -> dict[str, Any]:
    clock = one.clock
    return {
        "alert": alert.pk,
        "clock": clock.pk,
        "stage": clock.stage,
        "round": clock.round,
        "threshold": f"{alert.threshold:.2f}",
        "grade": alert.grade,
        "due": clock.due_at,
        "reached": alert.reached_at,
        "late": alert.is_late,
        **({"order": clock.work_order.seq} if clock.work_order else {}),
        **(
            {"supervision": alert.supervision.pk, "supervision_seq": alert.supervision.seq} if alert.supervision else {}
        ),
    }


def _record(tickets: Mapping[int, Ticket], entries: list[tuple[Ticket, str, dict[str, Any]]], now: datetime) -> None:
    """Append events by the system to the tickets' chains."""
    events = [
        record.next_event(ticket, action=action, at=now, by=None, grant=None, from_status=ticket.status, data=data)
        for ticket, action, data in entries
    ]
    insert_all(events)
    changed = {ticket.pk for ticket, _action, _data in entries}
    update_each([tickets[pk] for pk in sorted(changed)], "event_count", "last_event_hash")


def _telling(one: _Raised, now: datetime) -> Outbox:
    """One message for a clock, however many thresholds it passed at once: the strongest speaks for all."""
    last, clock = one.alerts[-1], one.clock
    data = {"clock": clock.pk, "stage": clock.stage, "threshold": f"{last.threshold:.2f}", "to": one.to}
    if clock.work_order_id:
        data["order"] = clock.work_order_id
    if one.supervision is not None:
        data["supervision"] = one.supervision.pk
    return Outbox(ticket=one.ticket, kind=_KINDS[one.grade], key=f"alert:{last.pk}", at=now, data=data)
