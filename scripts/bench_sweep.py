"""The sweep against the same effect as set-based SQL, over clocks that are made due and put back afterwards.

PostgreSQL only: the reference uses its window functions and hashes. Everything happens in one transaction that is
rolled back.
"""

from __future__ import annotations

import gc
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

DUE = (1_000, 10_000)
RUNNING = 100_000


def measure() -> None:
    """Print the cost for each number of due clocks, and of a sweep that finds nothing."""
    from django.db import connection, transaction

    from core import clock
    from tickets.models import StageClock

    if connection.vendor != "postgresql":
        print("The sweep is measured on PostgreSQL: set DATABASE_URL.")
        return
    available = StageClock.objects.filter(stage="total", attempt=1, round=1).count()
    if available < RUNNING:
        print(f"The sweep is measured over {RUNNING} clocks; there are {available}: make loaddemo TICKETS=110000")
        return
    gc.freeze()  # as a worker does (config/celery.py)
    now = clock.now()
    for due in DUE:
        for name, act in (("sweep", _sweep), ("set-based SQL", _set_based)):
            with transaction.atomic():
                _prepare(now, due)
                idle = _timed(_sweep, now - timedelta(days=3)) if act is _sweep else None
                cost = _timed(act, now)
                transaction.set_rollback(True)
            told = "" if idle is None else f"   (idle, of {RUNNING} running: {idle * 1000:.1f} ms)"
            print(f"{due:>6} due, {name:<14}{cost:>8.2f} s{told}")


def _timed(act: Any, now: datetime) -> float:
    start = time.perf_counter()
    act(now)
    return time.perf_counter() - start


def _prepare(now: datetime, due: int) -> None:
    """Let clocks of RUNNING tickets run, of which `due` have just become due and the rest will in a while."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE tickets_supervisiontrigger, tickets_alert, tickets_supervisionorder_cc_units, "
            "tickets_supervisionorder"
        )
        cursor.execute("UPDATE tickets_stageclock SET next_alert_at = NULL WHERE next_alert_at IS NOT NULL")
        cursor.execute(
            """
            WITH chosen AS (
                SELECT DISTINCT ON (ticket_id) id FROM tickets_stageclock WHERE stage = 'total' ORDER BY ticket_id, id
            ), numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM chosen LIMIT %s)
            UPDATE tickets_stageclock SET outcome = 'running', stopped_at = NULL, counted_seconds = NULL, alerted = 1,
                started_at = %s, warn_at = %s, due_at = %s,
                next_alert_at = CASE WHEN n <= %s THEN %s ELSE %s END
            FROM numbered WHERE numbered.id = tickets_stageclock.id
            """,
            [
                RUNNING,
                now - timedelta(hours=40),
                now - timedelta(hours=4),
                now,
                due,
                now - timedelta(seconds=30),
                now + timedelta(days=1),
            ],
        )
        cursor.execute("ANALYZE tickets_stageclock")


def _sweep(now: datetime) -> None:
    from tickets.services.sweeping import sweep

    sweep(now)


def _set_based(now: datetime) -> None:
    """One alert, order, trigger, event and outbox row for each due clock, in seven statements."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE due ON COMMIT DROP AS " + _DUE, [now])
        for statement in _STATEMENTS:
            cursor.execute(statement, {"now": now})


_DUE = "SELECT id, ticket_id, unit_id, user_id, work_order_id FROM tickets_stageclock WHERE next_alert_at <= %s"
_STATEMENTS = (
    """
    INSERT INTO tickets_supervisionorder
        (ticket_id, seq, clock_id, work_order_id, grade, trigger, target_unit_id, target_user_id, status, issued_at,
         demand, reply_due_at, reply, verdict, verdict_note)
    SELECT ticket_id, 1 + (SELECT count(*) FROM tickets_supervisionorder s WHERE s.ticket_id = due.ticket_id), id,
        work_order_id, 'supervise', 'threshold', unit_id, user_id, 'issued', %(now)s, '', %(now)s + interval '24 hours',
        '', '', '' FROM due
    """,
    """
    INSERT INTO tickets_alert
        (clock_id, ticket_id, threshold, schedule, grade, reached_at, raised_at, is_late, supervision_id)
    SELECT due.id, due.ticket_id, 1.0, 1, 'supervise', %(now)s, %(now)s, false, s.id
    FROM due JOIN tickets_supervisionorder s ON s.clock_id = due.id AND s.issued_at = %(now)s
    """,
    """
    INSERT INTO tickets_supervisiontrigger (supervision_id, trigger, grade, at, alert_id, note)
    SELECT supervision_id, 'threshold', 'supervise', %(now)s, id, '' FROM tickets_alert WHERE raised_at = %(now)s
    """,
    """
    UPDATE tickets_stageclock SET alerted = 2, next_alert_at = %(now)s + interval '10 hours'
    FROM due WHERE due.id = tickets_stageclock.id
    """,
    """
    INSERT INTO tickets_ticketevent
        (ticket_id, seq, at, role, action, from_status, to_status, data, previous_hash, hash)
    SELECT ticket_id, seq, %(now)s, '', 'alert', status, status, data, previous,
        encode(sha256(convert_to(previous || data::text || ticket_id || seq, 'UTF8')), 'hex')
    FROM (
        SELECT t.id AS ticket_id, t.event_count + 1 AS seq, t.status, t.last_event_hash AS previous,
            jsonb_build_object(
                'alert', a.id, 'clock', c.id, 'stage', c.stage, 'round', c.round, 'threshold', '1.00',
                'grade', a.grade, 'due', c.due_at, 'reached', a.reached_at, 'late', a.is_late,
                'supervision', s.id, 'supervision_seq', s.seq
            ) AS data
        FROM tickets_alert a
        JOIN tickets_stageclock c ON c.id = a.clock_id
        JOIN tickets_ticket t ON t.id = a.ticket_id
        JOIN tickets_supervisionorder s ON s.id = a.supervision_id
        WHERE a.raised_at = %(now)s
    ) told
    """,
    """
    UPDATE tickets_ticket t SET event_count = e.seq, last_event_hash = e.hash
    FROM tickets_ticketevent e, due
    WHERE due.ticket_id = t.id AND e.ticket_id = t.id AND e.at = %(now)s AND e.action = 'alert'
    """,
    """
    INSERT INTO tickets_outbox (key, kind, ticket_id, data, at, fault)
    SELECT 'alert:' || a.id, 'overdue', a.ticket_id,
        jsonb_build_object(
            'clock', c.id, 'stage', c.stage, 'threshold', '1.00', 'to', '["user", "manager"]'::jsonb,
            'order', c.work_order_id, 'supervision', a.supervision_id
        ), %(now)s, ''
    FROM tickets_alert a JOIN tickets_stageclock c ON c.id = a.clock_id WHERE a.raised_at = %(now)s
    """,
)
