"""Tickets of every kind whose texts hold personal data and a script: what must not show, and what must not run."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from tests.factories import appeals, escalations
from tests.factories.tickets import CUSTOMER, bring_to, do, entry
from tickets.services.attachments import attach

if TYPE_CHECKING:
    from tests.factories.organization import Operator
    from tickets.models import Ticket

PHONE, NEIGHBOUR, IDENTITY = "13712349876", "13612340000", "320102199003071234"
MARKED = replace(
    CUSTOMER, name="闻人千寻", phone=PHONE, service_number="SVC9081726", address="宿城区幸福路77号8栋901室"
)
SCRIPT = "<script>alert(9)</script>"
ATTRIBUTE = "\"'><img src=x onerror=alert(9)>"
# As written, so that a page can be searched without its spaces and dashes.
SECRETS = (PHONE, NEIGHBOUR, IDENTITY, MARKED.name, MARKED.service_number, MARKED.address, "wx_marked88", "li.lei@mail")
TEXT = (
    f"{SCRIPT}{ATTRIBUTE}请拨137-1234-9876找{MARKED.name}，邻居{NEIGHBOUR}，身份证{IDENTITY}，业务{MARKED.service_number}，"
    f"住{MARKED.address}，微信号wx_marked88，邮箱li.lei@mail.example.cn"
)
SUMMARY = f"{SCRIPT}{PHONE} {MARKED.name}"


def tickets_with_marks(operator: Operator) -> list[Ticket]:
    """A complaint in handling and a closed one, an escalation and an appeal with what is said on their way."""
    extra = {"place": TEXT, "signal": "weak", "handset": TEXT[:80], "since": "昨天", "other_handset_tried": True}
    said: dict[str, Any] = {"customer": MARKED, "summary": SUMMARY, "description": TEXT, "extra": extra}
    said |= {
        "business_type": entry("business_type", "lte"),
        "complaint_type": entry("complaint_type", "mobile_network"),
    }
    open_one = bring_to("handling", operator, **said)
    _tell(open_one, operator)
    closed = bring_to("pending_answer", operator, **said)
    do(closed, "record_attempt", operator, text=TEXT)
    do(closed, "answer", operator, content=TEXT, person_told=MARKED.name, plan=TEXT)
    do(closed, "attempt_revisit", operator, remark=TEXT)
    escalation = escalations.bring_escalation(
        "handling", operator, customer=MARKED, summary=SUMMARY, description=TEXT, **escalations.mobile()
    )
    escalations.act(escalation, "add_note", operator, text=TEXT)
    appeal = appeals.bring_appeal(
        "handling", operator, customer=MARKED, matter={"summary": SUMMARY, "description": TEXT}
    )
    appeals.act(appeal, "add_note", operator, text=TEXT)
    return [open_one, closed, escalation, appeal]


def _tell(ticket: Ticket, operator: Operator) -> None:
    """What people write while a complaint is handled, a file with a telling name, and a corrected phone."""
    do(ticket, "add_note", operator, text=TEXT)
    do(ticket, "add_contact", operator, text=TEXT)
    do(ticket, "interim_reply", operator, content=TEXT)
    do(ticket, "report_serious", operator, text=TEXT)
    do(ticket, "supervise", operator, demand=TEXT)
    do(ticket, "reply_supervision", operator, text=TEXT)
    do(ticket, "ask_pause", operator, ground=TEXT)
    do(ticket, "ask_extension", operator, order=1, ground=TEXT, due=clock.now() + dt.timedelta(days=4))
    do(ticket, "dispatch", operator, orders=[{"unit": operator.js.network, "role": "lead", "demand": TEXT}])
    do(ticket, "request_return", operator, order=2, note=TEXT)
    do(ticket, "claim", operator, order=1)
    do(ticket, "reply", operator, order=1, finding=TEXT, measure=TEXT, script=TEXT)
    do(ticket, "amend", operator, changes={"phone": "13787654321", "address": "宿城区幸福路78号"})
    picture = SimpleUploadedFile(f"{PHONE}{MARKED.name}.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64)
    attach(ticket.pk, picture, purpose="evidence", by=operator.user("dispatcher"))
