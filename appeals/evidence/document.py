"""The evidence as a PDF: case, course, clocks, answers, report, the complaint behind it, recordings and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from appeals.evidence.wording import moment
from core.pdf import Column, Document

if TYPE_CHECKING:
    from appeals.evidence.gathering import Course, Evidence
    from tickets.models import Attachment


HALF = 32  # a hash is shown in two lines


def written(evidence: Evidence) -> bytes:
    """The PDF."""
    header = _("Evidence of appeal %(number)s · as of %(as_of)s") % {
        "number": evidence.number,
        "as_of": moment(evidence.as_of),
    }
    with Document(title=_("Evidence of an appeal"), header=header, made_at=evidence.as_of) as made:
        made.heading(_("The appeal"))
        _course(made, evidence.appeal)
        for ticket in evidence.earlier:
            made.heading(_("Handled before: %(number)s") % {"number": ticket.number})
            _course(made, ticket)
        made.heading(_("Recordings and files"))
        _files(made, evidence)
        made.heading(_("About this document"))
        _about(made, evidence)
        return made.content()


def _course(made: Document, course: Course) -> None:
    made.facts(course.facts)
    made.heading(_("Course"), 2)
    columns = (Column(_("Time"), 22), Column(_("Step"), 30), Column(_("Unit and role"), 34), Column(_("State"), 20))
    made.table(columns, [(step.at, step.what, step.who, step.state) for step in course.steps])
    if course.clocks:
        made.heading(_("Times"), 2)
        columns = (
            Column(_("Stage and unit"), 26),
            Column(_("Limit"), 19),
            Column(_("Instants"), 29),
            Column(_("How it went"), 50),
        )
        rows = [
            (f"{row.stage}\n{row.unit}", row.limit, row.instants, "\n".join(filter(None, (row.outcome, row.stretches))))
            for row in course.clocks
        ]
        made.table(columns, rows)
    if course.told:
        made.heading(_("What the customer was told and asked"), 2)
        for told in course.told:
            made.caption(" ".join((told.at, told.how, *told.who.splitlines())))
            made.facts(told.facts)
    if course.report:
        made.heading(_("Report on the handling"), 2)
        made.facts(course.report)


def _files(made: Document, evidence: Evidence) -> None:
    if not evidence.recordings and not evidence.exhibits:
        made.paragraph(_("None."))
    if evidence.recordings:
        made.paragraph(_("Calls kept by telephony, by the number of the recording:"))
        made.facts(evidence.recordings)
    if evidence.exhibits:
        columns = (
            Column(_("File"), 34),
            Column(_("What it is"), 20),
            Column(_("Ticket and time"), 26),
            Column(_("Size and SHA-256"), 60),
        )
        rows = [
            (one.path.removeprefix("attachments/"), one.purpose, f"{one.ticket}\n{one.at}", _proof(one.attachment))
            for one in evidence.exhibits
        ]
        made.table(columns, rows)


def _proof(attachment: Attachment) -> str:
    digest = attachment.sha256
    return "\n".join((_("%(size)s bytes") % {"size": attachment.size}, digest[:HALF], digest[HALF:]))


def _about(made: Document, evidence: Evidence) -> None:
    made.paragraph(
        _(
            "Made by the system from the record of the case. Times are those of Beijing. Of people who worked on the "
            "case unit and role are named. Personal data that the case does not need are left out or hidden."
        )
    )
    made.paragraph(_("The state of the record that this was made from:"))
    columns = (Column(_("Ticket"), 30), Column(_("Events"), 14), Column(_("Hash of the last event"), 90))
    made.table(columns, [(row.ticket, str(row.events), row.last_hash) for row in evidence.sealed])
