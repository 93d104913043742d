"""What a person has done on this Shanghai day, for the workbench: their own acts, and how much of it was in time.

These are a person's numbers for themselves, out of the record of their own acts; figures about units are another thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import pgettext_lazy

from core import clock
from organization.grants import grants_of
from organization.roles import Role as R
from tickets import tracks
from tickets.models import StageClock, TicketEvent
from tickets.states import Outcome, Stage

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from organization.models import User

Counted = tuple["Promise", frozenset[str]]


def _counted(label: Promise, *acts: str) -> Counted:
    return label, frozenset(acts)


_DISPATCHED = _counted(pgettext_lazy("my day", "Dispatched"), "dispatch", "redispatch", "assign")
_ANSWERED = _counted(pgettext_lazy("my day", "Answered"), "answer", "answer_on_spot", "reply_regulator")
_SUPERVISED = _counted(pgettext_lazy("my day", "Chased and supervised"), "chase", "supervise")
_REVISITED = _counted(pgettext_lazy("my day", "Called back"), "revisit")
_OF_ROLE: dict[R, tuple[Counted, ...]] = {
    R.AGENT: (_counted(pgettext_lazy("my day", "Taken"), "register"), _ANSWERED),
    R.DISPATCHER: (_DISPATCHED, _counted(pgettext_lazy("my day", "Results judged"), "accept", "reject"), _ANSWERED),
    R.HANDLER: (
        _counted(pgettext_lazy("my day", "Signed for"), "sign", "claim"),
        _counted(pgettext_lazy("my day", "Results handed in"), "reply"),
    ),
    R.DIRECTOR: (
        _counted(pgettext_lazy("my day", "Replies reviewed"), "approve", "refuse"),
        _counted(
            pgettext_lazy("my day", "Requests decided"),
            "approve_extension",
            "refuse_extension",
            "approve_pause",
            "refuse_pause",
            "approve_clearance",
            "refuse_clearance",
        ),
    ),
    R.APPROVER: (_counted(pgettext_lazy("my day", "Instructed"), "instruct", "return_instruction"),),
    R.REVISITOR: (_REVISITED, _counted(pgettext_lazy("my day", "Not reached"), "attempt_revisit")),
    R.SUPERVISOR: (
        _SUPERVISED,
        _counted(
            pgettext_lazy("my day", "Judged"), "judge_supervision", "adjudicate_delay", "adjudicate_responsibility"
        ),
    ),
}
_OF_GROUP: tuple[Counted, ...] = (
    _counted(pgettext_lazy("my day", "Taken"), "register"),
    _DISPATCHED,
    _counted(pgettext_lazy("my day", "Reports reviewed"), "approve", "return_report"),
    _ANSWERED,
    _REVISITED,
)
_OF_PROVINCE: tuple[Counted, ...] = (
    _counted(pgettext_lazy("my day", "Signed for"), "sign"),
    _counted(pgettext_lazy("my day", "Reports made"), "report", "object"),
)


@dataclass(frozen=True)
class Today:
    """What was done: labels with numbers. `met` of `due` passages through a stage that the person answered for and that
    ended today were in time."""

    done: list[tuple[str, int]]
    met: int
    due: int

    @property
    def percent(self) -> int | None:
        """The share that was in time, None where nothing had a time limit."""
        return 100 * self.met // self.due if self.due else None


def today_of(user: User, at: datetime) -> Today | None:
    """The user's own day up to the instant `at` (UTC), None for roles whose work is not counted. Two queries, over what
    the user did today only."""
    counted = _counted_for(user, at)
    if not counted:
        return None
    midnight = datetime.combine(clock.local_day(at), time.min, tzinfo=clock.SHANGHAI)
    mine = TicketEvent.objects.filter(actor=user, at__gte=midnight, at__lte=at).order_by()
    acts = dict(mine.values_list("action").annotate(count=Count("pk")))
    passed = StageClock.objects.filter(
        ticket__in=mine.values("ticket"), user=user, stopped_at__gte=midnight, stopped_at__lte=at
    ).exclude(stage=Stage.TOTAL)
    ended = passed.aggregate(
        met=Count("pk", filter=Q(outcome=Outcome.MET)),
        due=Count("pk", filter=Q(outcome__in=(Outcome.MET, Outcome.BREACHED))),
    )
    done = [(str(label), sum(acts.get(name, 0) for name in names)) for label, names in counted]
    return Today(done, ended["met"], ended["due"])


def _counted_for(user: User, at: datetime) -> list[Counted]:
    """What counts for the user's roles, each once."""
    roles = dict.fromkeys(grant.role for grant in grants_of(user, at))
    found: dict[Counted, None] = {}
    for role in roles:
        found |= dict.fromkeys(_OF_ROLE.get(role, ()))
        found |= dict.fromkeys(_OF_GROUP if role in tracks.group_roles() else ())
        found |= dict.fromkeys(_OF_PROVINCE if role in tracks.province_roles() else ())
    return list(found)
