"""Completing a draft (填单): until it is submitted everything but the acceptance can still be filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from complaints.services.intake import check_repeatable
from core.errors import Refused
from tickets import clocks
from tickets.models import TicketLink
from tickets.services.common import AMENDABLE, AMENDABLE_CONTACT, CLASSES, FLAGS, correct
from tickets.services.indexing import index_words
from tickets.services.judging import judge_priority
from tickets.states import LinkKind, Outcome, Stage

if TYPE_CHECKING:
    from tickets.actions import Step
    from tickets.models import Ticket

FILLED_ON_TICKET = AMENDABLE | {*CLASSES, *FLAGS, "channel", "province", "city", "complained_unit", "complained_user"}
FILLED_ON_DETAIL = frozenset({"remedy_sought", "answer_mode_wished", "recording_ref", "occurred_in"})


def fill_in(step: Step) -> None:
    """Fill in what the draft lacks or has wrong; both values are kept. Priority, running clocks and the promise follow:
    the customer has been told none yet.

    Data: changes {field: value} with fields of the ticket, its contact (numbers normalised) and its detail; `home` is
    the customer's city or province, `repeat_of` the earlier ticket that the agent confirmed, or None.
    """
    changes: dict[str, Any] = dict(step.data["changes"])
    if "home" in changes:
        home = changes.pop("home") or step.ticket.accepting_unit
        changes |= {"province": home.province, "city": home.city}
    changed = _link_repeat(step, changes.pop("repeat_of")) if "repeat_of" in changes else []
    unknown = set(changes) - FILLED_ON_TICKET - AMENDABLE_CONTACT - FILLED_ON_DETAIL
    if unknown:
        raise Refused(_("These fields cannot be filled in: %(fields)s.") % {"fields": ", ".join(sorted(unknown))})

    def only(names: frozenset[str]) -> dict[str, Any]:
        return {name: value for name, value in changes.items() if name in names}

    contact, detail = step.ticket.contact, step.ticket.complaint_detail
    changed += [
        *correct(step, contact, only(AMENDABLE_CONTACT), is_contact=True),
        *correct(step, step.ticket, only(FILLED_ON_TICKET)),
        *correct(step, detail, only(FILLED_ON_DETAIL)),
    ]
    if not changed:
        raise Refused(_("Nothing was changed."), code="no_change")
    contact.phone_last4 = contact.phone[-4:]
    contact.save()
    index_words(step.ticket)
    judge_priority(step.ticket)
    step.notes.update(fields=sorted(changed), moved=clocks.recompute(step))
    total = step.ticket.clocks.filter(stage=Stage.TOTAL, outcome=Outcome.RUNNING)
    detail.promised_at = total.values_list("due_at", flat=True).first()
    detail.save()


def _link_repeat(step: Step, earlier: Ticket | None) -> list[str]:
    """Make the draft the repeat of `earlier`, or of none; gives the name of the field where that changed."""
    links = TicketLink.objects.filter(ticket=step.ticket, kind=LinkKind.REPEAT)
    before = links.values_list("earlier", flat=True).first()
    if before == (earlier.pk if earlier else None):
        return []
    links.delete()
    step.ticket.repeat_number = 0
    if earlier is not None:
        check_repeatable(earlier)
        TicketLink.objects.create(ticket=step.ticket, earlier=earlier, kind=LinkKind.REPEAT, at=step.at, by=step.person)
        step.ticket.repeat_number = earlier.repeat_number + 1
        step.notes["repeat_of"] = earlier.number
    return ["repeat_of"]
