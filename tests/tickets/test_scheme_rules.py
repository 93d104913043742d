"""Most specific matching and its ties (model 4): which rule of several is taken, and when none may be."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.rules import Candidate, Criteria, Facts, Interval, most_specific, ties

ONE, TWO, THREE = Decimal(1), Decimal(2), Decimal(3)


def candidate(name: str, *, size: Interval | None = None, **codes: str) -> Candidate[str]:
    sets = {fact: frozenset[object](values.split("|")) for fact, values in codes.items()}
    return Candidate(Criteria(sets, {"size": size} if size else {}), name)


def names(found: list[tuple[str, str]]) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in found}


ANY = candidate("any")
MAJOR = candidate("major", level="major")
PHONE = candidate("phone", channel="phone")
MAJOR_PHONE = candidate("major phone", level="major", channel="phone")


def test_nothing_matches_nothing() -> None:
    assert most_specific([MAJOR], Facts(level="minor")) is None
    assert most_specific([], Facts()) is None


def test_more_criteria_are_more_specific_in_any_order() -> None:
    facts = Facts(level="major", channel="phone")
    assert most_specific([ANY, MAJOR, MAJOR_PHONE], facts) == "major phone"
    assert most_specific([MAJOR_PHONE, MAJOR, ANY], facts) == "major phone"
    assert most_specific([ANY, MAJOR, MAJOR_PHONE], Facts(level="major")) == "major"
    assert most_specific([ANY, MAJOR, MAJOR_PHONE], Facts()) == "any"


def test_of_as_many_criteria_the_narrower_is_more_specific() -> None:
    water = candidate("water", business_type="water|pipes|meters")
    pipes = candidate("pipes", business_type="pipes")
    assert ties([water, pipes]) == []
    assert most_specific([water, pipes], Facts(business_type="pipes")) == "pipes"
    assert most_specific([water, pipes], Facts(business_type="meters")) == "water"


def test_two_that_meet_tie() -> None:
    assert names(ties([MAJOR, PHONE])) == {frozenset({"major", "phone"})}


def test_the_same_criteria_tie() -> None:
    assert names(ties([MAJOR, candidate("also", level="major")])) == {frozenset({"major", "also"})}


def test_overlapping_lists_tie() -> None:
    one, other = candidate("one", level="a|b"), candidate("other", level="b|c")
    assert names(ties([one, other])) == {frozenset({"one", "other"})}


def test_two_that_never_meet_do_not_tie() -> None:
    assert ties([MAJOR, candidate("minor", level="minor")]) == []


def test_a_rule_for_where_they_meet_settles_it() -> None:
    assert ties([MAJOR, PHONE, MAJOR_PHONE]) == []


def test_a_rule_for_part_of_where_they_meet_does_not() -> None:
    part = candidate("part", level="major", channel="phone", written="x")
    assert names(ties([MAJOR, PHONE, part])) == {frozenset({"major", "phone"})}


def test_a_tie_is_an_error_when_it_was_not_refused_before() -> None:
    with pytest.raises(ValueError, match="match equally"):
        most_specific([MAJOR, PHONE], Facts(level="major", channel="phone"))


@pytest.mark.parametrize(
    "one, other, tie",
    [
        (Interval(high=TWO), Interval(low=TWO, low_open=True), False),
        (Interval(high=TWO), Interval(low=TWO), True),
        (Interval(high=TWO, high_open=True), Interval(low=TWO), False),
        (Interval(high=THREE), Interval(low=ONE, high=TWO), False),  # the second lies inside the first
        (Interval(high=TWO), Interval(low=ONE, high=THREE), True),
    ],
)
def test_ranges_tie_where_they_share_numbers(one: Interval, other: Interval, tie: bool) -> None:
    assert bool(ties([candidate("one", size=one), candidate("other", size=other)])) is tie


def test_a_number_that_is_not_known_matches_no_range() -> None:
    sized = candidate("sized", size=Interval(low=ONE))
    assert most_specific([sized], Facts()) is None
    assert most_specific([sized], Facts(numbers={"size": ONE})) == "sized"
    assert most_specific([sized], Facts(numbers={"size": Decimal("0.99")})) is None


def test_numbers_and_truths_are_matched_as_such() -> None:
    urgent = Candidate(Criteria({"priority": frozenset({1, 2}), "written": frozenset({True})}), "urgent")
    assert most_specific([urgent], Facts(priority=2, written=True)) == "urgent"
    assert most_specific([urgent], Facts(priority=2, written=False)) is None
    assert most_specific([urgent], Facts(written=True)) is None


NUMBERS = st.integers(0, 4).map(Decimal)
BOUNDS = st.none() | NUMBERS
INTERVALS = st.builds(Interval, BOUNDS, BOUNDS, st.booleans(), st.booleans()).filter(lambda one: not one.is_empty)
CODES = st.frozensets(st.sampled_from("abc"), min_size=1)
CRITERIA = st.builds(
    Criteria,
    st.fixed_dictionaries({}, optional={"level": CODES, "channel": CODES, "cause": CODES}),
    st.fixed_dictionaries({}, optional={"size": INTERVALS}),
)
RULES = st.lists(CRITERIA, max_size=6).map(lambda all_: [Candidate(one, number) for number, one in enumerate(all_)])
FACTS = st.builds(
    Facts,
    level=st.sampled_from("abc"),
    channel=st.sampled_from("abc"),
    cause=st.sampled_from("abc"),
    numbers=st.fixed_dictionaries({}, optional={"size": NUMBERS}),
)


@given(RULES, FACTS)
def test_without_ties_one_rule_is_taken_whatever_the_order(rules: list[Candidate[int]], facts: Facts) -> None:
    if ties(rules):
        return
    taken = most_specific(rules, facts)
    assert most_specific(rules[::-1], facts) == taken
    matching = [rule for rule in rules if rule.criteria.matches(facts)]
    assert (taken is None) == (not matching)
    assert all(rules[taken].criteria.weight >= rule.criteria.weight for rule in matching if taken is not None)


@given(CRITERIA, CRITERIA, FACTS)
def test_meeting_and_covering_agree_with_matching(one: Criteria, other: Criteria, facts: Facts) -> None:
    both = one.meet(other)
    assert (both is not None and both.matches(facts)) == (one.matches(facts) and other.matches(facts))
    if one.covers(other) and other.matches(facts):
        assert one.matches(facts)


@given(CRITERIA, CRITERIA, CRITERIA)
def test_beating_is_an_order(one: Criteria, two: Criteria, three: Criteria) -> None:
    assert not (one.beats(two) and two.beats(one))
    if one.beats(two) and two.beats(three):
        assert one.beats(three)
