"""Complaints and work orders in any state, brought there through the real write path.

`bring_to(status, operator)` and `order_in(status, operator)` are the two that most tests need; `do` performs one act
with the person and the data that it usually has. Data: a fixed-line fault in 南京, taken by the hotline.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import yaml

from complaints.models import Complaint
from complaints.services.intake import Matter, take
from complaints.services.remedies import propose_waiver
from core import clock
from core.clock import local_day
from organization.models import Unit, User
from organization.roles import Role
from organization.selectors import people_with
from tests.factories.organization import Operator
from tests.factories.remedies import remedy_data
from tickets.actions import HeldBy, order_actions_of
from tickets.models import (
    Attachment,
    DictionaryEntry,
    SchemeVersion,
    StageClock,
    SupervisionOrder,
    Ticket,
    TicketEvent,
    WorkOrder,
)
from tickets.models.attachment import AttachmentPurpose
from tickets.services.intake import Customer
from tickets.services.reporting_up import late_clocks
from tickets.services.schemes import load_scheme, shipped_text
from tickets.states import Kind, OrderStatus, Status
from tickets.workflow import perform

STEP = dt.timedelta(minutes=10)
DAY = dt.timedelta(days=1)
CUSTOMER = Customer(name="张伟", phone="13812345678", service_number="NJ05270001", address="南京市鼓楼区中山路1号")

# Who usually does an act; a director, a handler and a revisitor are those of the unit concerned.
_USUAL: dict[str, Role] = {
    "submit": Role.AGENT,
    "answer_on_spot": Role.AGENT,
    "void": Role.AGENT,
    "instruct": Role.APPROVER,
    "return_instruction": Role.APPROVER,
    "assign": Role.SUPERVISOR,
    "unmerge": Role.SUPERVISOR,
    "unarchive": Role.SUPERVISOR,
    "supervise": Role.SUPERVISOR,
    "chase": Role.SUPERVISOR,
    "judge_supervision": Role.SUPERVISOR,
    "approve_clearance": Role.DIRECTOR,
    "refuse_clearance": Role.DIRECTOR,
    "approve_pause": Role.DIRECTOR,
    "refuse_pause": Role.DIRECTOR,
    "approve_extension": Role.DIRECTOR,
    "refuse_extension": Role.DIRECTOR,
    "adjudicate_delay": Role.SUPERVISOR,
    "adjudicate_responsibility": Role.SUPERVISOR,
    "settle_responsibility": Role.SUPERVISOR,
    "approve": Role.DIRECTOR,
    "refuse": Role.DIRECTOR,
    "reassign": Role.DIRECTOR,
    "attempt_revisit": Role.REVISITOR,
    "revisit": Role.REVISITOR,
}
_BY_THE_UNIT_AT_WORK = {"propose_responsibility": Role.HANDLER, "contest_responsibility": Role.DIRECTOR}
_BY_THE_UNIT_SUPERVISED = frozenset({"acknowledge_supervision", "reply_supervision"})
_BY_THE_SYSTEM = frozenset({"archive", "collect", "rate", "rate_low", "recompute_clocks", "to_dispatch"})


@dataclass(frozen=True)
class Act:
    """A step on the way to a state: the act, what it needs beyond its default data, and how long after the last."""

    name: str
    order: int | None = None
    after: dt.timedelta = STEP
    data: dict[str, Any] = field(default_factory=dict)


_SENT = (Act("submit"), Act("dispatch"))
_SIGNED = (*_SENT, Act("claim", 1))
_UNDER_REVIEW = (*_SIGNED, Act("reply", 1))
_REPLIED = (*_UNDER_REVIEW, Act("approve", 1))
_COLLECTED = (*_REPLIED, Act("accept", 1))
_CLOSED = (*_COLLECTED, Act("answer"))
_NOT_REACHED = (Act("record_attempt"), Act("record_attempt"), Act("record_attempt", after=dt.timedelta(days=1)))
_DISSATISFIED = Act("revisit", data={"satisfaction": "dissatisfied", "is_solved": False})

PATHS: dict[str, tuple[Act, ...]] = {
    Status.DRAFT: (),
    Status.PENDING_DISPATCH: (Act("submit"),),
    Status.PENDING_INSTRUCTION: (Act("submit"), Act("request_instruction")),
    Status.HANDLING: _SENT,
    Status.PENDING_ANSWER: _COLLECTED,
    Status.PENDING_CLEARANCE: (*_COLLECTED, *_NOT_REACHED, Act("answer", data={"closure_code": "no_contact"})),
    Status.CLOSED: _CLOSED,
    Status.PENDING_SCREENING: (*_CLOSED, _DISSATISFIED),
    Status.REVISITED: (*_CLOSED, Act("revisit")),
    Status.ARCHIVED: (*_CLOSED, Act("revisit"), Act("archive", after=dt.timedelta(days=1))),
    Status.DECLINED: (Act("decline"),),  # needs a scheme with `allow_decline`
    Status.WITHDRAWN: (Act("submit"), Act("withdraw")),
    Status.MERGED: (Act("submit"), Act("merge")),
    Status.VOID: (Act("void"),),
}
_RETURNING = (*_SIGNED, Act("request_return", 1))
ORDER_PATHS: dict[str, tuple[Act, ...]] = {
    OrderStatus.SENT: _SENT,
    OrderStatus.HANDLING: _SIGNED,
    OrderStatus.PENDING_REVIEW: _UNDER_REVIEW,
    OrderStatus.REPLIED: _REPLIED,
    OrderStatus.ACCEPTED: _COLLECTED,
    OrderStatus.RETURN_REQUESTED: _RETURNING,
    OrderStatus.RETURNED: (*_RETURNING, Act("accept_return", 1)),
    OrderStatus.RECALLED: (*_SENT, Act("recall", 1)),
}


def handled_since(operator: Operator, at: dt.datetime) -> Ticket:
    """A provincial complaint that the fixed-line department got at an instant: its `handle` clock runs 41 h (U-31)."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator, accepted_at=at - STEP, level="provincial")
    return do(ticket, "dispatch", operator, at=at)


