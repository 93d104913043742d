"""What holds for a ticket in two tiers after every step: who has it, when which clock runs and until when, and its
reports (model 3.2, 3.3, 4), computed from its events, orders and reports alone: for the random walks."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from core.clock import SHANGHAI
from tests.walks import times
from tests.walks.passages import (
    HOUR,
    SECOND,
    Passage,
    end_of_day,
    end_of_working_day,
    of_orders,
    of_stage,
    own,
    rejected_before,
    worked,
)
from tickets.models import Answer, Report, StageClock, Ticket
from tickets.states import CLOSED, ENDED, OPEN, Kind, Outcome, Stage, Status

WITH_PROVINCE = {Status.PENDING_SIGN, Status.HANDLING}
NOT_YET_GIVEN = {Status.DRAFT, Status.RECEIVED, Status.PENDING_DISPATCH}
LEAST = 2 * HOUR  # of a further attempt
HANDLE_DAYS = {"broadband": 7, "wcdma": 3, "lte": 3}  # U-62, working days
HANDLE_HOURS, DISPATCH_HOURS, REPLY_HOURS, COURSE_DAYS = 96, 24, 48, 7  # U-88, on working days
COUNTED_ON_WORKING_DAYS = {
    Kind.ESCALATION: {Stage.HANDLE, Stage.REVIEW},
    Kind.APPEAL: {Stage.HANDLE, Stage.DISPATCH, Stage.REPLY, Stage.TOTAL},
}
OWN_STAGE = {
    Kind.ESCALATION: {
        Status.DRAFT: Stage.FILL,
        Status.PENDING_DISPATCH: Stage.DISPATCH,
        Status.PENDING_SIGN: Stage.HANDLE,
        Status.HANDLING: Stage.HANDLE,
        Status.PENDING_REVIEW: Stage.REVIEW,
    },
    Kind.APPEAL: {
        Status.RECEIVED: Stage.DISPATCH,
        Status.PENDING_SIGN: Stage.HANDLE,
        Status.HANDLING: Stage.HANDLE,
        Status.PENDING_REVIEW: Stage.REPLY,
        Status.PENDING_REPLY: Stage.REPLY,
    },
}
CLOSING = {"approve", "answer_on_spot", "reply_regulator"}


def closing_answer(ticket: Ticket) -> Answer | None:
    """What the customer was told, where the ticket is closed with that."""
    events = list(ticket.events.all())
    closings = [one for one in events if one.from_status in OPEN and one.to_status in CLOSED]
    if ticket.status not in CLOSED or closings[-1].action not in CLOSING:
        return None
    reports = [row for row in ticket.reports.all() if row.verdict == "approved"]
    return reports[-1].answer if reports else list(ticket.answers.all())[-1]


def expected(ticket: Ticket) -> list[Passage]:
    """The clocks that model 4 has running now."""
    if ticket.status in CLOSED:
        return _after_closing(ticket)
    stages = [OWN_STAGE[Kind(ticket.kind)][Status(ticket.status)]]
    if ticket.kind == Kind.APPEAL:
        stages += [Stage.TOTAL] + ([Stage.REGULATOR] if ticket.appeal_detail.regulator_due_at else [])
    return [(stage, None) for stage in stages] + of_orders(ticket)


def _after_closing(ticket: Ticket) -> list[Passage]:
    """The group's call-back, and a promise until it is kept."""
    events = list(ticket.events.all())
    closing = max(
        index for index, event in enumerate(events) if event.from_status in OPEN and event.to_status in CLOSED
    )
    due = [Stage.REVISIT] if ticket.status in (Status.PENDING_REVISIT, Status.REPLIED) else []
    answer = closing_answer(ticket)
    is_kept = any(event.action == "fulfil_promise" for event in events[closing:])
    if answer is not None and answer.promised_for is not None and not is_kept:
        due.append(Stage.FOLLOW_UP)
    return [(stage, None) for stage in due]


