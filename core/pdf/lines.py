"""Text in lines: Chinese may be broken anywhere, words of letters and digits not, and no line begins with a comma."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

_NOT_FIRST = "，。、；：？！）》〉」』】〕〗”’％‰℃·…—～,.;:?!)]}%"
_NOT_LAST = "（《〈「『【〔〖“‘￥([{$"
# What is never torn apart: a word or number with what clings to it, or a single other character with its punctuation.
_PIECE = re.compile(
    rf"[{re.escape(_NOT_LAST)}]*(?:[!-~\u00a1-\u024f]+|.)[{re.escape(_NOT_FIRST)}]*",
    re.DOTALL,
)
# Pictures of characters that have no shape of their own, or that must not act on the lines around them.
_SHAPELESS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(text: str, known: Container[int]) -> str:
    """The text with every character shown: one that the font lacks (`known`: the code points that it has), or that has
    no shape, by its code point, such as [U+2A6B2]. Line breaks stay, a tab is a space."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(one if one == "\n" or _is_shown(one, known) else f"[U+{ord(one):04X}]" for one in text)


def wrapped(text: str, room: float, width: Callable[[str], float]) -> list[str]:
    """The lines of a text that are no wider than `room`, both as `width` measures a character. Never empty."""
    return [line for part in text.split("\n") for line in _wrapped_part(part, room, width)]


def _is_shown(one: str, known: Container[int]) -> bool:
    return ord(one) in known and unicodedata.category(one) not in _SHAPELESS


def _wrapped_part(text: str, room: float, width: Callable[[str], float]) -> Iterator[str]:
    line, used = "", 0.0
    for piece in _pieces(text, room, width):
        size = sum(map(width, piece))
        if line and used + sum(map(width, piece.rstrip())) > room:
            yield line.rstrip()
            line, used = "", 0.0
            piece = piece.lstrip(" ")
            size = sum(map(width, piece))
        line, used = line + piece, used + size
    yield line.rstrip()


def _pieces(text: str, room: float, width: Callable[[str], float]) -> Iterator[str]:
    """The pieces of a line, those that are wider than it cut up."""
    for piece in _PIECE.findall(text):
        if sum(map(width, piece)) <= room:
            yield piece
        else:
            yield from piece
