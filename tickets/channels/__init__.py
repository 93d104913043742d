"""The ways out of the product, each behind the same small interface. Nothing else talks to the outside."""

from __future__ import annotations

from tickets.channels.base import Outgoing, Permanent, Sender, Temporary
from tickets.channels.mail import Mail
from tickets.channels.robots import DingTalkRobot, WeComRobot
from tickets.channels.sms import Sms
from tickets.models.outbox import Channel

SENDERS: dict[str, Sender] = {
    Channel.EMAIL: Mail(),
    Channel.SMS: Sms(),
    Channel.WECOM: WeComRobot(),
    Channel.DINGTALK: DingTalkRobot(),
}

__all__ = ["SENDERS", "Outgoing", "Permanent", "Sender", "Temporary"]
