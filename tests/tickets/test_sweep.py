"""The sweep raises each threshold once, for the right clocks, and a bad row stops nobody (model 6, U-32, U-47)."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, load_unicom, order_of, when
from tickets import record
from tickets.models import Alert, Outbox, StageClock, SupervisionOrder, Ticket, TicketEvent
from tickets.services import sweeping
from tickets.services.alerting import Counts
from tickets.services.sweeping import sweep
from tickets.states import ENDED, Grade, Outcome, Stage, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)


def handling(operator: Operator) -> Ticket:
    """A ticket that a department has."""
    return bring_to(Status.HANDLING, operator)


def only(ticket: Ticket, stage: Stage) -> StageClock:
    """The running clock of the stage; every other one of the ticket stands out of the sweep's way."""
    ticket.clocks.exclude(stage=stage).update(next_alert_at=None)
    return ticket.clocks.get(stage=stage, outcome=Outcome.RUNNING)


def set_times(clock: StageClock, start: dt.datetime, hours: int) -> StageClock:
    """Make it a clock of so many hours from `start`."""
    clock.started_at, clock.due_at = start, start + hours * HOUR
    clock.original_due_at = clock.due_at
    clock.warn_at = clock.next_alert_at = start + hours * HOUR * 9 / 10
    clock.limit = {"amount": str(hours), "unit": "h", "day_end": None, "soft": False}
    clock.save()
    return clock


def raised(clock: StageClock) -> list[tuple[str, Grade]]:
    return [(str(alert.threshold), Grade(alert.grade)) for alert in clock.alerts.order_by("threshold")]


def test_sc_08_the_chain_of_a_handle_clock(operator: Operator) -> None:
    """41 h from Friday 2026-09-25 16:00, the first day of Mid-Autumn; hours are elapsed time."""
    ticket = handling(operator)
    clock = set_times(only(ticket, Stage.HANDLE), when("09-25 16:00"), 41)
    chain = ["09-27 04:54", "09-27 09:00", "09-27 19:15", "09-28 05:30", "09-29 02:00"]
    for number, moment in enumerate(chain):
        assert sweep(when(moment) - SECOND).alerts == 0, moment
        assert clock.alerts.count() == number
        assert sweep(when(moment)).alerts == 1, moment
    assert raised(clock) == [
        ("0.90", Grade.WARNING),
        ("1.00", Grade.SUPERVISE),
        ("1.25", Grade.SUPERVISE),
        ("1.50", Grade.RAISED),
        ("2.00", Grade.RAISED),
    ]
    clock.refresh_from_db()
    assert clock.next_alert_at is None
    order = SupervisionOrder.objects.get(ticket=ticket)
    unit = order_of(ticket).unit
    assert (order.target_unit, order.issued_at, order.grade) == (unit, when("09-27 09:00"), Grade.RAISED)
    assert order.reply_due_at == when("09-28 09:00")
    assert set(order.cc_units.all()) == {unit.parent, unit.province, operator.group} - {unit}
    assert order.triggers.count() == 4


def test_each_alert_is_an_event_an_outbox_row_and_nothing_else_changes(operator: Operator) -> None:
    ticket = handling(operator)
    clock = only(ticket, Stage.HANDLE)
    before = Ticket.objects.filter(pk=ticket.pk).values("version", "status", "changed_at").get()
    sweep(clock.due_at)
    assert Ticket.objects.filter(pk=ticket.pk).values("version", "status", "changed_at").get() == before
    warning, late = TicketEvent.objects.filter(ticket=ticket, action="alert").order_by("seq")
    assert (warning.actor, warning.data["threshold"], late.data["threshold"]) == (None, "0.90", "1.00")
    assert late.data["supervision_seq"] == 1
    told = Outbox.objects.get(ticket=ticket, key__startswith="alert:")
    assert (told.kind, told.data["threshold"], told.data["to"]) == ("overdue", "1.00", ["user", "manager"])
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert record.faults_of(fresh, fresh.events.all()) == []


def test_twice_at_the_same_instant_does_nothing(operator: Operator) -> None:
    clock = only(handling(operator), Stage.HANDLE)
    assert sweep(clock.due_at).alerts == 2
    assert vars(sweep(clock.due_at)) == vars(Counts())
    assert Alert.objects.count() == 2
    # A clock that jumps back an hour and forward again raises nothing anew.
    assert sweep(clock.due_at - HOUR).alerts == sweep(clock.due_at + HOUR).alerts == 0


