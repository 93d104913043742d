"""Reads a case for its evidence: by the profile, in words, and with the free texts under their veil."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appeals.evidence import profile
from appeals.evidence.veil import Veil
from appeals.evidence.wording import due_moment, moment, stretch_words
from organization.roles import Role
from tickets.actions import actions_of
from tickets.clock_rows import clock_rows
from tickets.models import Attachment, Ticket, TicketLink
from tickets.models.attachment import AttachmentPurpose
from tickets.models.replies import AnswerMode, Attitude, RevisitResult, Satisfaction
from tickets.services.reports import approved
from tickets.states import ClosureCode, Kind, LinkKind, Outcome, Stage, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from appeals.models import AppealDetail
    from tickets.models import TicketEvent

Fact = tuple[str, str]

_DETAILS = {
    Kind.COMPLAINT: "complaint_detail",
    Kind.ESCALATION: "escalation_detail",
    Kind.APPEAL: "appeal_detail",
}


@dataclass(frozen=True)
class Passed:
    """A step: when, what, who by unit and role, and the state it led to."""

    at: str
    what: str
    who: str
    state: str


@dataclass(frozen=True)
class Timed:
    """A clock: what it timed and who answered for it, its limit, its instants, how it went and how its time adds up."""

    stage: str
    unit: str
    limit: str
    instants: str
    outcome: str
    stretches: str


@dataclass(frozen=True)
class Told:
    """Something that the customer was told or asked: when, how, by whom, and in which words."""

    at: str
    how: str
    who: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Course:
    """One ticket of the case."""

    number: str
    facts: tuple[Fact, ...]
    steps: tuple[Passed, ...]
    clocks: tuple[Timed, ...]
    told: tuple[Told, ...]
    report: tuple[Fact, ...]


@dataclass(frozen=True)
class Exhibit:
    """A file that goes along, under a path that says nothing about the customer."""

    path: str
    purpose: str
    ticket: str
    at: str
    attachment: Attachment


@dataclass(frozen=True)
class Sealed:
    """The state of a ticket's record that the evidence was made from: how many events, and the last one's hash."""

    ticket: str
    events: int
    last_hash: str


@dataclass(frozen=True)
class Evidence:
    """Everything that goes to the regulator. `as_of` is when the case last changed: the same case, the same bytes."""

    number: str
    as_of: datetime
    appeal: Course
    earlier: tuple[Course, ...]
    recordings: tuple[Fact, ...]
    exhibits: tuple[Exhibit, ...]
    sealed: tuple[Sealed, ...]


def gather(appeal: Ticket) -> Evidence:
    """The evidence of an appeal, with the complaints that it was made of and what else came of them at the group."""
    loaded = Ticket.objects.select_related("contact", "scheme_version", *_DETAILS.values())
    complaints = complaints_behind(appeal)
    escalations = TicketLink.objects.filter(earlier__in=complaints, kind=LinkKind.ESCALATION).values("ticket")
    before = loaded.filter(Q(pk__in=complaints.values("pk")) | Q(pk__in=escalations))
    case = [loaded.get(pk=appeal.pk), *before.order_by("pk")]
    contact = case[0].contact
    veil = Veil(case, shown={contact.name, contact.service_number})
    courses = [_Reader(ticket, veil).course() for ticket in case]
    return Evidence(
        number=appeal.number,
        as_of=max(ticket.events.latest("seq").at for ticket in case),
        appeal=courses[0],
        earlier=tuple(courses[1:]),
        recordings=tuple(_recordings(case)),
        exhibits=tuple(_exhibits(case)),
        sealed=tuple(Sealed(ticket.number, ticket.event_count, ticket.last_event_hash) for ticket in case),
    )


def complaints_behind(appeal: Ticket) -> QuerySet[Ticket]:
    """The complaints that an appeal was made of."""
    links = TicketLink.objects.filter(ticket=appeal, kind=LinkKind.APPEAL)
    return Ticket.objects.filter(pk__in=links.values("earlier"))


class _Reader:
    """Reads one ticket."""

    def __init__(self, ticket: Ticket, veil: Veil) -> None:
        self.ticket = ticket
        self.veil = veil
        self.document = ticket.scheme_version.document
        self.events = [
            event
            for event in ticket.events.select_related("unit").order_by("seq")
            if event.action in profile.STEPS[ticket.kind] and "order" not in event.data
        ]

    def course(self) -> Course:
        return Course(
            number=self.ticket.number,
            facts=_stated(self._facts()),
            steps=tuple(self._step(event) for event in self.events),
            clocks=tuple(self._clocks()),
            told=tuple(self._told()),
            report=_stated(self._report()),
        )

    def _facts(self) -> Iterator[Fact]:
        row = self.ticket
        yield _("Number"), row.number
        if row.kind == Kind.APPEAL:
            yield from self._appeal_facts()
        yield _("Request type"), self.document.label("request_type", row.request_type)
        yield _("Channel"), str(row.channel)
        yield _("Business type"), str(row.business_type or "")
        yield _("Complaint type"), str(row.complaint_type or "")
        yield _("Accepted at"), moment(row.accepted_at)
        yield _("Accepting unit"), row.accepting_unit.name
        yield _("Summary"), self.veil.over(row.summary)
        yield _("What the customer says"), self.veil.over(row.description)
        if row.kind != Kind.APPEAL:
            yield _("Asks for"), self.veil.over(_detail_of(row).remedy_sought)
        if row.kind == Kind.COMPLAINT:
            yield _("Promised to the customer"), due_moment(row.complaint_detail.promised_at)
        yield _("State"), str(Status(row.status).label)
        yield _("Answered at"), moment(row.answered_at)
        yield _("Closed at"), moment(row.closed_at)
        yield _("Closure"), str(ClosureCode(row.closure_code).label) if row.closure_code else ""

    def _appeal_facts(self) -> Iterator[Fact]:
        contact = self.ticket.contact
        detail: AppealDetail = self.ticket.appeal_detail
        yield pgettext("of an appeal", "Regulator"), self.document.label("regulator", detail.regulator)
        yield _("Case number"), detail.case_number
        yield _("Origin"), detail.get_origin_display()
        yield _("Appellant"), contact.name
        yield _("Service number"), contact.service_number
        yield _("Business concerned"), self.document.label("case_business", detail.case_business)
        yield _("Nature of the dispute"), self.document.label("case_nature", detail.case_nature)
        yield _("Day of the charge or matter"), str(detail.occurred_on or "")
        yield _("Regulator's deadline"), due_moment(detail.regulator_due_at)
        yield _("How it was handled before"), self.veil.over(detail.earlier_handling)
        yield _("Regulator answered at"), moment(detail.replied_at)
        yield _("How the regulator was answered"), detail.get_replied_how_display()

    def _step(self, event: TicketEvent) -> Passed:
        moved = event.from_status != event.to_status
        return Passed(
            at=moment(event.at),
            what=str(actions_of(self.ticket.kind)[event.action].label),
            who=_who(event),
            state=str(Status(event.to_status).label) if moved else "",
        )

    def _clocks(self) -> Iterator[Timed]:
        rows = self.ticket.clocks.filter(stage__in=sorted(profile.STAGES)).exclude(outcome=Outcome.CANCELLED)
        for row in clock_rows(rows.select_related("unit").order_by("started_at", "pk"), self.document):
            started, due, stopped = row.clock.started_at, row.clock.due_at, row.clock.stopped_at
            times = [
                _("Started %(at)s") % {"at": moment(started)},
                _("Due %(at)s") % {"at": due_moment(due)},
                _("Ended %(at)s") % {"at": moment(stopped)} if stopped else "",
            ]
            yield Timed(
                stage=row.clock.get_stage_display(),
                unit=row.clock.unit.name,
                limit=_("set by the regulator") if row.clock.stage == Stage.REGULATOR else row.limit,
                instants="\n".join(filter(None, times)),
                outcome=row.clock.get_outcome_display(),
                stretches="\n".join(map(stretch_words, row.stretches)),
            )

    def _told(self) -> Iterator[Told]:
        answers = {row.pk: row for row in self.ticket.answers.all()}
        replies = {row.pk: row for row in self.ticket.interim_replies.all()}
        revisits = list(self.ticket.revisit_attempts.order_by("pk"))
        for event in self.events:
            data = event.data
            facts: list[Fact] = []
            how = ""
            if answer := answers.get(data.get("answer")):
                how = str(AnswerMode(answer.mode).label)
                facts = [
                    (_("Answer"), self.veil.over(answer.content)),
                    (_("Closure"), str(ClosureCode(answer.closure_code).label)),
                    (_("Customer's attitude"), str(Attitude(answer.attitude).label)),
                    (_("Plan"), self.veil.over(answer.plan)),
                    (_("Promised for"), due_moment(answer.promised_for)),
                ]
            elif reply := replies.get(data.get("reply")):
                how = str(AnswerMode(reply.mode).label)
                facts = [
                    (_("Interim reply"), self.veil.over(reply.content)),
                    (_("Promised for"), due_moment(reply.promised_for)),
                ]
            elif "attempt" in data and revisits:
                revisit = revisits.pop(0)
                how = _("Revisit")
                facts = [
                    (_("Result"), str(RevisitResult(revisit.result).label)),
                    (_("Overall"), str(Satisfaction(revisit.satisfaction).label) if revisit.satisfaction else ""),
                ]
            if facts:
                yield Told(moment(event.at), how, _who(event), _stated(facts))

    def _report(self) -> Iterator[Fact]:
        """The report that the group approved; what was returned is not what the carrier says."""
        row = approved(self.ticket)
        if row is None:
            return
        yield _("Reported by"), row.unit.name
        yield _("Reported at"), moment(row.at)
        yield _("Ground of the objection"), self.document.label("ground", row.ground) if row.ground else ""
        yield _("What was found"), self.veil.over(row.investigation)
        yield _("Result"), self.veil.over(row.result)
        yield _("How the customer was answered"), self.veil.over(row.customer_told)
        yield _("What will be put right"), self.veil.over(row.measures)


def _who(event: TicketEvent) -> str:
    """The unit and the role; never a name."""
    parts = [event.unit.name if event.unit else "", str(Role(event.role).label) if event.role else ""]
    return "\n".join(filter(None, parts)) or _("system")


def _stated(facts: Iterator[Fact] | list[Fact]) -> tuple[Fact, ...]:
    return tuple((label, text) for label, text in facts if text)


def _recordings(case: list[Ticket]) -> Iterator[Fact]:
    """The numbers under which telephony keeps the calls, by ticket."""
    for ticket in case:
        if ticket.kind != Kind.APPEAL and (recording := _detail_of(ticket).recording_ref):
            yield ticket.number, recording


def _detail_of(ticket: Ticket) -> Any:
    """What only a ticket of its kind has."""
    return getattr(ticket, _DETAILS[Kind(ticket.kind)])


def _exhibits(case: list[Ticket]) -> Iterator[Exhibit]:
    rows = Attachment.objects.filter(ticket__in=case, purpose__in=sorted(profile.PURPOSES))
    places = {ticket.pk: place for place, ticket in enumerate(case)}
    ordered = sorted(rows.select_related("ticket"), key=lambda row: (places[row.ticket_id], row.pk))
    for number, row in enumerate(ordered, 1):
        ending = PurePosixPath(row.name).suffix.lower()
        yield Exhibit(
            path=f"attachments/{number:03d}-{row.purpose}{ending}",
            purpose=str(AttachmentPurpose(row.purpose).label),
            ticket=row.ticket.number,
            at=moment(row.at),
            attachment=row,
        )
