"""What reaches the web server from strangers: slow, huge, crooked or hidden requests. None of it gets in."""

import asyncio
import gzip
import zlib
from collections.abc import Callable

import pytest

from tests.security.door import EVENTS, PATIENCE_SECONDS, Door, head, open_door, post, signed, status_of
from web import connections

BODY = b'{"type": "event_callback", "event": {"type": "message", "text": "let me in"}}'
CUT_OFF = {0, 408}
"""The answer may be lost when the line is cut while the client still sends."""


# -- where it knocks


@pytest.mark.parametrize(
    "path",
    [
        "//slack/events",
        "/slack//events",
        "/slack/events/",
        "/slack/./events/../nothing",
        "/SLACK/EVENTS",
        "/slack%2fevents",
        "/slack/events%00",
        "/slack/events;x=1",
        "/..%2f..%2fetc/passwd",
        "/static/../../etc/passwd",
        "/.env",
        "/data/allhands.db",
        "*",
    ],
)
async def test_only_the_exact_address_is_a_door(door: Door, path: str) -> None:
    assert await door.status(post(BODY, signed(BODY), path)) in {400, 404, 405}
    assert door.taken == []


@pytest.mark.parametrize(
    "target", ["http://elsewhere.example/slack/events", "//elsewhere.example/slack/events"]
)
async def test_another_hosts_address_gives_no_way_round_the_signature(door: Door, target: str) -> None:
    assert await door.status(post(BODY, {}, target)) in {400, 401, 404}
    assert door.taken == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
async def test_webhooks_take_posts_and_nothing_else(door: Door, method: str) -> None:
    for path in (EVENTS, "/telegram/webhook"):
        answer = await door.says(head(method, path, {"Content-Length": "0", **signed(b"")}))
        assert status_of(answer) == 405
    assert door.taken == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "OPTIONS"])
async def test_pages_of_figures_take_no_orders(door: Door, method: str) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/articles"):
        assert await door.status(head(method, path, {"Content-Length": "0"})) == 405


async def test_a_connect_or_an_upgrade_leads_nowhere(door: Door) -> None:
    assert await door.status(head("CONNECT", "127.0.0.1:22")) in {400, 404, 405}
    upgrade = {"Upgrade": "websocket", "Sec-WebSocket-Key": "x", "Content-Length": "0"}
    asked = head("GET", EVENTS, upgrade).replace(b"Connection: close", b"Connection: Upgrade")
    answer = await door.says(asked + head("GET", "/healthz"))
    assert b"HTTP/1.1 101" not in answer
    assert status_of(answer) == 405
    assert await door.is_served()


# -- crooked requests


