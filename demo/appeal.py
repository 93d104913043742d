"""What becomes of an appeal (申诉): the regulator's case or the customer's word, the report, the conclusion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from appeals.services.intake import Case, take
from core import clock
from core.clock import local_day
from demo.life import document
from demo.steps import Steps, contested, proposed, revisited
from demo.tiers import (
    TierLife,
    approved,
    given,
    handled_by_province,
    promise,
    reported,
    returned,
    signed,
    take_up,
    told,
    with_below,
    worked,
)
from organization.roles import Role
from tickets.models import WorkOrderReply
from tickets.models.attachment import AttachmentPurpose
from tickets.services.intake import Matter

BUSINESS = {"broadband": "case_internet", "telephone": "case_telephone", "leased_line": "case_basic_data"}
NATURES = {
    **dict.fromkeys(("mobile_charging", "mobile_bill", "fixed_tariff", "value_added_fees"), "fee_dispute"),
    "value_added_subscription": "fee_dispute",
    **dict.fromkeys(("fixed_fault", "mobile_network", "mobile_interconnection"), "transmission_quality"),
}
# Where a case comes from, and which regulator sends it.
ORIGINS = {("filed", "miit"): 40, ("unfiled", "provincial_administration"): 40, ("other_body", "hotline_12345"): 20}
REGULATORS_TIME = timedelta(days=15)
NOT_THE_COMPANY = "customer"


def case_number(day: date, number: int) -> str:
    """How the regulator calls a case of that day."""
    return f"申诉〔{day.year}〕{number:06}号"


@dataclass
class AppealLife(TierLife):
    """An appeal and the people around it."""

    role: ClassVar[Role] = Role.APPEAL_OFFICER
    desk: ClassVar[str] = "G-SERVICE"
    channels: ClassVar[dict[str, int]] = {"letter": 50, "fax": 30, "email": 20}

    def take(self, origin: str = "", **more: Any) -> None:
        """The case arrives with its original; `more` are fields of `Case`. Who comes directly has no regulator."""
        kind, regulator = self.rng.choices(list(ORIGINS), weights=list(ORIGINS.values()))[0]
        is_direct = origin == "direct"
        if not is_direct:
            number = case_number(local_day(clock.now()), len(self.world.lives))
            self.case = replace(self.case, filled={**self.case.filled, "case_number": number})
            more |= {"regulator": regulator, "case_number": number}
        about: dict[str, Any] = {
            "origin": origin or kind,
            "case_business": BUSINESS.get(self.case.matter["business"], "case_mobile"),
            "case_nature": NATURES.get(self.case.matter["type"], "service_quality"),
            "occurred_on": local_day(self.case.began),
        }
        if self.below is None and self.rng.random() < 0.6:
            more |= {"earlier_handling": self.say("earlier_handling"), "is_answered_in_time": True}
        self.ticket = take(
            by=self.officer,
            customer=self.case.customer,
            matter=Matter(**self.matter_data("appealed")),
            case=Case(**(about | more)),
            home=self.case.city.unit,
            made_of=self.below.ticket if self.below else None,
            regulator_due_at=None if is_direct else _end_of_day(clock.now() + REGULATORS_TIME),
            case_original=None if is_direct else document(AttachmentPurpose.CASE_ORIGINAL, "申诉转办函.png"),
        )
        take_up(self)

    def report_data(self) -> dict[str, Any]:
        """The same, with what was found (U-10)."""
        done = WorkOrderReply.objects.filter(work_order__ticket=self.ticket).latest("pk")
        return super().report_data() | {"investigation": self.say("investigation").format(finding=done.finding)}


def finished(life: AppealLife, verdict: str = "company_liable") -> Steps:
    """From the review of the report to the conclusion and the archive."""
    yield from approved(life)
    yield from concluded(life, verdict)


def concluded(life: AppealLife, verdict: str) -> Steps:
    """The regulator is answered, the customer called back, the case judged and filed (U-07)."""
    yield from replied(life)
    yield from revisited(life)
    yield life.later(2, 20)
    life.act("adjudicate_responsibility", life.officer, **_found(life, verdict))
    yield from judged(life, verdict)


def replied(life: AppealLife) -> Steps:
    """The regulator has its answer; what the appeal was made of is closed with it."""
    yield life.later(1, 8)
    data: dict[str, Any] = {}
    if not life.ticket.appeal_detail.is_direct:
        reply = life.attach(AttachmentPurpose.REGULATOR_REPLY, "申诉答复函.png", life.officer)
        data = {"mode": life.rng.choice(("platform", "platform", "letter")), "document": reply}
    life.act("reply_regulator", life.officer, **data)


def judged(life: AppealLife, verdict: str) -> Steps:
    """Concluded and filed."""
    yield life.later(0.5, 6)
    cause = life.world.entries["cause", life.case.matter["cause"][0]]
    life.act("conclude", life.officer, verdict=verdict, cause=cause, ground=life.say(f"verdict_{verdict}"))
    yield life.later(1, 20)
    life.act("archive", life.officer)
    yield from with_below(life)


def company_liable(life: AppealLife) -> Steps:
    """Investigated, and the company's fault (SC-14)."""
    life.take()
    yield from given(life)
    yield from signed(life)
    yield from worked(life)
    yield from proposed(life, 1)
    yield from told(life)
    yield from reported(life)
    yield from finished(life)


def user_cause(life: AppealLife) -> Steps:
    """Investigated, and nobody's fault but the customer's own."""
    life.take()
    yield from given(life)
    yield from handled_by_province(life)
    yield from finished(life, "user_cause")


