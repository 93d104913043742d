"""Phone and service numbers in one form, so that repeats are found by equality (model 10)."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from django.utils.translation import gettext as _

_SERVICE_NUMBER = re.compile(r"[0-9A-Z_@.\-]{3,64}", re.ASCII)
_HOTLINE = re.compile(r"(?:1\d{4}|9\d{4,6}|[48]00\d{7})", re.ASCII)


def normalise_phone(text: str) -> str:
    """A phone number as it is dialled inside China, digits only; one from abroad with its `+` and country code.

    Mobiles have 11 digits, lines in houses their area code, hotlines are kept. Raises ValueError in words.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    compact = re.sub(r"[\s\-()]", "", typed)
    if _HOTLINE.fullmatch(compact):
        return compact
    try:
        number = phonenumbers.parse(typed, "CN")
    except phonenumbers.NumberParseException:
        number = None
    if re.search(r"[^\d\s+\-().]", typed) or number is None or not phonenumbers.is_possible_number(number):
        raise ValueError(
            _("“%(text)s” is not a phone number. Write a mobile like 13812345678 or a line with its area code.")
            % {"text": text[:40]}
        )
    if number.country_code != 86:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.national_significant_number(number)
    if national.startswith("1") and len(national) == 11:
        return national
    if len(national) < 9:
        raise ValueError(_("“%(text)s” lacks its area code, such as 0527.") % {"text": text[:40]})
    return f"0{national}"


def mobile_of(text: str) -> str:
    """The mobile number in `text`, "" without one: a line in a house takes no text messages."""
    try:
        number = normalise_phone(text)
    except ValueError:
        return ""
    return number if number.startswith("1") and len(number) == 11 else ""


def normalise_service_number(text: str) -> str:
    """A service number (mobile, line, broadband account) in capitals without spaces. Raises ValueError in words."""
    compact = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if compact and not _SERVICE_NUMBER.fullmatch(compact):
        raise ValueError(
            _("“%(text)s” is not a service number: use letters, digits and - _ . @ only.") % {"text": text[:40]}
        )
    return compact


def masked_phone(phone: str) -> str:
    """A phone for who need not ring it: 138****5678."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****"


def masked_name(name: str) -> str:
    """A name for who need not know it: 张**."""
    return f"{name[:1]}**" if name else ""
