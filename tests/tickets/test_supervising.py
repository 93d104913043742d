"""Supervision orders by people: issued, joined, chased, acknowledged, answered, judged (model 6; U-02, U-47, M-02)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.errors import NotPermitted, Refused, Stale
from organization.models import Absence, Membership
from organization.roles import Role
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import SINCE, MembershipFactory, Operator, UserFactory
from tests.factories.tickets import bring_to, do, last_event, order_in, supervision_of
from tickets import consistency
from tickets.models import SupervisionOrder, SupervisionTrigger, Ticket
from tickets.models.supervision import SUPERVISION_OPEN
from tickets.states import CLOSED, ENDED, STATES_OF, Kind, OrderStatus, Status
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
SECOND, MINUTE, DAY = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(days=1)
NOW = MONDAY_MORNING


@pytest.fixture
def ticket(operator: Operator) -> Ticket:
    """One that the fixed-line department has signed for."""
    handled: Ticket = order_in(OrderStatus.HANDLING, operator).ticket
    return handled


def open_orders(ticket: Ticket) -> int:
    return ticket.supervisions.filter(status__in=SUPERVISION_OPEN).count()


@pytest.fixture
def answered(ticket: Ticket, operator: Operator) -> Ticket:
    return do(do(ticket, "supervise", operator), "reply_supervision", operator)


def test_u_02_an_order_says_what_is_asked_of_whom_until_when(ticket: Ticket, operator: Operator) -> None:
    do(
        ticket,
        "supervise",
        operator,
        trigger="difficult",
        grade="raised",
        demand="请省公司牵头",
        user=operator.users["handler"].pk,
        cc=[operator.js.network.pk],
    )
    row = supervision_of(ticket)
    assert (row.target_unit, row.target_user) == (operator.js.fixed_line, operator.users["handler"])
    assert (row.trigger, row.grade, row.status, row.demand) == ("difficult", "raised", "issued", "请省公司牵头")
    assert (row.issued_by, row.issued_at) == (operator.users["supervisor"], NOW)
    assert row.reply_due_at == NOW + DAY  # the scheme's reply_limit
    assert row.number == f"{ticket.number}/D1"
    assert list(row.cc_units.all()) == [operator.js.network]
    assert row.work_order is not None
    assert row.clock is not None
    assert (row.work_order.unit, row.clock.stage) == (operator.js.fixed_line, "handle")
    told = last_event(ticket).data["supervised"]
    assert [(one["supervision"], one["no"], one["grade"], one["trigger"]) for one in told] == [
        (row.pk, 1, "raised", "difficult")
    ]


class TestIssuing:
    """U-02: a supervisor supervises by hand, and there is never more than one unanswered order per unit."""

    def test_a_second_one_joins_the_unanswered_one(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "supervise", operator, demand="第一次", grade="notice", reply_due_at=NOW + 2 * DAY)
        do(ticket, "supervise", operator, demand="第二次", grade="supervise", trigger="repeat")
        row = ticket.supervisions.get()
        assert (row.grade, row.trigger, row.demand) == ("notice", "key", "第一次\n第二次")
        assert row.reply_due_at == NOW + DAY  # joining never gives more time
        assert [one.trigger for one in row.triggers.all()] == ["key", "repeat"]
        assert [one.note for one in row.triggers.all()] == ["第一次", "第二次"]

    def test_a_milder_one_first_is_raised(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "chase", operator)
        do(ticket, "supervise", operator, grade="raised")
        assert ticket.supervisions.get().grade == "raised"

    def test_an_answered_one_is_followed_by_a_new_one(self, ticket: Ticket, operator: Operator) -> None:
        for act in ("supervise", "reply_supervision", "supervise"):
            do(ticket, act, operator)
        assert [row.seq for row in ticket.supervisions.order_by("seq")] == [1, 2]
        assert open_orders(ticket) == 1

    def test_units_have_orders_of_their_own(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "supervise", operator)
        do(ticket, "supervise", operator, unit=operator.js.centre.pk)
        do(ticket, "supervise", operator, unit=operator.js.hotline.pk)
        assert open_orders(ticket) == 3

    def test_long_demands_are_kept_whole_in_their_triggers(self, ticket: Ticket, operator: Operator) -> None:
        for letter in "甲乙":
            do(ticket, "supervise", operator, demand=letter * 800)
        row = ticket.supervisions.get()
        assert (len(row.demand), row.demand[-800:]) == (1000, "乙" * 800)
        assert [len(one.note) for one in row.triggers.all()] == [800, 800]

    @pytest.mark.parametrize(
        "data, code",
        [
            ({"trigger": "chase"}, "unknown_choice"),
            ({"trigger": "threshold"}, "unknown_choice"),
            ({"grade": "warning"}, "unknown_choice"),
            ({"reply_due_at": NOW}, "reply_due_past"),
            ({"unit": 0}, "unit_not_concerned"),
            ({"user": 0}, "person_elsewhere"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, ticket: Ticket, operator: Operator, data: dict[str, Any], code: str
    ) -> None:
        with pytest.raises(Refused) as refusal:
            do(ticket, "supervise", operator, **data)
        assert refusal.value.code == code
        assert not SupervisionTrigger.objects.exists()

    def test_only_units_and_people_that_have_to_do_with_it(self, ticket: Ticket, operator: Operator) -> None:
        elsewhere: list[dict[str, Any]] = [
            {"unit": operator.js.billing.pk},
            {"user": operator.users["handler_billing"].pk},
        ]
        for data in elsewhere:
            with pytest.raises(Refused):
                do(ticket, "supervise", operator, **data)

    def test_the_unit_complained_about_is_not_asked(self, operator: Operator) -> None:
        ticket = bring_to(Status.HANDLING, operator, complained_unit=operator.js.hotline)
        with pytest.raises(Refused) as refusal:
            do(ticket, "supervise", operator, unit=operator.js.hotline.pk)
        assert refusal.value.code == "recused"

    @pytest.mark.parametrize("status", sorted(ENDED - {Status.DECLINED}))
    def test_an_ended_ticket_gets_no_new_one_but_the_old_one_is_settled(self, operator: Operator, status: str) -> None:
        ticket = bring_to(Status.PENDING_DISPATCH, operator)
        other = bring_to(Status.PENDING_DISPATCH, operator, accepted_at=NOW - DAY)
        do(ticket, "supervise", operator)
        ending = {"withdrawn": "withdraw", "merged": "merge", "void": "void"}[status]
        data: dict[str, Any] = {"into": other.pk} if ending == "merge" else {}
        do(ticket, ending, operator, by="supervisor" if ending == "void" else None, **data)
        for act in ("supervise", "chase"):
            with pytest.raises(Refused) as refusal:
                do(ticket, act, operator)
            assert refusal.value.code == "wrong_state"
        for act in ("acknowledge_supervision", "reply_supervision", "judge_supervision"):
            do(ticket, act, operator)
        assert supervision_of(ticket).status == "judged"


def test_m_02_sc_10_the_second_chase_waits_for_thirty_minutes(ticket: Ticket, operator: Operator) -> None:
    ten = NOW.replace(hour=10)
    do(ticket, "chase", operator, at=ten)
    for later in (29 * MINUTE, 30 * MINUTE - SECOND):
        with pytest.raises(Refused) as refusal:
            do(ticket, "chase", operator, at=ten + later, by="group_supervisor")
        assert refusal.value.code == "chased_already"
        for told in (operator.users["supervisor"].name, "10:00", "10:30", operator.js.fixed_line.name):
            assert told in refusal.value.message
    do(ticket, "chase", operator, at=ten + 30 * MINUTE)
    assert [one.at for one in SupervisionTrigger.objects.all()] == [ten, ten + 30 * MINUTE]
    with pytest.raises(Refused):
        do(ticket, "chase", operator, at=ten + 60 * MINUTE - SECOND)
    do(ticket, "chase", operator, at=ten + 60 * MINUTE)
    assert ticket.supervisions.count() == 1


class TestChasing:
    """M-02: whoever has the ticket is pressed, not twice within thirty minutes."""

    def test_an_answer_does_not_open_the_way_for_the_next_chase(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "chase", operator)
        do(ticket, "reply_supervision", operator)
        with pytest.raises(Refused):
            do(ticket, "chase", operator)

    def test_every_unit_that_owes_a_result_is_chased(self, operator: Operator) -> None:
        ticket = order_in(OrderStatus.SENT, operator, beside=True).ticket
        do(ticket, "chase", operator, unit=operator.js.network.pk)
        do(ticket, "chase", operator, at=NOW + MINUTE)  # the one just chased is left alone
        chased = SupervisionOrder.objects.values_list("target_unit__code", "grade", "trigger", "work_order__seq")
        assert set(chased) == {("P-JS-NETWORK", "chase", "chase", 2), ("P-JS-FIXED", "chase", "chase", 1)}
        assert SupervisionTrigger.objects.count() == 2

    @pytest.mark.parametrize("status", [Status.PENDING_DISPATCH, Status.PENDING_ANSWER, Status.CLOSED])
    def test_what_no_unit_has_is_the_centres(self, operator: Operator, status: str) -> None:
        ticket = bring_to(status, operator)
        do(ticket, "chase", operator)
        assert supervision_of(ticket).target_unit == operator.js.centre

    def test_who_has_answered_is_not_chased(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "reply", operator, order=1)
        do(ticket, "approve", operator, order=1)
        do(ticket, "chase", operator)
        assert supervision_of(ticket).target_unit == operator.js.centre
        with pytest.raises(Refused) as refusal:
            do(ticket, "chase", operator, unit=operator.js.fixed_line.pk)
        assert refusal.value.code == "not_holder"

    @pytest.mark.parametrize("status", [Status.PENDING_SCREENING, Status.REVISITED])
    def test_a_closed_ticket_is_chased_for_what_is_still_due_only(self, operator: Operator, status: str) -> None:
        with pytest.raises(Refused) as refusal:
            do(bring_to(status, operator), "chase", operator)
        assert refusal.value.code == "nothing_due"

    def test_a_chase_disturbs_no_form_that_is_open(self, ticket: Ticket, operator: Operator) -> None:
        version = Ticket.objects.get(pk=ticket.pk).version
        do(ticket, "chase", operator)
        do(ticket, "supervise", operator)
        assert Ticket.objects.get(pk=ticket.pk).version == version


class TestAnswering:
    """The unit addressed reads and answers, nobody else does (permissions.md)."""

    @pytest.fixture
    def supervised(self, ticket: Ticket, operator: Operator) -> Ticket:
        return do(ticket, "supervise", operator)

    @pytest.mark.parametrize("who", ["handler", "handler_b", "director", "head_fixed"])
    def test_handlers_and_the_director_of_the_unit(self, supervised: Ticket, operator: Operator, who: str) -> None:
        if who == "head_fixed":  # stands in for the director who is away
            Absence.objects.create(user=operator.users["director"], starts_at=NOW, ends_at=NOW + DAY)
        do(supervised, "acknowledge_supervision", operator, by=who)
        row = supervision_of(supervised)
        assert (row.status, row.acknowledged_by, row.acknowledged_at) == ("acknowledged", operator.users[who], NOW)
        do(supervised, "reply_supervision", operator, by=who, at=NOW + MINUTE)
        row = supervision_of(supervised)
        assert (row.status, row.replied_by, row.replied_at) == ("replied", operator.users[who], NOW + MINUTE)
        assert row.acknowledged_at == NOW
        event = last_event(supervised)
        assert (event.unit, event.data["supervision"], event.data["no"]) == (operator.js.fixed_line, row.pk, 1)

    @pytest.mark.parametrize("who", ["dispatcher", "director_centre", "supervisor", "agent", "manager", "approver"])
    def test_others_who_see_the_ticket_do_not(self, supervised: Ticket, operator: Operator, who: str) -> None:
        for act in ("acknowledge_supervision", "reply_supervision"):
            with pytest.raises(NotPermitted):
                do(supervised, act, operator, by=who)

    def test_another_unit_with_an_order_does_not(self, operator: Operator) -> None:
        ticket = order_in(OrderStatus.SENT, operator, beside=True).ticket
        do(ticket, "supervise", operator, unit=operator.js.fixed_line.pk)
        with pytest.raises(NotPermitted):
            do(ticket, "reply_supervision", operator, by="handler_network")

    def test_a_centre_is_answered_for_by_its_dispatchers(self, operator: Operator) -> None:
        ticket = do(bring_to(Status.PENDING_DISPATCH, operator), "supervise", operator)
        do(ticket, "reply_supervision", operator, by="dispatcher_b")
        assert last_event(ticket).role == Role.DISPATCHER

    def test_the_event_names_the_role_that_answers(self, supervised: Ticket, operator: Operator) -> None:
        """Somebody who handles for one unit and directs another answers as what the order is addressed to."""
        Membership.objects.create(
            user=operator.users["handler_network"], unit=operator.js.fixed_line, role=Role.DIRECTOR, starts_on=SINCE
        )
        do(supervised, "reply_supervision", operator, by="handler_network")
        event = last_event(supervised)
        assert (event.role, event.unit) == (Role.DIRECTOR, operator.js.fixed_line)

    def test_a_reply_acknowledges(self, supervised: Ticket, operator: Operator) -> None:
        do(supervised, "reply_supervision", operator)
        row = supervision_of(supervised)
        assert (row.status, row.acknowledged_at, row.acknowledged_by) == ("replied", NOW, row.replied_by)

    def test_the_second_is_told_who_was_faster(self, supervised: Ticket, operator: Operator) -> None:
        do(supervised, "acknowledge_supervision", operator)
        with pytest.raises(Stale) as told:
            do(supervised, "acknowledge_supervision", operator, by="handler_b")
        assert told.value.who == operator.users["handler"].name
        do(supervised, "reply_supervision", operator, by="director")
        for act in ("acknowledge_supervision", "reply_supervision"):
            with pytest.raises(Stale):
                do(supervised, act, operator)

    def test_what_joined_meanwhile_is_read_before_it_is_answered(self, supervised: Ticket, operator: Operator) -> None:
        do(supervised, "chase", operator, at=NOW + MINUTE)
        with pytest.raises(Stale) as told:
            do(supervised, "reply_supervision", operator, seen=1)
        assert (told.value.who, told.value.when) == (operator.users["supervisor"].name, NOW + MINUTE)
        do(supervised, "reply_supervision", operator, seen=2)

    def test_nothing_said_is_no_answer(self, supervised: Ticket, operator: Operator) -> None:
        with pytest.raises(Refused) as refusal:
            do(supervised, "reply_supervision", operator, text="  ")
        assert refusal.value.code == "reply_empty"

    def test_an_order_of_another_ticket_is_not_found(self, supervised: Ticket, operator: Operator) -> None:
        other = do(order_in(OrderStatus.HANDLING, operator).ticket, "supervise", operator)
        with pytest.raises(Refused) as refusal:
            do(supervised, "reply_supervision", operator, supervision=supervision_of(other).pk)
        assert refusal.value.code == "supervision_unknown"


def test_u_47_the_verdict_counts_for_assessment(answered: Ticket, operator: Operator) -> None:
    do(answered, "judge_supervision", operator, verdict="unsatisfactory", score=-3, note="超时未到场")
    row = supervision_of(answered)
    assert (row.status, row.verdict, row.score, row.verdict_note) == ("judged", "unsatisfactory", -3, "超时未到场")
    assert (row.judged_by, row.judged_at) == (operator.users["supervisor"], NOW)
    assert last_event(answered).data["score"] == -3


class TestJudging:
    """U-47: a verdict with a score, once for ever."""

    def test_a_judged_one_never_changes(self, answered: Ticket, operator: Operator) -> None:
        do(answered, "judge_supervision", operator)
        before = SupervisionOrder.objects.values().get()
        for act in ("acknowledge_supervision", "reply_supervision", "judge_supervision"):
            with pytest.raises(Stale):
                do(answered, act, operator)
        do(answered, "supervise", operator)
        assert SupervisionOrder.objects.values().get(seq=1) == before

    @pytest.mark.parametrize("score, is_taken", [(-11, False), (-10, True), (10, True), (11, False)])
    def test_the_score_has_its_range(self, answered: Ticket, operator: Operator, score: int, is_taken: bool) -> None:
        if is_taken:
            do(answered, "judge_supervision", operator, score=score)
            return
        with pytest.raises(Refused) as refusal:
            do(answered, "judge_supervision", operator, score=score)
        assert refusal.value.code == "unknown_choice"

    def test_whoever_replied_does_not_judge(self, ticket: Ticket, operator: Operator) -> None:
        both = UserFactory(username="both")
        MembershipFactory(user=both, unit=operator.js.fixed_line, role=Role.DIRECTOR)
        MembershipFactory(user=both, unit=operator.js.unit, role=Role.SUPERVISOR)
        do(ticket, "supervise", operator)
        do(ticket, "reply_supervision", operator, by="director")
        do(ticket, "judge_supervision", operator, by=both)
        do(ticket, "supervise", operator)
        do(ticket, "reply_supervision", operator, by=both)
        with pytest.raises(NotPermitted):
            do(ticket, "judge_supervision", operator, by=both)

    def test_silence_is_judged_once_its_time_is_over(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "supervise", operator)
        with pytest.raises(Refused) as refusal:
            do(ticket, "judge_supervision", operator, at=NOW + DAY)
        assert refusal.value.code == "not_answered"
        do(ticket, "judge_supervision", operator, at=NOW + DAY + SECOND, verdict="unsatisfactory", score=-10)
        assert supervision_of(ticket).replied_at is None

    def test_an_order_outlives_the_closing(self, operator: Operator) -> None:
        for status in sorted(CLOSED & STATES_OF[Kind.COMPLAINT]):
            ticket = bring_to(status, operator)
            for act in ("supervise", "acknowledge_supervision", "reply_supervision", "judge_supervision"):
                do(ticket, act, operator)
            assert supervision_of(ticket).status == "judged"
            assert list(consistency.faults(Ticket.objects.get(pk=ticket.pk))) == []


def test_a_foreign_supervisor_reaches_nothing(ticket: Ticket, operator: Operator) -> None:
    for act in ("supervise", "chase"):
        with pytest.raises(Ticket.DoesNotExist):
            do(ticket, act, operator, by="supervisor2")


def test_a_draft_is_not_supervised(operator: Operator) -> None:
    draft = bring_to(Status.DRAFT, operator)
    with pytest.raises(Refused) as refusal:
        perform(draft.pk, "chase", by=operator.user("supervisor"))
    assert refusal.value.code == "wrong_state"
