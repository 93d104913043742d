"""The pulse: proves that beat, broker and worker are alive together."""

from celery import shared_task

from core import health


@shared_task
def heartbeat() -> None:
    """Note the instant of the last beat, for `/readyz`."""
    health.note_pulse("beat")
