"""From acts and alerts to people: who is told, once, and who is not (model 6, U-47)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Q
from pytest_django import Settings

from core import clock
from organization import services
from organization.models import User
from organization.roles import Role
from tests.factories.organization import Operator, UserFactory, build_operator
from tests.factories.tickets import bring_to, clock_of, do, load_unicom, order_in, take_complaint
from tickets.models import Message, Notice, NoticeChoice, Outbox, StageClock, SupervisionOrder, Ticket
from tickets.models.outbox import Channel, NoticeKind
from tickets.notifications import quietly
from tickets.spreading import spread_due
from tickets.states import OrderStatus, Stage, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def operator(settings: Settings) -> Operator:
    settings.SENDS_MAIL = True
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/"
    load_unicom()
    return build_operator()


def spread() -> int:
    return spread_due(1000)


def told(kind: str, ticket: Ticket) -> set[str]:
    """The user names of those who got a notice of this kind."""
    return set(Notice.objects.filter(kind=kind, ticket=ticket.pk).values_list("user__username", flat=True))


def on_duty(role: Role, unit: Any) -> set[str]:
    rows = User.objects.filter(memberships__role=role, memberships__unit=unit)
    return set(rows.values_list("username", flat=True))


def tell(ticket: Ticket, kind: str, *, key: str, at: dt.datetime, **data: Any) -> Outbox:
    """An outbox row, whatever act or sweep it is of."""
    return Outbox.objects.create(ticket=ticket, kind=kind, key=key, at=at, data=data)


def alert(row: StageClock, kind: str, *to: str, key: str = "alert:1") -> Outbox:
    """What the sweep writes for a clock that reached a threshold."""
    return tell(row.ticket, kind, key=key, at=clock.now(), clock=row.pk, stage=row.stage, threshold="1.00", to=list(to))


def test_a_dispatched_order_is_told_to_the_units_handlers_once(operator: Operator) -> None:
    order = order_in(OrderStatus.SENT, operator)
    assert spread() == 1
    assert told(NoticeKind.ORDER_SENT, order.ticket) == on_duty(Role.HANDLER, operator.js.fixed_line)
    assert spread() == 0
    Outbox.objects.update(spread_at=None)  # a worker that died before it marked the row
    before = Notice.objects.count()
    spread()
    assert Notice.objects.count() == before


def test_a_reply_goes_before_the_director_and_then_to_the_centre(operator: Operator) -> None:
    order = order_in(OrderStatus.REPLIED, operator)
    spread()
    assert told(NoticeKind.REVIEW_WAITING, order.ticket) == on_duty(Role.DIRECTOR, operator.js.fixed_line)
    holder = Ticket.objects.get(pk=order.ticket_id).holder
    assert holder is not None
    assert told(NoticeKind.RESULT_IN, order.ticket) == {holder.username}


@pytest.mark.parametrize(
    "state, act, kind",
    [
        (OrderStatus.REPLIED, "reject", NoticeKind.ORDER_BACK),
        (OrderStatus.PENDING_REVIEW, "refuse", NoticeKind.ORDER_BACK),
        (OrderStatus.RETURN_REQUESTED, "refuse_return", NoticeKind.RETURN_DECIDED),
        (OrderStatus.HANDLING, "recall", NoticeKind.RECALLED),
    ],
)
def test_what_becomes_of_an_order_is_told_to_who_has_it(operator: Operator, state: str, act: str, kind: str) -> None:
    order = order_in(state, operator)
    do(order.ticket, act, operator, order=1)
    spread()
    assert order.assignee is not None
    assert told(kind, order.ticket) == {order.assignee.username}


def test_an_ending_recalls_and_says_so(operator: Operator) -> None:
    order = order_in(OrderStatus.HANDLING, operator)
    do(order.ticket, "withdraw", operator)
    spread()
    assert order.assignee is not None
    assert told(NoticeKind.RECALLED, order.ticket) == {order.assignee.username}


def test_the_third_bounce_is_told_to_the_supervisor(operator: Operator) -> None:
    order = order_in(OrderStatus.RETURN_REQUESTED, operator)
    Ticket.objects.filter(pk=order.ticket_id).update(bounce_count=2)
    do(order.ticket, "accept_return", operator, order=1)
    spread()
    assert told(NoticeKind.BOUNCED, order.ticket) == {"supervisor"}


def test_a_further_call_and_a_hand_over(operator: Operator) -> None:
    order = order_in(OrderStatus.HANDLING, operator)
    do(order.ticket, "add_contact", operator, by="agent")
    do(order.ticket, "hand_over", operator, receiver=operator.user("dispatcher_b"))
    spread()
    assert order.assignee is not None
    assert told(NoticeKind.URGED, order.ticket) == {order.assignee.username, "dispatcher"}
    assert told(NoticeKind.HANDED_OVER, order.ticket) == {"dispatcher_b"}


def test_nobody_is_told_of_what_he_did_himself(operator: Operator) -> None:
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    by = operator.user("dispatcher")
    do(ticket, "add_contact", operator, by=by)
    spread()
    assert by.username not in told(NoticeKind.URGED, ticket)


def test_u_32_u_47_an_alert_reaches_who_has_the_stage_and_the_chain_above(operator: Operator) -> None:
    order = order_in(OrderStatus.SENT, operator)
    row = clock_of(order.ticket, Stage.HANDLE)
    alert(row, NoticeKind.WARNING, "user")
    alert(row, NoticeKind.RAISED, "user", "manager", "province", "group", key="alert:2")
    spread()
    handlers = on_duty(Role.HANDLER, operator.js.fixed_line)
    assert told(NoticeKind.WARNING, order.ticket) == handlers
    raised = told(NoticeKind.RAISED, order.ticket)
    assert raised >= handlers | {"supervisor"}
    assert raised >= on_duty(Role.ESCALATION_OFFICER, operator.group_centre)


def test_the_deputy_hears_for_who_is_away(operator: Operator) -> None:
    order = order_in(OrderStatus.HANDLING, operator)
    assert order.assignee is not None
    deputy = UserFactory(name="代班")
    now = clock.now()
    services.record_absence(
        by=None, user=order.assignee, deputy=deputy, starts_at=now, ends_at=now + dt.timedelta(days=3)
    )
    alert(clock_of(order.ticket, Stage.HANDLE), NoticeKind.WARNING, "user")
    spread()
    assert told(NoticeKind.WARNING, order.ticket) == {deputy.username}


def test_nobody_is_told_of_a_complaint_about_himself(operator: Operator) -> None:
    order = order_in(OrderStatus.HANDLING, operator)
    Ticket.objects.filter(pk=order.ticket_id).update(complained_user=order.assignee)
    alert(clock_of(order.ticket, Stage.HANDLE), NoticeKind.WARNING, "user")
    spread()
    assert told(NoticeKind.WARNING, order.ticket) == set()


def test_what_a_province_is_complained_about_is_told_to_the_group(operator: Operator) -> None:
    order = order_in(OrderStatus.SENT, operator)
    Ticket.objects.filter(pk=order.ticket_id).update(complained_unit=operator.js.unit)
    alert(clock_of(order.ticket, Stage.HANDLE), NoticeKind.RAISED, "user", "manager", "province")
    spread()
    inside = User.objects.filter(
        Q(memberships__unit__path__startswith=operator.js.unit.path) | Q(managed_units=operator.js.unit)
    )
    assert told(NoticeKind.RAISED, order.ticket).isdisjoint(inside.values_list("username", flat=True))


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.MERGED, Status.VOID, Status.ARCHIVED])
def test_an_ended_ticket_alerts_nobody_any_more(operator: Operator, status: str) -> None:
    ticket = bring_to(status, operator)
    spread()
    alert(StageClock.objects.filter(ticket=ticket).latest("pk"), NoticeKind.OVERDUE, "user", "manager")
    assert spread() == 1
    assert told(NoticeKind.OVERDUE, ticket) == set()


def test_a_closed_ticket_alerts_for_its_revisit_only(operator: Operator) -> None:
    ticket = bring_to(Status.CLOSED, operator)
    alert(clock_of(ticket, Stage.REVISIT), NoticeKind.WARNING, "user")
    alert(clock_of(ticket, Stage.TOTAL), NoticeKind.OVERDUE, "user", key="alert:2")
    spread()
    assert told(NoticeKind.WARNING, ticket) == on_duty(Role.REVISITOR, operator.js.centre)
    assert told(NoticeKind.OVERDUE, ticket) == set()


def test_a_warning_of_a_stage_that_is_done_is_not_told(operator: Operator) -> None:
    order = order_in(OrderStatus.SENT, operator)
    alert(clock_of(order.ticket, Stage.HANDLE), NoticeKind.WARNING, "user")
    do(order.ticket, "recall", operator, order=1)
    spread()
    assert told(NoticeKind.WARNING, order.ticket) == set()


def test_a_bad_row_is_set_aside_and_stops_no_other(operator: Operator, frozen_clock: clock.FrozenClock) -> None:
    ticket = take_complaint(operator)
    bad = tell(ticket, NoticeKind.HANDED_OVER, key="event:0:handed_over", at=clock.now())  # without its receiver
    good = tell(
        ticket, NoticeKind.HANDED_OVER, key="event:1:x", at=clock.now(), receiver=operator.user("dispatcher").pk
    )
    spread()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.spread_at, "KeyError" in bad.fault) == (None, True)
    assert good.spread_at is not None
    assert spread() == 0
    bad.data = {"receiver": operator.user("dispatcher").pk}
    bad.save()
    frozen_clock.move_to(clock.now() + dt.timedelta(hours=1, seconds=1))
    assert spread() == 1
    bad.refresh_from_db()
    assert (bad.spread_at, bad.fault) == (clock.now(), "")


def test_quietly_tells_nobody(operator: Operator) -> None:
    with quietly():
        order_in(OrderStatus.SENT, operator)
    assert not Outbox.objects.exists()
    do(bring_to(Status.DRAFT, operator), "submit", operator)
    order_in(OrderStatus.SENT, operator)
    assert Outbox.objects.count() == 1


def test_messages_follow_the_kind_the_priority_the_choices_and_the_addresses(operator: Operator) -> None:
    order = order_in(OrderStatus.HANDLING, operator)
    user = order.assignee
    assert user is not None
    User.objects.filter(pk=user.pk).update(email="handler@example.cn", phone="13800000001")
    row = clock_of(order.ticket, Stage.HANDLE)

    def channels(kind: str, key: str) -> set[str]:
        alert(row, kind, "user", key=key)
        spread()
        return set(Message.objects.filter(outbox__key=key).values_list("channel", flat=True))

    assert channels(NoticeKind.WARNING, "alert:1") == set()
    assert channels(NoticeKind.OVERDUE, "alert:2") == {Channel.EMAIL}
    Ticket.objects.filter(pk=order.ticket_id).update(priority=1)
    assert channels(NoticeKind.OVERDUE, "alert:3") == {Channel.EMAIL, Channel.SMS}
    for kind, channel, wanted in [
        (NoticeKind.OVERDUE, Channel.EMAIL, False),  # mandatory: cannot be muted
        (NoticeKind.WARNING, Channel.SMS, True),
    ]:
        NoticeChoice.objects.create(user=user, kind=kind, channel=channel, is_wanted=wanted)
    assert channels(NoticeKind.OVERDUE, "alert:4") == {Channel.EMAIL, Channel.SMS}
    assert channels(NoticeKind.WARNING, "alert:5") == {Channel.SMS}
    User.objects.filter(pk=user.pk).update(phone="025-88880000", email="")
    assert channels(NoticeKind.OVERDUE, "alert:6") == set()


@pytest.mark.parametrize(
    "address, channel",
    [
        ("wecom:693a91f6-7aaa-4bc4", Channel.WECOM),
        ("dingtalk:aaaabbbbcccc", Channel.DINGTALK),
        ("mailto:guwang@example.cn", Channel.EMAIL),
        ("", None),
    ],
)
def test_the_unit_is_told_at_its_own_address(operator: Operator, address: str, channel: str | None) -> None:
    unit = operator.js.fixed_line
    services.update_unit(unit=unit, by=None, name=unit.name, phone="", notification_address=address)
    order_in(OrderStatus.SENT, operator)
    spread()
    expected = [(channel, unit.pk)] if channel else []
    assert list(Message.objects.values_list("channel", "unit")) == expected


def test_u_02_a_supervision_order_its_answer_and_its_verdict(operator: Operator) -> None:
    order = order_in(OrderStatus.HANDLING, operator)
    assert order.assignee is not None
    do(order.ticket, "supervise", operator)
    spread()
    managers = User.objects.filter(managed_units=order.unit).values_list("username", flat=True)
    assert told(NoticeKind.OVERDUE, order.ticket) == on_duty(Role.HANDLER, order.unit) | set(managers)
    row = SupervisionOrder.objects.get()
    do(order.ticket, "reply_supervision", operator, by=order.assignee, supervision=row.pk, text="已加派人手")
    do(
        order.ticket,
        "judge_supervision",
        operator,
        by="supervisor",
        supervision=row.pk,
        verdict="satisfactory",
        score=0,
    )
    spread()
    assert told(NoticeKind.SUPERVISION_REPLIED, order.ticket) == {"supervisor"}
    assert told(NoticeKind.JUDGED, order.ticket) == {order.assignee.username, *managers}


def test_m_02_a_chase_reaches_every_unit_that_has_the_ticket(operator: Operator) -> None:
    order = order_in(OrderStatus.SENT, operator, beside=True)
    do(order.ticket, "chase", operator)
    spread()
    both = on_duty(Role.HANDLER, operator.js.fixed_line) | on_duty(Role.HANDLER, operator.js.network)
    assert told(NoticeKind.CHASED, order.ticket) >= both


def test_u_09_a_grave_problem_is_told_to_province_and_group_at_once(operator: Operator) -> None:
    order = order_in(OrderStatus.SENT, operator)
    do(order.ticket, "report_serious", operator, by="dispatcher", text="用户称将向媒体反映")
    spread()
    found = told(NoticeKind.SERIOUS, order.ticket)
    assert "supervisor" in found
    assert found >= on_duty(Role.ESCALATION_OFFICER, operator.group_centre)


def test_u_44_more_time_is_asked_of_the_director_and_the_answer_told(operator: Operator) -> None:
    order = order_in(OrderStatus.HANDLING, operator)
    assert order.assignee is not None
    due = clock_of(order.ticket, Stage.HANDLE).due_at + dt.timedelta(hours=8)
    do(order.ticket, "ask_extension", operator, by=order.assignee, order=1, due=due, ground="等待备件")
    spread()
    assert told(NoticeKind.TIME_ASKED, order.ticket) == on_duty(Role.DIRECTOR, order.unit)
    do(order.ticket, "refuse_extension", operator, by="director", order=1, note="请调拨")
    spread()
    assert told(NoticeKind.TIME_DECIDED, order.ticket) == {order.assignee.username}
