"""One JSON message to a web address: no redirects, no long waits, no long answers."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

from tickets.channels.base import Permanent, Temporary

LONGEST_ANSWER = 64 * 1024  # bytes
_LATER = frozenset({408, 425, 429})


def post(url: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> bytes:
    """Send `body` as JSON to `url` and give what a 2xx answers. Raises Temporary, or Permanent for any other 4xx."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    link = kind(parts.hostname or "", parts.port, timeout=settings.CONNECT_TIMEOUT)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    content = json.dumps(body, ensure_ascii=False).encode()
    try:
        link.connect()
        link.sock.settimeout(settings.READ_TIMEOUT)
        link.request("POST", target, content, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})
        return _judged(link.getresponse())
    except (HTTPException, OSError) as error:
        raise Temporary(f"HTTP: {type(error).__name__}") from None
    finally:
        link.close()


def json_of(answer: bytes) -> dict[str, Any]:
    """The object that was answered. Raises Temporary for anything else: nobody knows what became of the message."""
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Temporary(gettext_noop("the answer is no JSON object"))
    return found


def _judged(response: HTTPResponse) -> bytes:
    answer = _read(response)
    if 200 <= response.status < 300:
        return answer
    if 400 <= response.status < 500 and response.status not in _LATER:
        raise Permanent(f"HTTP {response.status}")
    raise Temporary(f"HTTP {response.status}")  # a redirect too: the address in the settings is wrong


def _read(response: HTTPResponse) -> bytes:
    """What is answered, within the time and the size that are allowed for all of it."""
    end, answer = time.monotonic() + settings.READ_TIMEOUT, b""
    while part := response.read1(4096):
        answer += part
        if len(answer) > LONGEST_ANSWER:
            raise Temporary(gettext_noop("the answer is too long"))
        if time.monotonic() > end:
            raise Temporary(gettext_noop("the answer takes too long"))
    return answer
