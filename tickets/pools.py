"""The pools: what waits for whom (design, Pools).

A pool names a situation of tickets or work orders and the roles whose work it is. Its rows are those that the user's
grants in these roles hold, out of the tickets that the user may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import DateTimeField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from organization.grants import grants_of
from organization.models import Unit, User
from organization.roles import Role as R
from tickets import rehearsed, tracks
from tickets.actions import HeldBy, kinds_where
from tickets.display import stored_instant
from tickets.models import (
    Extension,
    HandOver,
    Pause,
    Remedy,
    Responsibility,
    StageClock,
    Ticket,
    TicketEvent,
    WorkOrder,
)
from tickets.models.responsibility import FOUND_IN, TO_JUDGE, ResponsibilityStatus
from tickets.models.ticket import NOTHING_DUE
from tickets.querysets import EVERYTHING, NOTHING, held, order_held, order_sent_by
from tickets.states import CLOSED, OPEN, OrderStatus, Outcome, Stage
from tickets.states import Status as S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser
    from django.utils.functional import Promise

COUNTED_UP_TO = 99
_CALLED_BACK = (S.CLOSED, S.REVISITED, S.PENDING_REVISIT, S.REPLIED)

_REACH = {HeldBy.TICKET: held, HeldBy.UNIT: order_held, HeldBy.SENDER: order_sent_by}


@dataclass(frozen=True, kw_only=True)
class Pool:
    """One list. `what` says which rows belong to it, `held_by` whose they are; without, it only shows what is seen.

    Where it waits for an `act` on the ticket, a row is there for the roles that may do that to its kind. Work is
    counted on the workbench; the other pools are for looking things up. `shows_contact` where the role needs
    the customer's name and number, elsewhere they are masked (model 10).
    """

    code: str
    label: Promise
    roles: frozenset[R]
    what: Callable[[User], Q]
    held_by: HeldBy | None = None
    act: str = ""
    by_group: bool = False
    by_province: bool = False
    shows_contact: bool = False

    @property
    def open_to(self) -> frozenset[R]:
        """The roles that have it: its own, and those that settle tickets in two tiers where it is theirs too."""
        group = tracks.group_roles() if self.by_group else frozenset()
        return self.roles | group | (tracks.province_roles() if self.by_province else frozenset())

    def waits_for(self, role: R) -> bool:
        """Whether something can ever wait in it for a role."""
        return role in self.open_to and (not self.act or bool(kinds_where(self.act, role)))

    @property
    def is_work(self) -> bool:
        """Whether its rows wait for the user to act."""
        return self.held_by is not None

    @property
    def of_orders(self) -> bool:
        """Whether its rows are work orders."""
        return self.held_by in (HeldBy.UNIT, HeldBy.SENDER)

    def condition(self, user: User) -> Q:
        """Which rows are in the pool for the user."""
        condition = self.what(user)
        if self.held_by is None:
            return condition
        reached = NOTHING
        for grant in grants_of(user):
            if grant.role in self.open_to:
                reached |= _REACH[self.held_by](grant) & self._of_kinds_for(grant.role)
        return condition & reached

    def _of_kinds_for(self, role: R) -> Q:
        return Q(kind__in=kinds_where(self.act, role)) if self.act else EVERYTHING

    def rows(self, user: User, tickets: QuerySet[Any]) -> QuerySet[Any]:
        """The pool's rows out of `tickets`, which the user may see."""
        return rows_where(self.condition(user), tickets, of_orders=self.of_orders)


def rows_where(condition: Q, tickets: QuerySet[Any], *, of_orders: bool) -> QuerySet[Any]:
    """Those of `tickets`, or of their work orders, that meet a condition; `due` is the instant they are sorted by."""
    if of_orders:
        return WorkOrder.objects.filter(condition, ticket__in=tickets).alias(due=_order_due())
    return tickets.filter(condition).alias(due=F("next_due_at"))


