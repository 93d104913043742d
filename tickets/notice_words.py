"""What a notice says: the ticket's number, what happened, the stage and its due time. Never contact data or free text.

The facts are read once, when it is told, and kept with the notice; the words come in the language of who reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import display
from tickets.models.outbox import NoticeKind
from tickets.states import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SENTENCES = {
    NoticeKind.WARNING: gettext_lazy("The time limit is near: handle it before it is due."),
    NoticeKind.OVERDUE: gettext_lazy("A supervision order was issued: acknowledge it and answer in time."),
    NoticeKind.RAISED: gettext_lazy("Supervision was raised to a higher level: the stage is far beyond its time."),
    NoticeKind.CHASED: gettext_lazy("The supervisor presses for this ticket: handle it at once and answer."),
    NoticeKind.SILENT: gettext_lazy("A supervision order was not answered in its time."),
    NoticeKind.SUPERVISION_REPLIED: gettext_lazy("A supervision order was answered: judge it."),
    NoticeKind.JUDGED: gettext_lazy("A supervision order was judged."),
    NoticeKind.SERIOUS: gettext_lazy("A serious problem was reported: look at it at once."),
    NoticeKind.INTERIM_NEEDED: gettext_lazy("The promise to the customer will break: give an interim reply."),
    NoticeKind.ORDER_SENT: gettext_lazy("A new work order is with your unit: sign for it."),
    NoticeKind.ORDER_BACK: gettext_lazy("The result was sent back: there is more to do."),
    NoticeKind.REVIEW_WAITING: gettext_lazy("A reply awaits your review."),
    NoticeKind.RESULT_IN: gettext_lazy("A unit has given its result: judge it."),
    NoticeKind.RETURN_ASKED: gettext_lazy("A unit asks to return its work order: decide."),
    NoticeKind.RETURN_DECIDED: gettext_lazy("Your request to return the work order was decided."),
    NoticeKind.RECALLED: gettext_lazy("The work order was recalled: nothing is left to do."),
    NoticeKind.BOUNCED: gettext_lazy("The ticket bounced too often: assign it bindingly."),
    NoticeKind.URGED: gettext_lazy("The customer called again."),
    NoticeKind.TIME_ASKED: gettext_lazy("An extension or a pause is asked for: decide."),
    NoticeKind.TIME_DECIDED: gettext_lazy("Your request for an extension or a pause was decided."),
    NoticeKind.RESUMED: gettext_lazy("The pause is over: the time runs again."),
    NoticeKind.HANDED_OVER: gettext_lazy("A ticket is handed over to you: confirm it."),
    NoticeKind.ENTRUSTED: gettext_lazy("The group gives your province a ticket: sign for it."),
    NoticeKind.MISROUTED: gettext_lazy("A province says the ticket is not its own: dispatch it anew."),
    NoticeKind.REPORTED: gettext_lazy("A province has reported: review it."),
    NoticeKind.REPORT_BACK: gettext_lazy("The group wants more than your report says: go on."),
    NoticeKind.LIABLE: gettext_lazy("Your unit bears a share of the responsibility: look whether it is right."),
    NoticeKind.CONTESTED: gettext_lazy("A unit contests what you adjudicated: decide on it."),
    NoticeKind.SETTLED: gettext_lazy("The contest was decided, and the decision is final."),
    NoticeKind.REMEDY_ASKED: gettext_lazy("A remedy above the asker's authority is asked for: decide."),
    NoticeKind.REMEDY_DECIDED: gettext_lazy("The remedy that you asked for was decided on."),
    NoticeKind.INCIDENT_PROPOSED: gettext_lazy("Many customers complain about the same: open a mass incident, or not."),
    NoticeKind.INCIDENT_LEFT: gettext_lazy(
        "The mass incident ended, but this customer has to be answered by somebody."
    ),
    NoticeKind.TO_CUSTOMER: gettext_lazy("What the system tells the customer."),
}


@dataclass(frozen=True)
class Words:
    """A notice in words: what kind it is, what to do, the facts behind it, and where to look."""

    title: str
    number: str
    sentence: str
    facts: list[str]
    path: str

    @property
    def line(self) -> str:
        """All of it in one line, for a text message or a list of several."""
        facts = _(", ").join(self.facts)
        return f"{self.title} {self.number}{_(': ') if facts else ''}{facts}"

    @property
    def text(self) -> str:
        """All of it, for a mail or a group."""
        return "\n".join([self.sentence, "", f"{_('Ticket')} {self.number}", *self.facts, self.path])


def words_of(kind: str, number: str, data: Mapping[str, Any]) -> Words:
    """The words for a ticket `number` in the active language; `data` is a row's with its facts."""
    facts = []
    if stage := data.get("stage"):
        facts.append(str(Stage(stage).label))
    if due := data.get("due"):
        facts.append(_("due %(due)s") % {"due": display.due_words(datetime.fromisoformat(due))})
    if orders := data.get("orders"):
        facts.append(_("work order %(numbers)s") % {"numbers": ", ".join(map(str, orders))})
    facts += [_("supervision order %(number)s") % {"number": f"{number}/D{seq}"} for seq in data.get("demands", ())]
    title = str(NoticeKind(kind).label)
    is_proposal = kind == NoticeKind.INCIDENT_PROPOSED
    path = reverse("incident", args=[data["incident"]]) if is_proposal else reverse("ticket", args=[number])
    return Words(title, number, str(SENTENCES[NoticeKind(kind)]), facts, path)


def digest_of(several: Sequence[Words]) -> tuple[str, str]:
    """Subject and text of several notices in one message."""
    if len(several) == 1:
        one = several[0]
        return f"{one.title} {one.number}", one.text
    subject = _("%(count)d tickets whose time limit is near") % {"count": len(several)}
    return subject, "\n".join([subject, "", *(f"{one.line} {one.path}" for one in several)])