def handled_before(life: AppealLife) -> Steps:
    """The complaint was answered properly before: its record is the proof (U-91)."""
    life.take()
    yield from given(life)
    yield from handled_by_province(life)
    proven = life.below is not None and life.below.above is not life
    yield from finished(life, "properly_pre_handled" if proven else "user_cause")


def sent_back(life: AppealLife) -> Steps:
    """The first report does not do; each return counts (U-90)."""
    life.take()
    yield from given(life)
    yield from handled_by_province(life)
    yield from returned(life)
    yield from finished(life)


def fault_contested(life: AppealLife) -> Steps:
    """The unit objects to what was adjudicated."""
    life.take()
    yield from given(life)
    yield from handled_by_province(life)
    yield from approved(life)
    yield from replied(life)
    yield from revisited(life)
    yield from contested(life, life.officer, 1)
    yield from judged(life, "company_liable")


def objected(life: AppealLife) -> Steps:
    """A charge six months old, from the ministry: the group objects, and a colleague checks it (SC-15)."""
    life.take(occurred_on=local_day(clock.now() - timedelta(days=190)), case_nature="fee_dispute")
    author = life.colleague
    yield life.later(1, 6)
    life.attach(AttachmentPurpose.PROOF, "计费清单.png", author)
    life.act("object", author, ground="charge_too_old", result=life.say("object_charge"))
    yield from finished(life, "user_cause")


def objected_by_province(life: AppealLife) -> Steps:
    """The province finds that the customer settled before."""
    life.take()
    yield from given(life)
    yield from signed(life)
    yield life.later(3, 20)
    life.attach(AttachmentPurpose.PROOF, "和解协议.png", life.liaison)
    life.act("object", life.liaison, ground="settled", result=life.say("object_settled"))
    yield from finished(life, "user_cause")


def direct(life: AppealLife) -> Steps:
    """From the customer directly: settled like the others, with no regulator to answer (U-A7)."""
    life.take("direct")
    yield from given(life)
    yield from handled_by_province(life)
    yield from finished(life)


def refused(life: AppealLife) -> Steps:
    """From the customer directly, and not accepted (SC-15)."""
    life.take("direct")
    yield life.later(1, 10)
    life.act("refuse", life.officer, ground="before_court", reason=life.say("refuse_appeal"))


def misrouted(life: AppealLife) -> Steps:
    """Given to the wrong province."""
    life.take()
    wrong = life.another_province
    yield from given(life, wrong)
    yield life.later(0.3, 3)
    life.act("misrouted", life.one_of(Role.LIAISON, wrong.unit), reason=life.say("misrouted"))
    yield from given(life)
    yield from handled_by_province(life)
    yield from finished(life)


def key_customer(life: AppealLife) -> Steps:
    """A key customer's: the material is filed, and a mediation held (报备, U-81; U-07g)."""
    life.take(is_key_customer=True)
    yield from given(life)
    yield from handled_by_province(life)
    yield from approved(life)
    yield life.later(0.3, 2)
    material = life.attach(AttachmentPurpose.EVIDENCE, "重要客户申诉报备材料.png", life.officer)
    filing: dict[str, Any] = {
        "filed_with": "superior",
        "filed_to": "集团客户事业部",
        "filed_at": clock.now(),
        "document": material,
    }
    life.act("file_for_record", life.officer, **filing)
    yield life.later(1, 6)
    life.act("amend_case", life.officer, changes={"is_mediated": True})
    life.attach(AttachmentPurpose.MEDIATION, "调解意见书.png", life.officer)
    yield from concluded(life, "company_liable")


def promised(life: AppealLife) -> Steps:
    """The customer has a date for what cannot be done now."""
    life.take()
    yield from given(life)
    yield from signed(life)
    yield from worked(life)
    answer = promise(life)
    yield from told(life, **answer)
    yield from reported(life)
    yield from approved(life)
    yield from replied(life)
    yield from revisited(life)
    yield max(answer["promised_for"] - timedelta(hours=life.rng.randint(1, 30)), life.soon())
    life.act("fulfil_promise", life.liaison, text=life.say("fulfilled"))
    life.act("adjudicate_responsibility", life.officer, **_found(life, "company_liable"))
    yield from judged(life, "company_liable")


def handed_over(life: AppealLife) -> Steps:
    """A colleague began it; the officer takes it over."""
    life.officer, receiver = life.colleague, life.officer
    life.take()
    yield life.soon(5, 30)
    life.act("hand_over", life.officer, receiver=receiver, note=life.say("hand_over"))
    yield life.soon(5, 30)
    life.act("confirm_hand_over", receiver)
    life.officer = receiver
    yield from given(life)
    yield from handled_by_province(life)
    yield from finished(life)


def revoked(life: AppealLife) -> Steps:
    """The regulator takes its case back (立案撤消)."""
    life.take()
    yield from given(life)
    yield from signed(life)
    yield life.later(4, 30)
    confirmation = life.attach(AttachmentPurpose.PROOF, "撤销立案确认函.png", life.officer)
    life.act("revoke", life.officer, document=confirmation, reason=life.say("revoke"))
    yield life.later(2, 20)
    life.act("archive", life.officer)


def _found(life: AppealLife, verdict: str) -> dict[str, Any]:
    """With whom the cause lies, as the verdict has it; the unit of the first work order bears what is the company's."""
    if verdict == "company_liable":
        return life.fault_of(1)
    return {"attribution": NOT_THE_COMPANY, "ground": life.say(f"verdict_{verdict}")}


def _end_of_day(instant: datetime) -> datetime:
    local = instant.astimezone(clock.SHANGHAI) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(instant.tzinfo)
