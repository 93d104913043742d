"""The paper forms of the sources, filled in from a ticket (desk.md, One ticket; rules C-01, P-12 … P-15, P-30, P-34,
U-09). What a form asks for and nobody recorded stays an empty line to write on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tickets.display import due_words, instant_words, stored_instant
from tickets.facts import facts_of
from tickets.models.replies import Satisfaction
from tickets.panels import panels_of
from tickets.scheme.entries import Contact as Access
from tickets.states import ClosureCode, OrderRole, OrderStatus, Stage, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.utils.functional import Promise

    from tickets.models import Report, StageClock, Ticket, WorkOrder
    from tickets.selectors import Records
    from tickets.services.contact_access import ContactView


@dataclass(frozen=True)
class Printed:
    """All that a form may show of a ticket, as its reader sees it. `orders` are those that still count."""

    ticket: Ticket
    contact: ContactView
    orders: Sequence[WorkOrder]
    clocks: Sequence[StageClock]
    records: Records
    reports: Sequence[Report]

    def handle_due(self, order: WorkOrder) -> str:
        """When the order's work was or is due."""
        found = [row for row in self.clocks if row.work_order_id == order.pk and row.stage == Stage.HANDLE]
        return due_words(found[-1].due_at) if found else ""

    def results(self, order: WorkOrder | None = None) -> list[dict[str, Any]]:
        """What the units reported, or one order of them."""
        rows = self.records["reply"]
        return [row for row in rows if order is None or row["work_order__seq"] == order.seq]

    @property
    def answer(self) -> dict[str, Any]:
        """The latest answer to the customer; empty without one."""
        return self.records["answer"][-1] if self.records["answer"] else {}


@dataclass(frozen=True)
class Field:
    """A box of a form: its label and what stands in it. A `tall` one has the width of the page and room to write."""

    label: str
    text: str = ""
    tall: bool = False


@dataclass(frozen=True)
class Table:
    """A list in a form, with its column heads."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Sheet:
    """One sheet of paper: boxes, perhaps a list, and who signs at its foot."""

    fields: Sequence[Field]
    signatures: Sequence[str]
    table: Table | None = None


@dataclass(frozen=True)
class PaperForm:
    """A form: the name in its address, its title, whether it says anything of a ticket, and its sheets."""

    code: str
    title: str | Promise
    fits: Callable[[Ticket, Sequence[WorkOrder]], bool]
    sheets: Callable[[Printed], list[Sheet]]

    def title_for(self, ticket: Ticket) -> str:
        """Its title; that of a report is the kind's."""
        return str(self.title or panels_of(ticket.kind).report_title)


def forms_for(ticket: Ticket, orders: Sequence[WorkOrder]) -> list[PaperForm]:
    """The forms that fit a ticket with these work orders."""
    return [form for form in FORMS if form.fits(ticket, orders)]


def _opinion(printed: Printed) -> list[Sheet]:
    """《客户投诉意见表》 (P-12, P-15): what the customer brings, how it was handled, what came of it."""
    ticket = printed.ticket
    fields = [
        Field(_("Time of the complaint"), instant_words(ticket.accepted_at)),
        Field(_("Place"), printed.contact.address),
        *_who(printed),
        Field(_("Unit complained about"), str(ticket.complained_unit or "")),
        Field(_("Person complained about"), str(ticket.complained_user or "")),
        Field(_("Matter"), _matter(ticket)),
        Field(_("Received by"), f"{ticket.accepting_unit} {ticket.accepted_by}"),
        Field(_("What happened"), f"{ticket.summary}\n{ticket.description}", tall=True),
        Field(_("What the customer asks for"), _asked_for(ticket), tall=True),
        Field(_("How it was handled"), _handling(printed), tall=True),
        Field(_("What the customer was told"), _told(printed), tall=True),
        Field(_("Revisit"), _revisited(printed), tall=True),
    ]
    return [Sheet(fields, [_("Receptionist"), _("Head of the unit"), _("Head of customer service")])]


