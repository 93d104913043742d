"""What a person reads on a page: the text in sight and what is shown on hover or read aloud."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# What is no Chinese word and is written like this in Chinese too.
KNOWN = frozenset(
    word.lower()
    for word in (
        *("VIP", "GSM", "WCDMA", "LTE", "SMS", "SP"),
        *("CSV", "XLSX", "Excel", "Workbook", "PDF", "JSON", "YAML", "UTF", "KB", "MB", "MiB"),
        *("API", "HTTP", "IP", "LDAP", "SHA", "TOTP"),
    )
)
# Keys of the keyboard, code, and what is not in sight.
_UNREAD = frozenset({"script", "style", "kbd", "code", "pre", "template"})
# Pictures of Django's admin whose description it writes in English.
_DJANGO_PICTURES = frozenset({"Search", "True", "False", "None"})
_SHOWN_ATTRIBUTES = ("title", "placeholder", "aria-label", "alt", "label", "data-pick", "data-nothing")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_MASKED = re.compile(r"[\u3400-\u9fff]\*+")
_TOKEN = re.compile(r"[A-Za-z0-9][\w.@/+-]*", re.ASCII)


class _Reader(HTMLParser):
    """Collects what is read; leaves out what is marked as being in another language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self.pieces: list[str] = []
        self._unread: list[str] = []  # the open tags from the first one that is not read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag: whether its content is read, and what its attributes say."""
        values = {name: value or "" for name, value in attrs}
        if self._unread:
            if tag == self._unread[0]:
                self._unread.append(tag)
            return
        if tag in _UNREAD or not values.get("lang", self._language).startswith(self._language):
            self._unread.append(tag)
            return
        if tag == "img" and values.get("alt") in _DJANGO_PICTURES:
            return
        self.pieces += [values[name] for name in _SHOWN_ATTRIBUTES if name in values]
        if tag == "input" and values.get("type") in ("submit", "button", "reset"):
            self.pieces.append(values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """The end of what is not read."""
        if self._unread and tag == self._unread[0]:
            self._unread.pop()

    def handle_data(self, data: str) -> None:
        """Text."""
        if not self._unread:
            self.pieces.append(data)


def english_words(html: str, data: frozenset[str] = frozenset()) -> dict[str, str]:
    """English words that a person reads on a page, each with the text it stands in.

    A token with a digit is a number or a code; `data` are tokens in small letters that come from the database.
    """
    reader = _Reader("zh")
    reader.feed(html)
    found: dict[str, str] = {}
    for piece in reader.pieces:
        for token in _TOKEN.findall(piece):
            word = token.rstrip(".-/").lower()
            is_word = len(word) > 1 and word.isascii() and not any(letter.isdigit() for letter in word)
            if is_word and word not in KNOWN and word not in data:
                found[word] = " ".join(piece.split())[:120]
    return found


def chinese_words(html: str, data: frozenset[str] = frozenset()) -> dict[str, str]:
    """Chinese that a person reads on an English page, each word with the text it stands in; `data` are texts that come
    from the database."""
    reader = _Reader("en")
    reader.feed(html)
    shown = "\n".join(reader.pieces)
    for text in sorted((text for text in data if _CHINESE.search(text)), key=len, reverse=True):
        shown = shown.replace(text, " ")
    found: dict[str, str] = {}
    for line in _MASKED.sub(" ", shown).splitlines():
        for word in _CHINESE.findall(line):
            found.setdefault(word, " ".join(line.split())[:120])
    return found
