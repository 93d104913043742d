"""`/healthz` and `/readyz` (interfaces.md)."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from core import health
from core.clock import FrozenClock
from core.tasks import heartbeat


def test_alive_needs_no_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_after_a_beat_and_not_after_three_silent_minutes(client: Client, frozen_clock: FrozenClock) -> None:
    start = frozen_clock.instant
    health.note_start()
    heartbeat()
    frozen_clock.move_to(start + timedelta(minutes=3))
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok", "broker": "ok", "beat": "ok"}
    frozen_clock.move_to(start + timedelta(minutes=3, seconds=1))
    response = client.get("/readyz")
    assert (response.status_code, response.json()["beat"]) == (503, "silent")
    heartbeat()
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
