"""Supervision orders as pages show them: on their ticket, in a list of their own, as tiles of the workbench."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Case, Count, F, Min, Prefetch, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from organization.grants import grants_of, has_role
from organization.roles import Role
from tickets import tracks
from tickets.display import Remaining, time_left
from tickets.lists import PAGE_SIZE, Page, turned_to
from tickets.models import SupervisionOrder, SupervisionTrigger
from tickets.models.supervision import SUPERVISION_OPEN, SupervisionStatus
from tickets.querysets import ANSWERERS, NOTHING, SupervisionQuerySet, supervision_answered
from tickets.scheme.entries import Contact as Access
from tickets.services.contact_access import ContactView, contact_view, former_contact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from organization.models import User
    from tickets.models import Ticket

_NEAR = 0.9  # the share of its time after which an answer is asked for urgently, as for clocks (U-32)


@dataclass(frozen=True)
class Listed:
    """A row of a list, the act on it that waits for the user (empty where none does) and the contact data as masked in
    lists."""

    row: SupervisionOrder
    act: str
    contact: ContactView


@dataclass(frozen=True)
class Tile:
    """What waits for the user: under which filter, how much, and what is due first (None where nothing presses)."""

    show: str
    label: str
    count: int
    nearest: datetime | None
    is_late: bool


def of_ticket(ticket: Ticket, user: User) -> list[SupervisionOrder]:
    """The ticket's supervision orders, the latest first; `is_mine` says whether the user answers for the unit."""
    causes = SupervisionTrigger.objects.select_related("by", "alert")
    people = ("target_unit", "target_user", "issued_by", "acknowledged_by", "replied_by", "judged_by")
    rows = ticket.supervisions.select_related(*people).prefetch_related(Prefetch("triggers", causes), "cc_units")
    found: list[Any] = list(rows.annotate(is_mine=_is_mine(user), seen=Count("triggers")).order_by("-seq"))
    for row in found:
        row.ticket = ticket
    return found


def to_answer(user: User) -> SupervisionQuerySet:
    """The unanswered orders that the user may answer."""
    return SupervisionOrder.objects.answered_by(user).filter(status__in=SUPERVISION_OPEN)


def to_judge(user: User, at: datetime) -> SupervisionQuerySet:
    """The answers, and the silences at the instant `at` (UTC), that the user may judge."""
    found = SupervisionOrder.objects.supervised_by(user)
    return found.filter(Q(status=SupervisionStatus.REPLIED) | overdue(at)).exclude(replied_by=user)


def overdue(at: datetime) -> Q:
    """The orders whose answer is late at the instant `at` (UTC)."""
    return Q(status__in=SUPERVISION_OPEN, reply_due_at__lt=at)


def may_read(user: User) -> bool:
    """Whether supervision orders concern the user at all: who issues and judges them, and who answers."""
    return has_role(user, Role.SUPERVISOR, *ANSWERERS, *tracks.roles())


def tiles_of(user: User, at: datetime) -> list[Tile]:
    """What the user has to answer and to judge at the instant `at` (UTC), by its roles."""
    tiles = []
    if has_role(user, *ANSWERERS, *tracks.roles()):
        found = to_answer(user).aggregate(count=Count("pk"), nearest=Min("reply_due_at"))
        is_late = found["nearest"] is not None and found["nearest"] < at
        tiles.append(Tile("answer", _("Supervision to answer"), found["count"], found["nearest"], is_late))
    if has_role(user, Role.SUPERVISOR):
        tiles.append(Tile("judge", _("Supervision to judge"), to_judge(user, at).count(), None, is_late=False))
    return tiles


def listed(rows: Sequence[SupervisionOrder], user: User, at: datetime) -> list[Listed]:
    """The rows of a list, each with the act that waits for the user at the instant `at` (UTC)."""
    pks = [row.pk for row in rows]
    acts = dict.fromkeys(to_judge(user, at).filter(pk__in=pks).values_list("pk", flat=True), "judge_supervision")
    acts |= dict.fromkeys(to_answer(user).filter(pk__in=pks).values_list("pk", flat=True), "reply_supervision")
    return [Listed(row, acts.get(row.pk, ""), contact_view(row.ticket, Access.MASKED)) for row in rows]


def page_of(
    rows: QuerySet[Any],
    *,
    newest_first: bool,
    before: str | None = None,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[SupervisionOrder]:
    """One page of `rows` by the time that their answer is due; the first, or the one before or after a cursor."""
    rows = rows.select_related("ticket__contact", "target_unit", "target_user", "issued_by")
    rows = rows.prefetch_related(former_contact("ticket__"))
    rows = rows.annotate(sorted_by=F("reply_due_at")).alias(due=F("reply_due_at"))
    return turned_to(rows, before=before, after=after, size=size, latest_first=newest_first)


def reply_left(row: SupervisionOrder, at: datetime) -> Remaining:
    """What is left for the answer at the instant `at` (UTC)."""
    near_from = row.issued_at + (row.reply_due_at - row.issued_at) * _NEAR
    return time_left(row.issued_at, near_from, row.reply_due_at, at)


def _is_mine(user: User) -> Case:
    answers = NOTHING
    for grant in grants_of(user):
        answers |= supervision_answered(grant)
    return Case(When(answers, then=Value(True)), default=Value(False), output_field=BooleanField())
