"""What stands between a log-in and the pages: the idle time-out, a password or a second factor that is due."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.services import factors, passwords, sessions
from organization.models import User

BACKGROUND = "X-Background"  # sent by our scripts with what they ask for on their own: that is no use of the session
SSO_BACKEND = "accounts.backends.SingleSignOn"
# What somebody may still do who must first choose a password or set a second factor up.
OPEN = frozenset(
    {
        "password_change",
        "second_factor",
        "second_factor_picture",
        "logout",
        "admin:logout",
        "set_language",
        "set_look",
        "still_here",
        "healthz",
        "readyz",
    }
)


class Gate:
    """Ends sessions that nobody used for too long, notes when the others were used, and leads who has to do something
    first to the page where it is done: from our pages and the admin's alike."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request as the person who is still there."""
        row = getattr(request.session, "row", None) if request.user.is_authenticated else None
        if row is not None:
            if sessions.is_idle(row):
                sessions.time_out(request)
                request.user = AnonymousUser()
            elif BACKGROUND not in request.headers:
                sessions.note_use(row)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Lead to what is due, if anything is."""
        match = request.resolver_match
        if not request.user.is_authenticated or match is None or match.view_name in OPEN:
            return None
        due = _due(request)
        return redirect(due) if due else None


def _due(request: HttpRequest) -> str | None:
    """The name of the page where something must be done first."""
    user = cast(User, request.user)
    if request.session.get(BACKEND_SESSION_KEY) != SSO_BACKEND and passwords.is_due(user):
        return "password_change"
    return "second_factor" if factors.is_missing(user, request.session) else None