def _order_due() -> Coalesce:
    """When the next clock of an order, or of its ticket as a whole, runs out."""
    running = StageClock.objects.filter(ticket=OuterRef("ticket"), outcome=Outcome.RUNNING, paused_at=None)
    own = running.filter(Q(work_order__isnull=True) | Q(work_order=OuterRef("pk")))
    next_due = Subquery(own.order_by("due_at").values("due_at")[:1])
    return Coalesce(next_due, Value(NOTHING_DUE), output_field=DateTimeField())


def _in(*states: S, **more: Any) -> Callable[[User], Q]:
    condition = Q(status__in=states, **more)
    return lambda user: condition


def _order(state: OrderStatus) -> Callable[[User], Q]:
    condition = Q(status=state)
    return lambda user: condition


def _my_drafts(user: User) -> Q:
    return Q(status=S.DRAFT, holder=user)


def _given_to(user: User) -> Q:
    waiting = HandOver.objects.filter(receiver=user, confirmed_at__isnull=True)
    return Q(pk__in=waiting.values("ticket"))


def _asks_for_time(user: User) -> Q:
    asked = Extension.objects.asked().exclude(asked_by=user)
    return Q(pk__in=asked.values("work_order"))


def _asks_for_pause(user: User) -> Q:
    """Only a director over the ticket's centre decides, and never on what it asked for itself."""
    asked = Pause.objects.asked().exclude(asked_by=user)
    return Q(pk__in=asked.values("ticket"), owner_unit__in=_directed(user))


def _asks_for_remedy(user: User) -> Q:
    """What somebody else asks for and one of the user's roles decides on (U-48); an approver decides what a director
    may too."""
    roles = {grant.role for grant in grants_of(user)} & {R.DIRECTOR, R.APPROVER}
    decided = [R.DIRECTOR, R.APPROVER] if R.APPROVER in roles else sorted(roles)
    asked = Remedy.objects.asked().filter(decider__in=decided).exclude(asked_by=user)
    return Q(pk__in=asked.values("ticket"), status__in=sorted((OPEN | CLOSED) - {S.ARCHIVED}))


def _directed(user: User) -> QuerySet[Unit]:
    directed = [grant.unit.path for grant in grants_of(user) if grant.role == R.DIRECTOR]
    condition = NOTHING
    for path in directed:
        condition |= Q(path__startswith=path)
    return Unit.objects.filter(condition)


def _without_orders(user: User) -> Q:
    """In a province's hands, and none of its units has anything to do."""
    return Q(status=S.HANDLING) & ~Q(pk__in=WorkOrder.objects.open().values("ticket"))


def _clock_runs(stage: Stage) -> Callable[[User], Q]:
    running = StageClock.objects.filter(stage=stage, outcome=Outcome.RUNNING)
    return lambda user: Q(status__in=_CALLED_BACK, pk__in=running.values("ticket"))


def _responsibility(user: User) -> Q:
    """Somebody proposed who is responsible for the present round, or contests what was adjudicated."""
    rows = Responsibility.objects.filter(status__in=TO_JUDGE)
    proposed = rows.filter(status=ResponsibilityStatus.PROPOSED, round=F("ticket__round")).values("ticket")
    contested = rows.filter(status=ResponsibilityStatus.CONTESTED).values("ticket")
    return Q(pk__in=contested) | Q(pk__in=proposed, status__in=sorted(FOUND_IN))


def _is_paused(user: User) -> Q:
    return Q(is_paused=True)


def _handled_by(user: User) -> Q:
    return Q(pk__in=TicketEvent.objects.filter(actor=user).values("ticket"))


def _taken_by(user: User) -> Q:
    return Q(accepted_by=user)


def _any(user: User) -> Q:
    return EVERYTHING


def _work(code: str, label: Promise, role: R, what: Callable[[User], Q], **options: Any) -> Pool:
    options.setdefault("held_by", HeldBy.TICKET)
    return Pool(code=code, label=label, roles=frozenset({role, *options.pop("also", ())}), what=what, **options)


