"""Sending what leaves the product: each message at least once, with a stable key (model 6).

A message is claimed, sent and marked, each in its own transaction. Who dies after claiming leaves it to others once the
claim has run out; only who dies between sending and marking makes it go twice. What fails comes again, later and later,
and is given up at last: an administrator sees it and can send it again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import SystemRandom
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import clock
from core.errors import Refused
from organization import addresses
from tickets.channels import SENDERS, Outgoing, Permanent, Temporary
from tickets.models import Answer, InterimReply, Message, Outbox
from tickets.models.outbox import FOR_CUSTOMERS, Channel, MessageState, NoticeKind
from tickets.notice_choices import FIRST_PRIORITY, LAST_PRIORITY, address_of
from tickets.notice_words import digest_of, words_of
from tickets.phones import mobile_of
from tickets.sms_hours import allowed_from
from tickets.spreading import WAYS, still_matters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from tickets.notice_words import Words

logger = logging.getLogger(__name__)

# Longer than any sending takes with the time-outs of the settings.
CLAIM = timedelta(minutes=2)
MOST_ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
LATE_AFTER = timedelta(minutes=10)
MOST_NAMED = 10  # tickets in the one line of a digest; its subject says how many there are
JITTER = 0.2  # the share by which a pause is longer or shorter, so that not all come at once
_random = SystemRandom()


@dataclass(frozen=True)
class _Parcel:
    """Messages that go out as one, the first of them naming it; claimed until then."""

    messages: list[Message]
    until: datetime

    @property
    def first(self) -> Message:
        return self.messages[0]


def deliver_due(limit: int) -> int:
    """Send what is due now, at most `limit` messages to the outside; gives how many were sent."""
    sent = 0
    for _turn in range(limit):
        parcel = _claim(clock.now())
        if parcel is None:
            break
        parcel = _without_moot(parcel)
        if parcel.messages:
            sent += _send(parcel)
    return sent


@transaction.atomic
def _claim(now: datetime) -> _Parcel | None:
    """The next message that is due and that nobody is sending, with what goes along; None without one.

    Claims run by the database's time, the same for all workers: no clock that jumps frees a message being sent.
    """
    moment = clock.database_now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=moment)
    message = _locked(_due(now) & free).first()
    if message is None:
        return None
    parcel = _Parcel([message, *_companions(message, free)], moment + CLAIM)
    Message.objects.filter(pk__in=[one.pk for one in parcel.messages]).update(claimed_until=parcel.until)
    return parcel


def _without_moot(parcel: _Parcel) -> _Parcel:
    """Take out, for good, what nothing hangs on any more since it was spread: a ticket that was withdrawn or merged
    meanwhile never alerts (model 4), however long its messages waited for others or for the morning."""
    moot = [one.pk for one in parcel.messages if not still_matters(one.outbox)]
    if moot:
        _held(parcel).filter(pk__in=moot).delete()
    return replace(parcel, messages=[one for one in parcel.messages if one.pk not in moot])


def _companions(first: Message, free: Q) -> Iterable[Message]:
    """The warnings to the same recipient by the same way that came within the scheme's window after the first."""
    if first.outbox.kind != NoticeKind.WARNING:
        return []
    window = first.outbox.ticket.scheme_version.document.options.supervision.digest_window.span
    return _locked(
        free,
        outbox__kind=NoticeKind.WARNING,
        channel=first.channel,
        user=first.user_id,
        unit=first.unit_id,
        created_at__lt=first.created_at + window,
        pk__gt=first.pk,
    )


def _due(now: datetime) -> Q:
    """What may go at `now`: at night no text message but of the first priority."""
    due = Q(next_try_at__lte=now)
    if allowed_from(now, priority=LAST_PRIORITY) > now:
        due &= ~Q(channel=Channel.SMS) | Q(outbox__ticket__priority=FIRST_PRIORITY)
    return due


def _locked(condition: Q, **more: object) -> QuerySet[Message]:
    return (
        Message.objects.filter(condition, state=MessageState.PENDING, **more)
        .select_related("outbox__ticket", "user", "unit")
        .prefetch_related("outbox__ticket__scheme_version")
        .select_for_update(of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked)
        .order_by("next_try_at", "pk")
    )


