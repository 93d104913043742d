"""Ticket numbers (model 10)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import check_digit, is_valid_number, ticket_number

DAY = date(2026, 11, 23)


def test_the_form_of_a_number() -> None:
    number = ticket_number("C", DAY, 42)
    assert number[:-1] == "C261123000042"
    assert is_valid_number(number)


def test_the_counter_may_outgrow_six_digits() -> None:
    number = ticket_number("C", DAY, 1_234_567)
    assert number.startswith("C2611231234567")
    assert is_valid_number(number)


@pytest.mark.parametrize("digits, expected", [("79462", "3"), ("0794", "5"), ("00200667308", "5")])
def test_check_digits_are_iso_7064_mod_11_10(digits: str, expected: str) -> None:
    assert check_digit(digits) == expected


@given(counter=st.integers(1, 9_999_999), place=st.integers(0, 20), digit=st.sampled_from("0123456789"))
def test_every_single_wrong_digit_is_found(counter: int, place: int, digit: str) -> None:
    number = ticket_number("C", DAY, counter)
    place = 1 + place % (len(number) - 1)
    changed = number[:place] + digit + number[place + 1 :]
    assert is_valid_number(changed) == (changed == number)


def test_the_wrong_kind_is_found() -> None:
    number = ticket_number("C", DAY, 42)
    assert not any(is_valid_number(letter + number[1:]) for letter in "ABDEFXYZ")


@pytest.mark.parametrize("text", ["", "C", "C2611230000", "c2611230000421", "C26112300004２1", "C261123000042\n"])
def test_other_text_is_no_number(text: str) -> None:
    assert not is_valid_number(text)


@pytest.mark.parametrize("letter, counter", [("c", 1), ("CC", 1), ("", 1), ("1", 1), ("C", 0)])
def test_nonsense_gets_no_number(letter: str, counter: int) -> None:
    with pytest.raises(ValueError, match="capital letter"):
        ticket_number(letter, DAY, counter)
