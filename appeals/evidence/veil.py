"""Free text on its way out: known and likely personal data in it are hidden, what the regulator knows is not."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from tickets.services.contact_access import MASKS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.utils.functional import Promise

    from organization.models import User
    from tickets.models import Ticket

PHONE, IDENTITY, MAIL, ACCOUNT, ADDRESS = (
    _("[phone hidden]"),
    _("[ID or card number hidden]"),
    _("[e-mail hidden]"),
    _("[account hidden]"),
    _("[address hidden]"),
)
STAFF, PERSONAL = _("[staff]"), _("[personal data hidden]")

D = "[0-9０-９]"
GAP = r"[ \u3000\-－—]?"
NOT_BEFORE, NOT_AFTER = f"(?<!{D})", f"(?!{D})"
_ID_CARD = f"{D}{{6}}{GAP}{D}{{8}}{GAP}{D}{{3}}[0-9０-９XxＸｘ]"
_BANK_CARD = rf"{D}{{4}}(?:[ \-]{D}{{4}}){{3}}(?:[ \-]{D}{{1,3}})?"
_DOOR = rf"(?:{D}{{1,5}}|[一二三四五六七八九十]{{1,4}})(?:号楼|号院|号|弄|栋|幢|座|单元|室|组)"

# What looks like personal data, the surer patterns first. A group `before` is kept.
PATTERNS: tuple[tuple[re.Pattern[str], Promise], ...] = (
    (re.compile(r"[A-Za-z0-9_.+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"), MAIL),
    (re.compile(f"{NOT_BEFORE}(?:{_ID_CARD}|{_BANK_CARD}|{D}{{15,}}){NOT_AFTER}"), IDENTITY),
    (re.compile(rf"{NOT_BEFORE}[1１]{GAP}[3-9３-９](?:{GAP}{D}){{9}}{NOT_AFTER}"), PHONE),
    (re.compile(rf"{NOT_BEFORE}[(（]?[0０]{D}{{2,3}}[)）]?{GAP}{D}{{3,4}}{GAP}{D}{{4}}{NOT_AFTER}"), PHONE),
    (
        re.compile(rf"(?P<before>(?:电话|号码|手机|座机|联系)[^0-9０-９\n]{{0,6}}){D}{{3,4}}{GAP}{D}{{4}}{NOT_AFTER}"),
        PHONE,
    ),
    (
        re.compile(r"(?P<before>(?:工号|微信号?|QQ号?)[^A-Za-z0-9\n，。；]{0,4})[A-Za-z0-9_\-]{3,20}", re.IGNORECASE),
        ACCOUNT,
    ),
    (re.compile(rf"[\u4e00-\u9fff]{{1,4}}(?:路|街|道|巷|村|苑|园|里|小区){_DOOR}(?:{GAP}{_DOOR})*"), ADDRESS),
)


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
        self._known = [(re.compile(f"{re.escape(value)}(?:{GAP}{_DOOR})*"), known[value]) for value in hidden]

    def over(self, text: str) -> str:
        """The text with what may not leave hidden."""
        for known, label in self._known:
            text = known.sub(label, text)
        for pattern, words in PATTERNS:
            text = pattern.sub(partial(self._hidden, str(words)), text)
        return text

    def _is_secret(self, value: str) -> bool:
        return len(value) > 1 and value not in self._shown

    def _hidden(self, words: str, found: re.Match[str]) -> str:
        before = found.groupdict().get("before") or ""
        value = found[0][len(before) :]
        if value in self._shown or _digits(value) in self._shown_digits:
            return found[0]
        return before + words


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
