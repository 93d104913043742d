"""What becomes of a complaint: each life is a generator of the instants at which something happens to its ticket.

A life that is not over when the story ends leaves its ticket open, in whatever state it has reached.
"""

from __future__ import annotations

from datetime import timedelta

from core import clock
from demo.complaint import ComplaintLife
from demo.steps import (
    Steps,
    accepted,
    answered,
    archived,
    claimed,
    contested,
    dispatched,
    finished,
    given_up,
    handled,
    proposed,
    replied,
    revisited,
    submitted,
    to_screening,
    tomorrow,
    with_result,
)
from organization.roles import Role
from tickets.models import Ticket
from tickets.states import Stage


def on_the_spot(life: ComplaintLife) -> Steps:
    """Solved by the agent at once (U-36)."""
    life.take()
    yield life.part_of(Stage.FILL, 0.1, 0.6, by_day=False)
    code = "explained" if life.case.matter.get("explained") else "resolved"
    data = life.answer_data(life.case.says(life.rng, "spot"), code, life.rng.choice(("satisfied", "accepts")))
    life.act("answer_on_spot", life.ticket.accepted_by, **data)
    yield from archived(life)


def by_the_centre(life: ComplaintLife) -> Steps:
    """Solved by the centre without asking anybody (U-37)."""
    yield from submitted(life)
    yield life.part_of(Stage.DISPATCH, 0.1, 0.7)
    life.act("answer_on_spot", life.dispatcher, **life.answer_data(life.case.says(life.rng, "spot")))
    yield from archived(life)


def ordinary(life: ComplaintLife) -> Steps:
    """Dispatched, handled, answered, called back, archived."""
    yield from submitted(life)
    yield from dispatched(life)
    yield from handled(life, 1)
    yield from finished(life, 1)


def talkative(life: ComplaintLife) -> Steps:
    """The customer calls again and is told how it stands."""
    yield from submitted(life)
    yield from dispatched(life)
    yield from claimed(life, 1)
    yield life.later(1, 3)
    kind = life.rng.choice(("urging", "facts"))
    life.act("add_contact", life.ticket.accepted_by, kind=kind, text=life.say(kind), caller=life.case.customer.phone)
    yield life.soon(10, 40)
    life.act(
        "interim_reply",
        life.dispatcher,
        mode="phone",
        content=life.say("interim"),
        promised_for=clock.now() + timedelta(hours=life.rng.randint(6, 24)),
    )
    life.act("add_note", life.dispatcher, text=life.say("note"))
    yield from replied(life, 1, 0.4, 0.85)
    yield from finished(life, 1)


def returned(life: ComplaintLife) -> Steps:
    """Not the unit's business: it gives the order back, naming who should have it (C-03)."""
    yield from submitted(life)
    yield from dispatched(life)
    yield life.later(0.5, 4)
    proper = life.other_department(life.order_unit(1))
    life.act(
        "request_return",
        life.handler_of(1),
        order=1,
        reason=life.rng.choice(("not_our_business", "not_our_type", "not_our_place")),
        note=life.say("return_note"),
        proper_unit=proper,
    )
    yield life.soon(20, 120)
    life.act("accept_return", life.dispatcher, order=1)
    yield from dispatched(life, proper)
    yield from handled(life, 2)
    yield from finished(life, 2)


def return_refused(life: ComplaintLife) -> Steps:
    """The centre lets the order stay where it is."""
    yield from submitted(life)
    yield from dispatched(life)
    yield life.later(0.5, 4)
    life.act(
        "request_return",
        life.handler_of(1),
        order=1,
        reason="not_our_business",
        note=life.say("return_note"),
        proper_unit=life.other_department(life.order_unit(1)),
    )
    yield life.soon(20, 90)
    life.act("refuse_return", life.dispatcher, order=1, note=life.say("refuse_return"))
    yield from replied(life, 1)
    yield from finished(life, 1)


