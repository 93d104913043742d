"""Taking an appeal: from the regulator's case, or the customer's word, to a ticket that waits for dispatch (U-05)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from appeals.cases import CaseOrigin
from appeals.models import Appeal, AppealDetail
from appeals.services.cases import check_case
from core import clock
from core.errors import NotPermitted, Refused
from organization.grants import grants_of
from organization.roles import Role
from tickets.models.attachment import AttachmentPurpose
from tickets.services import attachments, intake, kinship
from tickets.services.schemes import current_version
from tickets.states import LinkKind, Status
from tickets.workflow import perform

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.core.files import File

    from organization.grants import Grant
    from organization.models import Unit, User
    from tickets.models import Ticket
    from tickets.services.intake import Customer, Matter


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the case is to the regulator; see `AppealDetail`. What came directly has no regulator and no number."""

    origin: str
    case_business: str
    case_nature: str
    regulator: str = ""
    case_number: str = ""
    occurred_on: date | None = None
    is_key_customer: bool = False
    earlier_handling: str = ""
    is_answered_in_time: bool | None = None


@transaction.atomic
def take(
    *,
    by: User,
    customer: Customer,
    matter: Matter,
    case: Case,
    home: Unit | None = None,
    made_of: Ticket | None = None,
    regulator_due_at: datetime | None = None,
    case_original: File[bytes] | None = None,
    accepted_at: datetime | None = None,
    at: datetime | None = None,
) -> Appeal:
    """Take an appeal and give it back waiting for dispatch; its whole course and its first leg run (U-88).

    `home` is the customer's province or city, by default that of the complaint `made_of` which it came. Without such
    a complaint, and without another handling before, it is a bypass appeal (越级). `case_original` is the regulator's
    document, which a regulator's case needs (U-09). Instants are aware. Raises NotPermitted without the role,
    Refused for what contradicts itself.
    """
    at = at or clock.now()
    is_direct = case.origin == CaseOrigin.DIRECT
    if case_original is None and not is_direct:
        raise Refused(_("Attach the original of the case."), code="case_original_missing")
    if regulator_due_at is not None and is_direct:
        raise Refused(_("What comes directly has no deadline of a regulator."), code="direct")
    version, grant = current_version(settings.DEFAULT_SCHEME), _grant(by, at)
    ticket = intake.open_ticket(
        Appeal,
        by=by,
        grant=grant,
        version=version,
        customer=customer,
        matter=_matter(matter, made_of, is_critical=not is_direct),
        level=version.document.options.level_proposals.group,
        at=at,
        accepted_at=accepted_at,
        notes={"below": made_of.number} if made_of else {},
        status=Status.RECEIVED,
        submitted_at=at,
        submitted_by=by,
    )
    if made_of is not None:
        kinship.check_may_take_up(ticket, made_of, by=by)
        kinship.link(ticket, made_of, LinkKind.APPEAL, by=by, at=at)
    detail = AppealDetail(ticket=ticket, home=home or _home_of(made_of), **asdict(case))
    detail.is_bypass = made_of is None and not case.earlier_handling
    check_case(detail, version.document, ticket)
    detail.save(force_insert=True)
    if regulator_due_at is not None:
        perform(ticket.pk, "set_regulator_deadline", by=by, at=at, due=regulator_due_at)
    if case_original is not None:
        attachments.attach(ticket.pk, case_original, purpose=AttachmentPurpose.CASE_ORIGINAL, by=by, at=at)
    return Appeal.objects.get(pk=ticket.pk)


def _grant(by: User, at: datetime) -> Grant:
    for grant in grants_of(by, at):
        if grant.role == Role.APPEAL_OFFICER:
            return grant
    raise NotPermitted(_("Only appeal officers take appeals."))


def _matter(matter: Matter, made_of: Ticket | None, *, is_critical: bool) -> Matter:
    """A regulator's case is critical (重大性, U-24); the business is that of the complaint where none is named."""
    classes: dict[str, Any] = {}
    if made_of is not None and matter.business_type is None:
        classes = {"business_type": made_of.business_type, "complaint_type": made_of.complaint_type}
    return replace(matter, is_critical=matter.is_critical or is_critical, **classes)


def _home_of(made_of: Ticket | None) -> Unit | None:
    return (made_of.city or made_of.province) if made_of else None
