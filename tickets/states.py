"""The states of tickets and work orders: the only file of the kernel that names a kind."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(TextChoices):
    """What a ticket is (model 1). The letter that starts its number stands in `KIND_LETTERS`."""

    COMPLAINT = "complaint", _("Complaint")
    ESCALATION = "escalation", _("Escalated complaint")
    APPEAL = "appeal", _("Appeal")


KIND_LETTERS = {Kind.COMPLAINT: "C", Kind.ESCALATION: "E", Kind.APPEAL: "A"}

# An objection to the regulator, or a case it takes back, closes what the customer was never answered.
CLOSES_UNANSWERED = frozenset({Kind.APPEAL})


class LinkKind(TextChoices):
    """How a later ticket relates to an earlier one; the relations stay distinct (rules A7)."""

    REPEAT = "repeat", _("Repeat complaint")
    ESCALATION = "escalation", _("Escalated complaint")
    APPEAL = "appeal", _("Appeal")


# While what was made of a ticket by one of these runs, the ticket takes no final answer of its own (model 1).
HIGHER_LINKS = frozenset({LinkKind.ESCALATION, LinkKind.APPEAL})


# The request type of a complaint proper (投诉), which every scheme has and KPIs count; the others are inquiries etc.
COMPLAINT_REQUEST = "complaint"


class Status(TextChoices):
    """The states of every kind in one vocabulary, so that a list can be filtered without knowing the kind."""

    DRAFT = "draft", _("Draft")
    RECEIVED = "received", _("To be checked")
    PENDING_DISPATCH = "pending_dispatch", _("Awaiting dispatch")
    PENDING_INSTRUCTION = "pending_instruction", _("Awaiting instruction")
    PENDING_SIGN = "pending_sign", _("Awaiting the province's signature")
    HANDLING = "handling", _("In handling")
    PENDING_REVIEW = "pending_review", _("Awaiting the group's review")
    PENDING_REPLY = "pending_reply", _("Awaiting the reply to the regulator")
    PENDING_ANSWER = "pending_answer", _("Awaiting answer")
    PENDING_CLEARANCE = "pending_clearance", _("Awaiting clearance")
    PENDING_REVISIT = "pending_revisit", _("Awaiting the group's revisit")
    REPLIED = "replied", _("Regulator answered")
    CLOSED = "closed", _("Closed")
    PENDING_SCREENING = "pending_screening", _("Awaiting screening")
    REVISITED = "revisited", _("Revisited")
    CONCLUDED = "concluded", _("Concluded")
    ARCHIVED = "archived", _("Archived")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MERGED = "merged", _("Merged")
    VOID = "void", pgettext_lazy("state", "Void")


# A ticket the customer still waits for; a closed one has been answered; an ended one never was.
OPEN = frozenset(
    {
        Status.DRAFT,
        Status.RECEIVED,
        Status.PENDING_DISPATCH,
        Status.PENDING_INSTRUCTION,
        Status.PENDING_SIGN,
        Status.HANDLING,
        Status.PENDING_REVIEW,
        Status.PENDING_ANSWER,
        Status.PENDING_REPLY,
        Status.PENDING_CLEARANCE,
    }
)
CLOSED = frozenset(
    {
        Status.PENDING_REVISIT,
        Status.REPLIED,
        Status.CLOSED,
        Status.PENDING_SCREENING,
        Status.REVISITED,
        Status.CONCLUDED,
        Status.ARCHIVED,
    }
)
ENDED = frozenset({Status.DECLINED, Status.WITHDRAWN, Status.MERGED, Status.VOID})
SUBMITTED_OPEN = OPEN - {Status.DRAFT}
# The states that a ticket of each kind goes through (model 3).
STATES_OF = {
    Kind.COMPLAINT: ENDED
    | {
        Status.DRAFT,
        Status.PENDING_DISPATCH,
        Status.PENDING_INSTRUCTION,
        Status.HANDLING,
        Status.PENDING_ANSWER,
        Status.PENDING_CLEARANCE,
        Status.CLOSED,
        Status.PENDING_SCREENING,
        Status.REVISITED,
        Status.ARCHIVED,
    },
    Kind.ESCALATION: {
        Status.DRAFT,
        Status.PENDING_DISPATCH,
        Status.PENDING_SIGN,
        Status.HANDLING,
        Status.PENDING_REVIEW,
        Status.PENDING_REVISIT,
        Status.PENDING_SCREENING,
        Status.CLOSED,
        Status.ARCHIVED,
        Status.WITHDRAWN,
        Status.MERGED,
        Status.VOID,
    },
    Kind.APPEAL: {
        Status.RECEIVED,
        Status.PENDING_SIGN,
        Status.HANDLING,
        Status.PENDING_REVIEW,
        Status.PENDING_REPLY,
        Status.REPLIED,
        Status.REVISITED,
        Status.CONCLUDED,
        Status.ARCHIVED,
        Status.DECLINED,
        Status.VOID,
    },
}
# Work orders live while their ticket is with the units or its result is being settled.
WITH_ORDERS = frozenset({Status.HANDLING, Status.PENDING_ANSWER, Status.PENDING_CLEARANCE})


class OrderStatus(TextChoices):
    """The states of a work order (model 5)."""

    SENT = "sent", _("Awaiting signature")
    HANDLING = "handling", _("In handling")
    PENDING_REVIEW = "pending_review", _("Awaiting director's review")
    REPLIED = "replied", _("Replied")
    ACCEPTED = "accepted", _("Accepted")
    RETURN_REQUESTED = "return_requested", _("Return requested")
    RETURNED = "returned", _("Returned")
    RECALLED = "recalled", _("Recalled")


ORDER_ENDED = frozenset({OrderStatus.ACCEPTED, OrderStatus.RETURNED, OrderStatus.RECALLED})
ORDER_OPEN = frozenset(OrderStatus) - ORDER_ENDED
# The result is still owed by the unit: the centre has nothing to judge yet.
ORDER_UNANSWERED = frozenset(
    {OrderStatus.SENT, OrderStatus.HANDLING, OrderStatus.PENDING_REVIEW, OrderStatus.RETURN_REQUESTED}
)

# The unit has given its result; the sender has it to judge, or has taken it.
ORDER_ANSWERED = frozenset({OrderStatus.REPLIED, OrderStatus.ACCEPTED})


class Stage(TextChoices):
    """What a stage clock times (model 4)."""

    FILL = "fill", _("Filling in")
    DISPATCH = "dispatch", _("Review and dispatch")
    INSTRUCT = "instruct", _("Instruction")
    SIGN = "sign", _("Signing")
    HANDLE = "handle", _("Handling")
    ANSWER = "answer", _("Answer")
    REVIEW = "review", _("Group's review")
    REPLY = "reply", _("Reply to the regulator")
    REGULATOR = "regulator", _("Regulator's deadline")
    REVISIT = "revisit", _("Revisit")
    FOLLOW_UP = "follow_up", _("Promise follow-up")
    TOTAL = "total", _("Whole course")


class Outcome(TextChoices):
    """How a stage clock ended."""

    RUNNING = "running", _("Running")
    MET = "met", _("On time")
    BREACHED = "breached", _("Late")
    CANCELLED = "cancelled", _("Cancelled")


class Grade(TextChoices):
    """How strongly somebody is reminded, rising."""

    WARNING = "warning", pgettext_lazy("grade", "Warning")
    CHASE = "chase", _("Chase")
    SUPERVISE = "supervise", _("Supervision")
    RAISED = "raised", _("Raised supervision")
    NOTICE = "notice", _("Public notice")

    @property
    def rank(self) -> int:
        """0 for a warning, rising."""
        return list(Grade).index(self)


class ClosureCode(TextChoices):
    """What an answer achieved (model 3.1); `not_accepted` never counts as closed on time (U-A4)."""

    RESOLVED = "resolved", _("Resolved")
    EXPLAINED = "explained", _("Not solvable now, explanation accepted")
    UNRESOLVED = "unresolved", _("Not solvable now, neither accepted nor refused")
    NOT_ACCEPTED = "not_accepted", _("Customer does not accept")
    NO_CONTACT = "no_contact", pgettext_lazy("closure code", "Customer not reached")


class OrderRole(TextChoices):
    LEAD = "lead", _("Lead")
    ASSIST = "assist", _("Assistant")


class Origin(TextChoices):
    """How a work order came to be."""

    DISPATCH = "dispatch", _("Dispatched")
    TRANSFER = "transfer", _("Transferred")
    ASSIST = "assist", _("Assistance asked")
    UPGRADE = "upgrade", _("Upgraded")
    REWORK = "rework", _("Rework")
    BINDING = "binding", _("Binding assignment")
