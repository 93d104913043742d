"""`/healthz`: the process answers. `/readyz`: what it needs to work is there too."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

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


def pulse(name: str) -> str:
    """Whether `name` was alive in the last three minutes: "ok" or "silent"."""
    last = Heartbeat.objects.filter(name=name).first()
    return "ok" if last and clock.now() - last.at <= GRACE else "silent"


_registered: dict[str, Callable[[], str]] = {"beat": partial(pulse, "beat")}


def register(name: str, check: Callable[[], str]) -> None:
    """Have `/readyz` ask `check` too: "ok", or in one word what is wrong. A database that does not answer is "unknown",
    and what is wrong in the first minutes after a start is only "starting". Called by the apps when they are ready.
    """
    _registered[name] = check


def note_start() -> None:
    """Remember when this process started."""
    global _started
    _started = clock.now()


def note_pulse(name: str) -> None:
    """Store the instant at which `name` (beat, sweep) was last alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; touches nothing else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, broker, scheduler and what the apps registered work, else 503; the body says what does not."""
    checks: dict[str, Callable[[], str]] = {"database": _database, "broker": _broker}
    checks |= {name: _with_grace(check) for name, check in _registered.items()}
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


def _is_starting() -> bool:
    return _started is not None and clock.now() - _started <= GRACE


def _with_grace(check: Callable[[], str]) -> Callable[[], str]:
    def judged() -> str:
        try:
            found = check()
        except DatabaseError:
            return "unknown"
        return "starting" if found != "ok" and _is_starting() else found

    return judged
