"""The facts of the case: what must hold among them, and correcting them (U-83, U-84)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from appeals.cases import CaseOrigin, mark_of
from appeals.models import AppealDetail
from core.clock import local_day
from core.errors import Refused
from tickets import clocks
from tickets.models import DictionaryEntry
from tickets.models.records import NoteKind
from tickets.services import kinship
from tickets.services.common import correct
from tickets.services.noting import keep_reason, note
from tickets.states import ENDED, LinkKind, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tickets.actions import Step
    from tickets.models import Ticket
    from tickets.scheme import SchemeDocument

AMENDABLE = (
    "origin",
    "regulator",
    "case_number",
    "case_business",
    "case_nature",
    "occurred_on",
    "home",
    "earlier_handling",
    "is_answered_in_time",
    "is_key_customer",
    "is_mediated",
)


def case_of(ticket: Ticket) -> AppealDetail:
    """What only an appeal has, as it is now."""
    return AppealDetail.objects.get(ticket=ticket)


def check_case(detail: AppealDetail, document: SchemeDocument, accepted: Ticket) -> None:
    """What the case says fits together and is known to the scheme. Raises Refused."""
    named = {"case_business": detail.case_business, "case_nature": detail.case_nature}
    if detail.is_direct:
        if detail.regulator or detail.case_number:
            raise Refused(
                _("What comes directly from the customer has no regulator and no case number."), code="direct"
            )
    else:
        named["regulator"] = detail.regulator
        if not detail.case_number.strip():
            raise Refused(_("Give the regulator's case number."), code="case_number_missing")
        _refuse_known_case(detail, accepted)
    for dimension, code in named.items():
        if document.entry(dimension, code) is None:
            raise Refused(_("Choose regulator, business and nature from the lists."), code="unknown_choice")
    if detail.origin not in CaseOrigin.values:
        raise Refused(_("Say where the appeal came from."), code="unknown_choice")
    if detail.occurred_on is not None and detail.occurred_on > local_day(accepted.accepted_at):
        raise Refused(_("The day of the charge or matter lies after the acceptance. Correct it."), code="occurred_on")


def _refuse_known_case(detail: AppealDetail, ticket: Ticket) -> None:
    """One case, one appeal: unless the other was opened by mistake."""
    regulators = DictionaryEntry.objects.filter(scheme=ticket.scheme_version.scheme, dimension="regulator")
    # Two who take the same case at once take turns. It is locked after any ticket is.
    list(regulators.filter(code=detail.regulator).select_for_update(no_key=True))
    same = AppealDetail.objects.filter(regulator=detail.regulator, case_number=detail.case_number)
    other = same.exclude(ticket=detail.ticket_id).exclude(ticket__status__in=sorted(ENDED)).first()
    if other is not None:
        raise Refused(
            _("%(number)s has this case already.") % {"number": other.ticket.number}, code="case_known_already"
        )


def check_regulators(step: Step) -> None:
    """Only a regulator's case: what came directly is settled with the customer alone."""
    if case_of(step.ticket).is_direct:
        raise Refused(_("This appeal came directly from the customer: no regulator has it."), code="direct")


def amend_case(step: Step) -> None:
    """Correct the facts of the case; old and new values are kept. Data: changes {field: value}."""
    detail, changes = case_of(step.ticket), step.data["changes"]
    unknown = set(changes) - set(AMENDABLE)
    if unknown:
        raise Refused(_("These fields cannot be corrected: %(fields)s.") % {"fields": ", ".join(sorted(unknown))})
    changed = correct(step, detail, changes)
    if not changed:
        raise Refused(_("Nothing was changed."), code="no_change")
    check_case(detail, step.scheme, step.ticket)
    if detail.is_direct and detail.regulator_due_at is not None:
        raise Refused(_("A regulator waits for this appeal until a deadline: it did not come directly."), code="direct")
    detail.is_bypass = not detail.earlier_handling and original_of(step.ticket) is None
    if detail.verdict:
        detail.statistical_mark = mark_of(detail.verdict, detail.origin)
    detail.save()
    step.notes["fields"] = sorted(changed)


def set_regulator_deadline(step: Step) -> None:
    """Until when the regulator waits, set or changed; nothing pauses it (model 3.3). Data: due (aware), reason."""
    detail, due = case_of(step.ticket), step.data["due"]
    if due <= step.ticket.accepted_at:
        raise Refused(_("The regulator's deadline lies before the acceptance. Correct it."), code="deadline_past")
    if due == detail.regulator_due_at:
        raise Refused(_("Nothing was changed."), code="no_change")
    if detail.regulator_due_at is not None and not step.data.get("reason", "").strip():
        raise Refused(_("Say why the regulator waits until another time."), code="reason_missing")
    clocks.cancel(step, Stage.REGULATOR)
    clocks.start(step, Stage.REGULATOR, started=step.ticket.accepted_at, promised=due, pausable=False)
    step.notes["moved"] = [{"stage": Stage.REGULATOR.value, "due_before": detail.regulator_due_at, "due": due}]
    detail.regulator_due_at = due
    detail.save(update_fields=["regulator_due_at"])
    keep_reason(step)


def file_for_record(step: Step) -> None:
    """A key customer's material went to the superior or the regulator (报备, U-81). Data: filed_with, filed_to,
    filed_at (aware), document (attachment)."""
    detail, data = case_of(step.ticket), step.data
    if not detail.is_key_customer:
        raise Refused(_("Only a key customer's appeal is filed. Mark the customer as one first."), code="not_key")
    if data["filed_at"] > step.at:
        raise Refused(_("The time of the filing lies in the future. Correct it."), code="future")
    detail.filed_with, detail.filed_to, detail.filed_at = data["filed_with"], data["filed_to"], data["filed_at"]
    detail.filed_by, detail.filed_document = step.person, data["document"]
    detail.save(update_fields=["filed_with", "filed_to", "filed_at", "filed_by", "filed_document"])
    told = f"{detail.get_filed_with_display()} · {detail.filed_to}"
    step.notes.update(note=note(step, NoteKind.NOTE, told).pk, attachment=detail.filed_document.pk)


def original_locks(ticket_id: int, data: Mapping[str, Any]) -> Iterable[int]:
    """The complaint that the appeal is said to be made of."""
    return (data["below"],)


def link_original(step: Step) -> None:
    """The complaint that the appeal came of was found later. Data: below (ticket id)."""
    if original_of(step.ticket) is not None:
        raise Refused(_("The complaint that came before is linked already."), code="linked_already")
    below = step.others.get(step.data["below"])
    if below is None:
        raise Refused(_("An appeal does not come of itself."), code="other_kind")
    kinship.check_may_take_up(step.ticket, below, by=step.person)
    kinship.link(step.ticket, below, LinkKind.APPEAL, by=step.person, at=step.at)
    AppealDetail.objects.filter(ticket=step.ticket).update(is_bypass=False)
    step.notes["below"] = below.number


def original_of(ticket: Ticket) -> Ticket | None:
    """The complaint that an appeal was made of."""
    link = ticket.links.filter(kind=LinkKind.APPEAL).select_related("earlier").first()
    return link.earlier if link else None
