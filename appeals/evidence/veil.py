"""Free text on its way out: known and likely personal data in it are hidden, what the regulator knows is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core.personal import DOOR, GAP, Form, replaced
from tickets.services.contact_access import MASKS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from organization.models import User
    from tickets.models import Ticket

LABELS = {
    Form.PHONE: _("[phone hidden]"),
    Form.IDENTITY: _("[ID or card number hidden]"),
    Form.MAIL: _("[e-mail hidden]"),
    Form.ACCOUNT: _("[account hidden]"),
    Form.STAFF_NUMBER: _("[account hidden]"),
    Form.ADDRESS: _("[address hidden]"),
}
STAFF, PERSONAL = _("[staff]"), _("[personal data hidden]")


class Veil:
    """Hides personal data in the texts of some tickets but what is `shown` of the appellant."""

    def __init__(self, tickets: Iterable[Ticket], *, shown: Collection[str]) -> None:
        """`tickets` with their contact data; `shown`: the name and the service number that the regulator knows."""
        self._shown = frozenset(filter(None, shown))
        self._shown_digits = frozenset(_digits(value) for value in self._shown if _digits(value))
        known: dict[str, str] = {}
        for ticket in tickets:
            known |= dict.fromkeys(_people(ticket), str(STAFF))
        for ticket in tickets:
            known |= dict.fromkeys(_contact(ticket), str(PERSONAL))
        # The longest first, so that no part of one leaves the rest of another.
        hidden = sorted(filter(self._is_secret, known), key=lambda value: (-len(value), value))
        # What follows an address is the door.
        self._known = [(re.compile(f"{re.escape(value)}(?:{GAP}{DOOR})*"), known[value]) for value in hidden]

    def over(self, text: str) -> str:
        """The text with what may not leave hidden."""
        for known, label in self._known:
            text = known.sub(label, text)
        return replaced(text, self._hidden)

    def _is_secret(self, value: str) -> bool:
        return len(value) > 1 and value not in self._shown

    def _hidden(self, form: Form, value: str) -> str:
        is_known = value in self._shown or _digits(value) in self._shown_digits
        return value if is_known else str(LABELS[form])


def _digits(text: str) -> str:
    return "".join(str(int(char)) for char in text if char.isdecimal())


def _contact(ticket: Ticket) -> set[str]:
    """The customer's data, as they are and as they were before corrections."""
    former = ticket.amendments.filter(is_contact=True, field__in=list(MASKS)).values_list("old", "new")
    return {getattr(ticket.contact, name) for name in MASKS} | {value for pair in former for value in pair}


def _people(ticket: Ticket) -> set[str]:
    """The names of everybody who had to do with a ticket."""
    rows: list[User | None] = [ticket.holder, ticket.accepted_by, ticket.complained_user]
    for event in ticket.events.select_related("actor", "on_behalf_of"):
        rows += [event.actor, event.on_behalf_of]
    for order in ticket.work_orders.select_related("assignee"):
        rows.append(order.assignee)
    return {user.name for user in rows if user is not None}
