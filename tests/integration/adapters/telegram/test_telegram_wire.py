"""The connections to the Bot API, against servers that answer byte by byte as a test tells them."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from adapters.telegram.wire import MAX_HEAD_BYTES, BrokenOffError, NotConnectedError, Wire
from tests.integration.adapters.telegram.telegram_stage import until

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """Reads whole requests, and has a script for the answer to each."""

    port: int = 0
    scripts: list[Script] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot1:a/sendMessage"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                await (self.scripts.pop(0) if self.scripts else says(OK))(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def says(*pieces: bytes) -> Script:
    """Answer with these bytes, each piece in a packet of its own; b"" ends the connection."""

    async def script(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            if not piece:
                writer.close()
                return
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.005)

    return script


async def is_silent(_writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(server.serve(reader, writer)))

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    yield server
    listening.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire("a test")
    yield wire
    await wire.close()


async def test_a_request_says_all_that_a_server_needs(server: Server, wire: Wire) -> None:
    url = server.url.replace("127.0.0.1", "me:s%20x@127.0.0.1")
    assert (await wire.post(url, b"a=1", 5)).body == b"hi"
    assert server.requests == [
        b"POST /bot1:a/sendMessage HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: a test\r\n"
        b"Accept-Encoding: identity\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Authorization: Basic bWU6cyB4\r\nContent-Length: 3\r\n\r\na=1" % server.port
    ]


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        pytest.param([OK], b"hi", id="in one piece"),
        pytest.param([bytes([byte]) for byte in OK], b"hi", id="byte by byte"),
        pytest.param([b"HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n"], b"", id="an empty body"),
        pytest.param([b"HTTP/1.1 204 No Content\r\n\r\n"], b"", id="no body"),
        pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n", OK], b"hi", id="news before the answer"),
        pytest.param(
            [CHUNKED + b"3\r\na\r\n\r\n", b"A;x=y\r\n0123456789\r\n0\r\n\r\n"],
            b"a\r\n0123456789",
            id="in chunks",
        ),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n4\r\n\r\n\r\n\r\n", b"0\r\nA: b\r\n\r\n"],
            b"\r\n\r\n",
            id="in chunks with a trailer",
        ),
        pytest.param(
            [b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\n", b"hi"],
            b"hi",
            id="an old server that keeps it",
        ),
    ],
)
async def test_an_answer_is_read_and_its_connection_kept(
    server: Server, wire: Wire, pieces: list[bytes], body: bytes
) -> None:
    server.scripts = [says(*pieces)]
    assert (await wire.post(server.url, b"", 5)).body == body
    assert (await wire.post(server.url, b"", 5)).body == b"hi"
    assert server.connections == 1


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b"HTTP/1.1 200 OK\r\n\r\nh", b"i", b""], id="a body that ends with it"),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"], id="on its wish"
        ),
        pytest.param([b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"], id="an old server"),
        pytest.param([OK + b"HTTP/1.1 200 OK\r\n"], id="more than was asked for"),
        pytest.param([OK, b"HTTP/1.1 200 OK\r\n"], id="more than was asked for, later"),
        pytest.param([OK, b""], id="closed while nobody looks"),
    ],
)
async def test_a_connection_that_cannot_be_kept_is_replaced(
    server: Server, wire: Wire, pieces: list[bytes]
) -> None:
    server.scripts = [says(*pieces)]
    assert (await wire.post(server.url, b"", 5)).body == b"hi"
    await asyncio.sleep(0.05)
    assert (await wire.post(server.url, b"", 5)).body == b"hi"
    assert server.connections == 2


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b""], id="nothing"),
        pytest.param([OK[:-1], b""], id="half of it"),
        pytest.param([CHUNKED + b"2\r\nhi", b""], id="half of the chunks"),
        pytest.param([b"SSH-2.0\r\n\r\n"], id="another protocol"),
        pytest.param([b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"], id="another version"),
        pytest.param([b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"], id="no header"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nhi"], id="no length"),
        pytest.param([OK.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n")], id="two lengths"),
        pytest.param([OK.replace(b"Content-Length: 2", b"Transfer-Encoding: gzip")], id="an unknown coding"),
        pytest.param([CHUNKED + b"xx\r\nhi\r\n\r\n"], id="no chunk"),
        pytest.param([CHUNKED + b"1\r\nhi\r\n\r\n"], id="a wrong chunk"),
        pytest.param([b"HTTP/1.1 200 OK\r\nA: " + b"a" * MAX_HEAD_BYTES], id="an endless head"),
    ],
)
async def test_what_is_no_answer_is_a_broken_connection(
    server: Server, wire: Wire, pieces: list[bytes]
) -> None:
    server.scripts = [says(*pieces)]
    with pytest.raises(BrokenOffError):
        await wire.post(server.url, b"", 5)
    assert (await wire.post(server.url, b"", 5)).body == b"hi"
    assert server.connections == 2


async def test_an_answer_that_comes_too_late_is_nobodys(server: Server, wire: Wire) -> None:
    server.scripts = [is_silent]
    with pytest.raises(TimeoutError):
        await wire.post(server.url, b"", 0.05)
    assert (await wire.post(server.url, b"", 5)).body == b"hi"
    assert server.connections == 2


async def test_who_stops_waiting_leaves_nothing_behind(server: Server, wire: Wire) -> None:
    server.scripts = [is_silent]
    task = asyncio.create_task(wire.post(server.url, b"", 5))
    await until(lambda: bool(server.requests))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await wire.post(server.url, b"", 5)).body == b"hi"
    assert server.connections == 2


async def test_closing_leaves_who_waits_the_answer_and_keeps_no_connection(
    server: Server, wire: Wire
) -> None:
    go_on = asyncio.Event()

    async def is_slow(writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        writer.write(OK)

    server.scripts = [is_slow]
    task = asyncio.create_task(wire.post(server.url, b"", 5))
    await until(lambda: bool(server.requests))
    await wire.close()
    go_on.set()
    assert (await task).body == b"hi"
    assert (await wire.post(server.url, b"", 5)).body == b"hi"
    assert server.connections == 2


async def test_requests_at_the_same_time_have_connections_of_their_own(server: Server, wire: Wire) -> None:
    answers = await asyncio.gather(*(wire.post(server.url, b"", 5) for _ in range(150)))
    assert [answer.body for answer in answers] == [b"hi"] * 150
    assert server.connections <= 100


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/x", "nonsense", "http://[", "ftp://127.0.0.1/x", "http://no-such-host.invalid/x"],
)
async def test_without_a_connection_nothing_was_sent(wire: Wire, address: str) -> None:
    with pytest.raises(NotConnectedError):
        await wire.post(address, b"", 5)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no second address on this machine")
async def test_an_address_that_never_answers_is_passed_over(
    server: Server, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as sockets:
        deaf = sockets.enter_context(socket.create_server(("127.0.0.2", 0), backlog=0))
        # Once nobody takes those who wait, the kernel answers no other.
        for _ in range(3):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", address)
            for address in (deaf.getsockname(), ("127.0.0.1", server.port))
        ]

        async def resolve(*_: object, **_more: object) -> list[object]:
            return list(found)

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        assert (await wire.post(server.url, b"", 5)).body == b"hi"


async def test_a_server_that_cannot_prove_itself_is_told_nothing(wire: Wire) -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        heard.append(await reader.read())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(NotConnectedError):
            await wire.post(f"https://127.0.0.1:{port}/x", b"secret", 5)
        await until(lambda: bool(heard))
    assert b"secret" not in heard[0]