def bounced(life: ComplaintLife) -> Steps:
    """Given back three times: the supervisor assigns it bindingly (model 5)."""
    yield from submitted(life)
    unit = life.proposed_unit
    for seq in (1, 2, 3):
        yield from dispatched(life, unit)
        yield life.later(0.5, 4)
        proper = life.other_department(unit)
        life.act(
            "request_return",
            life.handler_of(seq),
            order=seq,
            reason="not_our_business",
            note=life.say("return_note"),
            proper_unit=proper,
        )
        yield life.soon(10, 60)
        life.act("accept_return", life.dispatcher, order=seq)
        unit = proper
    yield life.soon(30, 180)
    life.act("assign", life.one_of(Role.SUPERVISOR, life.case.province.unit), unit=unit, demand=life.say("demand"))
    yield from handled(life, 4)
    yield from finished(life, 4)


def transferred(life: ComplaintLife) -> Steps:
    """The unit of the city passes it on; the result comes back the same way (U-41)."""
    yield from submitted(life)
    yield from dispatched(life, life.case.city.remote)
    yield from claimed(life, 1)
    yield life.soon(10, 60)
    unit = life.world.department(life.case.province.unit, "network")
    if life.case.matter["business"] in ("broadband", "telephone"):
        unit = life.world.department(life.case.province.unit, "fixed_operation")
    life.act("transfer", life.handler_of(1), order=1, unit=unit, demand=life.say("transfer"))
    yield from claimed(life, 2)
    yield from replied(life, 2, 0.2, 0.5)
    yield life.soon(10, 40)
    life.act("accept", life.handler_of(1), order=2)
    yield from replied(life, 1, 0.55, 0.85)
    yield from finished(life, 1)


def assisted(life: ComplaintLife) -> Steps:
    """The unit asks another one for a part of the work; it stays responsible (U-23)."""
    yield from submitted(life)
    yield from dispatched(life)
    yield from claimed(life, 1)
    yield life.soon(10, 60)
    units = life.case.province.units
    helper = units["MARKET"] if life.order_unit(1) == units["SERVICE"] else units["SERVICE"]
    life.act("ask_assistant", life.handler_of(1), order=1, unit=helper, demand=life.say("assist"))
    yield from claimed(life, 2)
    yield from replied(life, 2, 0.2, 0.45)
    yield life.soon(5, 30)
    life.act("accept", life.handler_of(1), order=2)
    yield from replied(life, 1, 0.5, 0.85)
    yield from finished(life, 1)


def two_leads(life: ComplaintLife) -> Steps:
    """Two units at once; the ticket is collected when both are done."""
    yield from submitted(life)
    first = life.proposed_unit
    yield from dispatched(life, first, life.other_department(first))
    yield from claimed(life, 2)
    yield from handled(life, 1)
    yield from replied(life, 2)
    yield life.soon(5, 20)
    life.act("accept", life.dispatcher, order=2)
    yield from finished(life, 1)


def refused(life: ComplaintLife) -> Steps:
    """The director sends the reply back inside the unit (M-01)."""
    yield from submitted(life)
    yield from dispatched(life)
    yield from claimed(life, 1)
    yield life.part_of(Stage.HANDLE, 0.15, 0.4, order=1)
    life.act("reply", life.handler_of(1), order=1, **life.reply_data())
    yield life.soon(10, 60)
    director = life.one_of(Role.DIRECTOR, life.order_unit(1))
    life.act("refuse", director, order=1, note=life.say("refuse"))
    yield from replied(life, 1, 0.5, 0.85)
    yield from finished(life, 1)


def rejected(life: ComplaintLife) -> Steps:
    """The centre wants more: the next attempt has the time that was left."""
    yield from submitted(life)
    yield from dispatched(life)
    yield from handled(life, 1)
    yield life.part_of(Stage.ANSWER, 0.1, 0.4)
    life.act("reject", life.dispatcher, order=1, note=life.say("reject"))
    yield from replied(life, 1, 0.2, 0.7)
    yield from finished(life, 1)


