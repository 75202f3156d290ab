"""Discord events of the wrong shape: the session goes on, and the next ordinary message gets through."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters import Cursor
from bot.core.events import Event, MessageReceived
from sandbox.discord import story
from sandbox.discord.server import DiscordServer
from sandbox.world import World
from tests.integration.adapters.discord.house import House, MemoryIntake
from tests.security.mangled import Json, check_storable, each_place, mangled

_USER = {"id": story.MIA, "username": "mia", "discriminator": "0", "avatar": None, "global_name": "Mia"}
_MEMBER = {"user": _USER, "roles": [], "nick": "M", "flags": 0, "joined_at": "2026-01-01T00:00:00+00:00"}
_SAID = {
    "id": "1300000000000000000", "channel_id": story.HELP, "guild_id": story.GUILD, "author": _USER,
    "member": {"roles": [], "nick": "M"}, "content": "hello **you** <@1>", "type": 0, "flags": 0, "channel_type": 0,
    "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "mentions": [_USER], "mention_roles": [],
    "attachments": [{"id": "5", "filename": "a.txt", "size": 5, "url": "http://127.0.0.1/x", "proxy_url": "",
                     "content_type": "text/plain"}],
    "sticker_items": [{"id": "6", "name": "wave", "format_type": 1}],
    "message_reference": {"message_id": "9", "channel_id": story.HELP, "guild_id": story.GUILD, "type": 0},
    "referenced_message": {"id": "9", "channel_id": story.HELP, "author": _USER, "content": "before", "type": 0},
}  # fmt: skip
_COMMON = {
    "application_id": "1", "token": "t", "version": 1, "channel_id": story.HELP, "guild_id": story.GUILD,
    "member": _MEMBER, "channel": {"id": story.HELP, "type": 0, "guild_id": story.GUILD}, "locale": "en-US",
    "attachment_size_limit": 1,
}  # fmt: skip
_CHANNEL = {"id": "1300000000000000001", "guild_id": story.GUILD, "type": 0, "name": "new", "position": 9,
            "permission_overwrites": [{"id": "1", "type": 0, "allow": "0", "deny": "0"}]}  # fmt: skip
_THREAD = {"id": "1300000000000000002", "guild_id": story.GUILD, "parent_id": story.HELP, "type": 11, "name": "t",
           "owner_id": story.MIA, "message_count": 1, "member_count": 1,
           "thread_metadata": {"archived": False, "auto_archive_duration": 60,
                               "archive_timestamp": "2026-01-01T00:00:00+00:00"}}  # fmt: skip
_ROLE = {
    "id": "1300000000000000003",
    "name": "r",
    "permissions": "0",
    "position": 1,
    "color": 0,
    "tags": {"bot_id": "1"},
}
_EMOJI = {"id": None, "name": "👍"}
EVENTS: tuple[tuple[str, Json], ...] = (
    ("MESSAGE_CREATE", _SAID),
    ("MESSAGE_CREATE", {**_SAID, "message_snapshots": [{"message": {"content": "x"}}],
                        "poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "a"}}]}}),
    ("MESSAGE_UPDATE", {**_SAID, "edited_timestamp": "2026-01-01T00:01:00+00:00"}),
    ("MESSAGE_DELETE", {"id": _SAID["id"], "channel_id": story.HELP, "guild_id": story.GUILD}),
    ("MESSAGE_DELETE_BULK", {"ids": ["1", "2"], "channel_id": story.HELP, "guild_id": story.GUILD}),
    ("MESSAGE_REACTION_ADD", {"user_id": story.MIA, "channel_id": story.HELP, "message_id": _SAID["id"],
                              "guild_id": story.GUILD, "member": _MEMBER, "emoji": _EMOJI, "type": 0}),
    ("INTERACTION_CREATE", {**_COMMON, "id": "21", "type": 2, "data": {"id": "1", "name": "help", "type": 1,
                            "options": [{"name": "x", "type": 3, "value": "y"}]}}),
    ("INTERACTION_CREATE", {**_COMMON, "id": "22", "type": 3, "message": _SAID,
                            "data": {"custom_id": "claim:1", "component_type": 2}}),
    ("INTERACTION_CREATE", {**_COMMON, "id": "23", "type": 5, "data": {"custom_id": "note:1", "components": [
                            {"type": 1, "components": [{"type": 4, "custom_id": "text", "value": "words"}]}]}}),
    ("INTERACTION_CREATE", {**_COMMON, "id": "24", "type": 4, "data": {"id": "1", "name": "claim", "type": 1,
                            "options": [{"name": "ticket", "type": 3, "value": "1", "focused": True}]}}),
    ("CHANNEL_CREATE", _CHANNEL),
    ("CHANNEL_UPDATE", _CHANNEL),
    ("CHANNEL_DELETE", _CHANNEL),
    ("THREAD_CREATE", _THREAD),
    ("THREAD_UPDATE", _THREAD),
    ("THREAD_DELETE", _THREAD),
    ("THREAD_LIST_SYNC", {"guild_id": story.GUILD, "threads": [_THREAD], "members": []}),
    ("GUILD_ROLE_CREATE", {"guild_id": story.GUILD, "role": _ROLE}),
    ("GUILD_ROLE_DELETE", {"guild_id": story.GUILD, "role_id": _ROLE["id"]}),
    ("GUILD_CREATE", {"id": "1300000000000000004", "owner_id": story.MIA, "roles": [_ROLE], "channels": [_CHANNEL],
                      "emojis": [{"id": "1", "name": "e"}], "threads": [_THREAD], "premium_tier": 0}),
)  # fmt: skip
PAYLOADS: tuple[Json, ...] = tuple({"t": kind, "d": data} for kind, data in EVENTS)


class StrictIntake(MemoryIntake):
    """Takes only what can be read again."""

    async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
        check_storable(events)
        await super().accept(events, cursor=cursor)


class StrictHouse(House):
    def __post_init__(self) -> None:
        super().__post_init__()
        self.intake = StrictIntake(self.world.clock.now)
        self.context = replace(self.context, intake=self.intake)
        self.rebuild()


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    world = World()
    server = DiscordServer(world)
    await server.start("127.0.0.1", 0)
    house = StrictHouse(server, world)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()
        await server.stop()


async def dispatched(house: House, payloads: Sequence[Json]) -> None:
    """Sent in the running session, before an ordinary message that has to come through it."""
    gateway = house.server._parts.gateway
    (session,) = gateway._sessions.values()
    for payload in payloads:
        session.sequence += 1
        frame = {"op": 0, "s": session.sequence, **payload}
        session._sent.append((session.sequence, json.dumps(frame).encode()))
    gateway._wake()
    chat = house.direct_chat(story.MIA)
    words = f"an ordinary message after {len(house.intake.events)}"
    await house.server.say(story.MIA, chat, words)
    async with asyncio.timeout(60):
        while words not in [one.text for one in house.intake.of(MessageReceived)]:
            await asyncio.sleep(0.005)
    assert house.running is not None
    assert not house.running.done()
    assert [*gateway._sessions.values()] == [session]
    assert not house.reported("discord.not_stored")


@pytest.mark.parametrize(
    "odd", ["\ud83d", "\0", float("nan"), 10**400], ids=["half a character", "zero", "no number", "huge"]
)
async def test_one_odd_value_does_not_take_the_rest_of_its_payload_with_it(odd: object) -> None:
    async with open_house() as house:
        said = {**_SAID, "content": f"odd {odd}"} if isinstance(odd, str) else {**_SAID, "x_extra": odd}
        await dispatched(house, [{"t": "MESSAGE_CREATE", "d": said}])
        heard = [one.message.id for one in house.intake.of(MessageReceived)]
        assert _SAID["id"] in heard


async def test_what_is_no_payload_ends_no_session() -> None:
    async with open_house() as house:
        (session,) = house.server._parts.gateway._sessions.values()
        for frame in (b"", b"hello", b"[]", b"null", b"7", b'{"op": 0', b"[" * 100_000):
            session._sent.append((session.sequence, frame))
        await dispatched(house, [])


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(mangled(PAYLOADS), min_size=8, max_size=12))
def test_mangled_events_end_no_session(payloads: list[Json]) -> None:
    async def scenario() -> None:
        async with open_house() as house:
            await dispatched(house, payloads)

    asyncio.run(scenario())


@pytest.mark.parametrize("odd", [None, [], "x", -7, {}, 10**25], ids=repr)
async def test_a_wrong_value_in_every_place_ends_no_session(odd: object) -> None:
    async with open_house() as house:
        await dispatched(house, each_place(PAYLOADS, odd))
