"""The priority proposed at intake (U-24, model 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

REPEAT = "repeat"

HIGHEST, LOWEST = 1, 4


class Flag(StrEnum):
    """The four principles of U-24, in the order of their weight."""

    GRAVITY = "gravity"  # 重大性: media, court, regulator
    URGENCY = "urgency"  # 迫切性: basic service cut
    BREADTH = "breadth"  # 广泛性: many customers
    IMPORTANCE = "importance"  # 重要性: VIP or group customer


@dataclass(frozen=True)
class Priority:
    """A level from 1 (highest) to 4 and why: codes of flags by weight, then "repeat"."""

    level: int
    reasons: tuple[str, ...]


def judge(flags: Iterable[str], repeat: bool) -> Priority:
    """The priority that flags and a repeat give: none P4, one P3, two P2, 重大性 or three P1; a repeat one up.

    `flags` are codes of `Flag`, any order; an unknown one raises ValueError.
    """
    raised = {Flag(flag) for flag in flags}
    level = HIGHEST if Flag.GRAVITY in raised else max(HIGHEST, LOWEST - len(raised))
    reasons = tuple(flag.value for flag in Flag if flag in raised)
    if repeat:
        return Priority(max(HIGHEST, level - 1), (*reasons, REPEAT))
    return Priority(level, reasons)
