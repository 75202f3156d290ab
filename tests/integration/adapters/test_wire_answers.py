"""Answers are read whole, in whatever pieces they come, and what is no answer is never taken for one."""

import asyncio
import gzip
import zlib

import pytest

from adapters.wire import MOST_HEAD_BYTES, BrokenOffError
from tests.integration.adapters.wire_server import CHUNKED, OK, post, says, serving

LINE = b"HTTP/1.1 200 OK\r\n"


def packed(name: bytes, body: bytes) -> bytes:
    return b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n%b" % (name, len(body), body)


WHOLE = [
    pytest.param(OK, 200, b"hi", id="with a length"),
    pytest.param(LINE + b"content-LENGTH:2\r\n\r\n{}", 200, b"{}", id="with any spelling of the header"),
    pytest.param(LINE + b"X-Content-Length: 9\r\nContent-Length: 2\r\n\r\n{}", 200, b"{}",
                 id="with a header that only ends like it"),
    pytest.param(LINE + b"content-length:0\r\n\r\n", 200, b"", id="with an empty body"),
    pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, b"hi", id="behind a word in between"),
    pytest.param(b"HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n" + OK, 200, b"hi",
                 id="behind a word in between with headers"),
    pytest.param(CHUNKED + b"1\r\n{\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", 200, b"{0123456789", id="in chunks"),
    pytest.param(CHUNKED.replace(b"chunked", b"Chunked") + b"4\r\n\r\n\r\n\r\n0\r\nA: b\r\n\r\n", 200, b"\r\n\r\n",
                 id="in chunks of line ends with a trailer"),
    pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", id="without a body"),
    pytest.param(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, b"",
                 id="without the body that it tells of"),
    pytest.param(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, b"", id="not modified"),
    pytest.param(b"HTTP/1.1 429 \r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n", 429, b"", id="without a reason"),
    pytest.param(b"HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n", 503, b"", id="with a status alone"),
    pytest.param(LINE + packed(b"gzip", gzip.compress(b"hi")), 200, b"hi", id="packed"),
    pytest.param(LINE + packed(b"Deflate", zlib.compress(b"hi")), 200, b"hi", id="packed in another way"),
    pytest.param(LINE + packed(b"deflate", zlib.compress(b"hi", wbits=-15)), 200, b"hi", id="packed without a frame"),
    pytest.param(LINE + packed(b"gzip", b""), 200, b"", id="packed and empty"),
    pytest.param(b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi",
                 id="of an old server that keeps the connection"),
]  # fmt: skip


@pytest.mark.parametrize(("received", "status", "body"), WHOLE)
async def test_an_answer_is_read_and_its_connection_kept(received: bytes, status: int, body: bytes) -> None:
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(received)]
        answer = await post(wire)
        assert (answer.status, answer.body) == (status, body)
        assert (await post(wire)).body == b"hi"
        assert server.connections == 1
        await wire.close()


@pytest.mark.parametrize(("received", "status", "body"), WHOLE)
async def test_an_answer_is_complete_with_its_last_byte_and_not_before(
    received: bytes, status: int, body: bytes
) -> None:
    async with serving() as server:
        wire = server.wire()
        said, go_on = asyncio.Event(), asyncio.Event()

        async def byte_by_byte(writer: asyncio.StreamWriter) -> None:
            for at in range(len(received) - 1):
                writer.write(received[at : at + 1])
                # The reader is in the same loop: each turn takes what came so far.
                await asyncio.sleep(0.0005)
            said.set()
            await go_on.wait()
            writer.write(received[-1:])

        server.scripts = [byte_by_byte]
        task = asyncio.create_task(post(wire))
        await said.wait()
        await asyncio.sleep(0.02)
        assert not task.done()
        go_on.set()
        answer = await task
        assert (answer.status, answer.body) == (status, body)
        await wire.close()


