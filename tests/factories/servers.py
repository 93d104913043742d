"""Servers on the loopback that stand in for what is outside: an SMTP server and an HTTP gateway."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LONGEST = 5  # seconds that a server keeps a caller waiting at most


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """The server answers in a thread of its own until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Mailbox:
    """What a mail server got, and what it answers: `replies` maps a command (MAIL, RCPT, DATA) to a line."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """An SMTP server on a free port."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 test")
            while line := self.rfile.readline():
                command = line[:4].decode().strip().upper()
                if command == "DATA" and command not in box.replies:
                    self.say("354 go on")
                    self.take_mail()
                self.say(box.replies.get(command, "221 bye" if command == "QUIT" else "250 ok"))
                if command == "QUIT":
                    return

        def take_mail(self) -> None:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line)
            box.mails.append(message_from_bytes(b"".join(lines), policy=default))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        with serving(server):
            yield box


@dataclass(frozen=True)
class Request:
    """What a gateway got."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Gateway:
    """What an HTTP server got, and how it answers: a status, a body and headers.

    One that `pauses` waits for `released` before it answers; one that `hangs` never answers.
    """

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    status: int = 200
    answer: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    pauses: bool = False
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def gateway() -> Iterator[Gateway]:
    """An HTTP server on a free port."""
    seen = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.requests.append(Request(self.path, dict(self.headers), json.loads(body)))
            if seen.hangs or seen.pauses:
                seen.released.wait(LONGEST)
            if seen.hangs:
                return
            self.send_response(seen.status)
            for name, value in seen.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(seen.answer)))
            self.end_headers()
            self.wfile.write(seen.answer)

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        seen.url = f"http://127.0.0.1:{server.server_address[1]}"
        with serving(server):
            try:
                yield seen
            finally:
                seen.released.set()
