"""Escalated complaints in any state, brought there through the real write path.

The group's officer takes one for a customer in 南京 and gives it to 江苏, whose liaison reports; `act` does one step
with the person and the data that it usually has.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from core import clock
from escalations.models import Escalation
from escalations.services.intake import Matter, take
from organization.models import Unit, User
from tests.factories.organization import Operator
from tests.factories.tickets import CUSTOMER, DAY, ORDER_PATHS, STEP, Act, default_data, entry, order_of
from tickets.models import Ticket, WorkOrder
from tickets.services.intake import Customer
from tickets.states import Status
from tickets.workflow import perform

# Who usually does an act on the ticket; the officer does the rest.
_USUAL = {
    **dict.fromkeys(("sign", "misrouted", "send_orders", "answer_customer", "record_attempt", "report"), "liaison"),
    **dict.fromkeys(("supervise", "chase", "judge_supervision", "unmerge"), "group_supervisor"),
    **dict.fromkeys(("adjudicate_delay", "adjudicate_responsibility", "settle_responsibility"), "group_supervisor"),
}
# And on a work order of the fixed-line department.
_USUAL_ON_ORDERS = {
    **dict.fromkeys(("accept", "reject", "recall", "accept_return", "refuse_return"), "liaison"),
    **dict.fromkeys(("approve", "refuse", "approve_extension", "refuse_extension", "reassign"), "director"),
}
_BY_THE_SYSTEM = frozenset({"archive", "recompute_clocks"})

_GIVEN = (Act("submit"), Act("dispatch"))
_SIGNED = (*_GIVEN, Act("sign"))
_REPORTED = (*_SIGNED, Act("answer_customer"), Act("report"))
_APPROVED = (*_REPORTED, Act("approve"))
_DISSATISFIED = Act("revisit", data={"satisfaction": "dissatisfied", "is_solved": False})
PATHS: dict[str, tuple[Act, ...]] = {
    Status.DRAFT: (),
    Status.PENDING_DISPATCH: (Act("submit"),),
    Status.PENDING_SIGN: _GIVEN,
    Status.HANDLING: _SIGNED,
    Status.PENDING_REVIEW: _REPORTED,
    Status.PENDING_REVISIT: _APPROVED,
    Status.PENDING_SCREENING: (*_APPROVED, _DISSATISFIED),
    Status.CLOSED: (*_APPROVED, Act("revisit")),
    Status.ARCHIVED: (*_APPROVED, Act("revisit"), Act("archive", after=DAY)),
    Status.WITHDRAWN: (Act("submit"), Act("withdraw")),
    Status.MERGED: (Act("submit"), Act("merge")),
    Status.VOID: (Act("void"),),
}
NOT_REACHED = (Act("record_attempt"), Act("record_attempt"), Act("record_attempt", after=DAY))


def take_escalation(
    operator: Operator,
    *,
    by: User | None = None,
    at: dt.datetime | None = None,
    customer: Customer = CUSTOMER,
    home: Unit | None = None,
    made_of: Ticket | None = None,
    **matter: Any,
) -> Escalation:
    """A draft, taken at `at` (default now) at the group's centre; `matter`: fields of `Matter`, classes as entries."""
    fields: dict[str, Any] = {
        "channel": entry("channel", "manager_hotline"),
        "summary": "省内多次未解决断网",
        "description": "宽带断网一周，省内投诉两次未解决，要求总部督办。",
        "business_type": entry("business_type", "broadband"),
        "complaint_type": entry("complaint_type", "fixed_fault"),
    }
    return take(
        by=by or operator.user("escalation_officer"),
        customer=customer,
        matter=Matter(**(fields | matter)),
        home=home or operator.js.cities[0].unit,
        made_of=made_of,
        at=at or clock.now(),
    )


def mobile() -> dict[str, Any]:
    """The classes of a mobile matter, whose province has three working days (U-62)."""
    return {
        "business_type": entry("business_type", "lte"),
        "complaint_type": entry("complaint_type", "mobile_network"),
    }


