"""One timeline of a ticket: its events in words, each with what was said or done behind it (model 10)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from organization.roles import Role
from tickets import agreements, responsibility_lines, supervision_lines
from tickets.actions import action_of
from tickets.display import due_words, instant_words, stored_instant
from tickets.models.attachment import AttachmentPurpose
from tickets.models.records import NoteKind
from tickets.models.remedy import RENT_WAIVER
from tickets.models.replies import AnswerMode, Attitude, RevisitResult, Satisfaction
from tickets.models.work_order import WorkOrder
from tickets.panels import panels_of
from tickets.phones import masked_name, masked_phone
from tickets.remedies import remedy_words
from tickets.scheme import DIMENSIONS
from tickets.states import ClosureCode, OrderRole, Stage, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tickets.models import Attachment, Ticket, TicketEvent
    from tickets.selectors import Records

CUSTOMER_NOTES = frozenset({NoteKind.URGING, NoteKind.FACTS, NoteKind.NOT_REACHED})
_PHONES = frozenset({"phone", "service_number"})


@dataclass(frozen=True)
class Line:
    """Something said or decided in a step."""

    label: str
    text: str


# What a timeline can be narrowed to: everything, what stays inside, what the customer was there for, what was changed.
SHOWN = {
    "": gettext_lazy("All"),
    "internal": gettext_lazy("Internal"),
    "customer": gettext_lazy("With the customer"),
    "changes": gettext_lazy("Changes"),
}
_CHANGES = frozenset({"changed", "moved", "fields", "level"})


@dataclass
class Entry:
    """One step. `tone`: customer (the customer was there), order, note, system or step. `is_change`: it moved the
    state, a due time, a class or what was recorded."""

    event: TicketEvent
    title: str
    role: str
    tone: str
    order: int | None
    change: str
    is_change: bool = False
    lines: list[Line] = field(default_factory=list)

    @property
    def shown_in(self) -> str:
        """The names in `SHOWN` under which it stands, with spaces between."""
        side = "customer" if self.tone == "customer" else "internal"
        return f"{side} changes" if self.is_change else side


def timeline_of(
    ticket: Ticket,
    events: Sequence[TicketEvent],
    records: Records,
    orders: Sequence[WorkOrder],
    attachments: Sequence[Attachment],
    *,
    shows_contact: bool,
) -> list[Entry]:
    """The ticket's steps, the latest first. Contact data in them is masked unless `shows_contact`."""
    teller = _Teller(ticket, records, orders, attachments, shows_contact)
    return [teller.entry(event) for event in events][::-1]