def _disposal(printed: Printed) -> list[Sheet]:
    """《投诉处置记录表》 (P-14, P-15): to whom it was given, who signed for it, when it came back."""
    heads = [_("No."), _("Unit"), _("Given"), _("Signed for by"), _("Due"), _("Came back"), _("Result"), _("Signature")]
    rows = [
        [
            str(order.seq),
            f"{order.unit} ({OrderRole(order.role).label})",
            instant_words(order.sent_at),
            f"{order.signed_by or ''} {instant_words(order.signed_at)}".strip(),
            printed.handle_due(order),
            instant_words(order.replied_at),
            "\n".join(row["measure"] for row in printed.results(order)[-1:]),
            "",
        ]
        for order in printed.orders
    ]
    fields = [
        Field(_("Time of the complaint"), instant_words(printed.ticket.accepted_at)),
        Field(_("Level"), printed.ticket.scheme_version.document.label("level", printed.ticket.level)),
        Field(_("Matter"), _matter(printed.ticket)),
        Field(_("Promised until"), due_words(getattr(_detail(printed.ticket), "promised_at", None))),
        Field(_("Complaint"), printed.ticket.summary, tall=True),
    ]
    return [Sheet(fields, [_("Kept by"), _("Checked by")], Table(heads, rows))]


def _record(printed: Printed) -> list[Sheet]:
    """《投诉记录表》 (P-30): the case put on record (立项) and taken off it again (销项)."""
    ticket = printed.ticket
    fields = [
        Field(_("Put on record"), _("Yes") if ticket.submitted_at else _("No")),
        Field(_("Put on record at"), instant_words(ticket.submitted_at)),
        *_who(printed),
        Field(_("Address"), printed.contact.address, tall=True),
        Field(_("What is put on record"), f"{ticket.summary}\n{ticket.description}", tall=True),
        Field(_("Handled by"), "、".join(dict.fromkeys(str(order.unit) for order in printed.orders)), tall=True),
        Field(_("Last result"), _told(printed) or _handling(printed), tall=True),
        Field(_("Taken off record at"), instant_words(ticket.closed_at)),
        Field(_("Closure"), str(ClosureCode(ticket.closure_code).label) if ticket.closure_code else ""),
    ]
    return [Sheet(fields, [_("Agreed to taking it off record"), _("Customer service"), _("Date")])]


def _relay(printed: Printed) -> list[Sheet]:
    """《转办工作单》 (C-01): one sheet for each unit that was given the matter."""
    ticket = printed.ticket
    sheets = []
    for order in printed.orders:
        result = "\n\n".join(f"{row['finding']}\n{row['measure']}" for row in printed.results(order)[-1:])
        fields = [
            *_who(printed),
            Field(_("Time of the call"), instant_words(ticket.accepted_at)),
            Field(_("Channel"), ticket.channel.label),
            Field(_("What the caller says"), f"{ticket.summary}\n{ticket.description}", tall=True),
            Field(_("Given to"), str(order.unit)),
            Field(_("Given at"), f"{instant_words(order.sent_at)} {order.sent_by}"),
            Field(_("To be done by"), printed.handle_due(order)),
            Field(_("Work order"), f"{ticket.number}-{order.seq}"),
            Field(_("What is asked"), order.demand, tall=True),
            Field(_("Result"), result, tall=True),
        ]
        sheets.append(Sheet(fields, [_("Done by"), _("Head of the unit"), _("Date")]))
    return sheets


def _repair(printed: Printed) -> list[Sheet]:
    """《维修服务单》 (P-34): the customer signs that the repair was done."""
    ticket, lead = printed.ticket, next(order for order in printed.orders if order.role == OrderRole.LEAD)
    last = (printed.results(lead) or [{}])[-1]
    fields = [
        *_who(printed),
        Field(_("Address"), printed.contact.address, tall=True),
        Field(_("Reported at"), instant_words(ticket.accepted_at)),
        Field(_("Service number"), printed.contact.service_number),
        Field(_("Fault"), f"{ticket.summary}\n{ticket.description}", tall=True),
        Field(_("Repaired by"), f"{lead.unit} {lead.assignee or ''}"),
        Field(_("Sent out at"), instant_words(lead.sent_at)),
        Field(_("Cause found"), last.get("finding", ""), tall=True),
        Field(_("What was done, parts used"), last.get("measure", ""), tall=True),
        Field(_("Service restored at"), instant_words(stored_instant(last.get("restored_at")))),
        Field(_("Arrived at")),
        Field(_("The customer's opinion"), tall=True),
    ]
    return [Sheet(fields, [_("Repairer"), _("The customer confirms"), _("Date")])]


