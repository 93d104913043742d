"""The acts by which a complaint belongs to a mass incident (model 3.1): linked, told how it stands, answered together.

Effects and checks of actions; nothing here runs alone. While the incident lasts it stands for the ticket's work order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from complaints.incidents.reading import incidents_for
from complaints.services import answering, dispatching
from core.errors import Refused
from tickets import clocks
from tickets.display import due_words
from tickets.models import Answer, Incident, InterimReply
from tickets.models.incident import IncidentStatus
from tickets.models.replies import AnswerMode, Attitude
from tickets.phones import mobile_of
from tickets.services import orders
from tickets.services.noting import keep_reason
from tickets.states import ClosureCode, Stage, Status

if TYPE_CHECKING:
    from tickets.actions import Step

LINK, TELL, ANSWER = "link_incident", "tell_of_incident", "answer_by_incident"


def check_linkable(step: Step) -> None:
    """The incident is open and concerns the customer's place and business; a draft is complete. Loads the incident.

    Data: incident (its id).
    """
    ticket = step.ticket
    if ticket.incident_id is not None:
        raise Refused(_("This ticket belongs to a mass incident already."), code="linked_already")
    found = incidents_for(ticket).filter(pk=step.data["incident"]).first()
    if found is None:
        raise Refused(
            _("This incident is over, or concerns other places or businesses. Look at its page."), code="other_incident"
        )
    step.data["found"], step.data["is_draft"] = found, ticket.status == Status.DRAFT
    if ticket.status == Status.DRAFT:
        answering.check_signature(step)
        dispatching.check_complete(step)


def link(step: Step) -> None:
    """The incident becomes the ticket's order: what units still have is recalled, what they gave counts no more."""
    if step.data["is_draft"]:
        dispatching.submit(step)
    orders.recall_open(step)
    orders.supersede_results(step)
    step.ticket.incident = step.data["found"]
    step.notes["incident"] = step.data["found"].pk


def check_linked(step: Step) -> None:
    """Only what an incident stands for is taken out of it."""
    if step.ticket.incident_id is None:
        raise Refused(_("This ticket belongs to no mass incident."), code="not_linked")


def check_not_linked(step: Step) -> None:
    """While an incident stands for the work order no unit gets one."""
    if step.ticket.incident_id is not None and step.ticket.status == Status.HANDLING:
        raise Refused(
            _("This ticket waits for the end of a mass incident. Take it out of that first."), code="linked_already"
        )


def unlink(step: Step) -> None:
    """It was linked in error, or is left over: it waits for dispatch again. Data: reason."""
    step.notes["incident"] = step.ticket.incident_id
    step.ticket.incident = None
    keep_reason(step)


def check_can_be_told(step: Step) -> None:
    """The system tells customers by text message; who has no mobile is called by the centre."""
    check_linked(step)
    if not mobile_of(step.ticket.contact.phone):
        raise Refused(_("The customer has no mobile number for a text message: call."), code="no_mobile")


def tell(step: Step) -> None:
    """Tell the customer the wording and the expected end, which replaces an earlier promise (U-44)."""
    incident, detail = _incident_of(step), step.ticket.complaint_detail
    end = incident.expected_end_at
    is_later = end is not None and end > step.at and (detail.promised_at is None or end > detail.promised_at)
    content = incident.script
    if end is not None and end > step.at:
        with translation.override(settings.LANGUAGE_CODE):
            content = _("%(script)s Expected end: %(when)s.") % {"script": content, "when": due_words(end)}
    row = InterimReply.objects.create(
        ticket=step.ticket,
        at=step.at,
        by=None,
        mode=AnswerMode.SMS,
        content=content,
        promised_for=end if is_later else None,
    )
    step.said.append(row)
    step.notes.update(reply=row.pk, promised_for=row.promised_for, incident=incident.pk, to_customer="reply")
    if is_later:
        detail.promised_at = end
        detail.save(update_fields=["promised_at"])


def load_ended(step: Step) -> None:
    """The ended incident that answers, for the transition to read. Raises Refused while it lasts."""
    incident = _incident_of(step)
    if incident.status != IncidentStatus.ENDED:
        raise Refused(_("The mass incident has not ended yet."), code="not_ended")
    step.data["found"] = incident


def answer(step: Step) -> None:
    """Service is back: the answer of who ended the incident, to this customer; each is called back for itself."""
    incident: Incident = step.data["found"]
    row = Answer.objects.create(
        ticket=step.ticket,
        round=step.ticket.round,
        at=step.at,
        by=incident.ended_by,
        mode=AnswerMode.SMS,
        content=incident.answer,
        attitude=Attitude.NEUTRAL,
        closure_code=ClosureCode.RESOLVED,
    )
    step.said.append(row)
    step.notes.update(answer=row.pk, closure_code=row.closure_code, incident=incident.pk, to_customer="answer")
    clocks.stop(step, Stage.TOTAL)
    answering.owe_call_back(step)


def _incident_of(step: Step) -> Incident:
    check_linked(step)
    return Incident.objects.select_related("ended_by").get(tickets=step.ticket)
