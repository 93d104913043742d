"""Parts of a file over HTTP (RFC 9110, section 14), so that a recording can be wound forwards without being loaded."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

from django.http import FileResponse, HttpResponse

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

PARTIAL, NOT_SATISFIABLE = 206, 416
_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


class _Section:
    """The next `length` bytes of an open file."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._left = file, length

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes of what is left."""
        content = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(content)
        return content

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def answer(request: HttpRequest, file: IO[bytes], size: int, *, tag: str, **options: str | bool) -> HttpResponseBase:
    """The file of `size` bytes, or the part of it that the request asks for; `options` are those of `FileResponse`.

    `tag` names this content: whoever wants to go on with another one gets the whole file. Several ranges at once and
    what is no range at all get it too. 416 for a range beyond the end.
    """
    span = _asked(request, size, tag)
    if span is not None and not span:
        file.close()
        return HttpResponse(status=NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{size}"})
    if span is None:
        response = FileResponse(file, **options)  # type: ignore[arg-type]
    else:
        file.seek(span.start)
        response = FileResponse(_Section(file, len(span)), status=PARTIAL, **options)  # type: ignore[arg-type]
        response.headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
        response.headers["Content-Length"] = str(len(span))
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = f'"{tag}"'
    return response


def _asked(request: HttpRequest, size: int, tag: str) -> range | None:
    """The bytes asked for: None for all of them, an empty range for none that there are."""
    found = _ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    wanted = request.headers.get("If-Range")
    if found is None or found[0] == "bytes=-" or wanted not in (None, f'"{tag}"'):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)
