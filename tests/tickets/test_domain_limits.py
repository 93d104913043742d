"""Limits: what can be written, what is refused, and that nothing is lost on the way (model 4)."""

import json
from datetime import UTC, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.errors import DomainError
from tickets.domain.limits import Limit, Unit


@pytest.mark.parametrize(
    "text, limit",
    [
        ("24h", Limit(24, Unit.HOURS)),
        ("90min", Limit(90, Unit.MINUTES)),
        ("0nd", Limit(0, Unit.NATURAL_DAYS)),
        ("1mo", Limit(1, Unit.MONTHS)),
        ("3wd", Limit(3, Unit.WORKING_DAYS)),
        ("96wdh", Limit(96, Unit.WORKING_DAY_HOURS)),
        ("1.5h", Limit(Decimal("1.5"), Unit.HOURS)),
        ("2wd@18:00", Limit(2, Unit.WORKING_DAYS, day_end=time(18))),
        ("0nd soft", Limit(0, Unit.NATURAL_DAYS, soft=True)),
        ("2wd@17:30 soft", Limit(2, Unit.WORKING_DAYS, day_end=time(17, 30), soft=True)),
        ("  3 wd ", Limit(3, Unit.WORKING_DAYS)),
    ],
)
def test_a_limit_is_read(text: str, limit: Limit) -> None:
    """Each unit of rules.md, the day's end and the soft limit of B-05."""
    assert Limit.parse(text) == limit


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "is not a limit"),
        ("24", "is not a limit"),
        ("h", "is not a limit"),
        ("-3wd", "is not a limit"),
        ("３wd", "is not a limit"),
        ("3wd 18:00", "is not a limit"),
        ("3wd@18:00 hard", "is not a limit"),
        ("1e9h", "is not a limit"),
        ("9" * 10_000 + "h", "is not a limit"),
        ("3d", "“d” is not a unit"),
        ("3weeks", "“weeks” is not a unit"),
        ("0h", "A limit of 0 makes sense only in nd or wd"),
        ("0min", "A limit of 0"),
        ("0mo", "A limit of 0"),
        ("0wdh", "A limit of 0"),
        ("1.5wd", "wd takes whole numbers only, not 1.5"),
        ("0.5nd", "nd takes whole numbers only"),
        ("0.5mo", "mo takes whole numbers only"),
        ("0.0001h", "not a whole number of seconds"),
        ("121mo", "ten years at most"),
        ("3661nd", "ten years at most"),
        ("2501wd", "ten years at most"),
        ("999999999999min", "ten years at most"),
        ("24h@18:00", "goes with wd only, not with h"),
        ("2nd@18:00", "goes with wd only, not with nd"),
        ("2wd@25:00", "“25:00” is not a time of day"),
        ("2wd@18:60", "“18:60” is not a time of day"),
        ("2wd@00:00", "from 00:01 to 23:59"),
    ],
)
def test_a_malformed_limit_is_refused_in_words(text: str, reason: str) -> None:
    """A slip of the keyboard never becomes a due time."""
    with pytest.raises(DomainError) as refusal:
        Limit.parse(text)
    assert reason in str(refusal.value)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("amount", [-1, Decimal("NaN"), Decimal("Infinity")])
def test_an_impossible_amount_is_refused(amount: Decimal | int) -> None:
    """Also where no text was parsed."""
    with pytest.raises(DomainError, match="negative or endless"):
        Limit(amount, Unit.HOURS)


@pytest.mark.parametrize("day_end", [time(18, 0, 1), time(18, 0, 0, 1), time(18, tzinfo=UTC)])
def test_a_day_end_is_a_plain_minute(day_end: time) -> None:
    """What could not be written back is not taken."""
    with pytest.raises(DomainError, match="whole minutes"):
        Limit(1, Unit.WORKING_DAYS, day_end=day_end)


def limits() -> st.SearchStrategy[Limit]:
    """Any limit that can be written."""
    length = st.decimals(min_value="0.25", max_value=500, places=2).filter(lambda amount: amount * 3600 % 1 == 0)
    hours = st.builds(Limit, length, st.sampled_from([Unit.HOURS, Unit.WORKING_DAY_HOURS]), soft=st.booleans())
    days = st.builds(Limit, st.integers(1, 120), st.sampled_from([Unit.NATURAL_DAYS, Unit.MONTHS, Unit.MINUTES]))
    minutes = st.times().map(lambda moment: moment.replace(second=0, microsecond=0)).filter(lambda m: m != time(0))
    working = st.builds(Limit, st.integers(0, 250), st.just(Unit.WORKING_DAYS), st.none() | minutes, soft=st.booleans())
    return hours | days | working


@given(limits())
def test_text_and_json_round_trip(limit: Limit) -> None:
    """A clock's copy of its limit, and a scheme's text, give the same limit back."""
    assert Limit.parse(str(limit)) == limit
    assert Limit.from_dict(json.loads(json.dumps(limit.to_dict()))) == limit


def test_the_stored_form() -> None:
    """The form that stage clocks keep."""
    assert Limit.parse("2wd@18:00").to_dict() == {"amount": "2", "unit": "wd", "day_end": "18:00", "soft": False}
    assert Limit.from_dict({"amount": 24, "unit": "h"}) == Limit(24, Unit.HOURS)


@pytest.mark.parametrize("data", [{}, {"amount": "3"}, {"unit": "wd"}, {"amount": "1e999999999", "unit": "h"}])
def test_a_damaged_stored_form_is_refused(data: dict[str, object]) -> None:
    """At once and in words."""
    with pytest.raises(DomainError, match="is not a limit"):
        Limit.from_dict(data)


def test_an_error_keeps_message_id_and_parameters_apart() -> None:
    """So that whoever shows it can translate it: the domain imports no Django."""
    with pytest.raises(DomainError) as refusal:
        Limit.parse("3d")
    assert refusal.value.message_id % refusal.value.params == str(refusal.value)
    assert refusal.value.params == {"unit": "d"}