def _report(printed: Printed) -> list[Sheet]:
    """《申诉处理报告》 (U-09): 处理结果, 回复客户情况, 整改措施, and what the group says to it."""
    ticket, report = printed.ticket, printed.reports[0]
    case = [fact for section in panels_of(ticket.kind).sections(ticket, report.at)[:1] for fact in section.facts]
    label = ticket.scheme_version.document.label
    fields = [
        *_who(printed),
        *(Field(fact.label, fact.text) for fact in case),
        Field(_("Accepted at"), instant_words(ticket.accepted_at)),
        Field(_("Reported by"), f"{report.unit} {report.by} {instant_words(report.at)}"),
        Field(_("What the customer says"), f"{ticket.summary}\n{ticket.description}", tall=True),
        *([Field(_("Ground of the objection"), label("ground", report.ground))] if report.ground else []),
        Field(_("What was found"), report.investigation, tall=True),
        Field(_("Result"), report.result, tall=True),
        Field(_("How the customer was answered"), report.customer_told, tall=True),
        Field(_("What will be put right"), report.measures, tall=True),
        Field(_("Remark of the group"), _remark(report), tall=True),
    ]
    return [Sheet(fields, [_("Written by"), _("Checked by"), _("Seal of the province")])]


def _remark(report: Report) -> str:
    if not report.reviewed_by:
        return ""
    return f"{report.get_verdict_display()} {report.remark}\n{report.reviewed_by} {instant_words(report.reviewed_at)}"


def _who(printed: Printed) -> list[Field]:
    """Who complains and how to reach them, as the reader may see it (U-42)."""
    hidden = printed.contact.access is Access.NONE
    return [
        Field(_("Customer"), "" if hidden else printed.contact.name),
        Field(_("Phone"), "" if hidden else printed.contact.phone),
    ]


def _matter(ticket: Ticket) -> str:
    return " › ".join(entry.label for entry in (ticket.business_type, ticket.complaint_type) if entry)


def _detail(ticket: Ticket) -> Any:
    name = panels_of(ticket.kind).detail or f"{ticket.kind}_detail"
    return getattr(ticket, name, None)


def _asked_for(ticket: Ticket) -> str:
    return str(getattr(_detail(ticket), "remedy_sought", ""))


def _handling(printed: Printed) -> str:
    units = {order.seq: order.unit for order in printed.orders}
    rows = [row for row in printed.results() if row["work_order__seq"] in units]
    return "\n\n".join(f"{units[r['work_order__seq']]} · {r['by__name']}\n{r['finding']}\n{r['measure']}" for r in rows)


def _told(printed: Printed) -> str:
    if not printed.answer:
        return ""
    mode = printed.ticket.scheme_version.document.label("answer_mode", printed.answer["mode"])
    return f"{instant_words(printed.ticket.answered_at)} {mode}\n{printed.answer['content']}".strip()


def _revisited(printed: Printed) -> str:
    reached = [row for row in printed.records["revisit"] if row["satisfaction"]]
    if not reached:
        return ""
    words = [str(Satisfaction(reached[-1]["satisfaction"]).label), reached[-1]["remark"]]
    return pgettext("between two scores", ", ").join(word for word in words if word)


def _is_taken(ticket: Ticket, orders: Sequence[WorkOrder]) -> bool:
    return ticket.status != Status.DRAFT


def _is_sent_out(ticket: Ticket, orders: Sequence[WorkOrder]) -> bool:
    return any(order.status not in _TAKEN_BACK for order in orders)


def _is_repair(ticket: Ticket, orders: Sequence[WorkOrder]) -> bool:
    """Somebody rings the bell: the matters of which handlers see the contact data in full (model 2)."""
    leads = [order for order in orders if order.role == OrderRole.LEAD]
    return (
        _is_sent_out(ticket, leads) and ticket.scheme_version.document.contact_access(facts_of(ticket)) is Access.FULL
    )


def _is_reported(ticket: Ticket, orders: Sequence[WorkOrder]) -> bool:
    return bool(panels_of(ticket.kind).report_title) and ticket.reports.exists()


_TAKEN_BACK = frozenset({OrderStatus.RETURNED, OrderStatus.RECALLED})
FORMS = (
    PaperForm("opinion", gettext_lazy("Customer's complaint"), _is_taken, _opinion),
    PaperForm("disposal", gettext_lazy("Record of how complaints were passed on"), _is_sent_out, _disposal),
    PaperForm("record", gettext_lazy("Record of a complaint"), _is_taken, _record),
    PaperForm("relay", gettext_lazy("Work order to another unit"), _is_sent_out, _relay),
    PaperForm("repair", gettext_lazy("Repair order"), _is_repair, _repair),
    PaperForm("report", "", _is_reported, _report),
)


def standing(orders: Sequence[WorkOrder]) -> list[WorkOrder]:
    """The work orders that were not taken back."""
    return [order for order in orders if order.status not in _TAKEN_BACK]