def test_after_an_outage_all_is_recorded_late_and_told_once(operator: Operator) -> None:
    clock = only(handling(operator), Stage.HANDLE)
    counts = sweep(clock.due_at + 1000 * HOUR)
    assert (counts.alerts, counts.late, counts.orders) == (5, 5, 1)
    told = Outbox.objects.get(key__startswith="alert:")
    assert told.kind == "raised"
    assert told.data["to"] == ["user", "manager", "parent", "province", "group"]


def test_late_begins_three_minutes_after(operator: Operator) -> None:
    clock = only(handling(operator), Stage.HANDLE)
    sweep(clock.warn_at + dt.timedelta(minutes=3))
    assert not Alert.objects.get().is_late


def test_beyond_due_only_for_some_stages_and_from_four_hours(operator: Operator) -> None:
    """Model 6: above 1.0 only handle, total and reply, and from 4 h overdue."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    dispatch = only(ticket, Stage.DISPATCH)
    sweep(dispatch.due_at + 1000 * HOUR)
    assert [text for text, _grade in raised(dispatch)] == ["0.90", "1.00"]
    short = set_times(only(handling(operator), Stage.HANDLE), when("11-24 10:00"), 1)
    sweep(short.due_at + 4 * HOUR - SECOND)
    assert [text for text, _grade in raised(short)] == ["0.90", "1.00"]
    sweep(short.due_at + 4 * HOUR)
    assert [text for text, _grade in raised(short)] == ["0.90", "1.00", "1.25", "1.50", "2.00"]


def test_b_05_a_soft_limit_only_warns(operator: Operator) -> None:
    clock = only(handling(operator), Stage.HANDLE)
    clock.limit = {**(clock.limit or {}), "soft": True}
    clock.save()
    sweep(clock.due_at + 1000 * HOUR)
    assert raised(clock) == [("0.90", Grade.WARNING)]


def test_one_open_order_for_a_ticket_and_a_unit(operator: Operator) -> None:
    """The handle clock and the whole course are another's; two clocks of one unit share an order."""
    ticket = handling(operator)
    handle = only(ticket, Stage.HANDLE)
    total = ticket.clocks.get(stage=Stage.TOTAL)
    total.unit_id, total.next_alert_at = handle.unit_id, total.warn_at
    total.save()
    sweep(max(handle.due_at, total.due_at))
    assert SupervisionOrder.objects.filter(ticket=ticket).count() == 1
    assert (
        SupervisionOrder.objects.get(ticket=ticket).triggers.count() == Alert.objects.exclude(grade="warning").count()
    )


@pytest.mark.parametrize("status", sorted(ENDED | {Status.ARCHIVED}))
def test_what_has_ended_never_alerts(operator: Operator, status: str) -> None:
    load_unicom(allow_decline=True)
    ended = bring_to(status, operator)
    sweep(when("12-31 00:00") + 10000 * HOUR)
    assert not Alert.objects.filter(ticket=ended).exists()


def test_a_closed_one_only_for_the_revisit(operator: Operator) -> None:
    bring_to(Status.CLOSED, operator)
    sweep(when("12-31 00:00"))
    assert {alert.clock.stage for alert in Alert.objects.all()} == {Stage.REVISIT}


def test_u_47_who_has_the_stage_is_accountable(operator: Operator) -> None:
    """Filling in is the channel's, the rest the centre's; a hand-over and a transfer move what still runs."""
    draft = bring_to(Status.DRAFT, operator)
    fill, total = draft.clocks.get(stage=Stage.FILL), draft.clocks.get(stage=Stage.TOTAL)
    assert (fill.unit, fill.user) == (draft.accepting_unit, draft.accepted_by)
    assert (total.unit, total.user) == (draft.owner_unit, draft.accepted_by)
    ticket = do(draft, "submit", operator)
    total.refresh_from_db()
    assert (total.unit, total.user) == (ticket.owner_unit, ticket.holder)
    fill.refresh_from_db()
    assert fill.user == draft.accepted_by  # it has stopped
    receiver = operator.user("dispatcher_b")
    do(ticket, "hand_over", operator, by="director_centre", receiver=receiver)
    do(ticket, "confirm_hand_over", operator, by="dispatcher_b")
    total.refresh_from_db()
    assert total.user == receiver


def test_a_stopped_clock_never_alerts_even_when_it_was_late(operator: Operator) -> None:
    ticket = handling(operator)
    handle = only(ticket, Stage.HANDLE)
    do(ticket, "withdraw", operator, at=handle.due_at + HOUR)
    assert sweep(handle.due_at + 2 * HOUR).alerts == 0


def test_what_is_held_back_waits(operator: Operator) -> None:
    ticket = handling(operator)
    Ticket.objects.filter(pk=ticket.pk).update(is_held_back=True)
    assert sweep(when("12-31 00:00")).alerts == 0