def _send(parcel: _Parcel) -> int:
    """Send a parcel and mark what became of it; gives how many messages left: 1 or 0."""
    try:
        SENDERS[parcel.first.channel].send(_outgoing(parcel.messages))
    except Permanent as reason:
        _mark(parcel, state=MessageState.DEAD, last_error=str(reason))
    except Temporary as reason:
        _try_later(parcel, str(reason))
    except Exception as error:
        logger.exception("Message %s could not be sent", parcel.first.pk)
        _try_later(parcel, type(error).__name__)
    else:
        _mark(parcel, state=MessageState.SENT, sent_at=clock.now(), last_error="")
        return 1
    return 0


def _outgoing(messages: list[Message]) -> Outgoing:
    """The words in the language that the person chose; units and customers are told in Chinese."""
    first = messages[0]
    if first.outbox.kind in FOR_CUSTOMERS:
        text = _text_for_customer(first.outbox)
        return Outgoing(key=first.key, to=_address(first), subject="", text=text, line=text)
    with translation.override((first.user and first.user.language) or settings.LANGUAGE_CODE):
        words = [words_of(one.outbox.kind, one.outbox.ticket.number, one.outbox.data) for one in messages]
        subject, text = digest_of(words)
        line = words[0].line if len(words) == 1 else f"{subject}{_(': ')}{_numbers(words)}"
        return Outgoing(
            key=first.key,
            to=_address(first),
            subject=f"{_('Bihuan')}{_(': ')}{subject}",
            text=text,
            line=line,
        )


def _numbers(words: list[Words]) -> str:
    """The numbers of a digest in one line, which a text message still holds."""
    named = _(", ").join(one.number for one in words[:MOST_NAMED])
    return f"{named}…" if len(words) > MOST_NAMED else named


def _text_for_customer(row: Outbox) -> str:
    """What the customer is told: the words stand in the answer or the interim reply, not in the outbox."""
    if "answer" in row.data:
        return Answer.objects.get(pk=row.data["answer"], ticket=row.ticket).content
    return InterimReply.objects.get(pk=row.data["reply"], ticket=row.ticket).content


def _address(message: Message) -> str:
    """Where it goes, as that stands now. Raises Permanent where the recipient is not reached this way any more."""
    if message.outbox.kind in FOR_CUSTOMERS:
        to = mobile_of(message.outbox.ticket.contact.phone)
    else:
        to = address_of(message.user, message.channel) if message.user else _address_of_unit(message)
    if not to:
        raise Permanent(gettext_noop("the recipient has no address for this way"))
    return to


def _address_of_unit(message: Message) -> str:
    try:
        address = addresses.parse(message.unit.notification_address if message.unit else "")
    except Refused:
        return ""
    return address.to if WAYS[address.way] == message.channel else ""


def _try_later(parcel: _Parcel, reason: str) -> None:
    attempts = parcel.first.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _mark(parcel, state=MessageState.DEAD, last_error=reason)
        return
    later = clock.now() + _pause(attempts)
    if parcel.first.channel == Channel.SMS:
        later = allowed_from(later, priority=parcel.first.outbox.ticket.priority)
    _mark(parcel, next_try_at=later, last_error=reason)


def _pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: one minute, two, four … an hour, give or take."""
    pause: timedelta = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return pause * _random.uniform(1 - JITTER, 1 + JITTER)


def _mark(parcel: _Parcel, **changes: object) -> None:
    """Write what became of it, unless the claim ran out and somebody else has it now."""
    _held(parcel).update(attempts=parcel.first.attempts + 1, claimed_until=None, **changes)


def _held(parcel: _Parcel) -> QuerySet[Message]:
    return Message.objects.filter(
        pk__in=[one.pk for one in parcel.messages], state=MessageState.PENDING, claimed_until=parcel.until
    )


def state_of_outbox() -> str:
    """For `/readyz`: "late" where something waits for longer than ten minutes to be told or sent, else "ok"."""
    since = clock.now() - LATE_AFTER
    is_late = (
        Outbox.objects.filter(spread_at=None, at__lt=since).exists()
        or Message.objects.filter(_due(clock.now()), state=MessageState.PENDING, next_try_at__lt=since).exists()
    )
    return "late" if is_late else "ok"