@pytest.mark.parametrize("pieces", [
    pytest.param([LINE + b"\r\nh", b"i", b""], id="a body that ends with it"),
    pytest.param([LINE + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi"], id="on its wish"),
    pytest.param([b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"], id="an old server"),
    pytest.param([OK + OK.replace(b"hi", b"no")], id="more than was asked for"),
    pytest.param([OK + b"H"], id="a byte more than was asked for"),
    pytest.param([OK + b"nonsense"], id="nonsense behind it"),
    pytest.param([LINE + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi" + OK], id="more behind the last"),
    pytest.param([OK, OK.replace(b"hi", b"no")], id="more than was asked for, later"),
    pytest.param([OK, b""], id="closed while nobody looks"),
])  # fmt: skip
async def test_a_connection_that_cannot_be_kept_is_replaced(pieces: list[bytes]) -> None:
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(*pieces)]
        assert (await post(wire)).body == b"hi"
        await asyncio.sleep(0.05)
        assert (await post(wire)).body == b"hi"
        assert server.connections == 2
        await wire.close()


@pytest.mark.parametrize("pieces", [
    pytest.param([b""], id="nothing"),
    pytest.param([LINE, b""], id="half a head"),
    pytest.param([OK[:-1], b""], id="less than its length"),
    pytest.param([CHUNKED + b"2\r\nhi\r\n", b""], id="no last chunk"),
    pytest.param([b"SSH-2.0-x\r\n\r\n"], id="another protocol"),
    pytest.param([b"HTTP/2 200\r\n\r\n"], id="another version"),
    pytest.param([OK.replace(b"1.1", b"2.0")], id="another version in the old clothes"),
    pytest.param([OK.replace(b"200", b"999")], id="an impossible status"),
    pytest.param([OK.replace(b"200", b"099")], id="a status below all"),
    pytest.param([LINE.replace(b"200 ", b"200") + b"\r\n"], id="a status that goes on"),
    pytest.param([LINE + b"nonsense\r\n\r\n"], id="no header"),
    pytest.param([LINE + b"Content-Length: x\r\n\r\n"], id="a length that is none"),
    pytest.param([LINE + b"Content-Length: -1\r\n\r\n"], id="a length below nothing"),
    pytest.param([LINE + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}"], id="two lengths"),
    pytest.param([LINE + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"], id="the same length twice"),
    pytest.param([CHUNKED.replace(b"OK", b"OK\r\nContent-Length: 1") + b"0\r\n\r\n"], id="a length and chunks"),
    pytest.param([LINE + b"Transfer-Encoding: gzip\r\n\r\nhi", b""], id="an unknown encoding"),
    pytest.param([LINE + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"], id="another encoding in chunks"),
    pytest.param([LINE + b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
                 id="another encoding in a header of its own"),
    pytest.param([LINE + b"transfer-encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
                 id="another encoding in a header of another spelling"),
    pytest.param([LINE + packed(b"br", b"hi")], id="packed in a way that nobody here knows"),
    pytest.param([LINE + packed(b"gzip", b"hi")], id="packed, as it says"),
    pytest.param([LINE + packed(b"gzip", gzip.compress(b"hi")[:-9])], id="half of what was packed"),
    pytest.param([CHUNKED + b"x\r\n"], id="a chunk without a size"),
    pytest.param([CHUNKED + b"-1\r\n"], id="a chunk below nothing"),
    pytest.param([CHUNKED + b"1\r\n{}\r\n"], id="a chunk that is longer than it says"),
    pytest.param([CHUNKED + b"1" * 2000], id="a size without end"),
    pytest.param([LINE + b"X: " + b"x" * MOST_HEAD_BYTES], id="a head without end"),
    pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n" * 5_000], id="words in between without end"),
    pytest.param([b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
                 id="another protocol from here on"),
])  # fmt: skip
async def test_what_is_no_answer_is_a_broken_connection(pieces: list[bytes]) -> None:
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(*pieces)]
        with pytest.raises(BrokenOffError):
            await post(wire)
        assert (await post(wire)).body == b"hi"
        assert server.connections == 2
        await wire.close()


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(LINE + b"Content-Length: 4000\r\n\r\n" + b"x" * 4000, id="with a length"),
        pytest.param(CHUNKED + b"3e8\r\n" + b"x" * 1000 + b"\r\n" + b"1;" + b"y" * 3000, id="in chunks"),
        pytest.param(LINE + b"\r\n" + b"x" * 4000, id="that would end with the connection"),
    ],
)
async def test_an_answer_without_end_is_not_waited_for(
    received: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.wire.MOST_BYTES", 3000)
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(received[:2000], received[2000:-1])]
        with pytest.raises(BrokenOffError):
            await post(wire)
        await wire.close()


async def test_what_is_packed_too_tightly_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.wire.MOST_BYTES", 3000)
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(LINE + packed(b"gzip", gzip.compress(b"x" * 10_000_000)[:2900]))]
        with pytest.raises(BrokenOffError):
            await post(wire)
        server.scripts = [says(LINE + packed(b"gzip", gzip.compress(b"x" * 100_000)))]
        with pytest.raises(BrokenOffError):
            await post(wire)
        await wire.close()


async def test_a_connection_that_breaks_is_no_end_of_an_answer() -> None:
    async with serving() as server:
        wire = server.wire()

        async def breaks(writer: asyncio.StreamWriter) -> None:
            writer.write(LINE + b"\r\nh")
            await asyncio.sleep(0.02)
            # Closing with no time to wait is a reset.
            writer.get_extra_info("socket").setsockopt(1, 13, b"\x01\0\0\0\0\0\0\0")
            writer.transport.abort()

        server.scripts = [breaks]
        with pytest.raises(BrokenOffError):
            await post(wire)
        await wire.close()


async def test_headers_are_found_by_small_letters_and_trailers_are_none() -> None:
    async with serving() as server:
        wire = server.wire()
        head = b"HTTP/1.1 429 Too Many\r\nX-C:\r\nRetry-After:  7 \r\nX-A: b:c\r\nTransfer-Encoding: chunked \r\n\r\n"
        server.scripts = [says(head + b"2\r\nhi\r\n0\r\nretry-after: 9\r\nX-B: d\r\n\r\n")]
        answer = await post(wire)
        assert answer.headers == {
            b"x-c": b"",
            b"retry-after": b"7",
            b"x-a": b"b:c",
            b"transfer-encoding": b"chunked",
        }
        assert (await post(wire)).headers == {b"content-length": b"2"}
        await wire.close()


async def test_a_head_alone_is_the_answer_to_who_asks_for_no_more() -> None:
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(LINE + b"Content-Length: 2\r\n\r\n")]
        answer = await wire.ask("HEAD", "/a")
        assert (answer.status, answer.body) == (200, b"")
        assert (await post(wire)).body == b"hi"
        await wire.close()
