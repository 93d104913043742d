"""Appeals in any state, brought there through the real write path.

The group's officer takes a case of the ministry for a customer in 南京 and gives it to 江苏, whose liaison reports;
`act` does one step with the person and the data that it usually has.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile

from appeals.models import Appeal
from appeals.services.intake import Case, take
from core import clock
from organization.models import User
from organization.roles import Role
from tests.factories.organization import MembershipFactory, Operator
from tests.factories.tickets import CUSTOMER, ORDER_PATHS, Act, default_data, entry, order_of
from tickets.models import Attachment, Ticket, WorkOrder
from tickets.models.attachment import AttachmentPurpose
from tickets.services.intake import Customer, Matter
from tickets.states import Status
from tickets.workflow import perform

# Who usually does an act on the ticket; the officer does the rest.
_USUAL = {
    **dict.fromkeys(("sign", "misrouted", "send_orders", "answer_customer", "record_attempt", "report"), "liaison"),
    **dict.fromkeys(("supervise", "chase", "judge_supervision", "void", "adjudicate_delay"), "group_supervisor"),
}
# And on a work order of the fixed-line department.
_USUAL_ON_ORDERS = {
    **dict.fromkeys(("accept", "reject", "recall", "accept_return", "refuse_return"), "liaison"),
    **dict.fromkeys(("approve", "refuse", "approve_extension", "refuse_extension", "reassign"), "director"),
}
_BY_THE_SYSTEM = frozenset({"recompute_clocks"})
# The file that an act names, by its purpose.
_DOCUMENTS = {
    "reply_regulator": AttachmentPurpose.REGULATOR_REPLY,
    "revoke": AttachmentPurpose.PROOF,
    "file_for_record": AttachmentPurpose.EVIDENCE,
}

_GIVEN = (Act("dispatch"),)
_SIGNED = (*_GIVEN, Act("sign"))
_REPORTED = (*_SIGNED, Act("answer_customer"), Act("report"))
_APPROVED = (*_REPORTED, Act("approve"))
_REPLIED = (*_APPROVED, Act("reply_regulator"))
_REVISITED = (*_REPLIED, Act("revisit"))
_CONCLUDED = (*_REVISITED, Act("adjudicate_responsibility"), Act("conclude"))
PATHS: dict[str, tuple[Act, ...]] = {
    Status.RECEIVED: (),
    Status.PENDING_SIGN: _GIVEN,
    Status.HANDLING: _SIGNED,
    Status.PENDING_REVIEW: _REPORTED,
    Status.PENDING_REPLY: _APPROVED,
    Status.REPLIED: _REPLIED,
    Status.REVISITED: _REVISITED,
    Status.CONCLUDED: _CONCLUDED,
    Status.ARCHIVED: (*_CONCLUDED, Act("archive")),
    Status.DECLINED: (Act("refuse", data={"ground": "settled"}),),  # needs one that came directly
    Status.VOID: (Act("void"),),
}
NOT_REACHED = (Act("record_attempt"), Act("record_attempt"), Act("record_attempt", after=dt.timedelta(days=1)))
_counter = iter(range(1, 1_000_000))


def take_appeal(
    operator: Operator,
    *,
    by: User | None = None,
    at: dt.datetime | None = None,
    customer: Customer = CUSTOMER,
    made_of: Ticket | None = None,
    regulator_due_at: dt.datetime | None = None,
    matter: dict[str, Any] | None = None,
    **case: Any,
) -> Appeal:
    """An appeal received at `at` (default now): filed by the ministry, unless `case` (fields of `Case`) says `direct`.
    `matter`: fields of `Matter`, its classes as entries."""
    fields: dict[str, Any] = {
        "channel": entry("channel", "fax"),
        "summary": "套餐外流量费争议",
        "description": "申诉人称从未开通该业务，要求退还费用。",
        "business_type": entry("business_type", "lte"),
        "complaint_type": entry("complaint_type", "mobile_bill"),
    }
    about: dict[str, Any] = {"origin": "filed", "case_business": "case_mobile", "case_nature": "fee_dispute"}
    if case.get("origin") != "direct":
        about |= {"regulator": "miit", "case_number": f"工信申〔2026〕{next(_counter)}号"}
    is_direct = case.get("origin") == "direct"
    return take(
        by=by or operator.user("appeal_officer"),
        customer=customer,
        matter=Matter(**(fields | (matter or {}))),
        case=Case(**(about | case)),
        home=None if made_of else operator.js.cities[0].unit,
        made_of=made_of,
        regulator_due_at=regulator_due_at,
        case_original=None if is_direct else ContentFile(b"%PDF-1.4\n%%EOF\n", "立案通知书.pdf"),
        at=at or clock.now(),
    )


def direct(operator: Operator, **case: Any) -> Appeal:
    """One that came from the customer directly (U-84)."""
    return take_appeal(operator, origin="direct", **case)


def second_officer(operator: Operator) -> User:
    """Another appeal officer of the group: nobody reviews a report of his own."""
    return MembershipFactory(role=Role.APPEAL_OFFICER, unit=operator.group_service).user


def attach_file(ticket: Ticket, purpose: str, by: User) -> Attachment:
    """A file of the ticket, as if it had been uploaded."""
    row = Attachment(
        purpose=purpose,
        file=f"attachments/00/{purpose}",
        name="文件.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
    )
    perform(ticket.pk, "attach", by=by, attachment=row)
    return row


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
) -> Appeal:
    """Perform one act: by the usual person unless `by` (a user or user name) is given, at `at` (default now), with the
    usual data, `data` over it. Returns the ticket as it is afterwards."""
    user = usual_person(name, operator, on_order=order is not None) if by is None else by
    if isinstance(user, str):
        user = operator.user(user)
    given = data_for(name, operator, Appeal.objects.get(pk=ticket.pk), on_order=order is not None) | data
    return perform(ticket.pk, name, by=user, at=at, order=order, expected_version=expected_version, **given)  # type: ignore[return-value]


def usual_person(name: str, operator: Operator, *, on_order: bool = False) -> User | None:
    """Who does an act in everyday work; None for the system."""
    if name in _BY_THE_SYSTEM:
        return None
    usual = _USUAL_ON_ORDERS.get(name, "handler") if on_order else _USUAL.get(name, "appeal_officer")
    return operator.user(usual)


def data_for(name: str, operator: Operator, ticket: Ticket, *, on_order: bool = False) -> dict[str, Any]:
    """What an act's form would hold; a document that it names is attached where there is none."""
    if on_order:
        return default_data(name, operator, ticket)
    share = {"unit": operator.js.unit, "liability_class": "charging_error", "stage": "handle", "percent": 100}
    found = {"attribution": "company", "ground": "系统配置错误", "shares": [share]}
    own: dict[str, dict[str, Any]] = {
        "dispatch": {"province": operator.js.unit},
        "redispatch": {"province": operator.zj.unit, "reason": "号码归属浙江"},
        "misrouted": {"reason": "该号码归属浙江"},
        "send_orders": default_data("dispatch", operator, ticket),
        "answer_customer": default_data("answer", operator, ticket),
        "report": {
            "investigation": "经核查，系统误开通该业务。",
            "result": "已退费并关闭业务。",
            "customer_told": "已电话告知，客户满意。",
            "measures": "排查同批号码。",
        },
        "object": {"ground": "before_court", "result": "申诉人已就同一事项起诉。"},
        "approve": {"remark": ""},
        "return_report": {"remark": "未写明整改措施的完成时间"},
        "reply_regulator": {"mode": "platform"},
        "conclude": {"verdict": "company_liable", "cause": entry("cause", "tariff_wrong"), "ground": "计费配置错误"},
        "revoke": {"reason": "监管机构来函撤销立案"},
        "refuse": {"ground": "settled", "reason": "双方已和解"},
        "set_regulator_deadline": {"due": clock.now() + dt.timedelta(days=10), "reason": "监管机构来函延期"},
        "file_for_record": {"filed_with": "superior", "filed_to": "集团客户部", "filed_at": clock.now()},
        "amend_case": {"changes": {"is_mediated": True}},
        "reclassify": {"is_urgent": True},
        "hand_over": {"receiver": operator.user("appeal_officer")},
        "propose_responsibility": found,
        "adjudicate_responsibility": found,
        "settle_responsibility": found,
    }
    data = own.get(name) or default_data(name, operator, ticket)
    if name in _DOCUMENTS and not (name == "reply_regulator" and ticket.appeal_detail.is_direct):
        data = data | {"document": document_for(ticket, _DOCUMENTS[name], operator)}
    return data


