"""The sections of an appeal's page: the case, what came before and beside it, its end (U-07, U-90)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from appeals.cases import StatisticalMark, Verdict
from appeals.selectors import REPEATED, carrier_answer, liaisons_of, returns_of
from appeals.services.concluding import missing_to_archive, missing_to_conclude, needs_filing
from tickets.display import due_words, instant_words
from tickets.panels import Fact, Section
from tickets.states import CLOSED, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from appeals.models import AppealDetail
    from tickets.models import Ticket


def sections_of(ticket: Ticket, now: datetime) -> list[Section]:
    """What the page shows of an appeal in sections of its own."""
    detail: AppealDetail = ticket.appeal_detail
    parts = [
        Section(_("The case"), _shown(_case(ticket, detail))),
        Section(_("Before and beside it"), _shown((*_before(ticket, detail), *_province(ticket, now)))),
        Section(_("Regulator and conclusion"), _shown(_end(ticket, detail))),
    ]
    return [part for part in parts if part.facts]


def lines_of(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the conclusion came to, in the timeline."""
    if verdict := data.get("verdict"):
        yield pgettext("of an appeal", "Verdict"), str(Verdict(verdict).label)
    if mark := data.get("mark"):
        yield _("Statistical mark"), str(StatisticalMark(mark).label)


def _shown(facts: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.text]


def _case(ticket: Ticket, detail: AppealDetail) -> Iterator[Fact]:
    label = ticket.scheme_version.document.label
    yield Fact(_("Origin"), str(detail.get_origin_display()))
    yield Fact(pgettext("of an appeal", "Regulator"), label("regulator", detail.regulator) if detail.regulator else "")
    yield Fact(_("Case number"), detail.case_number)
    yield Fact(
        _("Class"), f"{label('case_business', detail.case_business)} × {label('case_nature', detail.case_nature)}"
    )
    yield Fact(_("Day of the charge or matter"), detail.occurred_on.isoformat() if detail.occurred_on else "")
    yield Fact(_("Regulator's deadline"), due_words(detail.regulator_due_at))
    yield Fact(_("Customer's home"), str(detail.home) if detail.home else "")
    yield Fact(_("Key customer"), _filing(ticket, detail), is_loud=needs_filing(ticket))


def _filing(ticket: Ticket, detail: AppealDetail) -> str:
    if not detail.is_key_customer:
        return ""
    if needs_filing(ticket):
        return _("Not filed yet: file the material with the superior or the regulator.")
    words = _("Filed with %(who)s, %(to)s, %(when)s")
    who = detail.get_filed_with_display()
    return words % {"who": who, "to": detail.filed_to, "when": instant_words(detail.filed_at)}


def _before(ticket: Ticket, detail: AppealDetail) -> Iterator[Fact]:
    if detail.is_bypass:
        yield Fact(_("Bypass appeal"), _("Yes: the company was not approached before."), is_loud=True)
    found = carrier_answer(ticket)
    if found is None:
        yield Fact(_("Handled before"), detail.earlier_handling)
        in_time = detail.is_answered_in_time
        yield Fact(_("Answered in time before"), "" if in_time is None else _("Yes") if in_time else _("No"))
        return
    yield Fact(_("Original complaint"), f"{found.original.number} · {instant_words(found.original.accepted_at)}")
    answered = instant_words(found.answered_at) if found.answered_at else _("not before the appeal")
    yield Fact(_("Answered"), answered)
    if found.until is not None:
        words = _("Yes, until %(until)s") if found.is_in_time else _("No, it should have been until %(until)s")
        yield Fact(
            _("Answered in time before"), words % {"until": due_words(found.until)}, is_loud=not found.is_in_time
        )


def _province(ticket: Ticket, now: datetime) -> Iterator[Fact]:
    terms = liaisons_of(ticket, now)
    if terms:
        words = _(", ").join(_("%(who)s since %(day)s") % {"who": term.user, "day": term.starts_on} for term in terms)
        yield Fact(_("Liaison officer"), words)
    if len(terms) > 1:
        yield Fact(
            _("Change"), _("The liaison officer changed while the province had the appeal (U-90)."), is_loud=True
        )
    times = returns_of(ticket)
    if times >= REPEATED:
        words = ngettext(
            "The report was returned %(count)d time: for the service bulletin (U-90).",
            "The report was returned %(count)d times: for the service bulletin (U-90).",
            times,
        )
        yield Fact(_("Repeated revision"), words % {"count": times}, is_loud=True)


def _end(ticket: Ticket, detail: AppealDetail) -> Iterator[Fact]:
    mode = f"{detail.get_replied_how_display()} · " if detail.replied_how else ""
    yield Fact(_("Regulator answered"), f"{mode}{instant_words(detail.replied_at)}" if detail.replied_at else "")
    yield Fact(pgettext("of an appeal", "Verdict"), str(detail.get_verdict_display()) if detail.verdict else "")
    yield Fact(_("Ground of the verdict"), detail.verdict_ground)
    yield Fact(_("Statistical mark"), str(detail.get_statistical_mark_display()) if detail.statistical_mark else "")
    yield Fact(_("Mediation"), _("A mediation was held") if detail.is_mediated else "")
    if ticket.status == Status.REVISITED:
        yield Fact(_("Before the conclusion"), _(", ").join(missing_to_conclude(ticket)), is_loud=True)
    if ticket.status in CLOSED - {Status.ARCHIVED}:
        yield Fact(_("Missing for the archive"), _(", ").join(missing_to_archive(ticket)), is_loud=True)
