"""The complaint (投诉): its transitions and what only it has (model 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, transition

from complaints.batches import ImportBatch, ImportRow
from complaints.unsent import UnsentCall
from organization.models import Unit
from tickets.models import Ticket
from tickets.models.ticket import KindManager, proxy_of
from tickets.states import OPEN, ClosureCode, Kind
from tickets.states import Status as S

if TYPE_CHECKING:
    from tickets.actions import Step

__all__ = ["Complaint", "ComplaintDetail", "ImportBatch", "ImportRow", "UnsentCall"]


@proxy_of(Kind.COMPLAINT)
class Complaint(Ticket):
    """A complaint. Transitions set columns only: no query, no save; `workflow` is the only caller."""

    objects: ClassVar[KindManager[Complaint]] = KindManager()  # type: ignore[assignment]

    class Meta:
        proxy = True
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")

    @transition("status", source=S.DRAFT, target=S.PENDING_DISPATCH)
    def submit(self, step: Step) -> None:
        self._submitted(step)

    @transition("status", source=[S.DRAFT, S.PENDING_DISPATCH], target=S.CLOSED)
    def answer_on_spot(self, step: Step) -> None:
        """Solved at once, at the channel (U-36) or the centre (U-37); still a ticket (U-35)."""
        self.answered_at = step.at
        self.close(step, step.data["closure_code"])

    @transition("status", source=[S.DRAFT, S.PENDING_DISPATCH], target=S.DECLINED)
    def decline(self, step: Step) -> None:
        self.end(step)

    @transition("status", source=S.PENDING_DISPATCH, target=S.DRAFT)
    def send_back(self, step: Step) -> None:
        """Incomplete: back to who took it."""
        self.holder = self.accepted_by

    @transition("status", source=S.PENDING_DISPATCH, target=S.PENDING_INSTRUCTION)
    def request_instruction(self, step: Step) -> None:
        """A leader decides first (C-02)."""

    @transition("status", source=S.PENDING_INSTRUCTION, target=S.PENDING_DISPATCH)
    def instruct(self, step: Step) -> None:
        """The leader has decided."""

    @transition("status", source=S.PENDING_INSTRUCTION, target=S.PENDING_DISPATCH)
    def return_instruction(self, step: Step) -> None:
        """The leader sends it back without an instruction."""

    @transition("status", source=[S.PENDING_DISPATCH, S.HANDLING], target=S.HANDLING)
    def dispatch(self, step: Step) -> None:
        self._sent_out(step)
        self.holder = step.by

    @transition("status", source=[S.PENDING_DISPATCH, S.HANDLING], target=S.HANDLING)
    def assign(self, step: Step) -> None:
        """The supervisor's binding assignment after too many bounces (model 5)."""
        self._sent_out(step)
        self.needs_assignment = False

    @transition("status", source=[S.DRAFT, S.PENDING_DISPATCH, S.HANDLING], target=S.HANDLING)
    def link_incident(self, step: Step) -> None:
        """A mass incident stands for the work order (M-05); a draft is submitted with it."""
        if self.status == S.DRAFT:
            self._submitted(step)
        else:
            self.holder = step.by

    @transition("status", source=S.HANDLING, target=S.PENDING_DISPATCH)
    def unlink_incident(self, step: Step) -> None:
        """It was linked in error."""

    @transition("status", source=S.HANDLING, target=S.CLOSED)
    def answer_by_incident(self, step: Step) -> None:
        """The incident ended: who ended it answers all its tickets together."""
        self.answered_at = self.closed_at = step.at
        self.closed_by = step.data["found"].ended_by
        self.closure_code = ClosureCode.RESOLVED

    @transition("status", source=S.HANDLING, target=S.PENDING_ANSWER)
    def collect(self, step: Step) -> None:
        """All results are in (by the system)."""

    @transition("status", source=S.HANDLING, target=S.PENDING_DISPATCH)
    def to_dispatch(self, step: Step) -> None:
        """No unit has the ticket any more and none gave a result (by the system)."""

    @transition("status", source=S.HANDLING, target=S.PENDING_ANSWER)
    def answer_direct(self, step: Step) -> None:
        """Solved meanwhile."""

    @transition("status", source=S.PENDING_ANSWER, target=RETURN_VALUE(S.CLOSED, S.PENDING_CLEARANCE))
    def answer(self, step: Step) -> str:
        """The final answer (答复, U-14); some need an approval before they close the ticket."""
        self.answered_at = step.at
        code, clearance = step.data["closure_code"], step.scheme.options.clearance
        if code in clearance.codes or self.level in clearance.levels:
            return S.PENDING_CLEARANCE
        self.close(step, code)
        return S.CLOSED

    @transition("status", source=sorted(OPEN), target=S.CLOSED)
    def answer_by_higher(self, step: Step) -> None:
        """What came of it at a higher level answers for both (model 1)."""
        given = step.data["given"]
        self.answered_at, self.closed_at, self.closed_by = given.at, step.at, given.by
        self.closure_code = given.closure_code

    @transition("status", source=S.PENDING_ANSWER, target=RETURN_VALUE(S.HANDLING, S.PENDING_DISPATCH))
    def reject_result(self, step: Step) -> str:
        return self._again(step)

    @transition("status", source=S.PENDING_CLEARANCE, target=S.CLOSED)
    def approve_clearance(self, step: Step) -> None:
        self.close(step, step.data["answer"].closure_code)

    @transition("status", source=S.PENDING_CLEARANCE, target=RETURN_VALUE(S.HANDLING, S.PENDING_DISPATCH))
    def refuse_clearance(self, step: Step) -> str:
        self.answered_at = None
        return self._again(step)

    @transition("status", source=S.CLOSED, target=RETURN_VALUE(S.REVISITED, S.PENDING_SCREENING))
    def revisit(self, step: Step) -> str:
        """Reached, or given up as prescribed; who is dissatisfied is screened (U-46)."""
        return S.PENDING_SCREENING if step.data["is_dissatisfied"] else S.REVISITED

    @transition("status", source=[S.CLOSED, S.REVISITED, S.ARCHIVED], target=S.PENDING_SCREENING)
    def rate_low(self, step: Step) -> None:
        """The customer is dissatisfied and says so through the link, up to 30 days after the answer (SM-09)."""
        self.archived_at = None

    @transition("status", source=S.PENDING_SCREENING, target=S.REVISITED)
    def dismiss(self, step: Step) -> None:
        """The handling was proper."""

    @transition(
        "status", source=[S.PENDING_SCREENING, S.REVISITED], target=RETURN_VALUE(S.HANDLING, S.PENDING_DISPATCH)
    )
    def rework(self, step: Step) -> str:
        """A new round of the same ticket (再处理, U-46)."""
        self.round += 1
        self.answered_at = self.closed_at = self.closed_by = None
        self.closure_code = ""
        return self._again(step)

    @transition("status", source=[S.CLOSED, S.REVISITED], target=S.ARCHIVED)
    def archive(self, step: Step) -> None:
        self.archived_at = step.at

    @transition("status", source=S.ARCHIVED, target=S.CLOSED)
    def unarchive(self, step: Step) -> None:
        self.archived_at = None

    @transition("status", source=sorted(OPEN), target=S.WITHDRAWN)
    def withdraw(self, step: Step) -> None:
        self.end(step)

    @transition("status", source=sorted(OPEN), target=S.MERGED)
    def merge(self, step: Step) -> None:
        self.end(step)

    @transition("status", source=S.MERGED, target=RETURN_VALUE(S.DRAFT, S.PENDING_DISPATCH))
    def unmerge(self, step: Step) -> str:
        self.ended_at = self.ended_by = self.merged_into = self.answered_at = None
        if self.submitted_at is None:
            self.holder = self.accepted_by
            return S.DRAFT
        return S.PENDING_DISPATCH

    @transition("status", source=sorted(OPEN), target=S.VOID)
    def void(self, step: Step) -> None:
        self.end(step)

    def _sent_out(self, step: Step) -> None:
        if self.dispatched_at is None:
            self.dispatched_at = step.at

    def _submitted(self, step: Step) -> None:
        self.submitted_at = step.at
        self.submitted_by = step.by
        self.holder = None

    def _again(self, step: Step) -> str:
        self.incident = None
        return S.HANDLING if step.data.get("orders") else S.PENDING_DISPATCH


class ComplaintDetail(models.Model):
    """What only a complaint has; lists, clocks and scope never read it."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="complaint_detail")
    remedy_sought = models.CharField(_("what the customer asks for"), max_length=200, blank=True)
    answer_mode_wished = models.CharField(_("wished way of answering"), max_length=8, blank=True)
    recording_ref = models.CharField(_("recording no."), max_length=64, blank=True)
    occurred_in = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("province where it happened")
    )
    promised_at = models.DateTimeField(_("promised to the customer"), null=True, blank=True)

    class Meta:
        verbose_name = _("complaint detail")
        verbose_name_plural = _("complaint details")

    def __str__(self) -> str:
        return f"detail of ticket {self.ticket_id}"