def document_for(ticket: Ticket, purpose: str, operator: Operator) -> Attachment:
    """The file of that purpose."""
    found = ticket.attachments.filter(purpose=purpose).first()
    return found or attach_file(ticket, purpose, operator.user("appeal_officer"))


def bring_appeal(
    status: str,
    operator: Operator,
    *,
    ticket: Ticket | None = None,
    accepted_at: dt.datetime | None = None,
    **intake: Any,
) -> Appeal:
    """An appeal in `status`, its steps ten minutes apart, received at `accepted_at`, by default so long ago that it
    reached the state just now; `ticket` goes on with one that was taken before."""
    path = PATHS[status]
    at = accepted_at or (
        ticket.accepted_at if ticket else clock.now() - sum((step.after for step in path), dt.timedelta())
    )
    if status == Status.DECLINED:
        intake.setdefault("origin", "direct")
    ticket = ticket or take_appeal(operator, at=at, **intake)
    return walk(ticket, path, operator, at)


def walk(ticket: Ticket, path: tuple[Act, ...], operator: Operator, at: dt.datetime) -> Appeal:
    """Do the steps of a path one after the other from an instant on; gives the ticket as it is afterwards."""
    for step in path:
        at += step.after
        act(ticket, step.name, operator, at=at, order=step.order, **step.data)
    return Appeal.objects.get(pk=ticket.pk)


def order_in_appeal(status: str, operator: Operator) -> WorkOrder:
    """A work order of the fixed-line department in `status`, sent by the liaison; its appeal is being handled."""
    at = clock.now() - sum((step.after for step in ORDER_PATHS[status]), dt.timedelta())
    ticket: Ticket = bring_appeal(Status.HANDLING, operator, accepted_at=at)
    both = [{"unit": operator.js.fixed_line, "role": "lead"}, {"unit": operator.js.network, "role": "lead"}]
    act(ticket, "send_orders", operator, orders=both)
    for step in ORDER_PATHS[status]:
        if step.order is not None:
            act(ticket, step.name, operator, order=step.order, **step.data)
    return order_of(ticket)
