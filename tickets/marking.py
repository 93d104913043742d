"""What a search found in a text, marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tickets.domain.words import words_in

if TYPE_CHECKING:
    from collections.abc import Collection

EXCERPT = 90  # characters
BEFORE = 20  # of these before the first word found


def marked(text: str, words: Collection[str]) -> SafeString:
    """The text as HTML with the words marked, everything else escaped."""
    pieces, end = [], 0
    for start, stop in _places(text, words):
        pieces.append(format_html("{}<mark>{}</mark>", text[end:start], text[start:stop]))
        end = stop
    return format_html("{}{}", format_html_join("", "{}", ((piece,) for piece in pieces)), text[end:])


def excerpt(text: str, words: Collection[str]) -> str:
    """The part of a text around the first of the words, else its beginning."""
    text = " ".join(text.split())
    first = next(iter(_places(text, words)), (0, 0))[0]
    start = max(0, min(first - BEFORE, len(text) - EXCERPT))
    end = start + EXCERPT
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _places(text: str, words: Collection[str]) -> list[tuple[int, int]]:
    """Where the words stand; overlapping ones as one."""
    found: list[tuple[int, int]] = []
    for word in words_in(text):
        if word.text not in words:
            continue
        if found and word.start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], word.end))
        else:
            found.append((word.start, word.end))
    return found
