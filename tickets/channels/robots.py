"""Group robots of WeCom (企业微信) and DingTalk (钉钉): a text to the group that the robot stands in.

Both answer 200 with `errcode`: 0 is done, a few are final, the others (too fast, busy) pass.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext_noop

from tickets.channels.base import Outgoing, Permanent, Temporary
from tickets.channels.web import json_of, post

_WECOM_FINAL = frozenset({40008, 44004, 45002, 93000})  # bad type, empty, too long, no such robot
_DINGTALK_FINAL = frozenset({300001, 310000, 400013, 400101, 400102})  # no such robot, refused by its rules, stopped
LONGEST = 2000  # bytes of UTF-8; WeCom takes 2048


class WeComRobot:
    """See developer.work.weixin.qq.com/document/path/91770."""

    def send(self, message: Outgoing) -> None:
        """Post to the robot whose key is `message.to`."""
        _post(f"{settings.WECOM_ROBOT_URL}?{urlencode({'key': message.to})}", message, _WECOM_FINAL)


class DingTalkRobot:
    """See open.dingtalk.com/document/robots/custom-robot-access. Its keyword, if it has one, is the product's name."""

    def send(self, message: Outgoing) -> None:
        """Post to the robot whose token is `message.to`."""
        _post(f"{settings.DINGTALK_ROBOT_URL}?{urlencode({'access_token': message.to})}", message, _DINGTALK_FINAL)


def _post(url: str, message: Outgoing, final: frozenset[int]) -> None:
    text = f"{message.subject}\n{message.text}".encode()[:LONGEST].decode(errors="ignore")
    code = json_of(post(url, {"msgtype": "text", "text": {"content": text}})).get("errcode")
    if not isinstance(code, int):
        raise Temporary(gettext_noop("the answer has no errcode"))
    if code in final:
        raise Permanent(f"errcode {code}")
    if code != 0:
        raise Temporary(f"errcode {code}")
