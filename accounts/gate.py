"""What stands between a log-in and the pages: the idle time-out."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from accounts.services import sessions

BACKGROUND = "X-Background"  # sent by our scripts with what they ask for on their own: that is no use of the session


class Gate:
    """Ends sessions that nobody used for too long; notes when the others were used."""

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
