"""What must hold among a ticket's state, clocks, work orders, counters and record: the questions of check_consistency.

Each check is a set of tickets that should be empty, with the words for one that is in it. The database answers, so
that a hundred thousand tickets take seconds; only the chains of events are read row by row.
"""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from core.numbers import is_valid_number
from tickets import record, tracks
from tickets.actions import actions_of
from tickets.models import (
    Contact,
    Extension,
    Pause,
    Responsibility,
    ResponsibilityFinding,
    StageClock,
    SupervisionOrder,
    SupervisionTrigger,
    Ticket,
    TicketEvent,
    TicketNote,
    WorkOrder,
)
from tickets.models.records import NoteKind, TicketLink
from tickets.models.responsibility import Attribution, FindingStep, ResponsibilityStatus
from tickets.models.ticket import NOTHING_DUE
from tickets.services import indexing
from tickets.services.alerting import ALERT, SILENCE
from tickets.states import (
    CLOSED,
    OPEN,
    ORDER_OPEN,
    ORDER_UNANSWERED,
    WITH_ORDERS,
    ClosureCode,
    Kind,
    OrderRole,
    OrderStatus,
    Outcome,
    Stage,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

S = Status
# What may run in a state (the table of model 4); in an ended or archived ticket nothing does.
RUNS_IN: dict[Stage, frozenset[str]] = {
    Stage.FILL: frozenset({S.DRAFT}),
    Stage.DISPATCH: frozenset({S.PENDING_DISPATCH, S.RECEIVED}),
    Stage.INSTRUCT: frozenset({S.PENDING_INSTRUCTION}),
    Stage.SIGN: WITH_ORDERS | {S.PENDING_SIGN},
    Stage.HANDLE: WITH_ORDERS | {S.PENDING_SIGN},
    Stage.ANSWER: frozenset({S.HANDLING, S.PENDING_ANSWER}),
    Stage.REVIEW: frozenset({S.PENDING_REVIEW}),
    Stage.REPLY: frozenset({S.PENDING_REVIEW, S.PENDING_REPLY}),
    Stage.REGULATOR: OPEN,
    Stage.REVISIT: frozenset({S.CLOSED, S.PENDING_REVISIT, S.REPLIED}),
    Stage.FOLLOW_UP: CLOSED - {S.ARCHIVED},
    Stage.TOTAL: OPEN,
}
# The order states in which a clock of an order may run.
RUNS_WITH_ORDER: dict[Stage, frozenset[str]] = {
    Stage.SIGN: frozenset({OrderStatus.SENT}),
    Stage.HANDLE: ORDER_UNANSWERED,
}
Check = tuple[str, QuerySet[Ticket]]


def faults(ticket: Ticket | None = None) -> Iterator[str]:
    """Everything that contradicts itself, in sentences with the ticket's number; of one ticket where it is given."""
    tickets = Ticket.objects.all() if ticket is None else Ticket.objects.filter(pk=ticket.pk)
    for check in (_states, _clocks, _orders, _supervision, _responsibility, _counters):
        for words, wrong in check(tickets):
            for number in wrong.order_by("pk").values_list("number", flat=True).distinct().iterator():
                yield f"{number}: {words}"
    yield from _numbers(tickets)
    yield from indexing.faults(tickets)
    yield from chain_faults(tickets)


def chain_faults(tickets: QuerySet[Ticket]) -> Iterator[str]:
    """What is wrong with the chains of events of these tickets."""
    events = TicketEvent.objects.filter(ticket__in=tickets).order_by("ticket_id", "seq").iterator(2000)
    chains = groupby(events, key=attrgetter("ticket_id"))
    ticket_id, chain = next(chains, (None, iter(())))
    for ticket in tickets.order_by("pk").iterator(2000):
        if ticket_id == ticket.pk:
            yield from record.faults_of(ticket, chain)
            ticket_id, chain = next(chains, (None, iter(())))
        else:
            yield from record.faults_of(ticket, ())


def _states(tickets: QuerySet[Ticket]) -> Iterator[Check]:
    events = TicketEvent.objects.filter(ticket=OuterRef("pk"))
    last = events.order_by("-seq")
    acts = last.exclude(action__in=(ALERT, SILENCE))  # what the sweep tells of changes nothing
    yield (
        _("the state is not the one that the last event led to"),
        tickets.annotate(told=Subquery(last.values("to_status")[:1])).exclude(status=F("told")),
    )
    yield (
        _("it was changed at another time than its last event says"),
        tickets.annotate(told=Subquery(acts.values("at")[:1])).exclude(changed_at=F("told")),
    )
    yield (
        _("it has no contact data"),
        tickets.exclude(Exists(Contact.objects.filter(ticket=OuterRef("pk")))),
    )
    yield (
        _("it is closed without an answer of its round"),
        tickets.filter(status__in=sorted(CLOSED))
        .exclude(answers__round=F("round"))
        .exclude(closure_code__in=["", ClosureCode.NO_CONTACT], kind__in=tracks.all_kinds()),
    )
    yield (
        _("it waits for the supervisor although it never bounced"),
        tickets.filter(needs_assignment=True, bounce_count=0),
    )


def _clocks(tickets: QuerySet[Ticket]) -> Iterator[Check]:
    running = StageClock.objects.filter(outcome=Outcome.RUNNING)
    for stage in Stage:
        yield (
            _("a clock runs that must not run in its state (%(stage)s)") % {"stage": stage.value},
            tickets.exclude(status__in=sorted(RUNS_IN[stage])).filter(_has(running.filter(stage=stage))),
        )
    for stage, states in RUNS_WITH_ORDER.items():
        of_orders = running.filter(stage=stage, work_order__isnull=False)
        astray = of_orders.exclude(work_order__status__in=sorted(states))
        yield (
            _("a clock of a work order runs that must not (%(stage)s)") % {"stage": stage.value},
            tickets.filter(_has(astray)),
        )
        timed = StageClock.objects.filter(work_order=OuterRef("pk"), stage=stage)
        untimed = WorkOrder.objects.filter(Exists(timed), status__in=sorted(states)).exclude(
            Exists(timed.filter(outcome=Outcome.RUNNING))
        )
        yield (
            _("a work order under way is not timed any more (%(stage)s)") % {"stage": stage.value},
            tickets.filter(_has(untimed)),
        )
    yield (
        _("a clock of another round runs"),
        tickets.filter(_has(running.exclude(round=OuterRef("round")))),
    )
    total = StageClock.objects.filter(stage=Stage.TOTAL, round=OuterRef("round"))
    yield (
        _("the whole course is not timed any more although it is open"),
        tickets.filter(_has(total), status__in=sorted(OPEN)).exclude(_has(total.filter(outcome=Outcome.RUNNING))),
    )
    twice = running.values("ticket", "stage", "work_order").annotate(rows=Count("pk")).filter(rows__gt=1)
    yield _("a stage is timed twice at once"), tickets.filter(pk__in=twice.values("ticket"))
    met_late = Q(outcome=Outcome.MET, stopped_at__gt=F("due_at")) & ~Q(limit__soft=True)  # a soft one is never late
    breached_early = Q(outcome=Outcome.BREACHED, stopped_at__lte=F("due_at"))
    yield (
        _("a clock's outcome contradicts its times"),
        tickets.filter(_has(StageClock.objects.filter(met_late | breached_early))),
    )
    moving = running.filter(paused_at=None)  # what stands still is not due
    next_due = moving.filter(ticket=OuterRef("pk")).order_by().values("ticket").annotate(due=Min("due_at"))
    yield (
        _("the next due time is not that of its clocks"),
        tickets.annotate(due=Coalesce(Subquery(next_due.values("due")), Value(NOTHING_DUE))).exclude(
            next_due_at=F("due")
        ),
    )
    lasting = Pause.objects.lasting()
    yield (
        _("it is marked as paused and is not, or the other way round"),
        tickets.filter(Q(is_paused=True) & ~_has(lasting) | Q(is_paused=False) & _has(lasting)),
    )
    yield (
        _("a clock stands still although the ticket is not paused"),
        tickets.filter(_has(running.filter(paused_at__isnull=False)), is_paused=False),
    )
    yield (
        _("a clock runs that should stand still"),
        tickets.filter(_has(moving.filter(is_pausable=True)), is_paused=True),
    )
    undecided = Extension.objects.asked().exclude(clock__outcome=Outcome.RUNNING)
    yield _("more time is asked for that nobody needs any more"), tickets.filter(_has(undecided))
    quiet = _archived_by_itself() & ~_has(running)
    yield (
        _("it does not say rightly since when nothing is due"),
        tickets.filter((quiet & Q(quiet_from__isnull=True)) | (~quiet & Q(quiet_from__isnull=False))),
    )


def _archived_by_itself() -> Q:
    """States out of which the system archives a ticket of the kind."""
    condition = Q(pk__in=[])
    for kind in Kind:
        if (archive := actions_of(kind).get("archive")) is not None:
            condition |= Q(kind=kind, status__in=sorted(archive.system_states))
    return condition


def _orders(tickets: QuerySet[Ticket]) -> Iterator[Check]:
    open_orders = WorkOrder.objects.filter(status__in=sorted(ORDER_OPEN))
    open_leads = open_orders.filter(parent=None, role=OrderRole.LEAD)
    yield (
        _("a work order is open although none may be"),
        tickets.exclude(status__in=sorted(WITH_ORDERS)).filter(_has(open_orders)),
    )
    yield (
        _("it is in handling and no unit has it"),
        tickets.filter(status=S.HANDLING, incident=None)
        .exclude(kind__in=tracks.all_kinds())
        .exclude(_has(open_orders)),
    )
    yield (
        _("a mass incident stands for its work order, and yet a unit has it"),
        tickets.filter(_has(open_orders), status=S.HANDLING, incident__isnull=False),
    )
    yield (
        _("it belongs to a mass incident that nobody opened"),
        tickets.filter(incident__opened_at=None, incident__isnull=False),
    )
    yield (
        _("a lead order is open although its results were collected"),
        tickets.filter(status__in=[S.PENDING_ANSWER, S.PENDING_CLEARANCE]).filter(_has(open_leads)),
    )
    yield (
        _("a work order of another round is open"),
        tickets.filter(_has(open_orders.exclude(round=OuterRef("round")))),
    )
    yield (
        _("a part of the work is open although the order that asked for it has ended"),
        tickets.filter(_has(open_orders.filter(parent__isnull=False).exclude(parent__status__in=sorted(ORDER_OPEN)))),
    )
    yield _("the numbers of its work orders have a gap"), _with_gaps(tickets, WorkOrder.objects.all())


def _supervision(tickets: QuerySet[Ticket]) -> Iterator[Check]:
    orders = SupervisionOrder.objects.all()
    causes = SupervisionTrigger.objects.filter(supervision=OuterRef("pk"))
    yield _("the numbers of its supervision orders have a gap"), _with_gaps(tickets, orders)
    yield _("a supervision order has no trigger"), tickets.filter(_has(orders.exclude(Exists(causes))))
    unread = orders.filter(replied_at__isnull=False, acknowledged_at__isnull=True)
    backwards = orders.filter(Q(replied_at__lt=F("acknowledged_at")) | Q(judged_at__lt=F("replied_at")))
    yield _("the steps of a supervision order contradict each other"), tickets.filter(_has(unread) | _has(backwards))


def _responsibility(tickets: QuerySet[Ticket]) -> Iterator[Check]:
    findings = ResponsibilityFinding.objects.annotate(total=Coalesce(Sum("shares__percent"), 0))
    is_ours = Q(attribution=Attribution.COMPANY)
    wrong = findings.filter(is_ours & ~Q(total=100) | ~is_ours & ~Q(total=0))
    yield (
        _("the shares of a finding on responsibility do not add up"),
        tickets.filter(pk__in=wrong.values("responsibility__ticket")),
    )
    said = ResponsibilityFinding.objects.filter(responsibility=OuterRef("pk"))
    rows = Responsibility.objects.annotate(
        is_adjudicated=Exists(said.filter(step=FindingStep.ADJUDICATION)),
        is_settled=Exists(said.filter(step=FindingStep.SETTLEMENT)),
    )
    yield (
        _("the state of its responsibility contradicts what was found"),
        tickets.filter(
            _has(rows.filter(is_adjudicated=True, status=ResponsibilityStatus.PROPOSED))
            | _has(rows.filter(is_adjudicated=False).exclude(status=ResponsibilityStatus.PROPOSED))
            | _has(rows.filter(is_settled=True).exclude(status=ResponsibilityStatus.FINAL))
            | _has(rows.filter(is_settled=False, status=ResponsibilityStatus.FINAL))
        ),
    )


def _counters(tickets: QuerySet[Ticket]) -> Iterator[Check]:
    events = TicketEvent.objects.all()
    contacts = TicketNote.objects.filter(kind__in=[NoteKind.URGING, NoteKind.FACTS])
    yield (
        _("the further contacts are not counted rightly"),
        tickets.annotate(rows=_count(contacts)).exclude(rows=F("contact_count")),
    )
    yield (
        _("the rounds are not counted rightly"),
        tickets.annotate(rows=_count(events.filter(action="rework"))).exclude(round=F("rows") + 1),
    )
    bounces = (
        events.filter(ticket=OuterRef("pk"), data__has_key="bounces")
        .order_by("-seq")
        .values(told=Cast(KeyTextTransform("bounces", "data"), IntegerField()))
    )
    yield (
        _("the bounces are not counted rightly"),
        tickets.annotate(told=Coalesce(Subquery(bounces[:1]), 0)).exclude(bounce_count=F("told")),
    )
    earlier = TicketLink.objects.filter(ticket=OuterRef("pk"), kind="repeat").values("earlier__repeat_number")
    yield (
        _("the repeats are not counted rightly"),
        tickets.annotate(told=Coalesce(Subquery(earlier[:1]) + 1, 0)).exclude(repeat_number=F("told")),
    )


def _numbers(tickets: QuerySet[Ticket]) -> Iterator[str]:
    for number in tickets.order_by("pk").values_list("number", flat=True).iterator():
        if not is_valid_number(number):
            yield _("%(number)s: the check digit of the number is wrong") % {"number": number}


def _has(rows: QuerySet[Any]) -> Exists:
    """Whether a ticket of the query around it has such a row."""
    return Exists(rows.filter(ticket=OuterRef("pk")))


def _with_gaps(tickets: QuerySet[Ticket], rows: QuerySet[Any]) -> QuerySet[Ticket]:
    """Tickets whose rows are not numbered from 1 on without gaps."""
    of_ticket = rows.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    last = Subquery(of_ticket.annotate(last=Max("seq")).values("last"))
    return tickets.annotate(rows=_count(rows), last=Coalesce(last, 0, output_field=IntegerField())).exclude(
        rows=F("last")
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many such rows a ticket of the query around it has."""
    counted = rows.filter(ticket=OuterRef("pk")).order_by().values("ticket").annotate(rows=Count("pk"))
    return Coalesce(Subquery(counted.values("rows")), 0, output_field=IntegerField())