@pytest.mark.parametrize(
    "crooked",
    [
        pytest.param(["Content-Length: 5", "Transfer-Encoding: chunked"], id="a length and chunks"),
        pytest.param(["Transfer-Encoding: chunked", "Content-Length: 5"], id="chunks and a length"),
        pytest.param(["Content-Length: 5", "Content-Length: 90"], id="two lengths"),
        pytest.param(["Content-Length: 5, 90"], id="two lengths in one"),
        pytest.param(["Content-Length: +5"], id="a length with a sign"),
        pytest.param(["Content-Length: -5"], id="a length below nothing"),
        pytest.param(["Content-Length: 0x5"], id="a length in another system"),
        pytest.param(["Content-Length: ٥"], id="a length in other digits"),
        pytest.param(["Content-Length : 5"], id="a space before the colon"),
        pytest.param(["Transfer-Encoding: xchunked"], id="an encoding that is none"),
        pytest.param(["Transfer-Encoding: chunked, identity"], id="chunks that are not the last"),
        pytest.param(["Transfer-Encoding: \x0bchunked"], id="an odd character before the word"),
        pytest.param(["X: a\x00b"], id="a zero in a header"),
        pytest.param(["X: a\rContent-Length: 5"], id="a bare return"),
        pytest.param(["X: a", "\tContent-Length: 5"], id="a folded line"),
        pytest.param(["no colon"], id="a header that is none"),
        pytest.param([": empty"], id="a header without a name"),
    ],
)
async def test_what_two_servers_might_read_differently_is_refused(door: Door, crooked: list[str]) -> None:
    """Behind a proxy, a request that each reads its own way is how one hides in another."""
    hidden = post(BODY, signed(BODY))
    lines = ["POST /slack/events HTTP/1.1", "Host: x", *crooked, "", ""]
    answer = await door.says("\r\n".join(lines).encode() + b"0\r\n\r\n" + hidden)
    assert status_of(answer) in {0, 400, 401}
    assert answer.count(b"HTTP/1.1") <= 1
    assert door.taken == []


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 5000,
        b"EHLO me\r\n\r\n",
        b"GET\r\n\r\n",
        b"\r\n" * 3000,
    ],
)
async def test_what_is_no_http_is_not_answered_with_itself(door: Door, noise: bytes) -> None:
    answer = await door.says(noise, b"\r\n\r\nGET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert b"EHLO" not in answer
    assert await door.is_served()


@pytest.mark.parametrize(
    "huge",
    [
        pytest.param(head("GET", "/" + "a" * 100_000), id="a path"),
        pytest.param(head("GET", "/healthz?" + "a" * 100_000), id="a query"),
        pytest.param(head("GET", "/healthz", {"X": "a" * 100_000}), id="a header"),
        pytest.param(head("GET", "/healthz", {"X" * 100_000: "a"}), id="a header's name"),
        pytest.param(head("GET", "/healthz", {f"X{n}": "a" for n in range(2000)}), id="many headers"),
        pytest.param(head("A" * 100_000, "/healthz"), id="a method"),
    ],
)
async def test_what_is_too_large_to_be_a_request_is_refused(door: Door, huge: bytes) -> None:
    assert await door.status(huge) in {0, 400, 414, 431}
    assert await door.is_served()


# -- bodies


async def test_a_body_that_says_it_is_too_large_is_not_waited_for(door: Door) -> None:
    start = post(b"", {**signed(b""), "Content-Length": "1000001"})
    assert await door.status(start) == 413


async def test_a_body_that_grows_too_large_is_cut_off(door: Door) -> None:
    start = head("POST", EVENTS, {**signed(b""), "Transfer-Encoding": "chunked"})
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    assert await door.status(start, *[piece] * 20, b"0\r\n\r\n") in {0, 413}
    assert door.taken == []
    assert await door.is_served()


async def test_nothing_of_the_body_is_read_for_who_cannot_be_slack(door: Door) -> None:
    """The answer comes although the body never does."""
    old = signed(b"", at=1_000_000)
    for headers in ({}, old, {**signed(b""), "X-Slack-Signature": "v0=short"}):
        assert await door.status(post(b"", {**headers, "Content-Length": "900000"})) == 401


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, identity"])
async def test_nothing_that_is_packed_is_unpacked(door: Door, encoding: str) -> None:
    bomb = (
        gzip.compress(b"0" * 50_000_000) if encoding.startswith("gzip") else zlib.compress(b"0" * 50_000_000)
    )
    assert len(bomb) < 100_000
    assert await door.status(post(bomb, {**signed(bomb), "Content-Encoding": encoding})) == 415
    assert door.taken == []


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(b"[" * 400_000 + b"]" * 400_000, id="deep lists"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="deep objects"),
        pytest.param(b'{"type": ' + b"9" * 500_000 + b"}", id="a number of half a million digits"),
        pytest.param(b'{"type": 1e999999999}', id="a number beyond numbers"),
        pytest.param(b'{"type": NaN}', id="a number that is none"),
        pytest.param(b'{"type": "\xff\xfe"}', id="no UTF-8"),
        pytest.param(b'{"type": "\\ud800"}', id="half a character"),
        pytest.param(b"payload=" + b"%5B" * 100_000, id="a form with deep lists"),
        pytest.param(b"&".join([b"a=1"] * 200_000), id="a form with many fields"),
    ],
)
async def test_json_that_breaks_parsers_breaks_nothing_here(door: Door, odd: bytes) -> None:
    for kind in (
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data",
    ):
        await door.status(post(odd, {**signed(odd), "Content-Type": kind}))
    assert await door.is_served()


async def test_of_a_key_that_stands_twice_one_counts(door: Door) -> None:
    """The signature covers both; what matters is that all of the house reads the same one."""
    twice = b'{"type": "url_verification", "type": "event_callback", "event": {"type": "a", "type": "b"}}'
    assert await door.status(post(twice, signed(twice))) == 200
    assert [one["event"]["type"] for one in door.taken] == ["b"]


# -- waiting


