"""Pauses (挂起, model 4): a dispatcher asks, a director over the ticket's centre approves, and the clocks stand still.

Effects of actions; nothing here runs alone. `tickets.clocks` ends a pause with the ticket's way through the centre.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotPermitted, Refused
from organization.grants import grants_of
from organization.roles import Role
from organization.selectors import covers
from tickets import clocks
from tickets.display import instant_words
from tickets.models import Pause
from tickets.models.time import Decision, PauseReason
from tickets.services.deciding import decide
from tickets.services.unattended import perform_each

if TYPE_CHECKING:
    from datetime import datetime

    from organization.models import User
    from tickets.actions import Step
    from tickets.models import Ticket

LONGEST = timedelta(days=30)


def ask(step: Step) -> None:
    """Ask for the clocks to stand still. Data: reason (PauseReason), ground, until (aware, within 30 days).

    Nothing stands still before somebody approves.
    """
    until = step.data["until"]
    if step.data["reason"] not in PauseReason.values:
        raise Refused(_("Say whom the ticket waits for: the customer or a third party."), code="pause_reason")
    if until <= step.at:
        raise Refused(_("The pause would be over already. Choose a later time."), code="pause_past")
    if until > step.at + LONGEST:
        raise Refused(_("A pause lasts 30 days at most."), code="pause_long")
    if lasting_of(step.ticket) is not None:
        raise Refused(_("The ticket is paused already."), code="paused")
    if asked_of(step.ticket) is not None:
        raise Refused(_("A pause has been asked for already; a director decides on it."), code="pause_asked")
    row = Pause.objects.create(
        ticket=step.ticket,
        reason=step.data["reason"],
        ground=step.data["ground"],
        until=until,
        asked_by=step.person,
        asked_at=step.at,
    )
    step.said.append(row)
    step.notes["pause"] = row.pk


def check_decides(step: Step) -> None:
    """Only a director over the ticket's own centre decides: whose clock it is does not stop it itself."""
    if not decides(step.person, step.ticket, step.at):
        raise NotPermitted(_("A director of the complaint centre, or above it, decides on pauses."))


def decides(user: User, ticket: Ticket, at: datetime) -> bool:
    """Whether `user` directs the ticket's centre, or a unit above it, at the aware instant `at`."""
    grants = [grant for grant in grants_of(user, at) if grant.role == Role.DIRECTOR]
    return any(covers(grant.unit, ticket.owner_unit) for grant in grants)


def approve(step: Step) -> None:
    """The clocks stand still from now on, never from earlier. Data: note."""
    row = _decided(step, Decision.APPROVED)
    if row.until <= step.at:
        raise Refused(
            _("The pause was asked for until %(when)s, which has passed: refuse it.")
            % {"when": instant_words(row.until)},
            code="pause_past",
        )
    row.started_at = step.at
    row.save()
    clocks.pause_all(step)


def refuse(step: Step) -> None:
    """The clocks run on. Data: note."""
    _decided(step, Decision.REFUSED).save()


def resume(step: Step) -> None:
    """The clocks go on: a dispatcher ends the pause, or the system once its time has come."""
    row = lasting_of(step.ticket)
    if row is None:
        raise Refused(_("The ticket is not paused."), code="not_paused")
    if step.by is None and step.at < row.until:
        raise Refused(_("The pause lasts until %(when)s.") % {"when": instant_words(row.until)}, code="not_over")
    step.notes["pause"] = row.pk
    clocks.resume_all(step)


def asked_of(ticket: Ticket) -> Pause | None:
    """The pause that waits for a decision."""
    found: Pause | None = ticket.pauses.asked().first()
    return found


def lasting_of(ticket: Ticket) -> Pause | None:
    """The pause that lasts."""
    found: Pause | None = ticket.pauses.lasting().first()
    return found


def _decided(step: Step, decision: Decision) -> Pause:
    """The pause asked for with the decision on it, not saved."""
    row = asked_of(step.ticket)
    if row is None:
        raise Refused(_("No pause is asked for any more. Reload the page."), code="no_pause")
    decide(step, row, decision)
    step.notes["pause"] = row.pk
    return row


def resume_due(now: datetime, limit: int) -> int:
    """End up to `limit` pauses whose time has come at the instant `now` (UTC); gives how many.

    Each ends at its own time, however late it is found.
    """
    due = Pause.objects.lasting().filter(until__lte=now).order_by("until", "pk")
    tickets = list(due.values_list("ticket", flat=True)[:limit])
    return perform_each(tickets, "resume", done="resumed", most=limit, at=now)
