"""The words of a text (desk.md, Search): one reading for what is stored and what is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.domain.words import LONGEST_WORD, words_in, words_of


@pytest.mark.parametrize(
    "text, words",
    [
        ("网络质量", {"网络", "络质", "质量"}),
        ("４Ｇ网络，WiFi慢", {"4g", "网络", "wifi"}),  # 慢 alone is no word
        ("网 络", set()),
        ("扣费20元、3.5元 a_b", {"扣费", "20", "3", "5", "a", "b"}),
        ("回电13812345678或０２５－８４２１００００", {"回电", "025"}),  # eight digits in a row may be a phone
        ("' | ! & <-> \" * \x00 ()", set()),
        ("𠮷野家 ㎡", {"𠮷野", "野家", "m2"}),
    ],
)
def test_what_the_words_of_a_text_are(text: str, words: set[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_each_word_is_letters_and_digits_from_its_place(text: str) -> None:
    """So no word can be an operator of a query language, and what is marked in a text is what was found."""
    for word in words_in(text):
        assert word.text.isalnum()
        assert len(word.text) <= LONGEST_WORD
        assert word.text in words_of(text[word.start : word.end])


@given(st.text(), st.text(), st.text())
def test_a_text_holds_the_words_of_its_parts(before: str, part: str, after: str) -> None:
    assert words_of(part) <= words_of(f"{before} {part} {after}")
