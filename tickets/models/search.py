"""What tickets are found by: their words, and the places that may find them there (ADR 0013)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.base import BaseDatabaseWrapper


class TokensField(models.Field):
    """A set of tokens (letters and digits only): a tsvector on PostgreSQL, a text with spaces elsewhere."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The column's type."""
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value: str | None, *_args: Any) -> frozenset[str] | None:
        """The tokens."""
        return None if value is None else frozenset(value.replace("'", "").split())

    def to_python(self, value: Any) -> frozenset[str]:
        """The tokens."""
        return frozenset(value or ())

    def get_prep_value(self, value: Iterable[str] | None) -> str:
        """As both databases read it; PostgreSQL takes words as they are only between quotes."""
        return " ".join(f"'{token}'" for token in sorted(value or ()))

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> str:
        """The same, without quotes where the column is text."""
        text: str = super().get_db_prep_value(value, connection, prepared)
        return text if connection.vendor == "postgresql" else text.replace("'", "")


class TicketSearch(models.Model):
    """A ticket's entry in the search index; only `tickets.search_index` and its service write it.

    `places` are the ids of all units and places that the ticket ever belonged to: more than may see it now, never
    fewer. On SQLite, triggers keep an FTS5 table of the same tokens.
    """

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="search")
    words = TokensField(_("words"))
    places = TokensField(_("places"))

    class Meta:
        verbose_name = _("entry in the search index")
        verbose_name_plural = _("entries in the search index")

    def __str__(self) -> str:
        return f"search entry of ticket {self.ticket_id}"
