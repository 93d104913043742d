"""Where sessions are kept (SESSION_ENGINE): in the database, one row for each log-in."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from accounts.models import Session

PLACE = "place"  # [address, browser] of the log-in, which the row shows


class SessionStore(DatabaseStore):
    """Django's store in the database. `row` is the session as it was read for this request, None for a new one."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Sessions that know whose they are."""
        return Session

    def _get_session_from_db(self) -> Session | None:
        self.row = super()._get_session_from_db()  # type: ignore[misc]
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row to store, with what the log-in put into the session."""
        row = cast(Session, super().create_model_instance(data))
        row.user_id = data.get(SESSION_KEY)
        row.ip, row.agent = data.get(PLACE, (None, ""))
        return row