def when(text: str) -> dt.datetime:
    """An instant of 2026 from "11-23 09:00" in Shanghai, seconds optional; 24:00 is the next midnight."""
    day, moment = text.split()
    if moment == "24:00":
        return when(f"{day} 00:00") + dt.timedelta(days=1)
    return clock.parse_instant(f"2026-{day} {moment}")


def load_unicom(*, text: str = "", **options: Any) -> SchemeVersion:
    """The shipped scheme `unicom` (or `text`) as the current one, with these options changed where given."""
    text = text or shipped_text("unicom")
    if options:
        document = yaml.safe_load(text)
        document["options"] |= options
        text = yaml.safe_dump(document, allow_unicode=True)
    return load_scheme(text, name="unicom")[0]


def entry(dimension: str, code: str) -> DictionaryEntry:
    """A dictionary entry of the loaded scheme."""
    return DictionaryEntry.objects.get(dimension=dimension, code=code)


def take_complaint(
    operator: Operator,
    *,
    by: User | None = None,
    at: dt.datetime | None = None,
    customer: Customer = CUSTOMER,
    home: Unit | None = None,
    repeat_of: Ticket | None = None,
    **matter: Any,
) -> Complaint:
    """A draft, taken at `at` (default now) by the hotline of 江苏 for a customer in 南京; `matter`: fields of `Matter`,
    its channel and classes as entries."""
    at = at or clock.now()
    reported = clock.local_day(at) - dt.timedelta(days=2)
    fields: dict[str, Any] = {
        "summary": "宽带断网两天",
        "description": "宽带报障超过24小时仍未修复，要求尽快恢复并减免日租。",
        "extra": {
            "fault_reported_at": f"{reported}T20:00:00+08:00",
            "fault_address": "南京市鼓楼区中山路1号",
            "repair_progress": "已派维修，未上门",
            "over_24_hours": True,
        },
    }
    fields |= {"channel": entry("channel", "hotline")} if "channel" not in matter else {}
    if "business_type" not in matter:
        fields["business_type"] = entry("business_type", "broadband")
        fields["complaint_type"] = entry("complaint_type", "fixed_fault")
    return take(
        by=by or operator.user("agent"),
        customer=customer,
        matter=Matter(**(fields | matter)),
        home=home or operator.js.cities[0].unit,
        repeat_of=repeat_of,
        at=at,
    )


def bring_to(
    status: str,
    operator: Operator,
    *,
    ticket: Ticket | None = None,
    accepted_at: dt.datetime | None = None,
    **intake: Any,
) -> Complaint:
    """A complaint in `status`, its steps ten minutes apart (attempts to reach the customer and the archive: a day).

    It is accepted at `accepted_at`, by default so long ago that it reached the state just now. `ticket` goes on with
    a draft made before; else `intake` goes to `take_complaint`. A merged one gets an older draft to be merged into.
    """
    path = PATHS[status]
    at = accepted_at or (
        ticket.accepted_at if ticket else clock.now() - sum((act.after for act in path), dt.timedelta())
    )
    if status == Status.MERGED:
        take_complaint(operator, at=at - STEP)
    ticket = ticket or take_complaint(operator, at=at, **intake)
    return _walk(ticket, path, operator, at)


