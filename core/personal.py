"""What looks like personal data in a text that people wrote: phones, numbers of IDs and cards, e-mails, accounts,
addresses down to a door. One list of forms for every place that hides them."""

from __future__ import annotations

import re
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

DIGIT = "[0-9０-９]"
GAP = r"[ \u3000\-－—]?"
DOOR = rf"(?:{DIGIT}{{1,5}}|[一二三四五六七八九十]{{1,4}})(?:号楼|号院|号|弄|栋|幢|座|单元|室|组)"
_ALONE = f"(?<!{DIGIT})", f"(?!{DIGIT})"
_ID_CARD = f"{DIGIT}{{6}}{GAP}{DIGIT}{{8}}{GAP}{DIGIT}{{3}}[0-9０-９XxＸｘ]"
_BANK_CARD = rf"{DIGIT}{{4}}(?:[ \-]{DIGIT}{{4}}){{3}}(?:[ \-]{DIGIT}{{1,3}})?"


class Form(Enum):
    """What a part of a text looks like."""

    MAIL = "mail"
    IDENTITY = "identity"
    PHONE = "phone"
    ACCOUNT = "account"
    STAFF_NUMBER = "staff_number"
    ADDRESS = "address"


# The surer patterns first. A group `before` is kept.
PATTERNS: tuple[tuple[re.Pattern[str], Form], ...] = (
    (re.compile(r"[A-Za-z0-9_.+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"), Form.MAIL),
    (re.compile(f"{_ALONE[0]}(?:{_ID_CARD}|{_BANK_CARD}|{DIGIT}{{15,}}){_ALONE[1]}"), Form.IDENTITY),
    (re.compile(rf"{_ALONE[0]}[1１]{GAP}[3-9３-９](?:{GAP}{DIGIT}){{9}}{_ALONE[1]}"), Form.PHONE),
    (
        re.compile(rf"{_ALONE[0]}[(（]?[0０]{DIGIT}{{2,3}}[)）]?{GAP}{DIGIT}{{3,4}}{GAP}{DIGIT}{{4}}{_ALONE[1]}"),
        Form.PHONE,
    ),
    (
        re.compile(
            rf"(?P<before>(?:电话|号码|手机|座机|联系)[^0-9０-９\n]{{0,6}}){DIGIT}{{3,4}}{GAP}{DIGIT}{{4}}{_ALONE[1]}"
        ),
        Form.PHONE,
    ),
    (
        re.compile(r"(?P<before>(?:微信号?|QQ号?)[^A-Za-z0-9\n，。；]{0,4})[A-Za-z0-9_\-]{3,20}", re.IGNORECASE),
        Form.ACCOUNT,
    ),
    (re.compile(r"(?P<before>工号[^A-Za-z0-9\n，。；]{0,4})[A-Za-z0-9_\-]{3,20}"), Form.STAFF_NUMBER),
    (re.compile(rf"[\u4e00-\u9fff]{{1,4}}(?:路|街|道|巷|村|苑|园|里|小区){DOOR}(?:{GAP}{DOOR})*"), Form.ADDRESS),
)
# What nobody inside needs to read who sees masked data. An address says where to repair, a staff number whom the
# complaint is about.
HIDDEN_INSIDE = frozenset({Form.MAIL, Form.IDENTITY, Form.PHONE, Form.ACCOUNT})


def replaced(text: str, words: Callable[[Form, str], str], forms: Collection[Form] = tuple(Form)) -> str:
    """The text with each part that has one of the `forms` replaced by what `words` gives for it."""
    for pattern, form in PATTERNS:
        if form in forms:
            text = pattern.sub(partial(_shown, words, form), text)
    return text


def masked(text: str) -> str:
    """The text for who reads masked data: 138****5678, 320****1234, l**."""
    return replaced(text, _mask, HIDDEN_INSIDE)


def _mask(form: Form, value: str) -> str:
    if form in (Form.PHONE, Form.IDENTITY):
        bare = re.sub(r"[^0-9０-９XxＸｘ]", "", value)
        return f"{bare[:3]}****{bare[-4:]}" if len(bare) >= 8 else "****"
    return f"{value[:1]}**"


def _shown(words: Callable[[Form, str], str], form: Form, found: re.Match[str]) -> str:
    before = found.groupdict().get("before") or ""
    return before + words(form, found[0][len(before) :])
