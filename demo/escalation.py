"""What becomes of an escalated complaint (升级投诉): the group takes it, a province settles it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from demo.life import MINUTE
from demo.steps import Steps, archived, contested, given_up, proposed, revisited
from demo.tiers import (
    TierLife,
    approved,
    done,
    given,
    handled_by_province,
    not_reached,
    promise,
    reported,
    returned,
    sent,
    signed,
    take_up,
    told,
    with_below,
    worked,
)
from escalations.services.intake import Matter, take
from organization.roles import Role
from tickets.states import Stage


@dataclass
class EscalationLife(TierLife):
    """An escalated complaint and the people around it."""

    role: ClassVar[Role] = Role.ESCALATION_OFFICER
    desk: ClassVar[str] = "G-CENTRE"

    def take(self) -> None:
        """The group hears the customer: a draft."""
        data = self.matter_data("escalated")
        channel = data["channel"].code
        self.ticket = take(
            by=self.officer,
            customer=self.case.customer,
            home=self.case.city.unit,
            made_of=self.below.ticket if self.below else None,
            matter=Matter(
                **data,
                source_ref=f"来函〔2026〕{self.rng.randint(1, 400)}号" if channel == "letter" else "",
                recording_ref=f"R{self.rng.randrange(10**10):010}" if channel == "hotline" else "",
                remedy_sought=self.say("remedy"),
                is_international=self.case.matter["type"] == "mobile_roaming",
            ),
        )
        take_up(self)


def opened(life: EscalationLife) -> Steps:
    """Taken and ready for its dispatch."""
    life.take()
    yield life.part_of(Stage.FILL, 0.1, 0.6)
    life.act("submit", life.officer)


def finished(life: EscalationLife) -> Steps:
    """From the approved report to the archive."""
    yield from approved(life)
    yield from revisited(life)
    yield from archived(life)
    yield from with_below(life)


def on_the_spot(life: EscalationLife) -> Steps:
    """The group settles it itself."""
    life.take()
    yield life.part_of(Stage.FILL, 0.2, 0.8)
    code = "explained" if life.case.matter.get("explained") else "resolved"
    life.act("answer_on_spot", life.officer, **life.answer_data(life.case.says(life.rng, "told"), code))
    yield from archived(life)
    yield from with_below(life)


def ordinary(life: EscalationLife) -> Steps:
    """Given to the province, settled, reported, called back, archived (SC-12)."""
    yield from opened(life)
    yield from given(life)
    yield from handled_by_province(life)
    yield from finished(life)


def urged(life: EscalationLife) -> Steps:
    """The customer calls again, and is told how it stands."""
    yield from opened(life)
    yield from given(life)
    yield from signed(life)
    yield life.later(1, 5)
    kind = life.rng.choice(("urging", "facts"))
    life.act("add_contact", life.officer, kind=kind, text=life.say(kind), caller=life.case.customer.phone)
    yield life.later(0.3, 2)
    life.act("interim_reply", life.liaison, mode="phone", content=life.say("interim"), promised_for=None)
    yield from worked(life)
    yield from told(life)
    yield from reported(life)
    yield from finished(life)


def sent_back(life: EscalationLife) -> Steps:
    """The first report does not do (U-90)."""
    yield from opened(life)
    yield from given(life)
    yield from handled_by_province(life)
    yield from returned(life)
    yield from finished(life)


def misrouted(life: EscalationLife) -> Steps:
    """Given to a province that the customer does not belong to, which says so."""
    yield from opened(life)
    wrong = life.another_province
    yield from given(life, wrong)
    yield life.later(0.3, 3)
    life.act("misrouted", life.one_of(Role.LIAISON, wrong.unit), reason=life.say("misrouted"))
    yield from given(life)
    yield from handled_by_province(life)
    yield from finished(life)


def redispatched(life: EscalationLife) -> Steps:
    """The group finds out by itself that another province has to settle it."""
    yield from opened(life)
    wrong = life.another_province
    yield from given(life, wrong)
    yield life.later(0.3, 3)
    life.act("sign", life.one_of(Role.LIAISON, wrong.unit))
    yield life.later(1, 6)
    life.act("redispatch", life.officer, province=life.case.province.unit, reason=life.say("redispatch"))
    yield from handled_by_province(life)
    yield from finished(life)


def given_back(life: EscalationLife) -> Steps:
    """The unit that the liaison asked is not the proper one; another one does the work (C-03)."""
    yield from opened(life)
    yield from given(life)
    yield from signed(life)
    yield from sent(life, life.liaison)
    yield life.later(0.5, 4)
    wrong = life.order_unit(1)
    asked = {"reason": "not_our_business", "note": life.say("return_note")}
    life.act("request_return", life.handler_of(1), order=1, **asked, proper_unit=life.other_department(wrong))
    yield life.later(0.3, 2)
    life.act("accept_return", life.liaison, order=1)
    yield from sent(life, life.liaison, life.other_department(wrong))
    yield from done(life, life.liaison, 2)
    yield from told(life)
    yield from reported(life)
    yield from finished(life)


def unreachable(life: EscalationLife) -> Steps:
    """Nobody reaches the customer: neither the province, after three attempts, nor the group."""
    yield from opened(life)
    yield from given(life)
    yield from signed(life)
    yield from worked(life)
    yield from not_reached(life)
    yield from reported(life)
    yield from approved(life)
    yield from given_up(life)
    yield from archived(life)


def dissatisfied(life: EscalationLife) -> Steps:
    """Until the customer says at the revisit that it will not do."""
    yield from opened(life)
    yield from given(life)
    yield from handled_by_province(life)
    yield from approved(life)
    yield from revisited(life, satisfied=False)
    yield life.later(2, 20)


def dismissed(life: EscalationLife) -> Steps:
    """Dissatisfied, but handled properly."""
    yield from dissatisfied(life)
    life.act("dismiss", life.officer, reason=life.say("dismiss"))
    yield from archived(life)
    yield from with_below(life)


def reworked(life: EscalationLife) -> Steps:
    """Dissatisfied with reason: the province begins anew (再处理, U-46)."""
    yield from dissatisfied(life)
    life.act("rework", life.officer, reason=life.say("rework"))
    yield from worked(life, 2)
    yield from told(life)
    yield from reported(life)
    yield from finished(life)


def promised(life: EscalationLife) -> Steps:
    """Not solvable now: the customer has a date, which is kept (承诺跟踪)."""
    yield from opened(life)
    yield from given(life)
    yield from signed(life)
    yield from worked(life)
    answer = promise(life)
    yield from told(life, **answer)
    yield from reported(life)
    yield from approved(life)
    yield from revisited(life)
    yield max(answer["promised_for"] - life.rng.randint(60, 2000) * MINUTE, life.soon())
    life.act("fulfil_promise", life.liaison, text=life.say("fulfilled"))
    yield from archived(life)
    yield from with_below(life)


def judged(life: EscalationLife) -> Steps:
    """Whose fault it was is found, contested and settled (责任认定)."""
    yield from opened(life)
    yield from given(life)
    yield from signed(life)
    yield from worked(life)
    yield from proposed(life, 1)
    yield from told(life)
    yield from reported(life)
    yield from approved(life)
    yield from revisited(life)
    yield from contested(life, life.officer, 1)
    yield from archived(life)
    yield from with_below(life)


def withdrawn(life: EscalationLife) -> Steps:
    """The customer takes it back."""
    yield from opened(life)
    yield from given(life)
    yield from signed(life)
    yield life.later(2, 20)
    life.act("withdraw", life.officer, reason=life.say("withdrawn"))


def handed_over(life: EscalationLife) -> Steps:
    """A colleague began it; the officer takes it over."""
    life.officer, receiver = life.colleague, life.officer
    life.take()
    yield life.soon(3, 10)
    life.act("hand_over", life.officer, receiver=receiver, note=life.say("hand_over"))
    yield life.soon(5, 30)
    life.act("confirm_hand_over", receiver)
    life.officer = receiver
    yield life.part_of(Stage.FILL, 0.3, 0.7)
    life.act("submit", life.officer)
    yield from given(life)
    yield from handled_by_province(life)
    yield from finished(life)
