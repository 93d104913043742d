"""U-24: the priority proposed at intake, with its reasons."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.priority import Flag, judge

FLAGS = st.sets(st.sampled_from([flag.value for flag in Flag]))


@pytest.mark.parametrize(
    "flags, repeat, level",
    [
        ([], False, 4),
        ([], True, 3),
        (["urgency"], False, 3),
        (["breadth"], False, 3),
        (["importance"], False, 3),
        (["importance"], True, 2),
        (["urgency", "importance"], False, 2),
        (["urgency", "importance"], True, 1),
        (["urgency", "breadth", "importance"], False, 1),
        (["urgency", "breadth", "importance"], True, 1),
        (["gravity"], False, 1),
        (["gravity"], True, 1),
        (["gravity", "urgency", "breadth", "importance"], False, 1),
    ],
)
def test_u24_levels(flags: list[str], repeat: bool, level: int) -> None:
    assert judge(flags, repeat).level == level


def test_u24_reasons_stand_by_weight_then_the_repeat() -> None:
    judged = judge(["importance", "breadth", "urgency", "gravity"], repeat=True)
    assert judged.reasons == ("gravity", "urgency", "breadth", "importance", "repeat")


def test_a_flag_told_twice_counts_once() -> None:
    assert judge(["urgency", "urgency"], repeat=False) == judge(["urgency"], repeat=False)


def test_an_unknown_flag_is_an_error() -> None:
    with pytest.raises(ValueError, match="fame"):
        judge(["fame"], repeat=False)


@given(FLAGS, st.booleans())
def test_reasons_name_exactly_what_was_given(flags: set[str], repeat: bool) -> None:
    assert set(judge(flags, repeat).reasons) == flags | ({"repeat"} if repeat else set())


@given(FLAGS, st.booleans())
def test_more_flags_never_lower_the_priority(flags: set[str], repeat: bool) -> None:
    for fewer in range(len(flags)):
        for some in combinations(flags, fewer):
            assert judge(some, repeat).level >= judge(flags, repeat).level


@given(FLAGS)
def test_a_repeat_is_one_up_and_never_above_the_highest(flags: set[str]) -> None:
    assert judge(flags, repeat=True).level == max(1, judge(flags, repeat=False).level - 1)
