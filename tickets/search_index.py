"""The search index: which tickets hold these words in these places, newest first (ADR 0013).

It only proposes: whoever asks it shows no ticket that `visible_to` does not give. What the words of a ticket are says
`tickets.services.indexing`; the places follow each step of the write path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from tickets.models import TicketSearch

if TYPE_CHECKING:
    from collections.abc import Collection

    from tickets.models import Ticket

_TABLE = TicketSearch._meta.db_table
_PLACES = TicketSearch._meta.get_field("places")


def places_of(ticket: Ticket) -> set[int]:
    """The units and places that the row of a ticket names now."""
    named = (ticket.accepting_unit_id, ticket.owner_unit_id, ticket.province_id, ticket.city_id)
    return {place for place in named if place is not None}


def add_places(ticket: Ticket, places: Collection[int]) -> None:
    """A ticket came to units and places; none is ever taken away. One statement, in the caller's transaction."""
    if not places:
        return
    more = "%s::tsvector" if connection.vendor == "postgresql" else "' ' || %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} SET places = places || {more} WHERE ticket_id = %s",  # noqa: S608 - our names
            [_PLACES.get_db_prep_save(map(str, places), connection), ticket.pk],
        )


def candidates(words: Collection[str], places: Collection[int] | None, *, before: int, most: int) -> list[int]:
    """Ids of up to `most` tickets below the id `before`, the newest first, that hold every one of `words` and came to
    one of `places` (None: anywhere). Nothing is found without words."""
    if not words or (places is not None and not places):
        return []
    find = _in_vectors if connection.vendor == "postgresql" else _in_fts5
    statement, asked = find(words, places)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} LIMIT %s", [*asked, before, most])
        return [row[0] for row in cursor.fetchall()]


# Words and places hold nothing but letters and digits (tickets.domain.words), so quotes keep them apart from operators.


def _in_vectors(words: Collection[str], places: Collection[int] | None) -> tuple[str, list[str]]:
    """The statement for PostgreSQL, and what it asks for."""
    asked = [" & ".join(f"'{word}'" for word in sorted(words))]
    condition = "words @@ %s::tsquery"
    if places is not None:
        asked.append(" | ".join(f"'{place}'" for place in sorted(places)))
        condition += " AND places @@ %s::tsquery"
    rows = f"SELECT ticket_id FROM {_TABLE} WHERE {condition} AND ticket_id < %s"  # noqa: S608 - our names
    return f"{rows} ORDER BY ticket_id DESC", asked


def _in_fts5(words: Collection[str], places: Collection[int] | None) -> tuple[str, list[str]]:
    """The statement for SQLite, and what it asks for."""
    asked = "words : ({})".format(" AND ".join(f'"{word}"' for word in sorted(words)))
    if places is not None:
        asked += " AND places : ({})".format(" OR ".join(f'"{place}"' for place in sorted(places)))
    rows = f"SELECT rowid FROM {_TABLE}_fts WHERE {_TABLE}_fts MATCH %s AND rowid < %s"  # noqa: S608 - our names
    return f"{rows} ORDER BY rowid DESC", [asked]