def _tier(code: str, label: Promise, state: S, act: str, **options: Any) -> Pool:
    """A pool of tickets in two tiers; which roles have it is said by `by_group` or `by_province`."""
    options.setdefault("shows_contact", True)
    return Pool(code=code, label=label, roles=frozenset(), what=_in(state), held_by=HeldBy.TICKET, act=act, **options)


_TAKERS = frozenset({R.AGENT, R.DISPATCHER})
_WORKERS = frozenset({R.DISPATCHER, R.HANDLER, R.DIRECTOR, R.APPROVER, R.REVISITOR, R.SUPERVISOR})
_READERS = _TAKERS | _WORKERS | {R.QUALITY_CHECKER, R.MANAGER}
_BY_UNIT, _BY_SENDER = {"held_by": HeldBy.UNIT}, {"held_by": HeldBy.SENDER}
_CONTACT = {"shows_contact": True}
_TWO_TIERS: dict[str, Any] = {"by_group": True, "by_province": True}

POOLS: tuple[Pool, ...] = (
    _work(
        "dispatch",
        _("To review and dispatch"),
        R.DISPATCHER,
        _in(S.PENDING_DISPATCH, S.RECEIVED, needs_assignment=False),
        act="dispatch",
        by_group=True,
        **_CONTACT,
    ),
    _work("instruction", _("To instruct"), R.APPROVER, _in(S.PENDING_INSTRUCTION), act="instruct"),
    _tier("province_sign", _("Given to the province"), S.PENDING_SIGN, "sign", by_province=True),
    _tier("province_handle", _("In the province's hands"), S.HANDLING, "report", by_province=True),
    _work("province_send", _("No unit works on it"), R.DISPATCHER, _without_orders, act="send_orders", **_CONTACT),
    _work("sign", _("To sign for"), R.HANDLER, _order(OrderStatus.SENT), **_BY_UNIT),
    _work("handle", _("To handle"), R.HANDLER, _order(OrderStatus.HANDLING), **_BY_UNIT),
    _work("review", _("Director's review"), R.DIRECTOR, _order(OrderStatus.PENDING_REVIEW), **_BY_UNIT),
    _work(
        "returns",
        _("Returns to judge"),
        R.DISPATCHER,
        _order(OrderStatus.RETURN_REQUESTED),
        also={R.HANDLER},
        by_province=True,
        **_BY_SENDER,
    ),
    _work(
        "assignment",
        _("To assign bindingly"),
        R.SUPERVISOR,
        _in(S.PENDING_DISPATCH, S.HANDLING, needs_assignment=True),
        act="assign",
        **_CONTACT,
    ),
    _work(
        "replies",
        _("Results to judge"),
        R.DISPATCHER,
        _order(OrderStatus.REPLIED),
        also={R.HANDLER},
        by_province=True,
        **_BY_SENDER,
    ),
    _tier("reports", _("Reports to review"), S.PENDING_REVIEW, "approve", by_group=True),
    _tier("regulator", _("To answer the regulator"), S.PENDING_REPLY, "reply_regulator", by_group=True),
    _work("answer", _("To answer"), R.DISPATCHER, _in(S.PENDING_ANSWER), act="answer", **_CONTACT),
    _work("extensions", _("More time to decide on"), R.DIRECTOR, _asks_for_time, **_BY_UNIT),
    _work("pauses", _("Pauses to decide on"), R.DIRECTOR, _asks_for_pause),
    _work(
        "remedies",
        _("Remedies to decide on"),
        R.DIRECTOR,
        _asks_for_remedy,
        also={R.APPROVER},
        act="approve_remedy",
    ),
    _work("clearance", _("To clear"), R.DIRECTOR, _in(S.PENDING_CLEARANCE)),
    _work(
        "revisit", _("To revisit"), R.REVISITOR, _clock_runs(Stage.REVISIT), act="revisit", by_group=True, **_CONTACT
    ),
    _work(
        "screening", _("To screen"), R.DISPATCHER, _in(S.PENDING_SCREENING), act="dismiss", by_group=True, **_CONTACT
    ),
    _tier("conclusion", _("To conclude"), S.REVISITED, "conclude", by_group=True),
    _work(
        "promises",
        _("Promises to keep"),
        R.DISPATCHER,
        _clock_runs(Stage.FOLLOW_UP),
        act="fulfil_promise",
        **_TWO_TIERS,
        **_CONTACT,
    ),
    _work(
        "responsibility",
        _("Responsibility to judge"),
        R.SUPERVISOR,
        _responsibility,
        act="adjudicate_responsibility",
        by_group=True,
    ),
    _work("archive", _("To archive"), R.DISPATCHER, _in(S.CLOSED, S.REVISITED, quiet_from__isnull=False)),
    _tier("documents", _("To file"), S.CONCLUDED, "archive", by_group=True, shows_contact=False),
    _work("drafts", _("My drafts"), R.AGENT, _my_drafts, also=_TAKERS, act="submit", by_group=True, **_CONTACT),
    _work(
        "hand_overs",
        _("Hand-overs to confirm"),
        R.AGENT,
        _given_to,
        also={R.DISPATCHER, R.DIRECTOR},
        **_TWO_TIERS,
    ),
    Pool(
        code="paused",
        label=_("Standing still"),
        roles=frozenset({R.DISPATCHER, R.DIRECTOR, R.SUPERVISOR}),
        what=_is_paused,
    ),
    Pool(code="handled", label=_("Handled by me"), roles=_WORKERS, what=_handled_by, **_TWO_TIERS),
    Pool(code="taken", label=_("Taken by me"), roles=_TAKERS, what=_taken_by, by_group=True, shows_contact=True),
    Pool(code="all", label=_("All tickets"), roles=_READERS, what=_any, **_TWO_TIERS),
)


