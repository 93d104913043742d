"""The province's report and its review at the group (U-07d, U-09, U-90). Effects of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotPermitted, Refused
from tickets import clocks
from tickets.models import Report
from tickets.models.report import ReportVerdict
from tickets.services.answering import tried_enough
from tickets.states import ClosureCode

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.actions import Step
    from tickets.models import Answer, Ticket


def check_customer_answered(step: Step) -> None:
    """No report without an answer to the customer, or the prescribed attempts to reach it, by who has the ticket in
    this round (model 3.2)."""
    since = clocks.had_since(step.ticket, step)
    step.data["answer"] = answer_of(step.ticket, since=since)
    if step.data["answer"] is None and not tried_enough(step, since=since):
        rule = step.scheme.options.revisit
        raise Refused(
            _(
                "Record first how the customer was answered, or %(attempts)s attempts on %(days)s different days to "
                "reach the customer."
            )
            % {"attempts": rule.attempts, "days": rule.days},
            code="customer_not_answered",
        )


def hand_in(step: Step) -> None:
    """Hand in the next version, the province's or the group's own. Data: result, customer_told, measures;
    investigation, ground where the kind asks."""
    data, unit = step.data, step.ticket.owner_unit
    if step.grant is not None and step.grant.unit.province_id is None:
        unit = step.grant.unit
    row = Report.objects.create(
        ticket=step.ticket,
        round=step.ticket.round,
        version=step.ticket.reports.count() + 1,
        unit=unit,
        at=step.at,
        by=step.person,
        ground=data.get("ground", ""),
        investigation=data.get("investigation", ""),
        result=data["result"],
        customer_told=data.get("customer_told", ""),
        measures=data.get("measures", ""),
        answer=data.get("answer"),
    )
    step.said.append(row)
    step.notes.update(report=row.pk, version=row.version)


def load(step: Step) -> None:
    """The report that waits for its review, for the transition and the effect to read: `report`, and the closure code
    that it leads to. Nobody reviews a report of his own."""
    row = waiting(step.ticket)
    if row is None:
        raise Refused(_("No report waits for a review."), code="no_report")
    if row.by_id == step.person.pk:
        raise NotPermitted(_("You handed this report in: somebody else has to review it."))
    step.data["report"] = row
    step.data["closure_code"] = closure_of(row)


def check_not_reporter(step: Step) -> None:
    """Who reported, or told the customer, does not ask the customer about it (U-46, model 7)."""
    ticket, person = step.ticket, step.person
    if ticket.reports.filter(by=person).exists() or ticket.answers.filter(by=person).exists():
        raise NotPermitted(_("You handled this ticket; somebody else has to call the customer back."))


def approve(step: Step) -> None:
    """The report is right (U-07d). Data: remark."""
    _review(step, ReportVerdict.APPROVED)


def give_back(step: Step) -> None:
    """The report does not do, and why (U-90). Data: remark."""
    if not step.data.get("remark", "").strip():
        raise Refused(_("Say what the report lacks."), code="remark_missing")
    _review(step, ReportVerdict.RETURNED)
    step.notes["returns"] = step.ticket.reports.filter(verdict=ReportVerdict.RETURNED).count()


def waiting(ticket: Ticket) -> Report | None:
    """The report that nobody has reviewed yet."""
    return ticket.reports.filter(verdict="").select_related("answer", "unit").order_by("version").last()


def approved(ticket: Ticket) -> Report | None:
    """The latest report that was approved."""
    found = ticket.reports.filter(verdict=ReportVerdict.APPROVED).select_related("answer", "unit")
    return found.order_by("version").last()


def answer_of(ticket: Ticket, *, since: datetime) -> Answer | None:
    """What the customer was told last in this round, since who has the ticket got it (UTC; `clocks.had_since`): what a
    province told that had it before does not answer for this one."""
    return ticket.answers.filter(round=ticket.round, at__gte=since).order_by("pk").last()


def closure_of(report: Report) -> str:
    """How a ticket closes with a report: as its answer says, or not reached; with an objection nobody was answered."""
    if report.ground:
        return ""
    return report.answer.closure_code if report.answer else ClosureCode.NO_CONTACT


def _review(step: Step, verdict: ReportVerdict) -> None:
    row: Report = step.data["report"]
    row.verdict, row.remark = verdict, step.data.get("remark", "").strip()
    row.reviewed_at, row.reviewed_by = step.at, step.by
    row.save(update_fields=["verdict", "remark", "reviewed_at", "reviewed_by"])
    step.said.append(row)
    step.notes.update(report=row.pk, version=row.version)
