"""What people do with what they were told: reading it, choosing how it comes, and sending again what was given up."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import NotPermitted, Refused
from core.waking import wake_on_commit
from organization.grants import has_role
from organization.roles import Role
from tickets.models import Message, Notice, NoticeChoice
from tickets.models.outbox import MessageState
from tickets.notice_choices import default_channels, is_locked
from tickets.spreading import DELIVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from organization.models import User

logger = logging.getLogger(__name__)


def mark_read(*, by: User, notice_id: int) -> Notice:
    """Note when one's own notice was first read. Raises Refused (`no_notice`) for any other."""
    own = Notice.objects.filter(pk=notice_id, user=by)
    own.filter(read_at=None).update(read_at=clock.now())
    notice = own.select_related("ticket").first()
    if notice is None:
        raise Refused(_("There is no such notice."), code="no_notice")
    return notice


def mark_all_read(*, by: User, until: int) -> int:
    """Mark one's own notices up to the id `until` as read: those that came after the list was shown stay; gives how
    many."""
    return Notice.objects.filter(user=by, read_at=None, pk__lte=until).update(read_at=clock.now())


@transaction.atomic
def choose(*, by: User, wanted: Mapping[tuple[str, str], bool]) -> None:
    """Keep by which ways one wants to be told, by (kind, channel); what is as by default needs no row.

    Raises Refused (`locked`) for turning off what nobody can mute.
    """
    for (kind, channel), is_wanted in wanted.items():
        if is_locked(kind, channel) and not is_wanted:
            raise Refused(_("This notice is mandatory and cannot be turned off."), code="locked")
        own = NoticeChoice.objects.filter(user=by, kind=kind, channel=channel)
        if is_wanted == (channel in default_channels(kind)):
            own.delete()
        else:
            NoticeChoice.objects.update_or_create(
                user=by, kind=kind, channel=channel, defaults={"is_wanted": is_wanted}
            )


@transaction.atomic
def send_again(*, by: User, message_ids: Iterable[int]) -> int:
    """Try what was given up once more, with the same keys; gives how many. Others among them stay as they are.

    Raises NotPermitted for who is no administrator.
    """
    if not has_role(by, Role.ADMINISTRATOR):
        raise NotPermitted(_("Only administrators send messages again."))
    dead = Message.objects.filter(pk__in=list(message_ids), state=MessageState.DEAD)
    count = dead.update(state=MessageState.PENDING, attempts=0, next_try_at=clock.now(), claimed_until=None)
    logger.info("User %s sends %s messages again", by.pk, count)
    wake_on_commit(DELIVER)
    return count
