"""What follows from a log-in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from accounts.session_store import PLACE
from core.access import client_address

LONGEST_AGENT = 255


def listen() -> None:
    """Note in each new session where it was begun."""
    user_logged_in.connect(_note_place, dispatch_uid="accounts.note_place")


def _note_place(sender: object, request: HttpRequest, **kwargs: Any) -> None:
    agent = request.META.get("HTTP_USER_AGENT", "")
    request.session[PLACE] = [client_address(request), agent[:LONGEST_AGENT]]