def pools_of(user: User | AnonymousUser) -> list[Pool]:
    """The pools of the user's roles, in the order of the work."""
    roles = {grant.role for grant in grants_of(user)}
    return [pool for pool in POOLS if any(pool.waits_for(role) for role in roles)]


@dataclass(frozen=True)
class PoolCount:
    """How much waits in a pool, counted up to a little above COUNTED_UP_TO; `nearest` is None when nothing is due."""

    pool: Pool
    count: int
    nearest: datetime | None
    is_late: bool

    @property
    def shown(self) -> str:
        """The count as the screen shows it."""
        return f"{COUNTED_UP_TO}+" if self.count > COUNTED_UP_TO else str(self.count)


class _CappedCount(Subquery):
    """The number of rows of a sliced query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def counts_of(user: User, pools: Iterable[Pool], at: datetime) -> list[PoolCount]:
    """What waits in each pool of work at the instant `at` (UTC), all in one query."""
    work = [pool for pool in pools if pool.is_work]
    if not work:
        return []
    names = ("counts", COUNTED_UP_TO, *(pool.code for pool in work))
    figures = iter(rehearsed.rows_of(names, user, lambda: _figures(user, work))[0])
    return [_count(pool, count, nearest, at) for pool, count, nearest in zip(work, figures, figures, strict=True)]


def _figures(user: User, work: list[Pool]) -> QuerySet[Any, Any]:
    """One row: of each pool how many rows it has and when the first of them is due."""
    visible = Ticket.objects.visible_to(user)
    figures: dict[str, Subquery] = {}
    for pool in work:
        rows = pool.rows(user, visible).order_by("due")
        figures[f"{pool.code}_count"] = _CappedCount(rows.values("pk")[: COUNTED_UP_TO + 1])
        figures[f"{pool.code}_nearest"] = Subquery(rows.annotate(first=F("due")).values("first")[:1])
    return User.objects.filter(pk=user.pk).annotate(**figures).values_list(*figures)


def _count(pool: Pool, count: int, nearest: datetime | str | None, at: datetime) -> PoolCount:
    first = stored_instant(nearest) if isinstance(nearest, str) else nearest
    due = None if first == NOTHING_DUE else first
    return PoolCount(pool, count, due, is_late=due is not None and due < at)
