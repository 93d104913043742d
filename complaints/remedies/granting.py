"""Granting remedies within authority (U-48): what a role may grant alone is granted at once, more is asked for.

Effects of actions; nothing here runs alone. What was granted of a kind on a ticket counts together, so that no sum
above an authority is granted in parts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext as _

from core.errors import NotPermitted, Refused
from organization.roles import Role
from organization.selectors import covers
from tickets.facts import facts_of
from tickets.models import Remedy
from tickets.models.remedy import RENT_WAIVER
from tickets.models.time import Decision
from tickets.remedies import remedy_words
from tickets.services.deciding import decide
from tickets.services.noting import keep_reason

if TYPE_CHECKING:
    from organization.grants import Grant
    from tickets.actions import Step
    from tickets.models import Ticket

DECIDERS = (Role.DIRECTOR, Role.APPROVER)  # rising: the approver decides what is above every director
CENT = Decimal("0.01")


def granted_so_far(ticket: Ticket, kind: str) -> Decimal:
    """How much of a kind stands on the ticket."""
    return ticket.remedies.granted().filter(kind=kind).aggregate(total=Sum("amount"))["total"] or Decimal(0)


def is_within(step: Step, role: str, kind: str, amount: Decimal, months: int = 0) -> bool:
    """Whether a role may have granted so much more of a kind on this ticket alone."""
    total = granted_so_far(step.ticket, kind) + amount
    return step.scheme.may_grant(role, kind, total, facts_of(step.ticket), months)


def may_grant_alone(step: Step, grant: Grant) -> bool:
    """Whether the authority of a grant's role is enough for what is asked for."""
    data = step.data
    return is_within(step, grant.role, data["kind"], data["amount"], data.get("months") or 0)


def check_not_about_own(step: Step) -> None:
    """Nobody gives away something for a complaint about its own unit (S-09)."""
    complained, unit = step.ticket.complained_unit, step.grant.unit if step.grant else None
    if complained is not None and unit is not None and covers(complained, unit):
        raise Refused(_("The complaint is about your own unit: the unit above it grants."), code="recused")


def grant(step: Step) -> None:
    """Grant a remedy, or ask for it where it is above the own authority.

    Data: kind (a code of the scheme), amount (in its unit), ground, months (how long the customer is with us, for
    authorities that ask). Raises Refused for what the scheme does not know, or nobody may grant.
    """
    kind, amount = step.data["kind"], Decimal(step.data["amount"]).quantize(CENT)
    known = step.scheme.entry("remedy", kind)
    if known is None or kind == RENT_WAIVER:
        raise Refused(_("Choose one of the remedies of the scheme."), code="remedy_unknown")
    if amount <= 0 or (not known.attributes["money"] and amount != int(amount)):
        raise Refused(_("Give an amount above 0, days and months as whole numbers."), code="remedy_amount")
    if not step.data["ground"].strip():
        raise Refused(_("Say what the remedy is granted for."), code="remedy_ground")
    if step.ticket.remedies.asked().filter(kind=kind).exists():
        raise Refused(_("This remedy has been asked for already; it is being decided on."), code="remedy_asked")
    role = step.grant.role if step.grant else ""
    months = step.data.get("months") or 0
    is_alone = is_within(step, role, kind, amount, months)
    decider = role if is_alone else next((one for one in DECIDERS if is_within(step, one, kind, amount, months)), None)
    if decider is None:
        raise Refused(_("Nobody has the authority for so much on one ticket."), code="above_all")
    row = Remedy(
        ticket=step.ticket,
        kind=kind,
        amount=amount,
        ground=step.data["ground"],
        asked_by=step.person,
        asked_at=step.at,
        decider=decider,
    )
    if is_alone:
        row.decision, row.decided_by, row.decided_at = Decision.APPROVED, step.person, step.at
        _grant_as(step, row)
    row.save()
    step.said.append(row)
    step.notes.update(remedy=row.pk, amount=str(row.amount), is_granted=is_alone)
    if not is_alone:
        step.notes["remedy_asked"] = decider


def may_decide(step: Step, grant: Grant) -> bool:
    """Whether the authority of a grant's role reaches as far as what is asked for."""
    row = _asked(step)
    return is_within(step, grant.role, row.kind, row.amount)


def approve(step: Step) -> None:
    """It is granted on the authority of who decides, never of who asked. Data: remedy (id), note."""
    row = _asked(step)
    if step.grant is not None and not may_decide(step, step.grant):
        words = _("%(remedy)s is above your authority. The approver decides.")
        raise NotPermitted(words % {"remedy": remedy_words(step.scheme, row.kind, row.amount)})
    decide(step, row, Decision.APPROVED)
    _grant_as(step, row)
    row.save()
    step.notes.update(remedy=row.pk, amount=str(row.amount))


def refuse(step: Step) -> None:
    """It is not granted. Data: remedy (id), note."""
    row = _asked(step)
    decide(step, row, Decision.REFUSED)
    row.save()
    step.notes.update(remedy=row.pk, amount=str(row.amount))


def may_take_back(step: Step, grant: Grant) -> bool:
    """Who granted it takes it back in any role, else a superior."""
    own = step.ticket.remedies.filter(pk=step.data["remedy"], decided_by=step.person)
    return grant.role in DECIDERS or own.exists()


def take_back(step: Step) -> None:
    """What was granted and not carried out yet is taken back, by who granted it or a superior. Data: remedy, reason."""
    row = _undone(step)
    if step.grant is not None and not may_take_back(step, step.grant):
        raise NotPermitted(_("Who granted it takes it back, or a director."))
    row.taken_back_at, row.taken_back_by = step.at, step.person
    row.save()
    step.notes.update(remedy=row.pk, amount=str(row.amount))
    keep_reason(step)


def carry_out(step: Step) -> None:
    """The customer has it: it was booked, handed over or switched on. Data: remedy (id)."""
    row = _undone(step)
    row.used_at, row.used_by = step.at, step.person
    row.save()
    step.notes.update(remedy=row.pk, amount=str(row.amount))


def _grant_as(step: Step, row: Remedy) -> None:
    if step.grant is None:
        raise TypeError("A remedy is granted by a person")
    row.granted_as, row.granted_in = step.grant.role, step.grant.unit


def _asked(step: Step) -> Remedy:
    found: Remedy | None = step.ticket.remedies.asked().filter(pk=step.data["remedy"]).first()
    if found is None:
        raise Refused(_("This remedy is not asked for any more. Reload the page."), code="no_remedy")
    return found


def _undone(step: Step) -> Remedy:
    found: Remedy | None = step.ticket.remedies.filter(pk=step.data["remedy"]).first()
    if found is None or not found.is_undone:
        raise Refused(_("This remedy is not granted, or was carried out or taken back."), code="no_remedy")
    return found