def check(ticket: Ticket) -> None:
    """Custody, the reports, the province's attempts and the regulator's deadline."""
    _check_custody(ticket)
    _check_reports(ticket)
    _check_attempts(ticket)
    _check_regulator(ticket)
    assert not ticket.needs_assignment, "nobody can assign it"
    for row in own(ticket, Stage.HANDLE):
        assert row.unit.province_id is not None, "the group has no time of the province's"


def _check_custody(ticket: Ticket) -> None:
    """The group has it, or the centre of the province that it was given to; so does whoever holds it."""
    if ticket.status in ENDED:
        return
    with_province = ticket.status in WITH_PROVINCE
    if with_province:
        assert ticket.owner_unit.province_id == ticket.province_id is not None
        assert ticket.province is not None
        assert ticket.owner_unit.code == f"{ticket.province.code}-CENTRE"
    else:
        assert ticket.owner_unit == ticket.accepting_unit
    if ticket.status in NOT_YET_GIVEN:
        assert (ticket.province_id, ticket.city_id) == (None, None), "a province that has nothing to do with it"
    if ticket.city is not None:
        assert ticket.city.province_id == ticket.province_id
    if ticket.status == Status.PENDING_SIGN:
        assert ticket.holder is None
    if ticket.status == Status.HANDLING and ticket.holder is None:
        assert list(ticket.reports.all())[-1].ground, "it is in hand, and nobody holds it"  # the group objected
    if ticket.holder is not None:
        places = {row.unit.province_id for row in ticket.holder.memberships.all()}
        assert places == {ticket.province_id if with_province else None}, f"{ticket.holder.username} holds it"
    for row in ticket.clocks.all():
        if row.outcome == Outcome.RUNNING and row.work_order_id is None and row.stage != Stage.FILL:
            assert row.unit_id == ticket.owner_unit_id, f"another unit answers for {row.stage}"


def _check_reports(ticket: Ticket) -> None:
    """Versions without gaps, at most one that waits, and that only while the group reviews; none without the customer
    having been told, or tried often enough; nobody reviews his own."""
    reports = list(ticket.reports.all())
    assert [row.version for row in reports] == list(range(1, len(reports) + 1))
    waiting = [row for row in reports if not row.verdict]
    if ticket.status in OPEN | CLOSED - {Status.CONCLUDED, Status.ARCHIVED}:
        assert waiting == (reports[-1:] if ticket.status == Status.PENDING_REVIEW else []), "reports that wait"
    assert all(row.reviewed_by_id != row.by_id for row in reports)
    for row in reports:
        if not row.ground:
            assert row.answer is not None or tried_enough(ticket, row), f"report {row.version} on nothing"
            assert row.answer is None or row.answer.round == row.round


def tried_enough(ticket: Ticket, report: Report | None = None, since: dt.datetime | None = None) -> bool:
    """Whether three attempts on two days failed in the round of a report, by default in the present one; not before
    `since` where it is given."""
    number = report.round if report else ticket.round
    begins = [ticket.accepted_at, *(event.at for event in ticket.events.all() if event.action == "rework")]
    tried = [note.at for note in ticket.notes.all() if note.kind == "not_reached" and note.at >= begins[number - 1]]
    if since is not None:
        tried = [at for at in tried if at >= since]
    if report is not None:
        tried = [at for at in tried if at <= report.at]
    return len(tried) >= 3 and len({at.astimezone(SHANGHAI).date() for at in tried}) >= 2


def _check_attempts(ticket: Ticket) -> None:
    """A province that gets it back in the same round goes on with what it left unused, two hours at least: all its
    attempts together never exceed its limit by more than that for each time."""
    passages: dict[tuple[int, int], list[StageClock]] = {}
    for row in own(ticket, Stage.HANDLE):
        passages.setdefault((row.round, row.unit_id), []).append(row)
    for rows in passages.values():
        for before, row in pairwise(rows):
            assert before.stopped_at is not None
            left = worked(before.stopped_at, before.due_at)
            assert worked(row.started_at, row.due_at) == max(left, LEAST), "time bought by a return"
        first = worked(rows[0].started_at, rows[0].due_at)
        had = sum((worked(row.started_at, min(row.stopped_at or row.due_at, row.due_at)) for row in rows), 0 * HOUR)
        assert had <= first + LEAST * (len(rows) - 1)