def order_in(
    status: str, operator: Operator, *, accepted_at: dt.datetime | None = None, beside: bool = False, **intake: Any
) -> WorkOrder:
    """A work order of the fixed-line department in `status`, the first of its ticket (`order.ticket`).

    A lead order of the network department is open beside it where the order has ended, so that the ticket is still
    being handled; with `beside` always.
    """
    path = ORDER_PATHS[status]
    at = accepted_at or clock.now() - sum((act.after for act in path), dt.timedelta())
    ticket: Ticket = take_complaint(operator, at=at, **intake)
    if beside or status in (OrderStatus.ACCEPTED, OrderStatus.RETURNED, OrderStatus.RECALLED):
        both = [{"unit": operator.js.fixed_line, "role": "lead"}, {"unit": operator.js.network, "role": "lead"}]
        path = tuple(Act("dispatch", data={"orders": both}) if act.name == "dispatch" else act for act in path)
    return order_of(_walk(ticket, path, operator, at))


def do(
    ticket: Ticket,
    act: str,
    operator: Operator,
    *,
    by: str | User | None = None,
    at: dt.datetime | None = None,
    order: int | None = None,
    expected_version: int | None = None,
    **data: Any,
) -> Complaint:
    """Perform one act: by the usual person unless `by` (a user or user name) is given, at `at` (default now), with the
    usual data, `data` over it. Returns the ticket as it is afterwards."""
    ticket = Complaint.objects.get(pk=ticket.pk)
    user = usual_person(act, operator, ticket, order) if by is None else by
    if isinstance(user, str):
        user = operator.user(user)
    given = default_data(act, operator, ticket) | data
    return perform(ticket.pk, act, by=user, at=at, order=order, expected_version=expected_version, **given)  # type: ignore[return-value]


def usual_person(act: str, operator: Operator, ticket: Ticket, order: int | None = None) -> User | None:
    """Who does an act in everyday work; None for the system."""
    if act in _BY_THE_SYSTEM:
        return None
    if act in _BY_THE_UNIT_AT_WORK:
        return _first(_BY_THE_UNIT_AT_WORK[act], _at_work(ticket))
    if act in _BY_THE_UNIT_SUPERVISED:
        unit = ticket.supervisions.latest("seq").target_unit
        return _first(Role.DISPATCHER if unit == ticket.owner_unit else Role.HANDLER, unit)
    target = ticket.work_orders.filter(seq=order).first() if order is not None else None
    if target is not None and order_actions_of(Kind.COMPLAINT)[act].held_by is HeldBy.UNIT:
        return _first(_USUAL.get(act, Role.HANDLER), target.unit)
    if target is not None and target.parent is not None:
        return _first(Role.HANDLER, target.parent.unit)
    role = _USUAL.get(act, Role.DISPATCHER)
    if role == Role.AGENT:
        return User.objects.get(pk=ticket.accepted_by_id)
    owner = operator.js.centre if ticket.status == Status.DRAFT else ticket.owner_unit
    return _first(role, owner)


