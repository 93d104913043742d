"""`/healthz` and `/readyz` (interfaces.md)."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from core import health
from core.clock import FrozenClock
from core.tasks import heartbeat
from tickets.tasks import sweep_deadlines


def test_alive_needs_no_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_after_a_beat_and_not_after_three_silent_minutes(client: Client, frozen_clock: FrozenClock) -> None:
    start = frozen_clock.instant
    health.note_start()
    heartbeat()
    sweep_deadlines()
    frozen_clock.move_to(start + timedelta(minutes=3))
    standing = {"status": "ok", "database": "ok", "broker": "ok", "beat": "ok"}
    assert client.get("/readyz").json().items() >= standing.items()
    frozen_clock.move_to(start + timedelta(minutes=3, seconds=1))
    response = client.get("/readyz")
    assert (response.status_code, response.json()["beat"]) == (503, "silent")
    heartbeat()
    assert client.get("/readyz").json()["sweep"] == "silent"
    sweep_deadlines()
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_start_has_three_minutes_of_grace(client: Client, frozen_clock: FrozenClock) -> None:
    start = frozen_clock.instant
    health.note_start()
    frozen_clock.move_to(start + timedelta(minutes=3))
    response = client.get("/readyz")
    assert (response.status_code, response.json()["beat"]) == (200, "starting")
    frozen_clock.move_to(start + timedelta(minutes=3, seconds=1))
    assert client.get("/readyz").status_code == 503


@pytest.mark.django_db
def test_what_an_app_registers_is_asked_too(
    client: Client, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ["ok", "late"]
    monkeypatch.setattr(health, "_registered", {})
    health.register("outbox", lambda: answers[0])
    health.note_start()
    heartbeat()
    assert client.get("/readyz").json()["outbox"] == "ok"
    answers.reverse()
    assert client.get("/readyz").json()["outbox"] == "starting"
    frozen_clock.move_to(frozen_clock.instant + timedelta(minutes=4))
    heartbeat()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["outbox"]) == (503, "late")


@pytest.mark.django_db
def test_an_unreachable_broker_is_named(client: Client, settings: Settings, frozen_clock: FrozenClock) -> None:
    settings.CELERY_BROKER_URL = "filesystem://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": "/nowhere", "data_folder_out": "/nowhere"}
    health.note_start()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["broker"]) == (503, "unreachable")


@pytest.mark.django_db
@pytest.mark.services
def test_an_unreachable_redis_is_named(client: Client, settings: Settings, frozen_clock: FrozenClock) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    health.note_start()
    response = client.get("/readyz")
    assert (response.status_code, response.json()["broker"]) == (503, "unreachable")
