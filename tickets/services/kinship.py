"""Tickets made of others: what came of a complaint at a higher level answers for both (model 1).

While the higher one runs the lower takes no final answer of its own; its clocks run on. The answer that closes the
higher one closes the lower too, and the higher one calls the customer back for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.errors import Refused
from tickets.models import Ticket, TicketLink
from tickets.states import ENDED, HIGHER_LINKS, OPEN, Kind
from tickets.workflow import perform

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from organization.models import User
    from tickets.actions import Step
    from tickets.models import Answer
    from tickets.states import LinkKind

TAKEN_UP, ANSWERED_ABOVE = "taken_up", "answer_by_higher"  # what every kind that can be taken up higher has to know


def check_may_take_up(ticket: Ticket, below: Ticket, *, by: User) -> None:
    """Only a complaint of the same customer, by the numbers in `ticket`, or one that `by` may see, becomes something
    higher (model 2). Raises Refused for another."""
    contact = ticket.contact
    theirs = Ticket.objects.of_caller(contact.phone, by=by) | Ticket.objects.of_caller(contact.service_number, by=by)
    seen = Ticket.objects.visible_to(by).filter(pk=below.pk)
    if below.kind != Kind.COMPLAINT or not (theirs.filter(pk=below.pk).exists() or seen.exists()):
        raise Refused(
            _("%(number)s is no complaint of this customer. Check the number.") % {"number": below.number},
            code="not_theirs",
        )


def link(ticket: Ticket, below: Ticket, kind: LinkKind, *, by: User, at: datetime) -> None:
    """Make `ticket` what came of `below` at a higher level; the lower one's record says so.

    Raises Refused for one that has ended, or that such a ticket of the same kind already runs for.
    """
    below = Ticket.objects.select_for_update(no_key=True).get(pk=below.pk)  # two who take it up at once take turns
    if below.status in ENDED:
        raise Refused(_("%(number)s has ended: nothing can come of it.") % {"number": below.number}, code="ended")
    running = _above(below).filter(links__kind=kind).first()
    if running is not None:
        raise Refused(
            _("%(number)s runs for this ticket already. Add what is new to it.") % {"number": running.number},
            code="runs_already",
        )
    TicketLink.objects.create(ticket=ticket, earlier=below, kind=kind, at=at, by=by)
    if below.status in OPEN:
        perform(below.pk, TAKEN_UP, by=None, at=at, higher=ticket.number)


def note_taken_up(step: Step) -> None:
    """The lower ticket's record says what it became. Data: higher (number)."""
    step.notes["higher"] = step.data["higher"]


def check_nothing_above(step: Step) -> None:
    """No final answer of its own while a higher ticket runs (model 1)."""
    running = _above(step.ticket).first()
    if running is not None:
        raise Refused(
            _("%(number)s runs at a higher level and answers for both. You can tell the customer how it stands.")
            % {"number": running.number},
            code="answered_above",
        )


def below_locks(ticket_id: int, data: Mapping[str, Any]) -> Iterable[int]:
    """The open tickets that a ticket was made of."""
    links = TicketLink.objects.filter(ticket=ticket_id, kind__in=sorted(HIGHER_LINKS), earlier__status__in=sorted(OPEN))
    return links.values_list("earlier", flat=True)


def close_below(step: Step, answer: Answer | None) -> None:
    """Close what the ticket was made of with the same answer; without one it is free to be answered by itself."""
    if answer is None:
        return
    for other in step.others.values():
        if other.status in OPEN:
            perform(other.pk, ANSWERED_ABOVE, by=None, at=step.at, given=answer, higher=step.ticket.number)


def _above(ticket: Ticket) -> Any:
    links = TicketLink.objects.filter(earlier=ticket, kind__in=sorted(HIGHER_LINKS))
    return Ticket.objects.open().filter(pk__in=links.values("ticket")).order_by("pk")
