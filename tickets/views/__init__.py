"""The pages of the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from accounts.gate import BACKGROUND

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

    from organization.models import User

_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


def at_place(asked: QueryDict, **places: str) -> str:
    """The address of this list at another page: its filters stay, `before` or `after` and what else is named change."""
    query = asked.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    for name, value in places.items():
        query[name] = value
    return f"?{query.urlencode()}"


def id_in(text: str) -> int | None:
    """The id that a part of an address or a form holds; None for anything that cannot be one."""
    return int(text) if _ID.fullmatch(text) else None


def person(request: HttpRequest) -> User:
    """Who is logged in; for views behind `login_required`."""
    return cast("User", request.user)


def is_background(request: HttpRequest) -> bool:
    """Whether a script asks by itself, while nobody does anything."""
    return BACKGROUND in request.headers
