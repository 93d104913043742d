"""Waking a worker by the name of a task. What there is to do stands in the database: a lost call costs a minute."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError

logger = logging.getLogger(__name__)


def wake(task: str) -> None:
    """Ask a worker to run `task` now; without a broker the next beat brings it."""
    try:
        current_app.send_task(task, retry=False)
    except (BrokerError, OSError):
        logger.warning("No worker could be woken for %s; the next beat brings it.", task, exc_info=True)


def wake_on_commit(task: str) -> None:
    """The same once the transaction around is committed, if it is."""
    transaction.on_commit(partial(wake, task), robust=True)
