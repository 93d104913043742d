"""Ticket numbers: one letter for the kind, the Shanghai day, a counter of at least six digits, a check digit.

The check digit is ISO 7064 MOD 11,10, which finds every wrong digit and nearly every swapped pair. A letter counts as
two digits (A = 10 … Z = 35), so that the wrong kind is found too.
"""

import re
from datetime import date

_FORM = re.compile(r"[A-Z]\d{6}\d{6,}\d", re.ASCII)


def ticket_number(kind_letter: str, day: date, counter: int) -> str:
    """The number of the `counter`-th ticket (from 1) of a kind on a Shanghai day, like C261123000042 + check digit."""
    if not re.fullmatch(r"[A-Z]", kind_letter) or counter < 1:
        raise ValueError(f"A ticket number needs one capital letter and a counter from 1: {kind_letter!r}, {counter}")
    body = f"{kind_letter}{day:%y%m%d}{counter:06d}"
    return body + check_digit(body)


def check_digit(text: str) -> str:
    """The ISO 7064 MOD 11,10 check digit of digits and capital letters."""
    product = 10
    for digit in "".join(str(int(character, 36)) for character in text):
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def is_valid_number(text: str) -> bool:
    """Whether the text has the form of a ticket number and its check digit is right."""
    return bool(_FORM.fullmatch(text)) and check_digit(text[:-1]) == text[-1]
