"""Kept connections, against servers that behave as servers do and as they should not."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from adapters.discord.errors import send_error
from adapters.slack.refusals import to_send_error
from adapters.wire import BrokenOffError, NotConnectedError
from tests.integration.adapters.wire_server import OK, is_silent, post, says, serving, until, wire_to


async def test_a_request_says_all_that_a_server_needs() -> None:
    async with serving() as server:
        wire = wire_to(f"http://me:s%20x@127.0.0.1:{server.port}/bot1:a/")
        assert (await post(wire)).body == b"hi"
        assert server.requests == [
            b"POST /bot1:a/sendMessage HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: a test\r\n"
            b"Accept-Encoding: identity\r\nAuthorization: Basic bWU6cyB4\r\nContent-Type: text/plain\r\n"
            b"Content-Length: 3\r\n\r\na=1" % server.port
        ]
        await wire.close()


@pytest.mark.parametrize(
    ("method", "ending"),
    [
        pytest.param("GET", b"identity\r\n\r\n", id="a question has no body and names no length"),
        pytest.param("PUT", b"identity\r\nContent-Length: 0\r\n\r\n", id="an order without words has an empty body"),
    ],
)  # fmt: skip
async def test_without_a_body(method: str, ending: bytes) -> None:
    async with serving() as server:
        wire = server.wire()
        await wire.ask(method, "/a")
        [head] = server.requests
        assert head.endswith(ending)
        await wire.close()


async def test_a_token_with_a_line_end_makes_no_header_of_its_own() -> None:
    async with serving() as server:
        wire = server.wire(Authorization="x\r\nX-Own: y")
        await post(wire)
        assert b"\r\nX-Own" not in server.requests[0]
        await wire.close()


@pytest.mark.parametrize("path", ["/a HTTP/1.1\r\nX-Own: y", "/a\nb", "/a b", "/a\0"])
async def test_a_path_that_is_not_quoted_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="quoted"):
        await wire_to("http://127.0.0.1:9").ask("GET", path)


async def test_an_address_with_a_line_end_makes_no_header_of_its_own() -> None:
    async with serving() as server:
        wire = wire_to(f"http://127.0.0.1:{server.port}/bot1:a\r\nX-Own: y")
        await post(wire)
        assert b"\r\nX-Own" not in server.requests[0]
        await wire.close()


async def test_one_connection_serves_request_after_request() -> None:
    async with serving() as server:
        wire = server.wire()
        for number in range(3):
            await post(wire, b"%d" % number)
        assert [request[-1:] for request in server.requests] == [b"0", b"1", b"2"]
        assert server.connections == 1
        await wire.close()


async def test_requests_at_the_same_time_have_connections_of_their_own() -> None:
    async with serving() as server:
        wire = server.wire()
        answers = await asyncio.gather(*(post(wire) for _ in range(150)))
        assert [answer.body for answer in answers] == [b"hi"] * 150
        assert 1 < server.connections <= 100
        await wire.close()


async def test_an_answer_that_comes_too_late_is_nobodys() -> None:
    async with serving() as server:
        wire = server.wire()
        server.scripts = [is_silent]
        with pytest.raises(TimeoutError) as failure:
            await wire.ask("POST", "/a", b"", 0.05)
        assert to_send_error(failure.value).is_uncertain
        assert send_error(failure.value).is_uncertain
        assert (await post(wire)).body == b"hi"
        assert server.connections == 2
        await wire.close()


async def test_who_stops_waiting_leaves_nothing_behind() -> None:
    async with serving() as server:
        wire = server.wire()
        server.scripts = [is_silent]
        task = asyncio.create_task(post(wire))
        await until(lambda: bool(server.requests))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await post(wire)).body == b"hi"
        assert server.connections == 2
        await wire.close()


async def test_closing_leaves_who_waits_the_answer_and_keeps_no_connection() -> None:
    go_on = asyncio.Event()

    async def is_slow(writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        writer.write(OK)

    async with serving() as server:
        wire = server.wire()
        server.scripts = [is_slow]
        task = asyncio.create_task(post(wire))
        await until(lambda: bool(server.requests))
        await wire.close()
        go_on.set()
        assert (await task).body == b"hi"
        assert (await post(wire)).body == b"hi"
        assert server.connections == 2
        await wire.close()


async def test_what_waited_too_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as server:
        wire = server.wire()
        monkeypatch.setattr("adapters.wire.IDLE_SECONDS", 0.0)
        await post(wire)
        await post(wire)
        assert server.connections == 2
        await wire.close()


@pytest.mark.parametrize("name", ["Keep-Alive", "keep-alive"])
async def test_a_server_may_say_for_how_long_it_keeps_a_connection(name: str) -> None:
    answers = [
        f"HTTP/1.1 200 OK\r\n{name}: timeout={n}, max=9\r\nContent-Length: 2\r\n\r\nhi" for n in (60, 1)
    ]
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(one.encode()) for one in answers]
        for _ in range(3):
            await post(wire)
        # The third found nothing that was worth keeping.
        assert server.connections == 2
        await wire.close()


async def test_without_encryption_only_a_server_that_says_so_is_known_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.wire.IDLE_IN_CLEAR_SECONDS", 0.0)
    async with serving() as server:
        wire = server.wire()
        waits = b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=60\r\nContent-Length: 2\r\n\r\nhi"
        server.scripts = [says(waits), says(OK)]
        for connections in (1, 1, 2):
            await post(wire)
            assert server.connections == connections
        await wire.close()


async def test_what_waited_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as server:
        wire = server.wire()
        monkeypatch.setattr("adapters.wire.IDLE_SECONDS", 0.0)
        await post(wire)
        await until(server.writers[0].is_closing)
        await wire.close()


async def test_hanging_up_leaves_it_open_what_arrived() -> None:
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(b"")]
        with pytest.raises(BrokenOffError) as failure:
            await post(wire)
        assert to_send_error(failure.value).is_uncertain
        assert send_error(failure.value).is_uncertain
        await wire.close()


async def test_what_may_be_done_twice_is_asked_anew_when_a_kept_connection_ends_meanwhile() -> None:
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(OK), says(b"")]
        await post(wire)
        assert (await wire.ask("DELETE", "/a")).status == 200
        assert server.connections == 2
        await wire.close()


async def test_what_may_be_done_twice_is_not_asked_for_ever() -> None:
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(OK), says(b""), says(b"")]
        await post(wire)
        with pytest.raises(BrokenOffError):
            await wire.ask("GET", "/a")
        assert len(server.requests) == 3
        await wire.close()


async def test_what_may_not_be_done_twice_is_not_asked_anew() -> None:
    async with serving() as server:
        wire = server.wire()
        server.scripts = [says(OK), says(b"")]
        await post(wire)
        with pytest.raises(BrokenOffError):
            await post(wire)
        assert server.connections == 1
        await wire.close()


@pytest.mark.parametrize("address", [
    "http://127.0.0.1:1/x", "nonsense", "", "http://[", "ftp://127.0.0.1/x", "http://no-such-host.invalid/x",
    f"http://{'a' * 70}.invalid/x",
])  # fmt: skip
async def test_without_a_connection_nothing_was_sent(address: str) -> None:
    with pytest.raises(NotConnectedError) as failure:
        await post(wire_to(address))
    assert not to_send_error(failure.value).is_uncertain
    assert not send_error(failure.value).is_uncertain
    assert "/x" not in str(failure.value)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no second address on this machine")
async def test_an_address_that_never_answers_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as server:
        wire = server.wire()
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
            assert (await post(wire)).body == b"hi"
            await wire.close()


async def test_a_server_that_cannot_prove_itself_is_told_nothing() -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        heard.append(await reader.read())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(NotConnectedError):
            await post(wire_to(f"https://127.0.0.1:{port}/x"), b"secret")
        await until(lambda: bool(heard))
    assert b"secret" not in heard[0]


@pytest.fixture
def proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server called localhost proves itself with, to everybody who trusts what this machine trusts."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([openssl, "req", "-x509", *made, *named], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_server_that_proves_itself_is_asked_in_secret(proof: ssl.SSLContext) -> None:
    async with serving(proof) as server:
        wire = wire_to(f"https://localhost:{server.port}/")
        assert [(await post(wire)).body for _ in range(2)] == [b"hi"] * 2
        assert server.connections == 1
        await wire.close()


async def test_a_server_that_proves_to_be_another_is_told_nothing(proof: ssl.SSLContext) -> None:
    async with serving(proof) as server:
        with pytest.raises(NotConnectedError):
            await post(wire_to(f"https://127.0.0.1:{server.port}/"))
        assert server.requests == []
