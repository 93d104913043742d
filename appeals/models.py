"""The appeal (申诉): its transitions and what only it has (model 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE, transition

from appeals.cases import CaseOrigin, FiledWith, ReplyMode, StatisticalMark, Verdict
from organization.models import Unit
from tickets.models import Attachment, Ticket
from tickets.models.ticket import KindManager, proxy_of
from tickets.states import STATES_OF, SUBMITTED_OPEN, Kind
from tickets.states import Status as S

if TYPE_CHECKING:
    from tickets.actions import Step

TEXT_LIMIT = 1000  # characters
OPEN = frozenset(SUBMITTED_OPEN & STATES_OF[Kind.APPEAL])


@proxy_of(Kind.APPEAL)
class Appeal(Ticket):
    """An appeal. Transitions set columns only: no query, no save; `workflow` is the only caller."""

    objects: ClassVar[KindManager[Appeal]] = KindManager()  # type: ignore[assignment]

    class Meta:
        proxy = True
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")

    @transition("status", source=S.RECEIVED, target=S.PENDING_SIGN)
    def dispatch(self, step: Step) -> None:
        self.dispatched_at = self.dispatched_at or step.at

    @transition("status", source=S.PENDING_SIGN, target=S.HANDLING)
    def sign(self, step: Step) -> None:
        """The province has it in hand (接单)."""

    @transition("status", source=S.PENDING_SIGN, target=S.RECEIVED)
    def misrouted(self, step: Step) -> None:
        """The province is not the one."""

    @transition("status", source=[S.PENDING_SIGN, S.HANDLING], target=S.PENDING_SIGN)
    def redispatch(self, step: Step) -> None:
        """Another province has it."""

    @transition("status", source=S.HANDLING, target=S.PENDING_REVIEW)
    def report(self, step: Step) -> None:
        """The report is in (申诉处理报告, U-81)."""

    @transition("status", source=[S.RECEIVED, S.HANDLING], target=S.PENDING_REVIEW)
    def object(self, step: Step) -> None:
        """A carrier cannot refuse a regulator's case, only object to it (model 3.3)."""

    @transition("status", source=S.RECEIVED, target=S.DECLINED)
    def refuse(self, step: Step) -> None:
        """Not accepted (不予受理): for what came directly."""
        self.end(step)

    @transition("status", source=S.PENDING_REVIEW, target=RETURN_VALUE(S.HANDLING, S.RECEIVED))
    def return_report(self, step: Step) -> str:
        """The report does not do; an objection that no province had a part in goes back to the group."""
        return S.HANDLING if self.province_id is not None else S.RECEIVED

    @transition("status", source=S.PENDING_REVIEW, target=S.PENDING_REPLY)
    def approve(self, step: Step) -> None:
        """The report may go to the regulator (U-07d)."""

    @transition("status", source=S.PENDING_REPLY, target=S.REPLIED)
    def reply_regulator(self, step: Step) -> None:
        """The regulator has its answer (U-07c); the customer was answered before."""
        answer = step.data["report"].answer
        self.answered_at = answer.at if answer else None
        self.close(step, step.data["closure_code"])

    @transition("status", source=S.REPLIED, target=S.REVISITED)
    def revisit(self, step: Step) -> None:
        """Reached, or given up as prescribed; what the customer says is part of the conclusion (U-07e)."""

    @transition("status", source=S.REVISITED, target=S.CONCLUDED)
    def conclude(self, step: Step) -> None:
        """Judged (结案, U-07f)."""

    @transition("status", source=sorted({*OPEN, S.REPLIED, S.REVISITED}), target=S.CONCLUDED)
    def revoke(self, step: Step) -> None:
        """The regulator takes the case back (立案撤消, U-91)."""
        if self.closed_at is None:
            self.close(step, "")

    @transition("status", source=S.CONCLUDED, target=S.ARCHIVED)
    def archive(self, step: Step) -> None:
        self.archived_at = step.at

    @transition("status", source=sorted(OPEN), target=S.VOID)
    def void(self, step: Step) -> None:
        self.end(step)


def _person() -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)


def _document(label: Any) -> Any:
    return models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=label
    )