async def test_who_never_sends_a_whole_request_is_cut_off(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.3)
    for start in (b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nX: 1\r\n"):
        assert await door.says(start) == b""
    trickling = asyncio.create_task(_trickles(door, head("GET", "/healthz", {"X": "y" * 2000})))
    assert await door.is_served()
    assert status_of(await trickling) == 0


async def test_a_body_that_never_ends_is_cut_off(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BODY_WITHIN_SECONDS", 0.3)
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.1)
    assert await door.status(post(b"{", {**signed(b"{"), "Content-Length": "900000"})) in CUT_OFF
    start = head("POST", EVENTS, {**signed(b""), "Transfer-Encoding": "chunked"})
    trickling = asyncio.create_task(_trickles(door, start + b"1\r\nx\r\n" * 500))
    assert await door.is_served()
    assert status_of(await trickling) in CUT_OFF


async def _trickles(door: Door, request: bytes) -> bytes:
    """Send it a byte at a time, for as long as anybody listens."""
    reader, writer = await door.line()
    answer = asyncio.create_task(reader.read())
    for byte in request:
        if answer.done():
            break
        try:
            writer.write(bytes([byte]))
            await writer.drain()
        except ConnectionError:
            break
        await asyncio.sleep(0.005)
    writer.close()
    try:
        return await answer
    except ConnectionError:
        return b""


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(lambda: b"", id="silent"),
        pytest.param(lambda: b"POST /slack/ev", id="in the first line"),
        # Signed when it is sent: a signature made while tests are collected is too old for the last of them.
        pytest.param(lambda: post(b"{", {**signed(b"{"), "Content-Length": "1000"}), id="in the body"),
    ],
)
async def test_the_oldest_who_keep_us_waiting_make_room(
    door: Door, monkeypatch: pytest.MonkeyPatch, start: Callable[[], bytes]
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 5)
    # However slow the machine is, nobody here goes because of the time.
    monkeypatch.setattr(connections, "BODY_WITHIN_SECONDS", 3600.0)
    ended, writers = [], []
    try:
        for _ in range(20):
            reader, writer = await door.line()
            writers.append(writer)
            ended.append(asyncio.create_task(reader.read()))
            writer.write(start())
            await writer.drain()
            assert await door.is_served()
        async with asyncio.timeout(PATIENCE_SECONDS):
            # That a line was ended arrives a moment later.
            while not all(line.done() for line in ended[:15]):
                await asyncio.sleep(0.01)
        assert not any(line.done() for line in ended[-4:])
    finally:
        for writer in writers:
            writer.close()
        await asyncio.gather(*ended, return_exceptions=True)


async def test_a_flood_of_unsigned_requests_lets_the_signed_ones_through(door: Door) -> None:
    forged = post(b"x" * 50_000, signed(b"another body"))
    for _ in range(10):
        statuses = await asyncio.gather(*(door.status(forged) for _ in range(100)))
        assert set(statuses) <= {0, 401}
        assert await door.is_served()
    assert len(door.taken) == 10


async def test_many_requests_on_one_line_are_answered_in_their_order(door: Door) -> None:
    many = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 200 + head("GET", "/nothing")
    answer = await door.says(many)
    assert answer.count(b"HTTP/1.1 200") == 200
    assert answer.count(b"HTTP/1.1 404") == 1


# -- what it tells


async def test_no_answer_tells_what_runs_here_in_which_version(door: Door) -> None:
    asked = [
        head("GET", "/healthz"),
        head("GET", "/readyz"),
        head("GET", "/metrics"),
        head("GET", "/nothing"),
        head("PUT", EVENTS),
        post(b"", {}),
        post(b"", {**signed(b""), "Content-Length": "1000001"}),
        b"nonsense\r\n\r\n",
        head("GET", "/healthz", {"X": "a" * 100_000}),
    ]
    for one in asked:
        answer = (await door.says(one)).lower()
        assert answer
        for word in (b"aiohttp", b"python", b"traceback", b"/site-packages/"):
            assert word not in answer, one[:60]


async def test_figures_and_details_are_for_this_machine_only(door: Door) -> None:
    assert b"allhands_events_total" in await door.says(head("GET", "/metrics"))
    assert b"token-detail" in await door.says(head("GET", "/readyz"))
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        brought = {header: "127.0.0.1"}
        assert await door.status(head("GET", "/metrics", brought)) == 401
        assert await door.status(head("GET", "/articles", brought)) == 401
        told = await door.says(head("GET", "/readyz", brought))
        assert status_of(told) == 503
        assert b"token-detail" not in told


async def test_with_a_token_figures_and_details_are_for_who_knows_it() -> None:
    async with open_door("a-token-of-ours") as door:
        for wrong in ({}, {"Authorization": "a-token-of-ours"}, {"Authorization": "Bearer a-token-of-our"},
                      {"Authorization": "Bearer "}, {"Authorization": "Bearer ä\udcff"},
                      {"Authorization": "Basic a-token-of-ours"},
                      {"Authorization": "Basic YS10b2tlbi1vZi1vdXJz"}):  # fmt: skip
            assert await door.status(head("GET", "/metrics", wrong)) == 401
            assert await door.status(head("GET", "/articles", wrong)) == 401
            assert b"token-detail" not in await door.says(head("GET", "/readyz", wrong))
        right = {"Authorization": "Bearer a-token-of-ours", "X-Forwarded-For": "10.0.0.9"}
        assert b"allhands_events_total" in await door.says(head("GET", "/metrics", right))
        assert b"token-detail" in await door.says(head("GET", "/readyz", right))