def _check_regulator(ticket: Ticket) -> None:
    """The regulator's deadline never stands still, and stops only when it is answered or the appeal ends."""
    if ticket.kind != Kind.APPEAL:
        return
    for row in of_stage(ticket, Stage.REGULATOR):
        assert not row.pauses
        assert row.paused_at is None
        if row.outcome == Outcome.RUNNING:
            assert row.due_at == ticket.appeal_detail.regulator_due_at
        elif row.outcome != Outcome.CANCELLED:
            assert row.stopped_at == ticket.appeal_detail.replied_at


def counted(row: StageClock) -> int:
    """Seconds between the start and the stop of a clock, those of working days where its limit counts these."""
    assert row.stopped_at is not None
    is_own = row.work_order_id is None
    if is_own and row.stage in COUNTED_ON_WORKING_DAYS[Kind(row.ticket.kind)]:
        return worked(row.started_at, row.stopped_at) // SECOND
    return times.counted(row)


def check_due(ticket: Ticket, row: StageClock) -> None:
    """A running clock of the ticket itself is due when the sources say; for those of orders see `check_sent`."""
    if row.work_order_id is not None:
        return
    earlier = [one for one in own(ticket, Stage.HANDLE) if one.pk < row.pk]
    is_again = any((one.round, one.unit_id) == (row.round, row.unit_id) for one in earlier)
    match ticket.kind, row.stage:
        case _, Stage.HANDLE if is_again:
            return  # see `_check_attempts`
        case Kind.ESCALATION, Stage.HANDLE:
            assert ticket.business_type is not None
            assert row.due_at == end_of_working_day(row.started_at, HANDLE_DAYS[ticket.business_type.code])
        case Kind.ESCALATION, Stage.FILL:
            assert row.due_at == row.started_at + HOUR
        case Kind.ESCALATION, Stage.DISPATCH:
            assert row.due_at == row.started_at + 4 * HOUR
        case Kind.ESCALATION, Stage.REVIEW:
            assert row.due_at == end_of_working_day(row.started_at, 1)
        case Kind.APPEAL, Stage.HANDLE | Stage.DISPATCH | Stage.REPLY:
            hours = {Stage.HANDLE: HANDLE_HOURS, Stage.DISPATCH: DISPATCH_HOURS, Stage.REPLY: REPLY_HOURS}
            assert worked(row.started_at, row.due_at) == hours[Stage(row.stage)] * HOUR
        case Kind.APPEAL, Stage.TOTAL:
            assert row.due_at == end_of_working_day(row.started_at, COURSE_DAYS)
        case _, Stage.REVISIT:
            assert row.due_at == end_of_day(row.started_at, 7)
        case _:
            assert row.stage in (Stage.REGULATOR, Stage.FOLLOW_UP), f"{row.stage} in {ticket.status}"


def check_sent(ticket: Ticket, row: StageClock) -> None:
    """The clock of an order just sent is due with what the order is part of; what was rejected has what it left unused,
    two hours at least, and no longer than that."""
    order = next(one for one in ticket.work_orders.all() if one.pk == row.work_order_id)
    running = [one for one in of_stage(ticket, Stage.HANDLE) if one.outcome == Outcome.RUNNING]
    above = next(one.due_at for one in running if one.work_order_id == order.parent_id)
    before = rejected_before(ticket, row)
    if before is None:
        assert row.due_at == above, "an order due by itself"
        return
    assert before.stopped_at is not None
    left = row.started_at + max(before.due_at - before.stopped_at, LEAST)
    assert row.due_at == (min(left, above) if above > row.started_at + LEAST else left), "time bought by a rejection"