def test_a_bad_row_is_set_aside_and_reported(operator: Operator, caplog: pytest.LogCaptureFixture) -> None:
    bad, good = only(handling(operator), Stage.HANDLE), only(handling(operator), Stage.HANDLE)
    StageClock.objects.filter(pk=bad.pk).update(limit={"unit": "nonsense"})
    now = max(bad.due_at, good.due_at)
    with caplog.at_level(logging.ERROR):
        counts = sweep(now)
    assert (counts.alerts, counts.faults) == (2, 1)
    assert f"Clock {bad.pk} of ticket {bad.ticket_id} was set aside" in caplog.text
    bad.refresh_from_db()
    assert (bad.next_alert_at, bad.alerted) == (now + HOUR, 0)
    assert bad.fault
    assert sweep(now + HOUR - SECOND).faults == 0
    StageClock.objects.filter(pk=bad.pk).update(limit=good.limit)
    assert sweep(now + HOUR).alerts == 2
    bad.refresh_from_db()
    assert bad.fault == ""
    late = bad.alerts.order_by("pk").values_list("reached_at", "is_late")
    assert list(late) == [(bad.warn_at, True), (bad.due_at, True)]


def test_a_bad_clock_does_not_silence_the_others_of_its_ticket(operator: Operator) -> None:
    ticket = handling(operator)
    ticket.clocks.filter(stage=Stage.HANDLE).update(limit={"unit": "nonsense"})
    total = ticket.clocks.get(stage=Stage.TOTAL)
    counts = sweep(total.due_at + HOUR)
    assert counts.faults == 1
    assert raised(total)[:2] == [("0.90", Grade.WARNING), ("1.00", Grade.SUPERVISE)]


def test_what_was_set_aside_and_has_time_again_waits_for_its_threshold(operator: Operator) -> None:
    bad = only(handling(operator), Stage.HANDLE)
    now = bad.warn_at
    StageClock.objects.filter(pk=bad.pk).update(limit={"unit": "nonsense"})
    assert sweep(now).faults == 1
    later = now + 9 * HOUR
    StageClock.objects.filter(pk=bad.pk).update(limit=bad.limit, due_at=later + HOUR, warn_at=later)
    assert sweep(now + HOUR).alerts == 0
    bad.refresh_from_db()
    assert (bad.fault, bad.next_alert_at) == ("", later)


def test_many_need_no_more_statements_than_one(operator: Operator) -> None:
    """Model 6: bounded batches, the number of statements is the same for one clock and for many."""
    statements = []
    for tickets in (1, 6):
        for _number in range(tickets):
            only(handling(operator), Stage.HANDLE)
        with CaptureQueriesContext(connection) as asked:
            assert sweep(when("12-31 00:00")).alerts == 5 * tickets
        statements.append(len(asked))
        StageClock.objects.update(next_alert_at=None)
        SupervisionOrder.objects.update(reply_alerted_at=when("12-31 00:00"))
    assert statements[0] == statements[1] < 32


def test_a_limit_stops_it_and_the_rest_comes_next(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(5):
        only(handling(operator), Stage.HANDLE)
    now = when("11-25 05:00")
    first = sweep(now, limit=2)
    monkeypatch.setattr(sweeping, "BATCH", 2)
    rest = sweep(now)
    assert first.alerts > 0
    assert rest.alerts > first.alerts
    assert StageClock.objects.filter(next_alert_at__lte=now).count() == 0


def test_an_unanswered_order_is_reported_once(operator: Operator) -> None:
    clock = only(handling(operator), Stage.HANDLE)
    sweep(clock.due_at)
    order = SupervisionOrder.objects.get()
    StageClock.objects.update(next_alert_at=None)
    assert sweep(order.reply_due_at - SECOND).silent == 0
    assert sweep(order.reply_due_at).silent == 1
    assert sweep(order.reply_due_at + HOUR).silent == 0
    assert Outbox.objects.get(key=f"silent:{order.pk}").kind == "silent"
    assert TicketEvent.objects.filter(action="supervision_silent").count() == 1


def test_the_command_makes_one_pass_and_prints_counts(operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    only(handling(operator), Stage.HANDLE)
    call_command("sweep", now="2026-12-31 00:00")
    assert "5" in capsys.readouterr().out
    for wrong in ({"now": "yesterday"}, {"limit": 0}, {"now": "9999-12-31 12:00"}, {"now": "1999-12-31 12:00"}):
        with pytest.raises(CommandError):
            call_command("sweep", **wrong)
