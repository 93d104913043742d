"""What runs in the worker. Tasks find their work in the database, so that a lost message only costs time."""

from celery import shared_task

from complaints.services import importing


@shared_task
def write_imports() -> None:
    """Write the confirmed spreadsheet imports; woken by each confirmation and every minute."""
    importing.write_waiting()
