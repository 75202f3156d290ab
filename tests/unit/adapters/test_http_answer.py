"""Answers are read whole, in whatever pieces they come, and what is no answer is never taken for one."""

import pytest

from adapters.http_answer import MalformedAnswerError, read_answer

OK = b"HTTP/1.1 200 OK\r\n"

WHOLE = [
    pytest.param(OK + b"Content-Length: 2\r\n\r\n{}", (200, b"{}", False), id="with a length"),
    pytest.param(OK + b"content-LENGTH:2\r\n\r\n{}", (200, b"{}", False), id="with any spelling of the header"),
    pytest.param(OK + b"X-Content-Length: 9\r\nContent-Length: 2\r\n\r\n{}", (200, b"{}", False),
                 id="with a header that only ends like it"),
    pytest.param(OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", (200, b"{}", False),
                 id="with the same length twice"),
    pytest.param(OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}", (200, b"{}", True),
                 id="with the connection's end"),
    pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", (200, b"{}", True), id="of the old version"),
    pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\n{}", (200, b"{}", False),
                 id="behind a word in between"),
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
                 (200, b"{0123456789", False), id="in chunks"),
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\nExpires: now\r\nEtag: 1\r\n\r\n", (200, b"", False),
                 id="with trailers"),
    pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"", False), id="without a body"),
    pytest.param(b"HTTP/1.1 429 \r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n", (429, b"", False),
                 id="without a reason"),
    pytest.param(b"HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n", (503, b"", False), id="with a status alone"),
]  # fmt: skip


@pytest.mark.parametrize(("received", "expected"), WHOLE)
def test_an_answer_is_complete_with_its_last_byte_and_not_before(
    received: bytes, expected: tuple[int, bytes, bool]
) -> None:
    assert [read_answer(received[:end]) for end in range(len(received))] == [None] * len(received)
    answer = read_answer(received)
    assert answer is not None
    assert (answer.status, answer.body, answer.is_last) == expected


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    received = OK + b"\r\n{}"
    assert read_answer(received) is None
    answer = read_answer(received, is_over=True)
    assert answer is not None
    assert (answer.body, answer.is_last) == (b"{}", True)


@pytest.mark.parametrize("received", [
    pytest.param(b"", id="nothing"),
    pytest.param(OK, id="half a head"),
    pytest.param(OK + b"Content-Length: 3\r\n\r\n{}", id="less than its length"),
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", id="no last chunk"),
])  # fmt: skip
def test_an_answer_that_was_cut_off_is_none(received: bytes) -> None:
    assert read_answer(received, is_over=True) is None


def test_what_stands_behind_an_answer_ends_the_connection() -> None:
    answer = read_answer(OK + b"Content-Length: 2\r\n\r\n{}" + OK)
    assert answer is not None
    assert (answer.body, answer.is_last) == (b"{}", True)


@pytest.mark.parametrize("received", [
    pytest.param(b"SSH-2.0-x\r\n\r\n", id="another protocol"),
    pytest.param(b"HTTP/2 200\r\n\r\n", id="another version"),
    pytest.param(b"HTTP/1.1 999 x\r\n\r\n", id="an impossible status"),
    pytest.param(b"HTTP/1.1 200OK\r\n\r\n", id="a status that goes on"),
    pytest.param(OK + b"Content-Length: x\r\n\r\n", id="a length that is none"),
    pytest.param(OK + b"Content-Length: -1\r\n\r\n", id="a length below nothing"),
    pytest.param(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", id="two lengths"),
    pytest.param(OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="a length and chunks"),
    pytest.param(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n", id="another encoding"),
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\nx\r\n", id="a chunk without a size"),
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", id="a chunk below nothing"),
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n", id="a chunk that is longer than it says"),
    pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 2000, id="a size without end"),
    pytest.param(OK + b"X: " + b"x" * 70_000, id="a head without end"),
])  # fmt: skip
def test_what_is_no_answer_is_an_error(received: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        read_answer(received)
