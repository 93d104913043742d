"""Where a unit is told of what concerns it: the mailbox or group robot in `Unit.notification_address`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core.errors import Refused

MAIL, ROBOTS = "mailto", ("wecom", "dingtalk")
_ROBOT_KEY = re.compile(r"[A-Za-z0-9_-]{8,128}", re.ASCII)


@dataclass(frozen=True)
class UnitAddress:
    """MAIL or one of ROBOTS, and what it needs: an e-mail address, or the key of a robot."""

    way: str
    to: str


def parse(text: str) -> UnitAddress:
    """Read `mailto:ADDRESS`, `wecom:KEY` or `dingtalk:TOKEN`. Raises Refused (`notification_address`)."""
    way, _colon, to = text.strip().partition(":")
    if (way == MAIL and _is_mail(to)) or (way in ROBOTS and _ROBOT_KEY.fullmatch(to)):
        return UnitAddress(way, to)
    raise Refused(
        _("Write mailto:ADDRESS, wecom:KEY or dingtalk:TOKEN; of a robot only the key at the end of its address."),
        code="notification_address",
    )


def _is_mail(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
