"""The words by which a text is found: pairs of Chinese characters, words and numbers of other scripts.

One reading for what is stored and what is asked, so that both databases and a plain comparison find the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST_WORD = 32  # characters; of a longer one the beginning counts
SECRET_DIGITS = 7  # so many and more in a row may be a phone or an account: found by their exact value, never as a word

_CHINESE = "〇\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"(?P<chinese>[{_CHINESE}]+)|[^\W_{_CHINESE}]+")


class Word(NamedTuple):
    """A word as it is stored, and where it stands in the text."""

    text: str
    start: int
    end: int


def words_of(text: str) -> frozenset[str]:
    """The words of a text: 4G网络质量 → 4g, 网络, 络质, 质量. A single Chinese character is none."""
    return frozenset(word.text for word in words_in(text))


def words_in(text: str) -> Iterator[Word]:
    """The words of a text in order, each with its place. Width and case do not count (NFKC, small letters)."""
    parts = [_folded(character) for character in text]
    places = [at for at, part in enumerate(parts) for _letter in part]  # a character may become several letters: ㎡
    for run in _RUNS.finditer("".join(parts)):
        word, first = run[0], run.start()
        if run["chinese"]:
            for at in range(len(word) - 1):
                yield Word(word[at : at + 2], places[first + at], places[first + at + 1] + 1)
        elif not (word.isdigit() and len(word) >= SECRET_DIGITS):
            yield Word(word[:LONGEST_WORD], places[first], places[run.end() - 1] + 1)


@lru_cache(maxsize=65536)
def _folded(character: str) -> str:
    return unicodedata.normalize("NFKC", character).lower()
