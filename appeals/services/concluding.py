"""The end of an appeal: its verdict, the regulator's taking it back, the file (U-07f, U-07g, U-91)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from appeals.cases import Verdict, mark_of
from appeals.services.cases import case_of, check_regulators, original_of
from appeals.services.reporting import require_document
from core.errors import NotPermitted, Refused
from tickets import clocks, responsibilities
from tickets.models.attachment import AttachmentPurpose
from tickets.models.responsibility import Attribution, ResponsibilityStatus
from tickets.services import common, custody
from tickets.services.noting import keep_reason
from tickets.states import Stage

if TYPE_CHECKING:
    from organization.grants import Grant
    from tickets.actions import Step
    from tickets.models import Answer, Ticket
    from tickets.models.responsibility import ResponsibilityFinding

# The verdicts that a person concludes with; a withdrawn case is the regulator's (`revoke`).
CONCLUDED_WITH = (Verdict.COMPANY_LIABLE, Verdict.PROPERLY_PRE_HANDLED, Verdict.USER_CAUSE)


def missing_to_conclude(ticket: Ticket) -> list[str]:
    """What the conclusion still lacks besides what its form asks, in words."""
    row = responsibilities.of_round(responsibilities.rows_of(ticket), ticket.round)
    if row is None or row.standing is None:
        return [_("responsibility is not adjudicated")]
    if row.status == ResponsibilityStatus.CONTESTED:
        return [_("the contest about responsibility is not decided")]
    return []


def check_conclusion(step: Step) -> None:
    """The conclusion names verdict and cause, rests on responsibility adjudicated with liable unit and class, and does
    not contradict it (U-07f, U-91). Data: verdict, cause, ground."""
    data, missing = step.data, missing_to_conclude(step.ticket)
    if data.get("verdict") not in CONCLUDED_WITH:
        missing.append(_("the verdict"))
    if data.get("cause") is None:
        missing.append(_("the cause of the appeal"))
    if not data.get("ground", "").strip():
        missing.append(_("the ground of the verdict"))
    if missing:
        raise Refused(_("Still missing: %(what)s.") % {"what": ", ".join(missing)}, code="conclusion_incomplete")
    _refuse_contradiction(data["verdict"], standing_of(step.ticket).attribution)
    if data["verdict"] == Verdict.PROPERLY_PRE_HANDLED and answer_before(step.ticket) is None:
        raise Refused(
            _("“Properly handled before” needs its proof: an original complaint that was answered before the appeal."),
            code="proof_missing",
        )


def conclude(step: Step) -> None:
    """Judge the appeal (综合定性); how it counts follows. Data: verdict, cause (entry), ground."""
    step.ticket.cause = step.data["cause"]
    _keep_verdict(step, step.data["verdict"], step.data["ground"].strip())


def check_revocation(step: Step) -> None:
    """The regulator takes back its own cases only, and confirms it in writing."""
    check_regulators(step)
    require_document(step, AttachmentPurpose.PROOF)


def revoke(step: Step) -> None:
    """The regulator takes the case back: whatever runs ends (立案撤消, U-91). Data: document, reason."""
    custody.take_back(step)
    clocks.cancel(step, Stage.REVISIT)
    _keep_verdict(step, Verdict.CASE_WITHDRAWN, step.data.get("reason", "").strip())
    step.notes["attachment"] = step.data["document"].pk


def missing_to_archive(ticket: Ticket) -> list[str]:
    """The documents that the file still lacks, in words (U-07g)."""
    detail = case_of(ticket)
    has = set(ticket.attachments.values_list("purpose", flat=True))
    missing = []
    if not detail.is_direct and AttachmentPurpose.CASE_ORIGINAL not in has:
        missing.append(str(AttachmentPurpose.CASE_ORIGINAL.label))
    if detail.is_mediated and AttachmentPurpose.MEDIATION not in has:
        missing.append(str(AttachmentPurpose.MEDIATION.label))
    return missing


def check_file(step: Step) -> None:
    """The file is whole, a key customer's material was filed, and no promise to the customer is open (U-07g, U-81)."""
    missing = missing_to_archive(step.ticket)
    if missing:
        raise Refused(_("Attach first: %(documents)s.") % {"documents": ", ".join(missing)}, code="documents_missing")
    if needs_filing(step.ticket):
        raise Refused(_("The key customer's material has not been filed yet."), code="not_filed")
    if clocks.running(step, Stage.FOLLOW_UP) is not None:
        raise Refused(_("A promise to the customer is still open."), code="promise_open")


def needs_filing(ticket: Ticket) -> bool:
    """Whether a key customer's material still has to be filed (报备, U-81)."""
    detail = case_of(ticket)
    return detail.is_key_customer and detail.filed_at is None


def may_void(step: Step, grant: Grant) -> bool:
    """An appeal is the group's: no province's supervisor declares it made by mistake."""
    return grant.unit.province_id is None


def check_void(step: Step) -> None:
    """See `may_void`."""
    if step.grant is not None and not may_void(step, step.grant):
        raise NotPermitted(_("Only a supervisor of the group can void this."))
    common.check_void(step)


def standing_of(ticket: Ticket) -> ResponsibilityFinding:
    """What holds on responsibility. Raises Refused where nothing was adjudicated."""
    row = responsibilities.of_round(responsibilities.rows_of(ticket), ticket.round)
    if row is None or row.standing is None:
        raise Refused(_("Responsibility is not adjudicated."), code="conclusion_incomplete")
    return row.standing


def answer_before(ticket: Ticket) -> Answer | None:
    """The first answer that the customer got on the original complaint before the appeal was accepted."""
    original = original_of(ticket)
    if original is None:
        return None
    return original.answers.filter(at__lt=ticket.accepted_at).order_by("at").first()


def _refuse_contradiction(verdict: str, attribution: str) -> None:
    is_company = attribution == Attribution.COMPANY
    if (verdict == Verdict.COMPANY_LIABLE and not is_company) or (verdict == Verdict.USER_CAUSE and is_company):
        raise Refused(
            _("The verdict contradicts the responsibility that was adjudicated: %(who)s.")
            % {"who": Attribution(attribution).label},
            code="verdict_contradicts",
        )


def _keep_verdict(step: Step, verdict: str, ground: str) -> None:
    detail = case_of(step.ticket)
    detail.verdict, detail.verdict_ground = verdict, ground
    detail.statistical_mark = mark_of(verdict, detail.origin)
    detail.concluded_at, detail.concluded_by = step.at, step.person
    if verdict == Verdict.CASE_WITHDRAWN:
        detail.revoked_by_document = step.data["document"]
    detail.save()
    step.data["reason"] = ground
    keep_reason(step)
    step.notes.update(verdict=verdict, mark=detail.statistical_mark)
