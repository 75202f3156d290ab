"""The kept connections to the Web API, against servers that answer as servers do and as they should not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp
import pytest

from adapters.slack.refusals import to_send_error
from adapters.slack.wire import NotConnectedError, Wire

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}'


class Server:
    """Answers request after request with the given bytes; b"" hangs up instead."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.connections = 0
        self.hung_up = asyncio.Event()
        self.go_on = asyncio.Event()
        self.port = 0
        self.serving: set[asyncio.Task[None] | None] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.serving.add(asyncio.current_task())
        try:
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0)
                if not answer:
                    break
                writer.write(answer)
            await self.go_on.wait()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.hung_up.set()


@asynccontextmanager
async def serving(*answers: bytes) -> AsyncIterator[Server]:
    server = Server(answers)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        server.go_on.set()
        listening.close()
        await listening.wait_closed()
        await asyncio.gather(*(task for task in server.serving if task is not None))


@asynccontextmanager
async def wired(
    port: int, *, seconds: float = 10, bearer: str = "xoxb-1", scheme: str = "http"
) -> AsyncIterator[Wire]:
    wire = Wire(f"{scheme}://127.0.0.1:{port}/api/", {"Authorization": f"Bearer {bearer}"}, seconds)
    try:
        yield wire
    finally:
        wire.close()
        await asyncio.sleep(0)


async def test_one_connection_serves_request_after_request() -> None:
    async with serving(ANSWER, ANSWER) as server, wired(server.port) as wire:
        first = await wire.post("chat.postMessage", b'{"a":1}')
        await wire.post("chat.update", b"{}")
        assert (first.status, first.body) == (200, b'{"ok":true}')
        assert server.connections == 1
        assert server.requests[0].startswith(b"POST /api/chat.postMessage HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"\r\nAuthorization: Bearer xoxb-1\r\n" in server.requests[0]
        assert server.requests[0].endswith(b'\r\nContent-Length: 7\r\n\r\n{"a":1}')


async def test_requests_at_one_time_have_a_connection_each() -> None:
    async with serving(*[ANSWER] * 5) as server, wired(server.port) as wire:
        answers = await asyncio.gather(*(wire.post("a", b"%d" % number) for number in range(5)))
        assert [answer.status for answer in answers] == [200] * 5
        assert server.connections == 5


async def test_an_answer_in_pieces_is_waited_for() -> None:
    async with serving(ANSWER[:30]) as server, wired(server.port) as wire:
        asked = asyncio.create_task(wire.post("a", b"{}"))
        await asyncio.sleep(0.05)
        assert not asked.done()
        server.go_on.set()
        # The server hangs up with the answer half said: nobody knows whether the message arrived.
        with pytest.raises(aiohttp.ServerDisconnectedError) as failure:
            await asked
        assert to_send_error(failure.value).is_uncertain


async def test_a_connection_that_was_ended_while_it_was_idle_is_not_used_again() -> None:
    last = ANSWER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with serving(ANSWER, last, ANSWER) as server, wired(server.port) as wire:
        for _ in range(3):
            assert (await wire.post("a", b"{}")).status == 200
        assert server.connections == 2


async def test_a_server_that_hangs_up_between_requests_is_connected_to_anew() -> None:
    async with serving(ANSWER) as server, wired(server.port) as wire:
        await wire.post("a", b"{}")
        server.go_on.set()
        await server.hung_up.wait()
        await asyncio.sleep(0.05)
        server.answers = [ANSWER]
        assert (await wire.post("a", b"{}")).status == 200
        assert server.connections == 2


async def test_what_nobody_asked_for_is_no_answer_to_the_next_question() -> None:
    forged = ANSWER.replace(b"true", b"nope")
    async with serving(ANSWER + forged, ANSWER) as server, wired(server.port) as wire:
        assert (await wire.post("a", b"{}")).body == b'{"ok":true}'
        assert (await wire.post("a", b"{}")).body == b'{"ok":true}'
        assert server.connections == 2


async def test_hanging_up_without_an_answer_leaves_it_open_what_arrived() -> None:
    async with serving(b"") as server, wired(server.port) as wire:
        server.go_on.set()
        with pytest.raises(aiohttp.ServerDisconnectedError) as failure:
            await wire.post("a", b"{}")
        assert to_send_error(failure.value).is_uncertain


async def test_what_is_no_answer_leaves_it_open_what_arrived() -> None:
    async with serving(b"hello\r\n\r\n", ANSWER) as server, wired(server.port) as wire:
        with pytest.raises(aiohttp.ClientPayloadError) as failure:
            await wire.post("a", b"{}")
        assert to_send_error(failure.value).is_uncertain
        assert (await wire.post("a", b"{}")).status == 200
        assert server.connections == 2


async def test_no_answer_in_time_leaves_it_open_what_arrived() -> None:
    async with serving(b"HTTP/1.1 100 Continue\r\n\r\n") as server, wired(server.port, seconds=0.05) as wire:
        with pytest.raises(TimeoutError) as failure:
            await wire.post("a", b"{}")
        assert to_send_error(failure.value).is_uncertain


async def test_without_a_connection_nothing_was_sent() -> None:
    async with wired(9) as wire:
        with pytest.raises(NotConnectedError) as failure:
            await wire.post("a", b"{}")
    assert not to_send_error(failure.value).is_uncertain


async def test_without_secrecy_nothing_is_sent() -> None:
    async with serving(ANSWER) as server, wired(server.port, scheme="https", seconds=0.3) as wire:
        with pytest.raises(NotConnectedError):
            await wire.post("a", b"{}")
        assert server.requests == []


async def test_a_question_that_is_given_up_takes_its_connection_with_it() -> None:
    async with serving(b"HTTP/1.1 100 Continue\r\n\r\n", ANSWER) as server, wired(server.port) as wire:
        asked = asyncio.create_task(wire.post("a", b"{}"))
        await asyncio.sleep(0.05)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert (await wire.post("a", b"{}")).status == 200
        assert server.connections == 2


async def test_closing_ends_what_is_still_asked() -> None:
    async with serving(b"HTTP/1.1 100 Continue\r\n\r\n") as server, wired(server.port) as wire:
        asked = asyncio.create_task(wire.post("a", b"{}"))
        await asyncio.sleep(0.05)
        wire.close()
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await asked


async def test_a_token_with_a_line_end_makes_no_header_of_its_own() -> None:
    async with serving(ANSWER) as server, wired(server.port, bearer="x\r\nX-Own: y") as wire:
        await wire.post("a", b"{}")
        assert b"\r\nX-Own" not in server.requests[0]
