"""The escalated complaint (升级投诉): its transitions and what only it has (model 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, transition

from organization.models import Unit
from tickets.models import Ticket
from tickets.models.ticket import KindManager, proxy_of
from tickets.states import OPEN as OPEN_OF_ANY_KIND
from tickets.states import STATES_OF, Kind
from tickets.states import Status as S

if TYPE_CHECKING:
    from tickets.actions import Step

OPEN = frozenset(OPEN_OF_ANY_KIND & STATES_OF[Kind.ESCALATION])


@proxy_of(Kind.ESCALATION)
class Escalation(Ticket):
    """An escalated complaint. Transitions set columns only: no query, no save; `workflow` is the only caller."""

    objects: ClassVar[KindManager[Escalation]] = KindManager()  # type: ignore[assignment]

    class Meta:
        proxy = True
        verbose_name = _("escalated complaint")
        verbose_name_plural = _("escalated complaints")

    @transition("status", source=S.DRAFT, target=S.PENDING_DISPATCH)
    def submit(self, step: Step) -> None:
        self.submitted_at = step.at
        self.submitted_by = step.by
        self.holder = None

    @transition("status", source=[S.DRAFT, S.PENDING_DISPATCH], target=S.CLOSED)
    def answer_on_spot(self, step: Step) -> None:
        """The group settles it itself, with the customer there."""
        self.answered_at = step.at
        self.close(step, step.data["closure_code"])

    @transition("status", source=S.PENDING_DISPATCH, target=S.PENDING_SIGN)
    def dispatch(self, step: Step) -> None:
        """To a province (派省, U-61)."""
        if self.dispatched_at is None:
            self.dispatched_at = step.at

    @transition("status", source=S.PENDING_SIGN, target=S.PENDING_DISPATCH)
    def misrouted(self, step: Step) -> None:
        """The province is not the one (派错)."""

    @transition("status", source=[S.PENDING_SIGN, S.HANDLING], target=S.PENDING_SIGN)
    def redispatch(self, step: Step) -> None:
        """Another province gets it."""

    @transition("status", source=S.PENDING_SIGN, target=S.HANDLING)
    def sign(self, step: Step) -> None:
        """The province has it in hand."""

    @transition("status", source=S.HANDLING, target=S.PENDING_REVIEW)
    def report(self, step: Step) -> None:
        """The province's report is in (U-09)."""

    @transition("status", source=S.PENDING_REVIEW, target=S.HANDLING)
    def return_report(self, step: Step) -> None:
        """The report does not do."""

    @transition("status", source=S.PENDING_REVIEW, target=S.PENDING_REVISIT)
    def approve(self, step: Step) -> None:
        """What the province told the customer is the answer, where it reached the customer (U-61)."""
        self.close(step, step.data["closure_code"])

    @transition("status", source=S.PENDING_REVISIT, target=RETURN_VALUE(S.CLOSED, S.PENDING_SCREENING))
    def revisit(self, step: Step) -> str:
        """Reached, or given up as prescribed; who is dissatisfied is screened (U-46)."""
        return S.PENDING_SCREENING if step.data["is_dissatisfied"] else S.CLOSED

    @transition("status", source=S.PENDING_SCREENING, target=S.CLOSED)
    def dismiss(self, step: Step) -> None:
        """The handling was proper."""

    @transition("status", source=S.PENDING_SCREENING, target=S.HANDLING)
    def rework(self, step: Step) -> None:
        """A new round with the province that reported (再处理, U-46)."""
        self.round += 1
        self.answered_at = self.closed_at = self.closed_by = None
        self.closure_code = ""

    @transition("status", source=S.CLOSED, target=S.ARCHIVED)
    def archive(self, step: Step) -> None:
        self.archived_at = step.at

    @transition("status", source=sorted(OPEN), target=S.WITHDRAWN)
    def withdraw(self, step: Step) -> None:
        self.end(step)

    @transition("status", source=sorted(OPEN), target=S.MERGED)
    def merge(self, step: Step) -> None:
        self.end(step)

    @transition("status", source=S.MERGED, target=RETURN_VALUE(S.DRAFT, S.PENDING_DISPATCH))
    def unmerge(self, step: Step) -> str:
        self.ended_at = self.ended_by = self.merged_into = None
        return S.DRAFT if self.submitted_at is None else S.PENDING_DISPATCH

    @transition("status", source=sorted(OPEN), target=S.VOID)
    def void(self, step: Step) -> None:
        self.end(step)


class EscalationDetail(models.Model):
    """What only an escalated complaint has; lists, clocks and scope never read it."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="escalation_detail")
    home = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer's home")
    )
    source_ref = models.CharField(_("number of the letter"), max_length=64, blank=True)
    remedy_sought = models.CharField(_("what the customer asks for"), max_length=200, blank=True)
    is_international = models.BooleanField(_("international business"), default=False)
    recording_ref = models.CharField(_("recording no."), max_length=64, blank=True)

    class Meta:
        verbose_name = _("escalated complaint's detail")
        verbose_name_plural = _("escalated complaints' details")

    def __str__(self) -> str:
        return f"detail of ticket {self.ticket_id}"
