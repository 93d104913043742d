"""What a way out of the product is asked, and how it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """One message as it leaves. `key` is the same however often it is sent, so that the other side can drop doubles.

    `to` is an e-mail address, a mobile number or the key of a robot; `line` is the text in one line.
    """

    key: str
    to: str
    subject: str
    text: str
    line: str


class Temporary(Exception):
    """It did not go now and may later. The words name no recipient."""


class Permanent(Exception):
    """It will never go. The words name no recipient."""


class Sender(Protocol):
    """One way out."""

    def send(self, message: Outgoing) -> None:
        """Hand the message over. Raises Temporary or Permanent."""