def sent_back(life: ComplaintLife) -> Steps:
    """Incomplete: the channel completes it."""
    yield from submitted(life)
    yield life.part_of(Stage.DISPATCH, 0.05, 0.3, by_day=False)
    life.act("send_back", life.dispatcher, reason=life.say("send_back"))
    yield life.part_of(Stage.FILL, 0.1, 0.6, by_day=False)
    changes = {"description": f"{life.ticket.description}（补充：{life.say('completed')}）"}
    life.act("amend", life.ticket.accepted_by, changes=changes)
    life.act("submit", life.ticket.accepted_by)
    yield from dispatched(life)
    yield from handled(life, 1)
    yield from finished(life, 1)


def instructed(life: ComplaintLife) -> Steps:
    """A leader decides first (C-02)."""
    yield from submitted(life)
    yield life.part_of(Stage.DISPATCH, 0.1, 0.4, by_day=False)
    life.act("request_instruction", life.dispatcher, text=life.say("instruction_request"))
    yield life.later(0.5, 3)
    approver = life.one_of(Role.APPROVER, life.case.province.unit)
    if life.rng.random() < 0.8:
        life.act("instruct", approver, text=life.say("instruction"))
    else:
        life.act("return_instruction", approver, reason=life.say("return_instruction"))
    yield from dispatched(life)
    yield from handled(life, 1)
    yield from finished(life, 1)


def handed_over(life: ComplaintLife) -> Steps:
    """The shift ends: a colleague takes the ticket over."""
    yield from submitted(life)
    receiver, *_rest, life.dispatcher = life.world.operator.people_of(Role.DISPATCHER, life.centre) * 2
    yield from dispatched(life)
    if life.dispatcher != receiver:
        yield life.soon(30, 120)
        life.act("hand_over", life.dispatcher, receiver=receiver, note=life.say("hand_over"))
        yield life.soon(5, 30)
        life.act("confirm_hand_over", receiver)
        life.dispatcher = receiver
    yield from handled(life, 1)
    yield from finished(life, 1)


def reclassified(life: ComplaintLife) -> Steps:
    """A beginning of a thing for the whole country: the level rises, the clocks follow (U-28)."""
    yield from submitted(life)
    yield from dispatched(life)
    yield from claimed(life, 1)
    yield life.soon(10, 60)
    life.act("reclassify", life.dispatcher, level="national", is_widespread=True)
    yield from replied(life, 1, 0.2, 0.5)
    yield from finished(life, 1)


def solved_meanwhile(life: ComplaintLife) -> Steps:
    """The service came back by itself: the orders are recalled and the centre answers."""
    yield from submitted(life)
    yield from dispatched(life)
    yield from claimed(life, 1)
    yield life.later(1, 4)
    life.act("answer_direct", life.dispatcher, note=life.say("meanwhile"))
    yield life.part_of(Stage.ANSWER, 0.2, 0.8)
    life.act("answer", life.dispatcher, **life.answer_data(life.say("solved_meanwhile"), attitude="satisfied"))
    yield from revisited(life)
    yield from archived(life)


def unreachable(life: ComplaintLife) -> Steps:
    """Nobody picks up at the revisit: given up after three calls on two days, which is not satisfied (U-45)."""
    yield from submitted(life)
    yield from dispatched(life)
    yield from handled(life, 1)
    yield from accepted(life, 1)
    yield from answered(life)
    yield from given_up(life)
    yield from archived(life)


def dismissed(life: ComplaintLife) -> Steps:
    """Dissatisfied, but handled properly."""
    yield from to_screening(life)
    yield life.later(2, 20)
    life.act("dismiss", life.dispatcher, reason=life.say("dismiss"))
    yield from archived(life)


