"""One HTTP/1.1 answer out of the bytes that came so far (RFC 9112)."""

import re
from typing import NamedTuple

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: |\r\n)")
_FRAMING = re.compile(rb"\r\n(content-length|transfer-encoding|connection):[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_MOST_HEAD = 64 * 1024
_MOST_SIZE_LINE = 1024
_WITHOUT_BODY = frozenset({204, 304})


class MalformedAnswerError(ValueError):
    """These bytes are no answer, whatever may follow."""


class HttpAnswer(NamedTuple):
    status: int
    head: bytes
    body: bytes
    is_last: bool
    """Nothing more can be asked on this connection."""


def read_answer(received: bytes, *, is_over: bool = False) -> HttpAnswer | None:
    """Return the answer, or None while it is not complete; `is_over` when nothing more will come.

    Raises MalformedAnswerError.
    """
    final = _final_head(received)
    if final is None:
        return None
    status, head, start = final
    length, is_chunked, is_last = _framing(head)
    if status in _WITHOUT_BODY:
        length, is_chunked = 0, False
    if is_chunked:
        whole = _unchunked(received, start)
    elif length is not None:
        whole = (
            (received[start : start + length], start + length) if len(received) >= start + length else None
        )
    else:
        whole = (received[start:], len(received)) if is_over else None
        is_last = True
    if whole is None:
        return None
    # What stands behind an answer was never asked for: it must not be taken for the next one.
    return HttpAnswer(status, head, whole[0], is_last or len(received) > whole[1])


def _final_head(received: bytes) -> tuple[int, bytes, int] | None:
    """(status, head, where the body begins), behind words in between such as 100 and 103; None until it is there."""
    start = 0
    while (end := received.find(b"\r\n\r\n", start)) >= 0:
        head = received[start : end + 2]
        found = _STATUS.match(head)
        if found is None:
            raise MalformedAnswerError("no status line")
        start = end + 4
        if (status := int(found[1])) >= 200:
            return status, head, start
    if len(received) - start > _MOST_HEAD:
        raise MalformedAnswerError("a head without end")
    return None


def _framing(head: bytes) -> tuple[int | None, bool, bool]:
    """(length of the body, whether it comes in chunks, whether the connection ends behind it)."""
    length: int | None = None
    is_chunked, is_last = False, head.startswith(b"HTTP/1.0")
    for name, value in _FRAMING.findall(head.lower()):
        if name == b"connection":
            is_last = is_last or b"close" in value
        elif name == b"transfer-encoding":
            if value != b"chunked":
                raise MalformedAnswerError("an unknown transfer encoding")
            is_chunked = True
        else:
            if not value.isdigit() or length not in {None, int(value)}:
                raise MalformedAnswerError("an unclear length")
            length = int(value)
    if is_chunked and length is not None:
        raise MalformedAnswerError("a length beside chunks")
    return length, is_chunked, is_last


def _unchunked(received: bytes, at: int) -> tuple[bytes, int] | None:
    """The body and where it ends, or None while a chunk is missing."""
    chunks: list[bytes] = []
    while True:
        line = _SIZE.match(received, at)
        if line is None:
            if b"\n" in received[at:] or len(received) - at > _MOST_SIZE_LINE:
                raise MalformedAnswerError("no size of a chunk")
            return None
        size, at = int(line[1], 16), line.end()
        if size == 0:
            end = _behind_trailers(received, at)
            return None if end is None else (b"".join(chunks), end)
        if len(received) < at + size + 2:
            return None
        if received[at + size : at + size + 2] != b"\r\n":
            raise MalformedAnswerError("a chunk of another size")
        chunks.append(received[at : at + size])
        at += size + 2


def _behind_trailers(received: bytes, at: int) -> int | None:
    while (end := received.find(b"\r\n", at)) != at:
        if end < 0:
            return None
        at = end + 2
    return at + 2
