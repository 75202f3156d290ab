"""The adapter against a server that knows only the indispensable."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters import AdapterContext, Attempt
from adapters.discord import DiscordAdapter, DiscordSettings
from bot.core.content import Content
from bot.core.events import ButtonPressed, CommandGiven, MessageEdited, MessageReceived
from bot.core.outgoing import (
    Answer,
    Mark,
    OpenThread,
    Outcome,
    Outgoing,
    Post,
    Receipt,
    SendError,
    SetThread,
    ThreadState,
)
from bot.core.places import Identity, MessageAt, Place, direct_to
from tests.integration.adapters.discord.house import COMMANDS, MemoryIntake, discord_place, untranslated
from tests.integration.adapters.discord.minimal_server import DIRECT, FORUM, HELP, MIA, MinimalServer

MEMBER = {"user": MIA, "roles": [], "flags": 0}


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def server() -> AsyncIterator[MinimalServer]:
    server = MinimalServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def intake() -> MemoryIntake:
    return MemoryIntake(_now)


@pytest.fixture
def staff_space() -> str:
    return FORUM


@pytest.fixture
async def adapter(
    server: MinimalServer, intake: MemoryIntake, staff_space: str
) -> AsyncIterator[DiscordAdapter]:
    context = AdapterContext(
        intake=intake,
        commands=COMMANDS,
        command_prefix="",
        staff_space=discord_place(staff_space),
        support_places=(discord_place(HELP),),
        colleague_places=(),
        admins=frozenset(),
        open_file=lambda _file: pytest.fail("there are no files here"),
        now=_now,
        texts=untranslated,
    )
    adapter = DiscordAdapter(
        context,
        DiscordSettings(
            "token", f"http://127.0.0.1:{server.port}/api", f"ws://127.0.0.1:{server.port}/gateway/"
        ),
    )
    ready = asyncio.Event()
    running = asyncio.create_task(adapter.run(ready.set))
    async with asyncio.timeout(10):
        await ready.wait()
    yield adapter
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await adapter.close()


async def _send(adapter: DiscordAdapter, outgoing: Outgoing) -> Receipt:
    return await adapter.send(outgoing, Attempt("k", 1, False, _now()))


def _message(server: MinimalServer, channel: str, content: str) -> dict[str, Any]:
    return {"id": server.id(), "channel_id": channel, "author": MIA, "content": content, "type": 0,
            "attachments": [], "mentions": []}  # fmt: skip


def _interaction(server: MinimalServer, kind: int, data: dict[str, Any], **person: Any) -> dict[str, Any]:
    return {"id": server.id(), "type": kind, "token": "t", "version": 1,
            "attachment_size_limit": 1, "data": data, **person}  # fmt: skip


async def test_messages_and_edits_come_in(
    adapter: DiscordAdapter, server: MinimalServer, intake: MemoryIntake
) -> None:
    direct, open_ = _message(server, DIRECT, "in private"), _message(server, HELP, "in the open")
    await server.dispatch("MESSAGE_CREATE", direct)
    await server.dispatch("MESSAGE_CREATE", open_)
    await server.dispatch("MESSAGE_UPDATE", {**open_, "content": "in the open, edited"})
    places = {event.text: event.place for event in await intake.wait_for(MessageReceived, 2)}
    [edit] = await intake.wait_for(MessageEdited)
    assert places["in private"] == Place("discord", channel=DIRECT, is_direct=True)
    assert places["in the open"] == discord_place(HELP, open_["id"])
    assert edit.text == "in the open, edited"


async def test_an_edit_of_which_only_the_words_are_told_is_completed(
    adapter: DiscordAdapter, server: MinimalServer, intake: MemoryIntake
) -> None:
    said = _message(server, HELP, "in the open")
    await server.dispatch("MESSAGE_CREATE", said)
    await intake.wait_for(MessageReceived)
    server.messages[said["id"]] = said
    await server.dispatch("MESSAGE_UPDATE", {"id": said["id"], "channel_id": HELP, "content": "edited"})
    [edit] = await intake.wait_for(MessageEdited)
    assert (edit.text, edit.author.name) == ("edited", "mia")


async def test_a_limit_that_only_a_header_times_is_waited_out(
    adapter: DiscordAdapter, server: MinimalServer
) -> None:
    server.limits = 1
    receipt = await _send(adapter, Post(discord_place(HELP), Content("Hi")))
    assert len(receipt.messages) == 1
    assert len(server.sent("POST", f"channels/{HELP}/messages")) == 2


async def test_a_session_goes_on_at_the_address_where_it_began(
    adapter: DiscordAdapter, server: MinimalServer, intake: MemoryIntake
) -> None:
    await server.dispatch("MESSAGE_CREATE", _message(server, DIRECT, "before"))
    await intake.wait_for(MessageReceived)
    await server.hang_up()
    async with asyncio.timeout(10):
        while not server.resumed:
            await asyncio.sleep(0.01)
    await server.dispatch("MESSAGE_CREATE", _message(server, DIRECT, "after"))
    said = await intake.wait_for(MessageReceived, 2)
    assert ([one.text for one in said], server.resumed) == (["before", "after"], ["s"])


async def test_commands_and_buttons_are_answered(
    adapter: DiscordAdapter, server: MinimalServer, intake: MemoryIntake
) -> None:
    given = _interaction(server, 2, {"id": "1", "name": "help", "type": 1}, channel={"id": DIRECT}, user=MIA)
    pressed = _interaction(
        server, 3, {"custom_id": "claim:1", "component_type": 2}, channel={"id": HELP}, member=MEMBER,
        guild_id="100", message={"id": "5", "channel_id": HELP},
    )  # fmt: skip
    await server.dispatch("INTERACTION_CREATE", given)
    await server.dispatch("INTERACTION_CREATE", pressed)
    [command] = await intake.wait_for(CommandGiven)
    [press] = await intake.wait_for(ButtonPressed)
    for event in (command, press):
        await _send(adapter, Answer(event.place, event.author.identity, Content("Yes"), event.handle))
    answer = await server.called("POST", f"interactions/{given['id']}/t/callback")
    await server.called("POST", f"interactions/{pressed['id']}/t/callback")
    assert (answer["type"], answer["data"]["content"], answer["data"]["flags"]) == (4, "Yes", 64)
    assert command.place == Place("discord", channel=DIRECT, is_direct=True)
    # A server that tells of no permissions leaves it to the desk who is staff.
    assert press.author.is_in_staff_space is None


async def test_where_interactions_cannot_be_answered_the_answer_goes_to_the_direct_chat(
    adapter: DiscordAdapter, server: MinimalServer, intake: MemoryIntake
) -> None:
    server.has_callbacks = False
    pressed = _interaction(
        server, 3, {"custom_id": "claim:1", "component_type": 2}, channel={"id": HELP}, member=MEMBER,
        guild_id="100", message={"id": "5", "channel_id": HELP},
    )  # fmt: skip
    await server.dispatch("INTERACTION_CREATE", pressed)
    [press] = await intake.wait_for(ButtonPressed)
    await _send(adapter, Answer(press.place, press.author.identity, Content("Yes"), press.handle))
    assert (await server.called("POST", f"channels/{DIRECT}/messages"))["content"] == "Yes"


async def test_what_the_house_sends_goes_out(adapter: DiscordAdapter, server: MinimalServer) -> None:
    receipt = await _send(adapter, Post(direct_to(Identity("discord", "", MIA["id"] or "")), Content("Hi")))
    assert receipt.messages[0].place == Place("discord", channel=DIRECT, is_direct=True)
    assert server.sent("POST", f"channels/{DIRECT}/messages")[0]["content"] == "Hi"


async def test_without_threads_in_text_channels_answers_are_replies(
    adapter: DiscordAdapter, server: MinimalServer, intake: MemoryIntake
) -> None:
    asked = _message(server, HELP, "My lamp hums")
    await server.dispatch("MESSAGE_CREATE", asked)
    [event] = await intake.wait_for(MessageReceived)
    receipt = await _send(adapter, Post(event.place, Content("Which one?")))
    assert receipt.messages[0].place == event.place
    [body] = server.sent("POST", f"channels/{HELP}/messages")
    assert body["message_reference"]["message_id"] == asked["id"]


async def test_a_ticket_lives_through_its_states(adapter: DiscordAdapter, server: MinimalServer) -> None:
    opened = await _send(adapter, OpenThread(discord_place(FORUM), "#1 Sofa", Content("x", title="#1")))
    assert opened.place is not None
    thread = opened.place.thread
    for state in (ThreadState.CLAIMED, ThreadState.RESOLVED):
        await _send(
            adapter, SetThread(opened.place, opened.messages[0], "#1 Sofa", Content("x", title="#1"), state)
        )
    await _send(adapter, Mark(opened.messages[0], Outcome.SENT))
    assert [body["archived"] for body in server.sent("PATCH", f"channels/{thread}")] == [False, True]


@pytest.mark.parametrize("staff_space", [HELP])
async def test_in_a_text_channel_a_ticket_has_a_thread_that_starts_from_nothing(
    adapter: DiscordAdapter, server: MinimalServer, intake: MemoryIntake, staff_space: str
) -> None:
    content = Content("What is it?", title="#7")
    opened = await _send(adapter, OpenThread(discord_place(staff_space), "#7 Lamp", content))
    assert opened.place is not None
    assert server.sent("POST", f"channels/{staff_space}/threads")[0]["name"] == "#7 Lamp"
    thread = opened.place.thread
    assert opened.messages[0] == MessageAt(discord_place(staff_space, thread), opened.messages[0].id)
    assert opened.messages[0].id != thread
    await _send(adapter, Post(opened.place, Content("More")))
    assert server.sent("POST", f"channels/{thread}/messages")[0]["content"] == "More"


async def test_a_thread_whose_card_is_not_all_there_yet_is_opened_once(
    adapter: DiscordAdapter, server: MinimalServer
) -> None:
    opening = OpenThread(discord_place(FORUM), "#8 Lamp", Content("A long story. " * 300, title="#8"))
    server.is_full = True
    with pytest.raises(SendError) as caught:
        await _send(adapter, opening)
    server.is_full = False
    receipt = await adapter.send(opening, Attempt("k", 2, False, _now(), caught.value.sent))
    assert len(server.sent("POST", f"channels/{FORUM}/threads")) == 1
    assert receipt.place is not None
    assert receipt.messages[0] == caught.value.sent[0] == MessageAt(receipt.place, receipt.place.thread)
    assert len(receipt.messages) > 1
