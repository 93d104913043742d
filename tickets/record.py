"""The record of a ticket: events chained by hashes, so that a changed or missing one shows (model 10)."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder

from tickets import digests
from tickets.models import Ticket, TicketEvent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import Model

    from organization.grants import Grant
    from organization.models import User


def next_event(
    ticket: Ticket,
    *,
    action: str,
    at: datetime,
    by: User | None,
    grant: Grant | None,
    from_status: str,
    data: dict[str, Any],
    said: Iterable[Model] = (),
) -> TicketEvent:
    """The ticket's next event, unsaved; the ticket's count and last hash move on with it.

    `data` holds no contact data. `by=None` is the system; `grant` says in which role and unit, and for whom. `said` are
    the saved rows with what people said in the step: the event keeps their digests.
    """
    if entries := digests.entries_of(said, ticket.last_event_hash):
        data = {**data, "said": entries}
    event = TicketEvent(
        ticket=ticket,
        seq=ticket.event_count + 1,
        at=at,
        actor=by,
        on_behalf_of=grant.on_behalf_of if grant else None,
        role=grant.role if grant else "",
        unit=grant.unit if grant else None,
        action=action,
        from_status=from_status,
        to_status=ticket.status,
        data=json.loads(json.dumps(data, cls=DjangoJSONEncoder)),
        previous_hash=ticket.last_event_hash,
    )
    event.hash = hash_of(event)
    ticket.event_count = event.seq
    ticket.last_event_hash = event.hash
    return event


def hash_of(event: TicketEvent) -> str:
    """SHA-256 over the event in canonical JSON and the hash before it."""
    content = {
        "ticket": event.ticket_id,
        "seq": event.seq,
        "at": event.at.astimezone(UTC).isoformat(),  # as the database gives it back, whatever zone it came in
        "actor": event.actor_id,
        "for": event.on_behalf_of_id,
        "role": event.role,
        "unit": event.unit_id,
        "action": event.action,
        "from": event.from_status,
        "to": event.to_status,
        "data": event.data,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((event.previous_hash + text).encode()).hexdigest()


def faults_of(ticket: Ticket, events: Iterable[TicketEvent]) -> list[str]:
    """What is wrong with a ticket's chain, in words for the operator; `events` come in the order of their number."""
    faults: list[str] = []
    previous, count = "", 0
    for count, event in enumerate(events, start=1):
        if event.seq != count:
            return [*faults, f"{ticket.number}: event {count} is missing"]
        if event.previous_hash != previous:
            faults.append(f"{ticket.number}: event {count} does not follow the one before it")
        if event.hash != hash_of(event):
            faults.append(f"{ticket.number}: event {count} was changed")
        previous = event.hash
    if count != ticket.event_count or previous != ticket.last_event_hash:
        faults.append(f"{ticket.number}: the ticket counts {ticket.event_count} events, {count} are there")
    return faults