def reworked(life: ComplaintLife) -> Steps:
    """Dissatisfied with reason: a new round (再处理, U-46)."""
    yield from to_screening(life)
    yield life.later(1, 8)
    unit = life.order_unit(1)
    orders = [{"unit": unit, "role": "lead", "demand": life.say("demand")}]
    life.act("rework", life.dispatcher, reason=life.say("rework"), orders=orders)
    yield from handled(life, 2)
    yield from finished(life, 2)


def promised(life: ComplaintLife) -> Steps:
    """Not solvable now: closed with a plan and a date, which is kept (承诺跟踪)."""
    yield from with_result(life)
    yield life.part_of(Stage.ANSWER, 0.3, 0.9)
    data = life.answer_data(life.say("told_unresolved"), "unresolved", "neutral")
    due = (clock.now() + timedelta(days=life.rng.randint(3, 15))).replace(second=0, microsecond=0)
    life.act("answer", life.dispatcher, **data, plan=life.say("plan"), promised_for=due)
    yield from revisited(life)
    yield max(due - timedelta(hours=life.rng.randint(2, 40)), life.soon())
    life.act("fulfil_promise", life.dispatcher, text=life.say("fulfilled"))
    yield from archived(life)


def not_accepted(life: ComplaintLife) -> Steps:
    """The customer does not accept what was found (U-A4)."""
    yield from with_result(life)
    yield life.part_of(Stage.ANSWER, 0.3, 0.9)
    data = life.answer_data(life.say("told_not_accepted"), "not_accepted", "refuses")
    life.act("answer", life.dispatcher, **data)
    yield from revisited(life, satisfied=False)
    yield life.later(2, 20)
    life.act("dismiss", life.dispatcher, reason=life.say("dismiss"))
    yield from archived(life)


def judged(life: ComplaintLife) -> Steps:
    """Whose fault it was is found unit by unit, contested and settled (责任认定, U-58)."""
    yield from with_result(life)
    yield from proposed(life, 1)
    yield from answered(life)
    yield from revisited(life)
    yield from contested(life, life.one_of(Role.SUPERVISOR, life.case.province.unit), 1)
    yield from archived(life)


def no_contact(life: ComplaintLife) -> Steps:
    """The customer cannot be reached for the answer: three calls on two days, then a clearance (销项)."""
    yield from with_result(life)
    for call in range(3):
        yield tomorrow(life) if call == 2 else life.soon(20, 120)
        life.act("record_attempt", life.dispatcher, text=life.say("not_reached"))
    yield life.soon(2, 10)
    data = life.answer_data(life.say("told_unreached"), "no_contact", "not_reached")
    life.act("answer", life.dispatcher, **data)
    yield life.later(1, 12)
    life.act("approve_clearance", life.one_of(Role.DIRECTOR, life.centre), note=life.say("clearance"))
    yield from revisited(life)
    yield from archived(life)


def withdrawn(life: ComplaintLife) -> Steps:
    """The customer takes it back."""
    yield from submitted(life)
    yield from dispatched(life)
    yield life.later(1, 10)
    life.act("withdraw", life.dispatcher, reason=life.say("withdrawn"))


def voided(life: ComplaintLife) -> Steps:
    """Taken by mistake."""
    life.take()
    yield life.soon(3, 30)
    life.act("void", life.ticket.accepted_by, reason=life.say("void"))


def merged(life: ComplaintLife) -> Steps:
    """The same matter was taken twice: put into the older ticket, which stays."""
    yield from submitted(life)
    yield life.part_of(Stage.DISPATCH, 0.05, 0.4, by_day=False)
    of_customer = Ticket.objects.open().filter(contact__phone=life.case.customer.phone, kind=life.ticket.kind)
    older = of_customer.filter(pk__lt=life.ticket.pk).first()
    if older is not None:
        life.act("merge", life.dispatcher, into=older.pk)
        return
    yield from dispatched(life)
    yield from handled(life, 1)
    yield from finished(life, 1)
