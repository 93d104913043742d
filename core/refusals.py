"""Attempts that fail: whoever is logged in and is refused, or asks for what is not there for them, is noted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core import access
from core.models import AccessKind
from core.numbers import is_valid_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

REFUSALS = frozenset({403, 404})
# Parts of an address that are ours. Anything else was typed by somebody, and may be a phone.
_OURS = re.compile(r"[0-9]{1,9}|[a-z_]{1,40}", re.ASCII)


class RefusedAttempts:
    """Writes an entry of the access log for each answer 403, and 404 of a page that exists; once an hour for a person
    and an address. A guess that hits nothing is noted like one that hits: neither log nor delay tells which it was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and note a refusal."""
        response = self.get_response(request)
        match = request.resolver_match
        if response.status_code in REFUSALS and match and match.url_name and request.user.is_authenticated:
            given = [str(part) for part in (*match.args, *match.kwargs.values())]
            number = next((part for part in given if is_valid_number(part)), "")
            parts = [part for part in given if part != number and _OURS.fullmatch(part)]
            access.record_once(
                by=request.user,
                kind=AccessKind.REFUSED,
                subjects=[number],
                detail=" ".join([str(request.method), match.view_name, *parts]),
                request=request,
                success=False,
            )
        return response