def default_data(act: str, operator: Operator, ticket: Ticket) -> dict[str, Any]:
    """What an act's form would hold. Merging goes into the oldest open ticket besides this one."""
    js = operator.js
    if act == "merge":
        older = Ticket.objects.open().exclude(pk=ticket.pk).order_by("accepted_at").first()
        return {"into": older.pk} if older else {}
    if act in ("rate", "rate_low"):
        link = ticket.ratings.last()
        return {"rating": link.pk if link else 0, "score": 1 if act == "rate_low" else 5, "words": "谢谢"}
    if act == "adjudicate_delay":
        return {"clock": next(iter(late_clocks(ticket, clock.now())), 0), "is_excused": True, "ground": "台风停电"}
    if act == "remove_attachment":
        return {"attachment": sign_record(ticket, operator.user("agent")).pk, "reason": "错传他人资料"}
    if act == "reassign":
        return {"user": operator.user("handler_b")}
    if act == "grant_waiver":
        waiver = propose_waiver(ticket, clock.now())
        return {"days": waiver.days if waiver else 0}
    if act == "supervise":
        order = ticket.work_orders.order_by("seq").last()
        unit = order.unit_id if order else ticket.owner_unit_id
        return {"unit": unit, "trigger": "key", "grade": "supervise", "demand": "请于今日内说明处理进展"}
    if act in ("propose_responsibility", "adjudicate_responsibility", "settle_responsibility"):
        share = {"unit": _at_work(ticket), "liability_class": "business_error", "stage": "handle", "percent": 100}
        return {"attribution": "company", "ground": "割接未通知客户", "shares": [share]}
    if act == "contest_responsibility":
        return {"ground": "割接由网络部安排"}
    if act in ("acknowledge_supervision", "reply_supervision", "judge_supervision"):
        latest = ticket.supervisions.order_by("seq").last()
        answer = {"text": "已加派人员，今日十八时前修复"} if act == "reply_supervision" else {}
        verdict = {"verdict": "satisfactory", "score": 0} if act == "judge_supervision" else {}
        return {"supervision": latest.pk if latest else 0, **answer, **verdict}
    if act == "hand_over":
        return {"receiver": operator.user("dispatcher_b"), "note": "下班交接"}
    answer = {
        "mode": "phone",
        "person_told": "张伟",
        "content": "光猫已更换，宽带恢复正常。",
        "attitude": "satisfied",
        "closure_code": "resolved",
    }
    data: dict[str, dict[str, Any]] = {
        "chase": {"demand": "客户多次来电，请尽快处理"},
        "answer": answer,
        "answer_on_spot": answer,
        "dispatch": {"orders": [{"unit": js.fixed_line, "role": "lead", "demand": "请于时限内修复"}]},
        "assign": {"unit": js.fixed_line, "demand": "由固网运维部负责到底"},
        "reply": {"finding": "光猫故障", "measure": "已更换光猫，测试正常", "restored_at": ticket.accepted_at + STEP},
        "request_return": {"reason": "not_our_business", "note": "属网络部职责", "proper_unit": js.network},
        "transfer": {"unit": js.network, "demand": "请核查主干光缆"},
        "ask_assistant": {"unit": js.service, "demand": "请安抚客户"},
        "revisit": {"satisfaction": "satisfied", "is_solved": True, "speed": 5, "attitude": 5, "outcome": 4},
        "attempt_revisit": {"remark": "无人接听"},
        "record_attempt": {"text": "拨打两次无人接听"},
        "request_instruction": {"text": "客户要求赔偿，请批示"},
        "instruct": {"text": "同意按日租减免处理"},
        "interim_reply": {"mode": "phone", "content": "维修人员已上路，今日内恢复"},
        "add_contact": {"kind": "urging", "text": "客户来电催促"},
        "add_note": {"text": "客户明日出差"},
        "fill_in": {"changes": {"summary": "宽带断网三天", "is_urgent": True}},
        "amend": {"changes": {"summary": "宽带断网三天"}},
        "reclassify": {"level": "provincial"},
        "transfer_centre": {"unit": operator.zj.unit},
        "fulfil_promise": {"text": "已按承诺完成改造"},
        "ask_pause": {"reason": "customer", "ground": "客户出差，周三回", "until": clock.now() + 2 * DAY},
        "ask_extension": {"ground": "备件未到", "due": clock.now() + 4 * DAY},
        "upgrade": {"demand": "请总部协调骨干网资源"},
        "report_serious": {"text": "多名记者到场"},
    }
    return data.get(act, remedy_data(act, ticket) | {"reason": "情况说明", "note": "情况说明"})


def order_of(ticket: Ticket, seq: int = 1) -> WorkOrder:
    """A work order by its number in the ticket, as it is now."""
    return WorkOrder.objects.select_related("unit", "ticket").get(ticket=ticket.pk, seq=seq)


def supervision_of(ticket: Ticket, seq: int = 1) -> SupervisionOrder:
    """A supervision order by its number in the ticket, as it is now."""
    return SupervisionOrder.objects.select_related("target_unit", "ticket").get(ticket=ticket.pk, seq=seq)


def clock_of(ticket: Ticket, stage: str, **which: Any) -> StageClock:
    """The latest clock of a stage; `which` are further conditions, such as round or work_order__seq."""
    found = StageClock.objects.filter(ticket=ticket.pk, stage=stage, **which).order_by("-pk").first()
    assert found is not None, f"no {stage} clock"
    return found


def last_event(ticket: Ticket) -> TicketEvent:
    """What happened last."""
    return TicketEvent.objects.filter(ticket=ticket.pk).latest("seq")


def sign_record(ticket: Ticket, by: User) -> Attachment:
    """The record signed by the customer (U-34), as if it had been uploaded."""
    return Attachment.objects.create(
        ticket=ticket,
        purpose=AttachmentPurpose.SIGNATURE,
        file="attachments/00/signed",
        name="签字.jpg",
        content_type="image/jpeg",
        size=1,
        sha256="0" * 64,
        at=clock.now(),
        by=by,
    )


def _walk(ticket: Ticket, path: tuple[Act, ...], operator: Operator, at: dt.datetime) -> Complaint:
    for act in path:
        at += act.after
        ticket = do(ticket, act.name, operator, at=at, order=act.order, **act.data)
    return Complaint.objects.get(pk=ticket.pk)


def _at_work(ticket: Ticket) -> Unit:
    """The unit that got the last work order, else the centre."""
    order = ticket.work_orders.order_by("seq").last()
    return order.unit if order else ticket.owner_unit


def _first(role: Role, unit: Unit) -> User:
    return people_with(role, unit, local_day(clock.now()))[0]
