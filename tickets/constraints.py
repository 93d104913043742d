"""Constraints of the database, said in words: what a person reads when one stops a write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused

if TYPE_CHECKING:
    from django.db import IntegrityError

WORDS = {
    "ticket_submitted_pair": gettext_lazy("A submitted ticket needs both the time and the person."),
    "ticket_closed_complete": gettext_lazy("A closed ticket needs a closure code, a time and a person."),
    "ticket_archived_at": gettext_lazy("An archived ticket needs the time of archiving, another must not have one."),
    "ticket_ended_complete": gettext_lazy("An ended ticket needs the time and the person."),
    "ticket_merged_into": gettext_lazy("A merged ticket needs the ticket it went into."),
    "ticket_open_was_submitted": gettext_lazy("A ticket leaves the draft only by being submitted."),
    "ticket_external_ref_once": gettext_lazy("A ticket with this external reference exists already."),
    "ticket_priority_range": gettext_lazy("The priority lies between P1 and P4."),
    "order_signed_complete": gettext_lazy("A work order in handling needs who signed for it, and when."),
    "order_replied_complete": gettext_lazy("A replied work order needs who replied, and when."),
    "clock_passage_once": gettext_lazy("This stage is being timed already. Reload the page."),
    "clock_order_passage_once": gettext_lazy("This stage is being timed already. Reload the page."),
    "clock_due_after_start": gettext_lazy("The due time lies before the start."),
    "answer_unresolved_has_plan": gettext_lazy("Closing as not solvable needs a plan and a promised date."),
    "revisit_satisfaction_iff_reached": gettext_lazy(
        "Satisfaction is recorded when, and only when, the customer was reached."
    ),
    "rating_complete": gettext_lazy("A rating has a score from 1 to 5."),
    "hand_over_one_pending": gettext_lazy(
        "This ticket is being handed over already; the receiver has to confirm first."
    ),
    "supervision_one_open_per_unit": gettext_lazy(
        "This unit has an unanswered supervision order already. Reload the page."
    ),
    "supervision_seq_once": gettext_lazy("Another supervision order was issued at the same moment. Try again."),
    "supervision_judged_complete": gettext_lazy("A judged supervision order needs who judged it, and when."),
    "supervision_replied_complete": gettext_lazy("An answered supervision order needs who answered, and when."),
    "pause_one_at_a_time": gettext_lazy("A pause is asked for or lasts already. Reload the page."),
    "extension_one_asked_for": gettext_lazy("More time has been asked for already. Reload the page."),
    "responsibility_once_a_round": gettext_lazy(
        "Somebody said who is responsible at the same moment. Reload the page."
    ),
    "responsibility_contested_complete": gettext_lazy("A contest needs its ground, who contested, for whom and when."),
    "responsibility_one_proposal_per_unit": gettext_lazy("Your unit proposed something at the same moment. Try again."),
    "responsibility_decided_once": gettext_lazy("This was decided already. Reload the page."),
    "responsibility_share_range": gettext_lazy("A share lies between 1 and 100 percent."),
    "responsibility_share_once": gettext_lazy("A unit is named twice for the same thing. Put its shares together."),
    "remedy_kind_once": gettext_lazy("This remedy has been granted already."),
    "remedy_period_forward": gettext_lazy("The end of the remedy lies before its start."),
}


def in_words(error: IntegrityError) -> Refused:
    """The refusal that a violated constraint means. The constraint's name stands in the database's message."""
    text = str(error)
    for name, words in WORDS.items():
        if name in text:
            return Refused(str(words), code=name)
    return Refused(
        _("The data contradict each other and were not saved. Reload the page and try again."), code="integrity"
    )
