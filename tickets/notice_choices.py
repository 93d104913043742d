"""By which ways out of the product somebody is told of what: the defaults, and each person's own choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from tickets.models import NoticeChoice
from tickets.models.outbox import FOR_CUSTOMERS, MANDATORY, Channel, NoticeKind
from tickets.phones import mobile_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from organization.models import User

Choices = dict[tuple[str, str], bool]  # whether somebody wants a kind by a channel, by (kind, channel)
PERSONAL = (Channel.EMAIL, Channel.SMS)  # robots belong to units
CHOSEN = tuple(kind for kind in NoticeKind if kind not in FOR_CUSTOMERS)
FIRST_PRIORITY, LAST_PRIORITY = 1, 4

_BY_DEFAULT = {
    NoticeKind.OVERDUE: frozenset({Channel.EMAIL}),
    NoticeKind.RAISED: frozenset({Channel.EMAIL, Channel.SMS}),
    NoticeKind.SERIOUS: frozenset({Channel.EMAIL, Channel.SMS}),
    NoticeKind.JUDGED: frozenset({Channel.EMAIL}),
}


def default_channels(kind: str, *, priority: int = LAST_PRIORITY) -> frozenset[Channel]:
    """The ways that a kind goes without anybody's choice, for a ticket of this priority."""
    found = _BY_DEFAULT.get(NoticeKind(kind), frozenset[Channel]())
    rings = kind == NoticeKind.OVERDUE and priority == FIRST_PRIORITY
    return found | {Channel.SMS} if rings else found


def is_locked(kind: str, channel: str, *, priority: int = LAST_PRIORITY) -> bool:
    """Whether nobody can turn this off: what goes by default, of a kind that is mandatory."""
    return kind in MANDATORY and channel in default_channels(kind, priority=priority)


def wants(kind: str, channel: str, chosen: Choices, *, priority: int = LAST_PRIORITY) -> bool:
    """Whether a person with these choices is told of a kind by this way."""
    by_default = channel in default_channels(kind, priority=priority)
    return is_locked(kind, channel, priority=priority) or chosen.get((kind, channel), by_default)


def address_of(user: User, channel: str) -> str:
    """Where a person is reached by a way, "" where it is not: no address, or no server to send it."""
    if not user.is_active:
        return ""
    if channel == Channel.EMAIL:
        return user.email if settings.SENDS_MAIL else ""
    return mobile_of(user.phone) if settings.SMS_GATEWAY_URL else ""


def choices_of(users: Iterable[User]) -> dict[int, Choices]:
    """What each of the users has chosen, by the user's id; who chose nothing is missing."""
    found: dict[int, Choices] = {}
    rows = NoticeChoice.objects.filter(user__in=[user.pk for user in users])
    for user_id, kind, channel, is_wanted in rows.values_list("user", "kind", "channel", "is_wanted"):
        found.setdefault(user_id, {})[kind, channel] = is_wanted
    return found
