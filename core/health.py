"""`/healthz`: the process answers. `/readyz`: what it needs to work is there too."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.connection import Connection
from kombu.exceptions import KombuError

from core import clock
from core.models import Heartbeat

# Beat fires every minute; a process that has just started gives it this long before it calls the silence a fault.
GRACE = timedelta(minutes=3)
BROKER_TIMEOUT_SECONDS = 2

_started: datetime | None = None


def note_start() -> None:
    """Remember when this process started."""
    global _started
    _started = clock.now()


def note_beat() -> None:
    """Store the instant of the last beat."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": clock.now()})


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; touches nothing else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, broker and scheduler work, else 503; the body says which does not."""
    checks: dict[str, Callable[[], str]] = {"database": _database, "broker": _broker, "beat": _beat}
    results = {name: check() for name, check in checks.items()}
    is_ready = all(result in ("ok", "starting") for result in results.values())
    return JsonResponse({"status": "ok" if is_ready else "unready", **results}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _broker() -> str:
    folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("data_folder_in")
    if folder and not os.access(folder, os.W_OK):  # the embedded broker notices only when a message is lost
        return "unreachable"
    broker = Connection(
        settings.CELERY_BROKER_URL,
        connect_timeout=BROKER_TIMEOUT_SECONDS,
        transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
    )
    with broker:
        try:
            broker.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_SECONDS)
        except (OSError, KombuError):
            return "unreachable"
    return "ok"


def _beat() -> str:
    try:
        last = Heartbeat.objects.filter(name="beat").first()
    except DatabaseError:
        return "unknown"
    if last and clock.now() - last.at <= GRACE:
        return "ok"
    if _started and clock.now() - _started <= GRACE:
        return "starting"
    return "silent"
