"""The states of tickets and work orders: the only file of the kernel that names a kind."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(TextChoices):
    """What a ticket is (model 1). The letter that starts its number stands in `KIND_LETTERS`."""

    COMPLAINT = "complaint", _("Complaint")


KIND_LETTERS = {Kind.COMPLAINT: "C"}


# The request type of a complaint proper (投诉), which every scheme has and KPIs count; the others are inquiries etc.
COMPLAINT_REQUEST = "complaint"


class Status(TextChoices):
    """The states of every kind in one vocabulary, so that a list can be filtered without knowing the kind."""

    DRAFT = "draft", _("Draft")
    PENDING_DISPATCH = "pending_dispatch", _("Awaiting dispatch")
    PENDING_INSTRUCTION = "pending_instruction", _("Awaiting instruction")
    HANDLING = "handling", _("In handling")
    PENDING_ANSWER = "pending_answer", _("Awaiting answer")
    PENDING_CLEARANCE = "pending_clearance", _("Awaiting clearance")
    CLOSED = "closed", _("Closed")
    PENDING_SCREENING = "pending_screening", _("Awaiting screening")
    REVISITED = "revisited", _("Revisited")
    ARCHIVED = "archived", _("Archived")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MERGED = "merged", _("Merged")
    VOID = "void", pgettext_lazy("state", "Void")


# A ticket the customer still waits for; a closed one has been answered; an ended one never was.
OPEN = frozenset(
    {
        Status.DRAFT,
        Status.PENDING_DISPATCH,
        Status.PENDING_INSTRUCTION,
        Status.HANDLING,
        Status.PENDING_ANSWER,
        Status.PENDING_CLEARANCE,
    }
)
CLOSED = frozenset({Status.CLOSED, Status.PENDING_SCREENING, Status.REVISITED, Status.ARCHIVED})
ENDED = frozenset({Status.DECLINED, Status.WITHDRAWN, Status.MERGED, Status.VOID})
SUBMITTED_OPEN = OPEN - {Status.DRAFT}
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
