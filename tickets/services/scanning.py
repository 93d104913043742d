"""Having files looked through for harmful content before they are kept: by clamd, or by a program of the operator's."""

from __future__ import annotations

import contextlib
import logging
import shlex
import socket
import struct
import subprocess
import tempfile
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.files import File

logger = logging.getLogger(__name__)
FOUND = 1  # how a program ends that found something, as clamdscan and clamscan do; 0 is clean
TOLD_LENGTH = 4096


class _NoVerdict(Exception):
    """The scanner is away, or says neither clean nor harmful."""


def check_clean(file: File[bytes], name: str) -> None:
    """Let a file pass that the scanner of `ATTACHMENT_SCANNER` finds clean; without that setting every file passes.

    Raises Refused: `file_harmful`, or `scanner_away` where there is no verdict. Nothing unscanned is ever kept.
    """
    scanner = settings.ATTACHMENT_SCANNER
    if not scanner:
        return
    file.seek(0)
    try:
        is_clean = (_asked_clamd if scanner.startswith(("unix:", "tcp:")) else _asked_program)(scanner, file)
    except (OSError, _NoVerdict, subprocess.SubprocessError) as error:
        logger.warning("The scanner of attachments gave no verdict: %s", error)
        raise Refused(
            _("“%(name)s” could not be checked for harmful content just now and was not kept. Try again in a minute.")
            % {"name": name},
            code="scanner_away",
        ) from error
    if not is_clean:
        raise Refused(
            _("“%(name)s” holds harmful content, such as a virus. It was not kept.") % {"name": name},
            code="file_harmful",
        )


def _asked_clamd(scanner: str, file: File[bytes]) -> bool:
    """By clamd's INSTREAM at unix:/path or tcp://host:port."""
    with _connected(scanner) as connection:
        with contextlib.suppress(BrokenPipeError):  # it has said why, and stopped listening
            connection.sendall(b"zINSTREAM\0")
            for chunk in _chunks(file):
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
        said = connection.recv(TOLD_LENGTH).rstrip(b"\0\n").decode(errors="replace")
    if said.endswith(" FOUND"):
        return False
    if not said.endswith(" OK"):
        raise _NoVerdict(said[:200] or "no answer")
    return True


def _connected(scanner: str) -> socket.socket:
    if scanner.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(settings.SCAN_TIMEOUT)
        try:
            connection.connect(scanner.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    place = urlsplit(scanner)
    return socket.create_connection((place.hostname, place.port or 3310), timeout=settings.SCAN_TIMEOUT)


def _asked_program(scanner: str, file: File[bytes]) -> bool:
    """By a program that reads the file from its standard input."""
    with tempfile.TemporaryFile() as copy:
        copy.writelines(_chunks(file))
        copy.seek(0)
        done = subprocess.run(  # noqa: S603 - the operator's own command, nothing of the file's is in it
            shlex.split(scanner), stdin=copy, capture_output=True, timeout=settings.SCAN_TIMEOUT, check=False
        )
    if done.returncode not in (0, FOUND):
        raise _NoVerdict(f"it ended with {done.returncode}")
    return done.returncode == 0


def _chunks(file: File[bytes]) -> Iterable[bytes]:
    return filter(None, file.chunks())
