"""SC-01: a broadband repair of more than 24 h, from the call to the archive (Q-04, U-29, U-30, U-31, U-32)."""

import datetime as dt
from typing import Any

import pytest

from complaints.services.intake import Matter, take
from core import clock
from tests.factories.organization import build_operator
from tickets import record
from tickets.models import DictionaryEntry, StageClock, Ticket
from tickets.services.intake import Customer
from tickets.services.schemes import load_scheme, shipped_text
from tickets.workflow import perform

pytestmark = pytest.mark.django_db


def at(text: str) -> dt.datetime:
    """An instant of 2026 from "11-23 09:00" Shanghai time; 24:00 is the next midnight."""
    day, moment = text.split()
    if moment == "24:00":
        return at(f"{day} 00:00") + dt.timedelta(days=1)
    return clock.parse_instant(f"2026-{day} {moment}")


def entry(dimension: str, code: str) -> DictionaryEntry:
    return DictionaryEntry.objects.get(dimension=dimension, code=code)


def clock_of(ticket: Ticket, stage: str) -> StageClock:
    return ticket.clocks.get(stage=stage)


def test_sc_01_broadband_repair() -> None:
    load_scheme(shipped_text("unicom"), name="unicom")
    operator = build_operator()

    def act(name: str, who: str, when: str, *, order: int | None = None, **data: Any) -> Ticket:
        return perform(ticket.pk, name, by=operator.user(who), at=at(when), order=order, **data)

    ticket: Ticket = take(
        by=operator.user("agent"),
        customer=Customer(name="张伟", phone="13812345678", tier="vip"),
        home=operator.js.cities[0].unit,
        at=at("11-23 09:00"),
        matter=Matter(
            channel=entry("channel", "hotline"),
            summary="宽带断网",
            description="宽带报障超过24小时未修复",
            level="provincial",
            business_type=entry("business_type", "broadband"),
            complaint_type=entry("complaint_type", "fixed_fault"),
            is_urgent=True,
            extra={
                "fault_reported_at": "2026-11-21T20:00:00+08:00",
                "fault_address": "南京市鼓楼区某路1号",
                "repair_progress": "已派维修",
                "over_24_hours": True,
            },
        ),
    )
    assert (ticket.priority, ticket.priority_reasons) == (2, ["urgency", "importance"])
    total = clock_of(ticket, "total")
    assert (total.warn_at, total.due_at) == (at("11-25 04:12"), at("11-25 09:00"))
    fill = clock_of(ticket, "fill")
    assert (fill.warn_at, fill.due_at) == (at("11-23 09:54"), at("11-23 10:00"))

    act("submit", "agent", "11-23 09:10")
    assert clock_of(ticket, "dispatch").due_at == at("11-23 13:10")
    act(
        "dispatch",
        "dispatcher",
        "11-23 09:30",
        orders=[{"unit": operator.js.fixed_line, "role": "lead", "demand": "尽快修复"}],
    )
    handle = clock_of(ticket, "handle")
    assert (handle.warn_at, handle.due_at) == (at("11-24 00:48"), at("11-24 02:30"))
    act("claim", "handler", "11-23 09:40", order=1)
    act(
        "reply",
        "handler",
        "11-23 15:00",
        order=1,
        finding="光猫故障",
        measure="已更换光猫",
        restored_at=at("11-23 15:00"),
    )
    act("approve", "director", "11-23 15:20", order=1)
    assert clock_of(ticket, "answer").due_at == at("11-23 17:20")
    act("accept", "dispatcher", "11-23 15:30", order=1)
    act("grant_waiver", "dispatcher", "11-23 15:50", days=1)
    waiver = ticket.remedies.get()
    assert (waiver.covers_from, waiver.covers_to) == (at("11-22 20:00"), at("11-23 15:00"))
    closed = act(
        "answer",
        "dispatcher",
        "11-23 16:00",
        mode="phone",
        person_told="张伟",
        content="已修复并减免日租",
        attitude="satisfied",
        closure_code="resolved",
    )
    assert (closed.status, closed.closure_code) == ("closed", "resolved")
    assert clock_of(ticket, "total").outcome == "met"
    assert clock_of(ticket, "revisit").due_at == at("11-30 24:00")
    act("revisit", "revisitor", "11-25 10:00", satisfaction="satisfied", is_solved=True, speed=5, attitude=5, outcome=4)
    done = perform(ticket.pk, "archive", by=None, at=at("11-26 10:00"))
    assert done.status == "archived"
    assert not done.clocks.filter(outcome="running").exists()
    assert record.faults_of(Ticket.objects.get(pk=ticket.pk), ticket.events.all()) == []
    assert [event.action for event in ticket.events.all()] == [
        "register",
        "submit",
        "dispatch",
        "claim",
        "reply",
        "approve",
        "accept",
        "collect",
        "grant_waiver",
        "answer",
        "revisit",
        "archive",
    ]
