"""Text messages over the operator's HTTP gateway, SMS_GATEWAY_URL.

The gateway gets `{"to", "text", "key"}` and the key as `Idempotency-Key`; any 2xx with a JSON object means that it has
the message, unless the object says `"accepted": false`.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_noop

from tickets.channels.base import Outgoing, Permanent, Temporary
from tickets.channels.web import json_of, post


class Sms:
    """A text message to a mobile."""

    def send(self, message: Outgoing) -> None:
        """Hand it to the gateway."""
        url = settings.SMS_GATEWAY_URL
        if not url:
            raise Temporary(gettext_noop("SMS_GATEWAY_URL is not set"))
        body = {"to": message.to, "text": message.line, "key": message.key}
        answer = json_of(post(url, body, {"Idempotency-Key": message.key}))
        if answer.get("accepted") is False:
            raise Permanent(gettext_noop("the gateway did not accept it"))
