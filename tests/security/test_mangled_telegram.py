"""Telegram updates of the wrong shape: confirmed once and for all, and the next ordinary message gets through."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import orjson
import pytest
from aiohttp import ClientSession, web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import Cursor
from adapters.telegram.webhook import PATH, SECRET_HEADER
from bot.core.events import Event, MessageReceived
from sandbox.telegram import TelegramServer
from sandbox.telegram.story import BOT
from sandbox.world import World
from tests.integration.adapters.telegram.telegram_stage import DANA, DESK, FANS, Ledger, Stage, running
from tests.security.mangled import Json, check_storable, each_place, mangled

SECRET = "a-Secret_1"
_PERSON = {"id": int(DANA), "is_bot": False, "first_name": "Dana", "username": "dana", "language_code": "en"}
_CHAT = {"id": int(DANA), "type": "private", "first_name": "Dana"}
_GROUP = {"id": int(FANS), "type": "supergroup", "title": "Fans", "is_forum": True}
_MESSAGE = {
    "message_id": 5, "date": 1795331003, "chat": _CHAT, "from": _PERSON, "text": "hello *you* /help",
    "entities": [{"type": "bold", "offset": 0, "length": 5}, {"type": "text_mention", "offset": 6, "length": 3,
                                                               "user": _PERSON}],
    "reply_to_message": {"message_id": 4, "date": 1795331002, "chat": _CHAT, "from": _PERSON, "text": "before"},
    "forward_origin": {"type": "user", "sender_user": _PERSON, "date": 1795331000},
}  # fmt: skip
_FILES = {
    "message_id": 6, "date": 1795331004, "chat": _GROUP, "from": _PERSON, "caption": "look", "message_thread_id": 2,
    "is_topic_message": True, "media_group_id": "m", "caption_entities": [{"type": "italic", "offset": 0, "length": 4}],
    "photo": [{"file_id": "p", "file_unique_id": "u", "width": 1, "height": 1, "file_size": 9}],
    "document": {"file_id": "d", "file_unique_id": "v", "file_name": "a.txt", "mime_type": "a/b", "file_size": 5},
}  # fmt: skip
_MEMBER = {"user": _PERSON, "status": "member"}
_CHANGE = {
    "chat": _GROUP,
    "from": _PERSON,
    "date": 1795331004,
    "old_chat_member": _MEMBER,
    "new_chat_member": _MEMBER,
}
BODIES: tuple[tuple[str, Json], ...] = (
    ("message", _MESSAGE),
    ("message", _FILES),
    ("message", {**_MESSAGE, "text": "/help", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]}),
    ("message", {**_MESSAGE, "chat": {**_GROUP, "id": int(DESK)}, "message_thread_id": 3}),
    ("edited_message", {**_MESSAGE, "edit_date": 1795331005}),
    (
        "callback_query",
        {"id": "7", "from": _PERSON, "chat_instance": "x", "data": "claim:1", "message": _MESSAGE},
    ),
    (
        "message_reaction",
        {
            "chat": _CHAT, "message_id": 5, "user": _PERSON, "date": 1795331006,
            "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": "👍"}],
        },
    ),
    (
        "message",
        {
            "message_id": 8, "message_thread_id": 8, "date": 1795331006, "is_topic_message": True,
            "chat": {**_GROUP, "id": int(DESK)}, "from": {"id": BOT.id, "is_bot": True, "first_name": "Allhands"},
            "forum_topic_created": {"name": "#1", "icon_color": 1},
        },
    ),
    ("my_chat_member", _CHANGE),
    ("chat_member", _CHANGE),
)  # fmt: skip
PAYLOADS: tuple[Json, ...] = tuple({kind: body} for kind, body in BODIES)


class StrictLedger(Ledger):
    """Takes only what can be read again."""

    async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
        check_storable(events)
        await super().accept(events, cursor=cursor)


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    server = TelegramServer(World())
    await server.start("127.0.0.1", 0)
    try:
        yield Stage(server, StrictLedger())
    finally:
        await server.stop()


def is_json(payload: Json) -> bool:
    """False for what the local server cannot write: halves of characters, and numbers beyond 64 bits."""
    try:
        orjson.dumps(payload)
    except TypeError:
        return False
    return True


async def polled(stage: Stage, payloads: Sequence[Json]) -> None:
    """Put these between two ordinary messages, and wait until both are there and everything is confirmed."""
    queue = stage.server.state.updates
    await said(stage, "before")
    for payload in filter(is_json, payloads):
        for kind, body in payload.items():
            queue.add(kind, body, int(DANA))
    await said(stage, "after")
    await taken(stage, "before", "after")
    async with asyncio.timeout(60):
        while not queue.is_settled:
            await asyncio.sleep(0.005)
    assert not stage.reported("telegram.not_stored")


async def said(stage: Stage, words: str) -> None:
    await stage.server.say(DANA, DANA, words)


async def taken(stage: Stage, *words: str) -> None:
    async with asyncio.timeout(60):
        while not {*words} <= {one.text for one in stage.ledger.of(MessageReceived)}:
            await asyncio.sleep(0.005)


async def posted(stage: Stage, bodies: Sequence[bytes]) -> None:
    """By webhook: each is answered with 200, or Telegram would bring it again and nothing else."""
    adapter = stage.adapter(settings={"webhook_secret": SECRET, "public_url": "http://127.0.0.1:9"})
    app = web.Application(client_max_size=10**7)
    app.router.add_post(PATH, adapter.webhooks()[PATH])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    ordinary = {
        "update_id": 10_000,
        "message": {**_MESSAGE, "message_id": 10_000, "text": "after", "entities": []},
    }
    async with running(adapter), ClientSession() as session:
        for body in (*bodies, json.dumps(ordinary).encode()):
            async with session.post(address, data=body, headers={SECRET_HEADER: SECRET}) as answer:
                assert answer.status == 200, body[:500]
        await taken(stage, "after")
    await runner.cleanup()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(mangled(PAYLOADS), min_size=8, max_size=12))
def test_mangled_updates_hold_up_nothing(payloads: list[Json]) -> None:
    async def scenario() -> None:
        async with open_stage() as stage:
            async with running(stage.adapter()):
                await polled(stage, payloads)
            numbered = [{"update_id": number, **one} for number, one in enumerate(payloads)]
        async with open_stage() as stage:
            await posted(stage, [json.dumps(one).encode() for one in numbered])

    asyncio.run(scenario())


@pytest.mark.parametrize("odd", [None, [], "x", -7, {}, 10**15], ids=repr)
async def test_a_wrong_value_in_every_place_holds_up_nothing(odd: object) -> None:
    async with open_stage() as stage, running(stage.adapter()):
        await polled(stage, each_place(PAYLOADS, odd))


async def test_one_odd_value_does_not_take_the_message_with_it() -> None:
    body = json.dumps(
        {"update_id": 7, "message": {**_MESSAGE, "text": "half \ud83d", "entities": [], "x": 1e999}}
    )
    async with open_stage() as stage:
        await posted(stage, [body.encode()])
        assert "half ?" in [one.text for one in stage.ledger.of(MessageReceived)]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"7", b'{"update_id": null}', b'{"update_id": 10e400, "message": {}}',
     b'{"message": "\xff\xfe"}', b'{"message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"],
    ids=lambda body: str(body[:40]),
)  # fmt: skip
async def test_bodies_that_are_no_update_are_not_asked_for_again(body: bytes) -> None:
    async with open_stage() as stage:
        await posted(stage, [body])