class AppealDetail(models.Model):
    """What only an appeal has; lists, clocks and scope never read it.

    `regulator`, `case_business` and `case_nature` are codes of the scheme. `earlier_handling` says how the company
    dealt with the matter before where no complaint of this system is linked, and `is_answered_in_time` whether it
    answered within the time that the law gives it; of a linked complaint both are read off its record.
    """

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="appeal_detail")
    origin = models.CharField(_("origin"), max_length=16, choices=CaseOrigin.choices)
    regulator = models.CharField(_("regulator"), max_length=64, blank=True)
    case_number = models.CharField(_("case number"), max_length=64, blank=True)
    case_business = models.CharField(_("business concerned"), max_length=64)
    case_nature = models.CharField(_("nature of the dispute"), max_length=64)
    occurred_on = models.DateField(_("day of the charge or matter"), null=True, blank=True)
    regulator_due_at = models.DateTimeField(_("regulator's deadline"), null=True, blank=True)
    home = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("customer's home")
    )

    is_bypass = models.BooleanField(_("bypass appeal"), default=False)
    earlier_handling = models.TextField(
        _("how it was handled before, and the proof"), max_length=TEXT_LIMIT, blank=True
    )
    is_answered_in_time = models.BooleanField(_("answered in time before"), null=True, blank=True)

    is_key_customer = models.BooleanField(_("key customer"), default=False)
    filed_with = models.CharField(_("filed with"), max_length=16, choices=FiledWith.choices, blank=True)
    filed_to = models.CharField(_("addressee of the filing"), max_length=100, blank=True)
    filed_at = models.DateTimeField(_("filed at"), null=True)
    filed_by = _person()
    filed_document = _document(_("material filed"))

    is_mediated = models.BooleanField(_("a mediation was held"), default=False)

    replied_how = models.CharField(
        _("how the regulator was answered"), max_length=16, choices=ReplyMode.choices, blank=True
    )
    replied_at = models.DateTimeField(_("regulator answered at"), null=True)
    replied_by = _person()
    reply_document = _document(_("reply to the regulator"))

    verdict = models.CharField(
        pgettext_lazy("of an appeal", "verdict"), max_length=24, choices=Verdict.choices, blank=True
    )
    verdict_ground = models.TextField(_("ground of the verdict"), max_length=TEXT_LIMIT, blank=True)
    statistical_mark = models.CharField(
        _("statistical mark"), max_length=16, choices=StatisticalMark.choices, blank=True
    )
    concluded_at = models.DateTimeField(_("concluded at"), null=True)
    concluded_by = _person()
    revoked_by_document = _document(_("regulator's confirmation"))

    class Meta:
        verbose_name = _("appeal detail")
        verbose_name_plural = _("appeal details")
        constraints = [
            models.CheckConstraint(
                condition=Q(origin=CaseOrigin.DIRECT, regulator="", case_number="", regulator_due_at__isnull=True)
                | (~Q(origin=CaseOrigin.DIRECT) & ~Q(regulator="") & ~Q(case_number="")),
                name="case_of_regulator",
            ),
            models.CheckConstraint(
                condition=(Q(filed_with="", filed_to="", filed_at=None, filed_by=None, filed_document=None))
                | (
                    ~Q(filed_with="")
                    & ~Q(filed_to="")
                    & Q(filed_at__isnull=False, filed_by__isnull=False, filed_document__isnull=False)
                ),
                name="case_filing_complete",
            ),
            models.CheckConstraint(
                condition=Q(replied_at=None, replied_by=None, replied_how="", reply_document=None)
                | Q(replied_at__isnull=False, replied_by__isnull=False),
                name="case_reply_complete",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", statistical_mark="", concluded_at=None, concluded_by=None)
                | (
                    ~Q(verdict="") & ~Q(statistical_mark="") & Q(concluded_at__isnull=False, concluded_by__isnull=False)
                ),
                name="case_concluded_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"detail of ticket {self.ticket_id}"

    @property
    def is_direct(self) -> bool:
        """Whether it came from the customer, not from a regulator (U-A7)."""
        return self.origin == CaseOrigin.DIRECT
