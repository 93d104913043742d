"""What somebody searched for, kept in the session under a key: a phone in an address would stand in logs."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

KEPT = "searches"
MOST = 20  # the latest; an older list says that its search is not kept any more


def keep(session: SessionBase, typed: str) -> str:
    """Keep what was typed; gives the key under which `kept` finds it as long as the person stays logged in."""
    key = secrets.token_urlsafe(8)
    latest = [*session.get(KEPT, {}).items(), (key, typed)][-MOST:]
    session[KEPT] = dict(latest)
    return key


def kept(session: SessionBase, key: str) -> str | None:
    """What was typed under a key; None when it is not kept, or was typed by somebody else."""
    found: str | None = session.get(KEPT, {}).get(key)
    return found
