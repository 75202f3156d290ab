"""Discord's answers with less in them than they should have, or with something else: what is done is done once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from adapters import AdapterContext, Attempt
from adapters.discord import DiscordAdapter, DiscordSettings
from bot.core.content import Button, Content, FileKind, FileRef, Form, FormField
from bot.core.events import MessageReceived
from bot.core.outgoing import (
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outcome,
    Outgoing,
    Post,
    React,
    Receipt,
    Remove,
    SendError,
    SetThread,
    ThreadState,
)
from bot.core.places import Identity, MessageAt, Place, direct_to
from tests.integration.adapters.discord.house import COMMANDS, MemoryIntake, discord_place, untranslated
from tests.integration.adapters.discord.minimal_server import DIRECT, FORUM, HELP, ME, MIA, MinimalServer

CHAT, ANN = Place("discord", channel=DIRECT, is_direct=True), Identity("discord", "", MIA["id"])
SAID, CARD = MessageAt(CHAT, "1300000000000000009"), discord_place(FORUM, thread="1300000000000000008")
FILES = (FileRef("slack", "f", "a.png", FileKind.PICTURE),)
FORM = Form("reason", "Why?", "Send", (FormField("why", "Why?"),), subject="7")
TO_BE_SAID: tuple[Outgoing, ...] = (
    Post(CHAT, Content(text="hello", buttons=(Button("x", "y"),)), SAID),
    Post(CHAT, Content(text="see", files=FILES)),
    Post(CHAT, Content(text="longer " * 1_000)),
    Answer(CHAT, ANN, Content(text="x"), None, is_private=False),
    OpenForm(CHAT, ANN, FORM),
    Edit((SAID,), Content(text="new")),
    Edit((SAID,), Content(text="longer " * 1_000)),
    Edit((SAID,), Content(text="new", files=FILES), before=()),
    Mark(SAID, Outcome.SENT),
    React(SAID, "👍", True),
    Remove((SAID,)),
    SetThread(CARD, MessageAt(CARD, CARD.thread), "#1", Content(title="#1"), ThreadState.CLAIMED),
)
TO_BE_ANSWERED: tuple[Outgoing, ...] = (
    Post(direct_to(ANN), Content(text="x")),
    OpenThread(discord_place(FORUM), "#1", Content(title="#1", text="x")),
    OpenThread(discord_place(HELP), "#1", Content(title="#1", text="x")),
)
"""Without an id nobody could be written to there."""
NOTHING: dict[str, Any] = dict.fromkeys(("id", "channel_id", "type", "threads", "items", "author", "flags"))
OBJECTS: dict[str, Any] = {name: {} for name in NOTHING}


class OddServer(MinimalServer):
    """Gives every call the same answer, but to who asks for itself."""

    def __init__(self, answer: object, status: int = 200) -> None:
        super().__init__()
        self._told, self._status = answer, status

    async def _rest(self, request: web.Request) -> web.Response:
        await request.read()
        if request.path.endswith("/users/@me"):
            return web.json_response(ME)
        self.calls.append((request.method, request.match_info["path"], {}))
        if isinstance(self._told, bytes):
            kind = "text/html" if self._told[:1] == b"<" else "application/json"
            return web.Response(body=self._told, status=self._status, content_type=kind)
        return web.json_response(self._told, status=self._status)


class ForgetfulServer(MinimalServer):
    """Keeps what is posted, and does not say under which id."""

    def _answer(self, method: str, path: str, body: Any) -> web.Response:
        if not path.endswith("/messages"):
            return super()._answer(method, path, body)
        if method == "GET":
            return web.json_response([*self.messages.values()])
        id_ = self.id()
        self.messages[id_] = {**body, "id": id_, "author": ME, "type": 0, "timestamp": now().isoformat()}
        return web.json_response({})


@asynccontextmanager
async def opened(_file: FileRef) -> AsyncIterator[AsyncIterator[bytes]]:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"content"

    yield chunks()


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def running(server: MinimalServer, intake: MemoryIntake) -> AsyncIterator[DiscordAdapter]:
    await server.start()
    context = AdapterContext(
        intake=intake, commands=COMMANDS, command_prefix="", staff_space=discord_place(FORUM),
        support_places=(discord_place(HELP),), colleague_places=(), admins=frozenset(), open_file=opened, now=now,
        texts=untranslated,
    )  # fmt: skip
    address = f"127.0.0.1:{server.port}"
    settings = DiscordSettings("token", f"http://{address}/api", f"ws://{address}/gateway/")
    adapter, ready = DiscordAdapter(context, settings), asyncio.Event()
    task = asyncio.create_task(adapter.run(ready.set))
    async with asyncio.timeout(10):
        await ready.wait()
    yield adapter
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await adapter.close()
    await server.stop()


async def hears(server: MinimalServer, intake: MemoryIntake, words: str) -> None:
    """An edit of which nobody can be asked, pins of which nobody tells, a room that nobody knows; then the words."""
    number = 1_300_000_000_000_000_001
    said = {
        "id": str(number),
        "channel_id": DIRECT,
        "channel_type": 1,
        "author": MIA,
        "content": "first",
        "type": 0,
    }
    await server.dispatch("MESSAGE_CREATE", said)
    await server.dispatch(
        "MESSAGE_CREATE", {**said, "id": str(number + 1), "channel_id": "777", "channel_type": None}
    )
    await server.dispatch("MESSAGE_UPDATE", {"id": str(number), "channel_id": DIRECT, "content": "new"})
    await server.dispatch("CHANNEL_PINS_UPDATE", {"channel_id": DIRECT})
    await server.dispatch("MESSAGE_CREATE", {**said, "id": str(number + 2), "content": words})
    async with asyncio.timeout(20):
        while words not in [one.text for one in intake.of(MessageReceived)]:
            await asyncio.sleep(0.01)


async def tried(adapter: DiscordAdapter, outgoing: Outgoing) -> list[Receipt | SendError]:
    """What comes of it at first, and after a try whose answer was lost; anything else fails."""
    found: list[Receipt | SendError] = []
    for is_uncertain in (False, True):
        try:
            found.append(await adapter.send(outgoing, Attempt("k", 1, is_uncertain, now(), ())))
        except SendError as error:
            found.append(error)
    return found


@pytest.mark.parametrize("told", [{}, NOTHING, OBJECTS], ids=["nothing", "nulls", "objects"])
async def test_a_server_that_says_yes_to_everything_and_no_more_breaks_nothing(told: object) -> None:
    server, intake = OddServer(told), MemoryIntake(now)
    async with running(server, intake) as adapter:
        await hears(server, intake, "the last one")
        for outgoing in TO_BE_SAID:
            assert [type(one) for one in await tried(adapter, outgoing)] == [Receipt, Receipt], outgoing
        for outgoing in TO_BE_ANSWERED:
            for one in await tried(adapter, outgoing):
                assert isinstance(one, SendError)
                assert not one.is_permanent
        await adapter.check()


@pytest.mark.parametrize(
    "told", [b"", b"<html>Please sign in.</html>", b"{", b"null", [], [None, {}], "x", 7], ids=repr
)
async def test_what_is_no_answer_is_tried_again(told: object) -> None:
    server, intake = OddServer(told), MemoryIntake(now)
    async with running(server, intake) as adapter:
        await hears(server, intake, "the last one")
        for outgoing in (*TO_BE_SAID, *TO_BE_ANSWERED):
            for one in await tried(adapter, outgoing):
                assert isinstance(one, Receipt) or not one.is_permanent
        await adapter.check()


async def test_a_post_that_is_not_named_is_found_in_the_history() -> None:
    server, intake = ForgetfulServer(), MemoryIntake(now)
    async with running(server, intake) as adapter:
        long = Post(CHAT, Content(text="longer " * 600))
        receipt = await adapter.send(long, Attempt("k", 1, False, now(), ()))
        assert [one.id for one in receipt.messages] == [*server.messages]
        assert len(receipt.messages) == 3


async def test_a_post_that_is_answered_without_content_is_posted() -> None:
    server, intake = OddServer(b"", 204), MemoryIntake(now)
    async with running(server, intake) as adapter:
        assert [type(one) for one in await tried(adapter, TO_BE_SAID[0])] == [Receipt, Receipt]
        assert len(server.sent("POST", f"channels/{DIRECT}/messages")) == 2