def act(
    ticket: Ticket,
    name: str,
    operator: Operator,
    *,
    by: str | User | None = None,
    at: dt.datetime | None = None,
    order: int | None = None,
    expected_version: int | None = None,
    **data: Any,
) -> Escalation:
    """Perform one act: by the usual person unless `by` (a user or user name) is given, at `at` (default now), with the
    usual data, `data` over it. Returns the ticket as it is afterwards."""
    user = usual_person(name, operator, on_order=order is not None) if by is None else by
    if isinstance(user, str):
        user = operator.user(user)
    given = data_for(name, operator, Escalation.objects.get(pk=ticket.pk), on_order=order is not None) | data
    return perform(ticket.pk, name, by=user, at=at, order=order, expected_version=expected_version, **given)  # type: ignore[return-value]


def usual_person(name: str, operator: Operator, *, on_order: bool = False) -> User | None:
    """Who does an act in everyday work; None for the system."""
    if name in _BY_THE_SYSTEM:
        return None
    usual = _USUAL_ON_ORDERS.get(name, "handler") if on_order else _USUAL.get(name, "escalation_officer")
    return operator.user(usual)


def data_for(name: str, operator: Operator, ticket: Ticket, *, on_order: bool = False) -> dict[str, Any]:
    """What an act's form would hold. Merging goes into the oldest open escalated complaint besides this one."""
    if name == "merge":
        older = Escalation.objects.get_queryset().open().exclude(pk=ticket.pk).order_by("accepted_at").first()
        return {"into": older.pk} if older else {}
    if name == "hand_over":
        return {"receiver": operator.user("dispatcher_b")}
    if on_order:
        return default_data(name, operator, ticket)
    own: dict[str, dict[str, Any]] = {
        "dispatch": {"province": operator.js.unit},
        "redispatch": {"province": operator.zj.unit, "reason": "客户现居浙江"},
        "misrouted": {"reason": "该号码归属浙江"},
        "send_orders": default_data("dispatch", operator, ticket),
        "answer_customer": default_data("answer", operator, ticket),
        "report": {
            "result": "更换入户光缆，网速恢复。",
            "customer_told": "已电话告知，客户满意。",
            "measures": "排查同批光缆。",
        },
        "approve": {"remark": ""},
        "return_report": {"remark": "未写明整改措施的完成时间"},
        "reclassify": {"is_urgent": True},
    }
    return own.get(name) or default_data(name, operator, ticket)


def bring_escalation(
    status: str,
    operator: Operator,
    *,
    ticket: Ticket | None = None,
    accepted_at: dt.datetime | None = None,
    **intake: Any,
) -> Escalation:
    """An escalated complaint in `status`, its steps ten minutes apart (the archive: a day).

    It is accepted at `accepted_at`, by default so long ago that it reached the state just now; `ticket` goes on with a
    draft made before. A merged one gets an older one to be merged into.
    """
    path = PATHS[status]
    at = accepted_at or (
        ticket.accepted_at if ticket else clock.now() - sum((step.after for step in path), dt.timedelta())
    )
    if status == Status.MERGED:
        take_escalation(operator, at=at - STEP)
    ticket = ticket or take_escalation(operator, at=at, **intake)
    return walk(ticket, path, operator, at)


def order_in_escalation(status: str, operator: Operator) -> WorkOrder:
    """A work order of the fixed-line department in `status`, which the liaison sent; the ticket is in handling."""
    ticket = bring_escalation(Status.HANDLING, operator)
    path = tuple(step for step in ORDER_PATHS[status] if step.order is not None)
    walk(ticket, (Act("send_orders"), *path), operator, clock.now() - STEP * (len(path) + 1))
    return order_of(ticket)


def walk(ticket: Ticket, path: tuple[Act, ...], operator: Operator, at: dt.datetime) -> Escalation:
    """Do the steps of a path one after the other from an instant on; gives the ticket as it is afterwards."""
    for step in path:
        at += step.after
        act(ticket, step.name, operator, at=at, order=step.order, **step.data)
    return Escalation.objects.get(pk=ticket.pk)
