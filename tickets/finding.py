"""What a search finds: tickets of a number, of a customer, or with words in their text, the newest first.

The index and the contact data only propose; `visible_to` decides about each ticket (ADR 0013).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from core.numbers import is_valid_number
from tickets import search_index
from tickets.domain.words import words_of
from tickets.models import Contact, Ticket
from tickets.phones import normalise_phone, normalise_service_number
from tickets.querysets import places_reached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organization.models import User
    from tickets.querysets import TicketQuerySet

LONGEST = 64  # characters of a search that count
SIZE = 50
COUNTED_UP_TO = 1000
LOOKS = 5  # so many times a page looks for tickets that the user may see among those proposed; then it offers to go on
_LAST = 2**63 - 1


@dataclass(frozen=True)
class Asked:
    """What somebody searches for: every word of it, or one of the values exactly."""

    typed: str
    number: str
    numbers: Q | None  # of the customer: phone and service number
    words: frozenset[str]

    @classmethod
    def read(cls, text: str) -> Asked:
        """What was typed, without control characters and what is too long."""
        typed = re.sub(r"[\x00-\x1f\x7f\s]+", " ", text).strip()[:LONGEST].strip()
        numbers = None
        for column, normalise in (("phone", normalise_phone), ("service_number", normalise_service_number)):
            try:
                same = Q(**{column: normalise(typed)})
            except ValueError:
                continue
            numbers = same if numbers is None else numbers | same
        number = typed.upper()
        return cls(typed, number if is_valid_number(number) else "", numbers, words_of(typed))

    @property
    def is_too_short(self) -> bool:
        """Whether it can only be a name: it has neither a word nor a number."""
        return not (self.number or self.numbers or self.words)


@dataclass(frozen=True)
class Found:
    """A page of ids, how many there are (`is_more`: at least), and the id below which the next page begins."""

    ids: Sequence[int]
    count: int
    is_more: bool
    after: int | None


def only_number(user: User, asked: Asked) -> str | None:
    """The number of the one ticket that the user sees with this number, phone or service number, if it is one."""
    exact = Q(pk__in=Contact.objects.filter(asked.numbers).values("ticket")) if asked.numbers else Q(pk__in=[])
    if asked.number:
        exact |= Q(number=asked.number)
    found = Ticket.objects.visible_to(user).filter(exact).order_by().values_list("number", flat=True)[:2]
    return found[0] if len(found) == 1 else None


def find(user: User, asked: Asked, visible: TicketQuerySet, *, after: int | None = None) -> Found:
    """A page of what `user` searches for among `visible`, which came from `visible_to`; or the one `after` an id."""
    places, start, ids = places_reached(user), after or _LAST, list[int]()
    rest: int | None = start
    for _look in range(LOOKS):
        if rest is None or len(ids) > SIZE:
            break
        proposed, rest = _proposed(asked, places, rest)
        ids += visible.filter(pk__in=proposed).order_by("-pk").values_list("pk", flat=True)
    shown = ids[:SIZE]
    return Found(
        shown,
        count=min(len(ids), COUNTED_UP_TO),
        is_more=rest is not None or len(ids) > COUNTED_UP_TO,
        after=shown[-1] if len(ids) > SIZE else rest,
    )


def _proposed(asked: Asked, places: frozenset[int] | None, before: int) -> tuple[list[int], int | None]:
    """Ids below `before` of tickets that may be meant, the newest first, and where to go on; None at the end."""
    most = COUNTED_UP_TO + 1
    by_words = search_index.candidates(asked.words, places, before=before, most=most)
    exact = Q(name=asked.typed) if asked.numbers is None else Q(name=asked.typed) | asked.numbers
    contacts = Contact.objects.filter(exact, ticket__lt=before).order_by("-ticket")
    by_contact = list(contacts.values_list("ticket", flat=True)[:most])
    numbered = Ticket.objects.filter(number=asked.number, pk__lt=before).values_list("pk", flat=True)
    # Where one of the two has more to tell, nothing older than its last is complete yet.
    ends = [one[-1] for one in (by_words, by_contact) if len(one) == most]
    end = max(ends, default=None)
    ids = {*by_words, *by_contact, *(numbered if asked.number else ())}
    return sorted((pk for pk in ids if end is None or pk >= end), reverse=True), end
