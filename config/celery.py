"""The Celery application. The schedule is code: no table, reviewed like everything else.

Tasks are idempotent and found again from database state, because the embedded broker loses a message when a worker is
killed and two beats fire twice. There is no result backend: what a task did stands in the database.
"""

import gc
import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

app = Celery("bihuan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = {
    "heartbeat": {"task": "core.tasks.heartbeat", "schedule": crontab()},
    "write-imports": {"task": "complaints.tasks.write_imports", "schedule": crontab()},
    "propose-incidents": {"task": "complaints.tasks.propose_incidents", "schedule": crontab()},
    "tell-of-incidents": {"task": "complaints.tasks.tell_of_incidents", "schedule": crontab()},
    "answer-incidents": {"task": "complaints.tasks.answer_incidents", "schedule": crontab()},
    "forget-unsent-calls": {"task": "complaints.tasks.forget_unsent_calls", "schedule": crontab(minute=40)},
    "sweep-deadlines": {"task": "tickets.tasks.sweep_deadlines", "schedule": crontab()},
    "resume-due": {"task": "tickets.tasks.resume_due", "schedule": crontab()},
    "follow-calendars": {"task": "tickets.tasks.follow_calendars", "schedule": crontab()},
    "spread-outbox": {"task": "tickets.tasks.spread_outbox", "schedule": crontab()},
    "deliver-messages": {"task": "tickets.tasks.deliver_messages", "schedule": crontab()},
    "archive-due": {"task": "tickets.tasks.archive_due", "schedule": crontab()},
    "forget-sessions": {"task": "accounts.tasks.forget_sessions", "schedule": crontab(hour=3, minute=30)},
    "forget-absent": {"task": "tickets.tasks.forget_absent", "schedule": crontab(hour=3, minute=40)},
    "log-day-root": {"task": "tickets.tasks.log_day_root", "schedule": crontab(hour=0, minute=20)},
}
app.autodiscover_tasks()


@worker_process_init.connect
def _spare_the_collector(**_options: Any) -> None:
    """What was imported lives as long as the process: the garbage collector need not walk over it in each sweep."""
    gc.freeze()
