"""What the benchmarks post is posted again until it is taken, and what went wrong is told."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from benchmarks import lean_caller, load
from benchmarks.lean_caller import LeanCaller
from benchmarks.lean_platforms import Slack
from benchmarks.lean_server import LeanServer, Request, Socket
from benchmarks.load import Load, RestlessError

Answer = Callable[[Request], None]


class Desk:
    """A server that does with each request what it is told, and answers 200 after that."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.first: list[Answer] = []
        self.server = LeanServer(self._answer, self._no_socket)

    def _answer(self, request: Request) -> None:
        if self.first:
            self.first.pop(0)(request)
            return
        self.taken.append(request.body)
        request.respond({})

    def _no_socket(self, socket: Socket) -> None:
        raise AssertionError(socket.path)


def hangs_up(request: Request) -> None:
    request._transport.abort()


def refuses(request: Request) -> None:
    request.respond({}, status="500 Internal Server Error")


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(lean_caller, "AGAIN_AFTER_SECONDS", (0.0, 0.0, 0.0))
    desk = Desk()
    await desk.server.start()
    yield desk
    await desk.server.stop()


async def post(caller: LeanCaller, body: bytes) -> None:
    answered = asyncio.Event()
    caller.post("/", "", body, answered=answered.set)
    async with asyncio.timeout(60):
        await answered.wait()


@pytest.mark.parametrize(("trouble", "refused"), [(hangs_up, 0), (refuses, 2)])
async def test_what_was_not_taken_is_posted_again(desk: Desk, trouble: Answer, refused: int) -> None:
    caller = LeanCaller(desk.server.port)
    desk.first = [trouble, trouble]
    await post(caller, b"one")
    assert desk.taken == [b"one"]
    assert (caller.posted, caller.unanswered, caller.again, caller.refused) == (1, 0, 2, refused)
    caller.close()


async def test_a_connection_that_the_server_closed_meanwhile_loses_nothing(desk: Desk) -> None:
    caller = LeanCaller(desk.server.port)
    held: list[Request] = []

    def holds(request: Request) -> None:
        held.append(request)
        request.respond({})

    desk.first = [holds]
    await post(caller, b"one")
    held[0]._transport.close()
    await post(caller, b"two")
    assert desk.taken == [b"two"]
    assert caller.given_up == 0
    caller.close()


async def test_what_nobody_ever_takes_is_given_up_and_counted(desk: Desk) -> None:
    caller = LeanCaller(desk.server.port)
    desk.first = [refuses] * 4
    await post(caller, b"one")
    assert (desk.taken, caller.given_up, caller.refused, caller.again) == ([], 1, 4, 3)
    caller.close()


async def test_a_run_that_does_not_come_to_rest_says_what_is_missing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "PATIENCE_SECONDS", 0.2)
    slack = Slack(is_socket=False)
    slack.call_at(desk.server.port)
    speaking = Load([lambda text: slack.say(0, text)], slack)
    with pytest.raises(RestlessError) as told:
        await speaking.trickle(0.0)
    assert "1 of 1 were never answered" in str(told.value)
    assert "1 posted, 0 without an answer, 0 refused" in str(told.value)
    await slack.stop()
