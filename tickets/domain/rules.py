"""Most specific matching: how a rule of a scheme is found for a ticket, and how two that tie are found out (model 4).

More criteria are more specific than fewer. Of two rules with as many, the one that lies wholly inside the other is the
more specific. What is left is a tie, unless a third rule beats both wherever they meet: ties are refused when a scheme
is loaded, never resolved by the order of the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from types import MappingProxyType
from typing import Generic, TypeVar

# The customer tier that gets the lower bound of a handling limit (U-30).
VIP = "vip"

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What rules may ask about a ticket: codes of the scheme's dictionaries, "" or None where not known yet.

    `expedited` says whether the business type is marked for the lower bound (U-30); `region` is the code of the
    ticket's province or city; `numbers` holds the number fields filled in at intake, by field code.
    """

    kind: str = "complaint"
    request_type: str = ""
    level: str = ""
    channel: str = ""
    business_type: str = ""
    complaint_type: str = ""
    cause: str = ""
    priority: int | None = None
    written: bool | None = None
    customer_tier: str = ""
    expedited: bool = False
    region: str = ""
    numbers: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Interval:
    """A range of numbers; an end that is None is without bound, an open end does not belong to it."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no number lies in it."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def contains(self, number: Decimal) -> bool:
        """Whether the number lies in the interval."""
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = self.high is None or number < self.high or (number == self.high and not self.high_open)
        return above and below

    def meet(self, other: Interval) -> Interval:
        """The numbers that lie in both; may be empty."""
        low, low_open = self.low, self.low_open
        if other.low is not None and (low is None or (other.low, other.low_open) > (low, low_open)):
            low, low_open = other.low, other.low_open
        high, high_open = self.high, self.high_open
        if other.high is not None and (high is None or (-other.high, other.high_open) > (-high, high_open)):
            high, high_open = other.high, other.high_open
        return Interval(low, high, low_open, high_open)

    def covers(self, other: Interval) -> bool:
        """Whether every number of the other lies in this one."""
        return self.meet(other) == other


@dataclass(frozen=True)
class Criteria:
    """What a rule asks: for each fact named in `codes` one of the values, for each number in `ranges` its interval.

    Codes of a tree stand with all that lies below them, so that matching, meeting and covering are plain set work.
    """

    codes: Mapping[str, frozenset[object]] = field(default_factory=dict)
    ranges: Mapping[str, Interval] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """How many facts it asks about."""
        return len(self.codes) + len(self.ranges)

    def matches(self, facts: Facts) -> bool:
        """Whether the ticket fulfils every criterion; a number not known fulfils none."""
        return all(getattr(facts, name) in values for name, values in self.codes.items()) and all(
            name in facts.numbers and interval.contains(facts.numbers[name]) for name, interval in self.ranges.items()
        )

    def meet(self, other: Criteria) -> Criteria | None:
        """The criteria of a ticket that both match, None when there can be none."""
        codes = {**self.codes, **other.codes}
        ranges = {**self.ranges, **other.ranges}
        for name in self.codes.keys() & other.codes.keys():
            codes[name] = self.codes[name] & other.codes[name]
        for name in self.ranges.keys() & other.ranges.keys():
            ranges[name] = self.ranges[name].meet(other.ranges[name])
        if not all(codes.values()) or any(interval.is_empty for interval in ranges.values()):
            return None
        return Criteria(codes, ranges)

    def covers(self, other: Criteria) -> bool:
        """Whether it matches every ticket that the other matches."""
        return all(name in other.codes and other.codes[name] <= values for name, values in self.codes.items()) and all(
            name in other.ranges and interval.covers(other.ranges[name]) for name, interval in self.ranges.items()
        )

    def beats(self, other: Criteria) -> bool:
        """Whether it is more specific than the other."""
        if self.weight != other.weight:
            return self.weight > other.weight
        return other.covers(self) and not self.covers(other)


@dataclass(frozen=True)
class Candidate(Generic[R]):
    """A rule with its criteria, ready to be matched."""

    criteria: Criteria
    rule: R


def most_specific(candidates: Iterable[Candidate[R]], facts: Facts) -> R | None:
    """The most specific rule that matches the facts, None when none does (model 4: no rule, no clock).

    Raises ValueError on a tie, which `ties` finds beforehand.
    """
    matching = [candidate for candidate in candidates if candidate.criteria.matches(facts)]
    best = [one for one in matching if not any(other.criteria.beats(one.criteria) for other in matching)]
    if len(best) > 1:
        raise ValueError(f"rules match equally: {[one.rule for one in best]}")
    return best[0].rule if best else None


def ties(candidates: Sequence[Candidate[R]]) -> list[tuple[R, R]]:
    """The pairs of rules that can match one ticket equally, with no more specific rule to decide there."""
    return [(one.rule, other.rule) for one, other in combinations(candidates, 2) if _tie(one, other, candidates)]


def _tie(one: Candidate[R], other: Candidate[R], candidates: Iterable[Candidate[R]]) -> bool:
    if one.criteria.beats(other.criteria) or other.criteria.beats(one.criteria):
        return False
    both = one.criteria.meet(other.criteria)
    return both is not None and not any(
        third.criteria.covers(both) and third.criteria.beats(one.criteria) and third.criteria.beats(other.criteria)
        for third in candidates
    )
