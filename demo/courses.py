"""What becomes of tickets, and how often; and which of them wait on purpose, so that every role finds work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo import appeal, escalation, lives
from demo.appeal import AppealLife
from demo.complaint import ComplaintLife
from demo.escalation import EscalationLife
from demo.life import Life
from demo.steps import Steps

Courses = tuple[tuple[float, Callable[[Any], Steps]], ...]  # with the share of each

# What becomes of complaints, in percent; `needs` is what the matter must offer.
COMPLAINTS: tuple[tuple[float, Callable[[ComplaintLife], Steps], str], ...] = (
    (24, lives.on_the_spot, "spot"),
    (4, lives.by_the_centre, "spot"),
    (31, lives.ordinary, ""),
    (6, lives.talkative, ""),
    (4, lives.returned, ""),
    (1, lives.return_refused, ""),
    (0.6, lives.bounced, ""),
    (3, lives.transferred, ""),
    (2, lives.assisted, ""),
    (2, lives.two_leads, ""),
    (2, lives.refused, ""),
    (2, lives.rejected, ""),
    (1.5, lives.sent_back, ""),
    (1, lives.instructed, ""),
    (1, lives.handed_over, ""),
    (1, lives.reclassified, ""),
    (1, lives.solved_meanwhile, ""),
    (2, lives.unreachable, ""),
    (1.5, lives.dismissed, ""),
    (3, lives.reworked, ""),
    (2, lives.promised, ""),
    (1, lives.not_accepted, ""),
    (1.5, lives.judged, ""),
    (1, lives.no_contact, ""),
    (1.5, lives.withdrawn, ""),
    (0.4, lives.voided, ""),
)
ESCALATIONS: Courses = (
    (12, escalation.on_the_spot),
    (34, escalation.ordinary),
    (8, escalation.urged),
    (12, escalation.sent_back),
    (5, escalation.misrouted),
    (3, escalation.redispatched),
    (4, escalation.given_back),
    (5, escalation.unreachable),
    (5, escalation.dismissed),
    (5, escalation.reworked),
    (4, escalation.promised),
    (4, escalation.judged),
    (3, escalation.withdrawn),
)
APPEALS: Courses = (
    (26, appeal.company_liable),
    (12, appeal.user_cause),
    (16, appeal.handled_before),
    (10, appeal.sent_back),
    (5, appeal.fault_contested),
    (5, appeal.objected),
    (5, appeal.objected_by_province),
    (6, appeal.direct),
    (4, appeal.refused),
    (3, appeal.misrouted),
    (4, appeal.key_customer),
    (2, appeal.promised),
    (2, appeal.revoked),
)
# These may end with no answer to the customer, so that an open complaint behind them would be left to itself.
LEAVES_BELOW: frozenset[Callable[..., Steps]] = frozenset(
    {
        escalation.unreachable,
        escalation.withdrawn,
        appeal.objected,
        appeal.objected_by_province,
        appeal.refused,
        appeal.revoked,
    }
)


@dataclass(frozen=True)
class Shown:
    """A ticket that waits at a certain place, so that every role finds work: taken so many hours before the end, in
    provinces (by number) that somebody can log in to."""

    course: Callable[[Any], Steps]
    rests_before: str
    hours: float
    complaint_type: str = "fixed_fault"
    life: type[Life] = ComplaintLife
    provinces: tuple[int, ...] = (0, 1)


def _escalation(
    course: Callable[[EscalationLife], Steps], rests_before: str, hours: float, *provinces: int, about: str = ""
) -> Shown:
    return Shown(course, rests_before, hours, about or "fixed_fault", EscalationLife, provinces or (0,))


def _appeal(
    course: Callable[[AppealLife], Steps], rests_before: str, hours: float, *provinces: int, about: str = ""
) -> Shown:
    return Shown(course, rests_before, hours, about or "fixed_tariff", AppealLife, provinces or (0,))


_COMPLAINTS_SHOWN = (
    Shown(lives.ordinary, "dispatch", 0.7),
    Shown(lives.ordinary, "order.claim", 3),
    Shown(lives.ordinary, "order.approve", 5),
    Shown(lives.ordinary, "answer", 2),
    Shown(lives.ordinary, "revisit", 22),
    Shown(lives.ordinary, "submit", 0.5),
    Shown(lives.instructed, "instruct return_instruction", 7),
    Shown(lives.bounced, "assign", 9),
    Shown(lives.dismissed, "dismiss", 30),
    Shown(lives.no_contact, "approve_clearance", 55),
    Shown(lives.ordinary, "order.reply", 6),
    Shown(lives.ordinary, "order.reply", 40.8),
    Shown(lives.ordinary, "order.reply", 45),
    Shown(lives.ordinary, "order.accept", 1.6),
    Shown(lives.returned, "order.accept_return", 4),
    Shown(lives.ordinary, "dispatch", 4),
    Shown(lives.ordinary, "dispatch", 6.5),
    Shown(lives.ordinary, "submit", 1.4),
    Shown(lives.handed_over, "confirm_hand_over", 4),
    Shown(lives.talkative, "order.reply", 12),
    Shown(lives.promised, "fulfil_promise", 190, "mobile_network"),
    Shown(lives.ordinary, "revisit", 100, "mobile_charging"),
    Shown(lives.ordinary, "revisit", 206, "mobile_network"),
    Shown(lives.ordinary, "archive", 14),
)
_ESCALATIONS_SHOWN = (
    _escalation(escalation.ordinary, "dispatch", 1.2),
    _escalation(escalation.ordinary, "sign", 6, 0, 1),
    _escalation(escalation.ordinary, "send_orders", 20, 0, 1),
    _escalation(escalation.sent_back, "approve", 45),
    _escalation(escalation.ordinary, "revisit", 30, 1),
    _escalation(escalation.ordinary, "order.reply", 200, about="mobile_network"),
    _escalation(escalation.ordinary, "submit", 0.4),
    _escalation(escalation.ordinary, "order.accept", 26, 0, 1),
    _escalation(escalation.given_back, "order.accept_return", 24),
    _escalation(escalation.ordinary, "report", 150, 1),
    _escalation(escalation.dismissed, "dismiss", 70),
    _escalation(escalation.judged, "settle_responsibility", 60),
    _escalation(escalation.promised, "fulfil_promise", 50, about="mobile_network"),
    _escalation(escalation.handed_over, "confirm_hand_over", 0.6),
)
_APPEALS_SHOWN = (
    _appeal(appeal.company_liable, "dispatch", 3),
    _appeal(appeal.company_liable, "sign", 9, 0, 1),
    _appeal(appeal.company_liable, "approve", 40),
    _appeal(appeal.company_liable, "reply_regulator", 60, 1),
    _appeal(appeal.company_liable, "send_orders", 28),
    _appeal(appeal.company_liable, "report", 216, 1),
    _appeal(appeal.objected, "approve", 30),
    _appeal(appeal.company_liable, "revisit", 110),
    _appeal(appeal.company_liable, "adjudicate_responsibility", 130, 1),
    _appeal(appeal.company_liable, "archive", 160),
    _appeal(appeal.promised, "fulfil_promise", 120, 1),
    _appeal(appeal.handed_over, "confirm_hand_over", 2),
)
SHOWN = (_COMPLAINTS_SHOWN, _ESCALATIONS_SHOWN, _APPEALS_SHOWN)
