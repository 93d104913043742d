"""The words of tickets in the search index: those of the summary and of what the customer says, without contact data.

What is masked is found by its exact value alone (model 10): a phone, a name or an address that somebody wrote into the
text is no word, for nobody, and so cannot be guessed bit by bit.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from tickets.domain.words import words_of
from tickets.models import Ticket, TicketSearch, WorkOrder
from tickets.search_index import places_of
from tickets.services.contact_access import former_contact, without_contact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

BATCH = 2000


def words_to_find(ticket: Ticket) -> frozenset[str]:
    """The words that a ticket is found by. Of many tickets `former_contact` is loaded with them."""
    return words_of(without_contact(ticket, f"{ticket.summary}\n{ticket.description}"))


def index(ticket: Ticket) -> None:
    """Enter a new ticket, with its contact data, into the index; in the caller's transaction."""
    TicketSearch(ticket=ticket, words=words_to_find(ticket), places=_texts(places_of(ticket))).save(force_insert=True)


def index_words(ticket: Ticket) -> None:
    """A ticket's text or contact data changed; in the caller's transaction, after the contact data are saved."""
    TicketSearch.objects.filter(ticket=ticket).update(words=words_to_find(ticket))


def index_missing() -> int:
    """Enter all tickets that are not in the index, such as those of before it; gives how many."""
    return _enter(Ticket.objects.exclude(Exists(TicketSearch.objects.filter(ticket=OuterRef("pk")))))


@transaction.atomic
def rebuild() -> int:
    """Make the whole index anew; gives the number of tickets."""
    TicketSearch.objects.all().delete()
    return _enter(Ticket.objects.all())


def faults(tickets: QuerySet[Ticket]) -> Iterator[str]:
    """What the index does not know rightly of these tickets, in sentences with their numbers."""
    for ticket, places in _with_places(tickets.select_related("search")):
        entry = getattr(ticket, "search", None)
        if entry is None:
            yield f"{ticket.number}: {_('the search does not know it')}"
        elif entry.words != words_to_find(ticket):
            yield f"{ticket.number}: {_('the search knows other words of it than it has')}"
        elif not entry.places >= places:
            yield f"{ticket.number}: {_('the search looks for it in other places than it came to')}"


def _enter(tickets: QuerySet[Ticket]) -> int:
    count = 0
    entries = (
        TicketSearch(ticket=ticket, words=words_to_find(ticket), places=places)
        for ticket, places in _with_places(tickets)
    )
    while batch := list(islice(entries, BATCH)):
        TicketSearch.objects.bulk_create(batch)
        count += len(batch)
    return count


def _with_places(tickets: QuerySet[Ticket]) -> Iterator[tuple[Ticket, frozenset[str]]]:
    """Each ticket with contact data, and all places that it and its work orders came to."""
    known = tickets.filter(contact__isnull=False).select_related("contact").prefetch_related(former_contact())
    following = known.order_by("pk").iterator(BATCH)
    while batch := list(islice(following, BATCH)):
        found = {ticket.pk: places_of(ticket) for ticket in batch}
        orders = WorkOrder.objects.filter(ticket__gte=batch[0], ticket__lte=batch[-1])
        for ticket_id, *places in orders.values_list("ticket_id", "unit_id", "province_id", "city_id"):
            if ticket_id in found:
                found[ticket_id].update(place for place in places if place is not None)
        yield from ((ticket, _texts(found[ticket.pk])) for ticket in batch)


def _texts(places: set[int]) -> frozenset[str]:
    return frozenset(map(str, places))
