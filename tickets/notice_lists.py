"""A person's notices: how many are unread, and the pages of the list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tickets.lists import digest
from tickets.models import Notice, Ticket
from tickets.models.outbox import MANDATORY, NoticeKind
from tickets.notice_words import Words, words_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from organization.models import User

PAGE_SIZE = 50
MOST_COUNTED = 99
_PRESSING = sorted({*MANDATORY, NoticeKind.WARNING, NoticeKind.INTERIM_NEEDED})
_CURSOR = re.compile(r"(unread|read)-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One notice in words; `is_open` where the reader may see its ticket."""

    notice: Notice
    words: Words
    is_open: bool


@dataclass(frozen=True)
class Page:
    """Rows, the cursor to what comes after them (None at the end), and the newest notice there is."""

    rows: list[Row]
    after: str | None
    newest: int


def unread_of(user: User) -> str:
    """How many notices the user has not read, up to 99 and then 99+; "" for none."""
    count = Notice.objects.filter(user=user, read_at=None).order_by()[: MOST_COUNTED + 1].count()
    return _("%(count)d+") % {"count": MOST_COUNTED} if count > MOST_COUNTED else str(count or "")


def warnings_of(user: User) -> int:
    """How many unread notices press the user, up to a little above 99: time limits, supervision, what was chased."""
    own = Notice.objects.filter(user=user, read_at=None, kind__in=_PRESSING)
    return own.order_by()[: MOST_COUNTED + 1].count()


def page_of(user: User, *, after: str | None = None, size: int = PAGE_SIZE) -> Page:
    """A page of the user's notices, the unread first, each part the newest first: the first, or after a cursor."""
    cursor = _CURSOR.fullmatch(after or "")
    part, last = (cursor[1], int(cursor[2])) if cursor else ("unread", None)
    own = Notice.objects.filter(user=user).select_related("ticket").order_by("-pk")
    found: list[Notice] = []
    if part == "unread":
        found = list(_below(own.filter(read_at=None), last)[: size + 1])
        last = None
    if len(found) <= size:
        found += _below(own.exclude(read_at=None), last)[: size + 1 - len(found)]
    shown = found[:size]
    return Page(_rows(user, shown), _cursor(shown[-1]) if len(found) > size else None, _newest(user))


def digest_of(user: User) -> str:
    """A few letters that change when there is a notice more, or one unread less."""
    return digest(_newest(user), unread_of(user))


def _newest(user: User) -> int:
    return Notice.objects.filter(user=user).order_by("-pk").values_list("pk", flat=True).first() or 0


def _below(rows: QuerySet[Notice], last: int | None) -> QuerySet[Notice]:
    return rows if last is None else rows.filter(pk__lt=last)


def _cursor(notice: Notice) -> str:
    return f"{'unread' if notice.read_at is None else 'read'}-{notice.pk}"


def _rows(user: User, notices: list[Notice]) -> list[Row]:
    seen = Ticket.objects.visible_to(user).filter(pk__in={notice.ticket_id for notice in notices})
    visible = set(seen.values_list("pk", flat=True))
    return [
        Row(notice, words_of(notice.kind, notice.ticket.number, notice.data), notice.ticket_id in visible)
        for notice in notices
    ]
