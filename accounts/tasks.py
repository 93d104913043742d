"""What is tidied up in the night."""

from __future__ import annotations

from celery import shared_task

from accounts.session_store import SessionStore


@shared_task
def forget_sessions() -> None:
    """Delete the sessions whose time is over."""
    SessionStore.clear_expired()