class _Teller:
    """Tells one event after the other; the records behind them are used up in the order of writing."""

    def __init__(
        self,
        ticket: Ticket,
        records: Records,
        orders: Sequence[WorkOrder],
        attachments: Sequence[Attachment],
        shows_contact: bool,
    ) -> None:
        self.ticket = ticket
        self.document = ticket.scheme_version.document
        self.records = {source: deque(rows) for source, rows in records.items()}
        self.notes = {row["pk"]: row for row in records["note"]}
        self.answers = {row["pk"]: row for row in records["answer"]}
        self.interim = {row["pk"]: row for row in records["interim"]}
        self.hand_overs = {row["pk"]: row for row in records["hand_over"]}
        self.ratings = {row["pk"]: row for row in records["rating"]}
        self.pauses, self.extensions, self.findings = (
            {row["pk"]: row for row in records[source]} for source in ("pause", "extension", "finding")
        )
        self.remedies = {row["pk"]: row for row in records["remedy"]}
        self.records["remedy"] = deque(row for row in records["remedy"] if row["kind"] == RENT_WAIVER)
        self.reports = {row["pk"]: row for row in records["report"]}
        self.supervisions = {row["pk"]: row for row in records["supervision"]}
        self.causes = {row["pk"]: row for row in records["cause"]}
        self.responsibilities = {row["pk"]: row for row in records["responsibility"]}
        self.contests = {row["pk"]: row for row in records["contest"]}
        self.orders = {order.seq: order for order in orders}
        self.attachments = {row.pk: row for row in attachments}
        self.shows_contact = shows_contact

    def entry(self, event: TicketEvent) -> Entry:
        order = event.data.get("order")
        act = action_of(self.ticket.kind, event.action, on_order=order is not None)
        moved = event.from_status and event.from_status != event.to_status
        return Entry(
            event=event,
            title=str(act.label if act else supervision_lines.TITLES.get(event.action, event.action)),
            role=str(Role(event.role).label) if event.role else "",
            tone=self._tone(event, order),
            order=order,
            change=str(Status(event.to_status).label) if moved else "",
            is_change=bool(moved or _CHANGES & event.data.keys()),
            lines=[Line(str(label), str(text)) for label, text in self._lines(event) if text],
        )

    def _tone(self, event: TicketEvent, order: int | None) -> str:
        data = event.data
        if order is not None:
            return "order"
        note = self.notes.get(data.get("note"))
        told = {"answer", "reply", "attempt", "rating"} & data.keys() or not event.from_status
        if told or (note is not None and note["kind"] in CUSTOMER_NOTES):
            return "customer"
        if event.actor_id is None:
            return "system"
        return "note" if note is not None or {"attachment", "removed"} & data.keys() else "step"

    def _lines(self, event: TicketEvent) -> Iterator[tuple[str, str]]:
        data = event.data
        if (note := self.notes.get(data.get("note"))) is not None:
            yield str(_NOTE_LABELS.get(note["kind"], "")), note["text"]
        if "answer" in data and (answer := self.answers.get(data["answer"])) is not None:
            yield from self._answer(answer)
        if "reply" in data and (interim := self.interim.get(data["reply"])) is not None:
            yield from self._told(interim)
        if "attempt" in data and (revisit := self._next("revisit")) is not None:
            yield from self._revisit(revisit)
        if (report := self.reports.get(data.get("report"))) is not None:
            yield from self._report(event.action, report)
        if (rating := self.ratings.get(data.get("rating"))) is not None:
            yield _("Rating"), _("%(score)s of 5") % {"score": rating["score"]}
            yield _("What the customer wrote"), rating["words"]
        if event.action == "reply" and (reply := self._next_reply(data.get("order"))) is not None:
            yield _("Cause found"), reply["finding"]
            yield _("Measure"), reply["measure"]
            yield _("Service restored at"), instant_words(stored_instant(reply["restored_at"]))
        yield from self._agreed(event.action, data)
        yield from supervision_lines.lines_of(event.action, data, self.supervisions, self.causes)
        yield from responsibility_lines.lines_of(
            data, self.document, self.responsibilities, self.records["share"], self.contests
        )
        yield from self._decisions(data)

    def _agreed(self, action: str, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """What was asked for and decided about due times and remedies, and found on delays."""
        if (remedy := self.remedies.get(data.get("remedy"))) is not None:
            yield _("Remedy"), remedy_words(self.document, remedy["kind"], Decimal(data["amount"]))
            yield from agreements.remedy_lines(action, data, remedy)
        if (pause := self.pauses.get(data.get("pause"))) is not None:
            yield from agreements.pause_lines(action, pause)
        if (extension := self.extensions.get(data.get("extension"))) is not None:
            yield from agreements.extension_lines(action, extension)
        if (finding := self.findings.get(data.get("finding"))) is not None:
            yield from agreements.finding_lines(finding)

    def _decisions(self, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """What the event itself keeps: reasons, units, changes, figures."""
        label = self.document.label
        if (why := self.notes.get(data.get("why"))) is not None:
            yield _("Reason"), why["text"]
        if reason := data.get("reason"):
            yield _("Reason"), label("return_reason", reason)
        for sent in data.get("sent", ()):
            order = self.orders.get(sent["order"])
            part = OrderRole(sent["part"]).label
            yield _("Order %(no)s") % {"no": sent["order"]}, f"{order.unit if order else sent['unit']} · {part}"
        if recalled := data.get("recalled"):
            yield _("Recalled orders"), ", ".join(str(seq) for seq in recalled)
        if proper := data.get("proper_unit"):
            order = self.orders.get(data.get("order", 0))
            yield _("Proper owner"), str(order.proper_unit) if order and order.proper_unit else proper
        if level := data.get("level"):
            yield _("Level"), _change(*(label("level", code) for code in level))
        for name, (old, new) in data.get("changed", {}).items():
            yield self._field(name), _change(self._value(name, old), self._value(name, new))
        for moved in data.get("moved", ()):
            before, due = stored_instant(moved["due_before"]), stored_instant(moved["due"])
            yield (
                _("Due: %(stage)s") % {"stage": Stage(moved["stage"]).label},
                _change(due_words(before), due_words(due)),
            )
        for _field in data.get("fields", ()):
            if (row := self._next("amendment")) is not None:
                yield self._field(row["field"]), self._amended(row)
        if ground := data.get("ground"):
            yield _("Ground"), label("ground", ground)
        yield _("To"), data.get("to", "")
        if (hand_over := self.hand_overs.get(data.get("hand_over"))) is not None:
            yield _("Note"), hand_over["note"]
        if "days" in data and (remedy := self._next("remedy")) is not None:
            period = (
                instant_words(stored_instant(remedy["covers_from"])),
                instant_words(stored_instant(remedy["covers_to"])),
            )
            yield _("Waived"), _("%(from)s to %(to)s") % {"from": period[0], "to": period[1]}
        if attachment := self.attachments.get(data.get("attachment", 0)):
            yield attachment.get_purpose_display(), attachment.name
        if "removed" in data:
            yield str(AttachmentPurpose(data["purpose"]).label), f"SHA-256 {data['sha256']}"
        yield _("Centre"), self._centre(data)
        yield _("Into"), data.get("into", "")
        yield _("Repeat of"), data.get("repeat_of", "")
        yield _("Higher ticket"), data.get("higher", "")
        yield _("Made of"), data.get("below", "")
        yield from panels_of(self.ticket.kind).lines(data)
        if "bounces" in data:
            yield _("Bounces"), str(data["bounces"])
        if data.get("given_up"):
            yield _("Given up"), _("the customer was not reached in the prescribed attempts")

    def _answer(self, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
        yield from self._told(row)
        yield _("Closure"), str(ClosureCode(row["closure_code"]).label)
        yield _("Customer's attitude"), str(Attitude(row["attitude"]).label)
        yield _("Person told"), row["person_told"] if self.shows_contact else masked_name(row["person_told"])
        yield _("Plan"), row["plan"]

    def _report(self, action: str, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """A version of the report in the step that handed it in; the reviewer's remark in the one that reviewed it."""
        if action in _REVIEWS:
            yield _("Version"), str(row["version"])
            yield _("Remark"), row["remark"]
            return
        yield _("Version"), str(row["version"])
        if row["ground"]:
            yield _("Ground"), self.document.label("ground", row["ground"])
        yield _("What was found"), row["investigation"]
        yield _("Result"), row["result"]
        yield _("How the customer was answered"), row["customer_told"]
        yield _("What will be put right"), row["measures"]

    def _told(self, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
        is_known = self.document.entry("answer_mode", row["mode"]) is not None
        mode = self.document.label("answer_mode", row["mode"]) if is_known else AnswerMode(row["mode"]).label
        yield str(mode), row["content"]
        yield _("Promised for"), due_words(stored_instant(row["promised_for"]))

    def _revisit(self, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
        yield _("Attempt %(no)s") % {"no": row["number"]}, str(RevisitResult(row["result"]).label)
        if row["satisfaction"]:
            yield _("Overall"), str(Satisfaction(row["satisfaction"]).label)
        if row["is_solved"] is not None:
            yield _("Solved?"), _("Yes") if row["is_solved"] else _("No")
        scores = {_("Speed"): row["speed"], _("Attitude"): row["attitude"], _("Result"): row["outcome"]}
        given = [f"{name} {score}" for name, score in scores.items() if score is not None]
        yield _("Scores"), pgettext("between two scores", ", ").join(given)
        yield _("Remark"), row["remark"]

    def _amended(self, row: dict[str, Any]) -> str:
        old, new = (self._recorded(row["field"], row[side]) for side in ("old", "new"))
        if row["is_contact"] and not self.shows_contact:
            mask = masked_phone if row["field"] in _PHONES else masked_name
            old, new = mask(old), mask(new)
        return _change(old, new)

    def _centre(self, data: dict[str, Any]) -> str:
        code = str(data.get("centre", ""))
        return str(self.ticket.owner_unit) if code == self.ticket.owner_unit.code else code

    def _value(self, name: str, value: Any) -> str:
        """A class by its label, a flag as yes or no, anything else as it is."""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if name == "priority":
            return f"P{value}"
        return self.document.label(name, value) if value else ""

    def _field(self, name: str) -> str:
        column = self._column(name)
        return str(getattr(column, "verbose_name", name))

    def _recorded(self, name: str, text: str) -> str:
        """A corrected value as people read it."""
        column: Any = self._column(name)
        if text in ("True", "False"):
            return _("Yes") if text == "True" else _("No")
        if name in DIMENSIONS:
            return self.document.label(name, text)
        words = dict(getattr(column, "flatchoices", ()))
        return "" if text == "None" else str(words.get(text, text))

    def _column(self, name: str) -> Any:
        """The column of the ticket, its contact or what only its kind has; None where none has it."""
        detail = panels_of(self.ticket.kind).detail
        own: list[Any] = [self.ticket._meta.get_field(detail).related_model] if detail else []
        for model in (type(self.ticket), type(self.ticket.contact), *own):
            if name in (one.name for one in model._meta.get_fields()):
                return model._meta.get_field(name)
        return None

    def _next(self, source: str) -> dict[str, Any] | None:
        rows = self.records[source]
        return rows.popleft() if rows else None

    def _next_reply(self, order: int | None) -> dict[str, Any] | None:
        row = next((row for row in self.records["reply"] if row["work_order__seq"] == order), None)
        if row is not None:
            self.records["reply"].remove(row)
        return row


_REVIEWS = frozenset({"approve", "return_report"})
_NOTE_LABELS = {kind.value: kind.label for kind in NoteKind if kind != NoteKind.NOTE}


def _change(old: str, new: str) -> str:
    return f"{old or '—'} → {new or '—'}"
