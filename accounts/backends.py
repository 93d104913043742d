"""What stands before a password, and the way in without one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.services import locks
from organization.backends import RoleBackend


class Lock:
    """Stands before every other backend and lets nobody try a password whose log-in is locked."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, **credentials: Any) -> None:
        """Nobody. Raises PermissionDenied, which ends the attempt, while the name is locked."""
        if username and locks.locked_until(username):
            raise PermissionDenied


class SingleSignOn(RoleBackend):
    """Whoever another system logged in (OIDC). It never looks at a password: the view has judged the other's word."""

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> None:
        """Nobody."""
        return
