"""Who speaks stands over their words in Slack, and in them where the app may not choose."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack import SlackAdapter
from adapters.slack.speakers import SCOPE
from bot.core.content import Content, FileRef, Speaker
from bot.core.events import MessageReceived
from bot.core.outgoing import Edit, SendError
from bot.core.places import MessageAt
from sandbox.slack import SlackServer
from sandbox.slack.methods import chat
from sandbox.slack.model import ApiError, Json
from sandbox.surface import Message
from sandbox.world import World
from tests.integration.adapters.slack.slack_house import HELP, STAFF, House, manifest, post, send

PICTURE = "https://pictures.example/ana.png"
ANA = Speaker("Ana Kovač", PICTURE)
IN_WORDS = ("slack.names_in_words", {"missing": SCOPE})


def newest(server: SlackServer) -> Message:
    return server.messages("U0ANA", "C0SUPPORT")[-1]


def seen(message: Message) -> tuple[str, str]:
    return message.author.name, message.text


@pytest.fixture
async def without_scope() -> AsyncIterator[SlackServer]:
    given = manifest()
    given["oauth_config"]["scopes"]["bot"].remove(SCOPE)  # type: ignore[index]
    server = SlackServer(World(), manifest=given)
    await server.start("127.0.0.1", 0)
    yield server
    await server.stop()


async def test_name_and_picture_stand_over_the_words(server: SlackServer, adapter: SlackAdapter) -> None:
    await post(adapter, STAFF, Content("> quoted\n\nHello", speaker=ANA))
    message = newest(server)
    assert message.author.name == "Ana Kovač"
    assert "Ana" not in message.text + message.native["text"]
    assert message.native["icons"] == {"image_48": PICTURE}


async def test_every_part_of_a_long_text_stands_under_the_name(
    server: SlackServer, adapter: SlackAdapter
) -> None:
    await post(adapter, STAFF, Content("word " * 3000, speaker=ANA))
    shown = server.messages("U0ANA", "C0SUPPORT")
    assert len(shown) > 3
    assert {one.author.name for one in shown} == {"Ana Kovač"}
    assert [one for one in shown if "Ana" in one.text] == []


async def test_words_with_files_stand_under_the_same_name_as_the_files(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    house.files["x"] = b"content"
    file = FileRef(platform="telegram", id="x", name="a.txt", mime="text/plain", size_bytes=7)
    await post(adapter, STAFF, Content("Look", speaker=ANA, files=(file,)))
    words, files = server.messages("U0ANA", "C0SUPPORT")[-2:]
    assert seen(words) == ("Allhands", "Ana Kovač: Look")
    assert (files.author.name, [one.name for one in files.files]) == ("Allhands", ["a.txt"])


async def test_a_name_cannot_pose_as_another_by_signs(server: SlackServer, adapter: SlackAdapter) -> None:
    await post(adapter, STAFF, Content("Hello", speaker=Speaker("\u202eanA\n<!channel>\u200b " + "x" * 200)))
    name = newest(server).native["username"]
    assert name.startswith("anA <!channel>")
    assert len(name) <= 80


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("", id="none"),
        pytest.param("http://pictures.example/ana.png", id="in the clear"),
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param("https://pictures.example/" + "a" * 3000, id="endless"),
        pytest.param("https://pictures.example/a\n.png", id="a line's end"),
    ],
)
async def test_what_is_no_address_of_a_picture_is_left_out(
    server: SlackServer, adapter: SlackAdapter, address: str
) -> None:
    await post(adapter, STAFF, Content("Hello", speaker=Speaker("Ana", address)))
    assert seen(newest(server)) == ("Ana", "Hello")
    assert "icons" not in newest(server).native


async def test_what_the_bot_says_under_a_name_is_not_heard_as_somebodys_words(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await post(adapter, HELP, Content("Hello", speaker=ANA))
    await server.say("U0KURT", "C0HELP", "Somebody there?")
    (heard,) = await house.intake.wait_for(MessageReceived)
    assert heard.text == "Somebody there?"


async def test_a_named_message_whose_reply_was_lost_is_found_again(
    server: SlackServer, adapter: SlackAdapter
) -> None:
    server.world.faults["slack"].lost_replies = 1
    with pytest.raises(SendError):
        await post(adapter, STAFF, Content("once", speaker=ANA), key="k1")
    await post(adapter, STAFF, Content("once", speaker=ANA), key="k1", number=2, is_uncertain=True)
    assert [seen(one) for one in server.messages("U0ANA", "C0SUPPORT")] == [("Ana Kovač", "once")]


async def test_without_the_scope_the_name_is_in_the_words_and_it_is_told_once(
    without_scope: SlackServer,
) -> None:
    house = House(without_scope)
    async with house.running() as adapter:
        await post(adapter, STAFF, Content("Hello", speaker=ANA))
        await post(adapter, STAFF, Content("Again", speaker=ANA))
        shown = without_scope.messages("U0ANA", "C0SUPPORT")
        assert [seen(one)[1] for one in shown] == ["Ana Kovač: Hello", "Ana Kovač: Again"]
        assert "icons" not in shown[0].native
        assert house.reports.count(IN_WORDS) == 1
        (lacking,) = [one for one in await adapter.check() if not one.is_ok]
        assert SCOPE in lacking.what
        assert not lacking.is_fatal


@pytest.mark.parametrize("is_told", [pytest.param(True, id="refused"), pytest.param(False, id="in silence")])
async def test_a_scope_that_is_taken_away_under_way_costs_no_name(
    house: House,
    server: SlackServer,
    adapter: SlackAdapter,
    monkeypatch: pytest.MonkeyPatch,
    is_told: bool,
) -> None:
    def refuse(call: object) -> Json:
        if is_told and getattr(call, "arguments", {}).get("username"):
            raise ApiError("missing_scope", needed=SCOPE, provided="chat:write")
        return {}

    monkeypatch.setattr(chat, "_disguise", refuse)
    await post(adapter, STAFF, Content("word " * 1500, speaker=ANA))
    await post(adapter, STAFF, Content("`code`", speaker=ANA))
    shown = server.messages("U0ANA", "C0SUPPORT")
    assert [one.text.startswith("Ana Kovač: ") for one in shown] == [True, False, False, True]
    assert shown[-1].text == "Ana Kovač: code"
    assert house.reports.count(IN_WORDS) == 1


async def test_an_edit_keeps_the_name_over_the_words(server: SlackServer, adapter: SlackAdapter) -> None:
    receipt = await post(adapter, STAFF, Content("Helo", speaker=ANA))
    await send(adapter, Edit(receipt.messages, Content("Hello", speaker=Speaker("Somebody else"))))
    assert seen(newest(server)) == ("Ana Kovač", "Hello")


async def test_an_edit_after_a_restart_finds_out_where_the_name_stands(
    house: House, server: SlackServer
) -> None:
    async with house.running() as before:
        named = await post(before, STAFF, Content("Helo", speaker=ANA))
    async with house.running() as after:
        await send(after, Edit(named.messages, Content("Hello", speaker=ANA)))
        assert seen(newest(server)) == ("Ana Kovač", "Hello")


async def test_a_message_with_the_name_in_its_words_keeps_it_there_when_the_scope_is_given(
    house: House, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "_disguise", lambda _call: {})
    async with house.running() as before:
        receipt = await post(before, STAFF, Content("Helo", speaker=ANA))
    monkeypatch.undo()
    async with house.running() as after:
        await send(after, Edit(receipt.messages, Content("Hello", speaker=ANA)))
        assert newest(server).text == "Ana Kovač: Hello"
        await post(after, STAFF, Content("And now", speaker=ANA))
        assert seen(newest(server)) == ("Ana Kovač", "And now")


async def test_an_edit_of_what_is_gone_says_so_all_the_same(
    server: SlackServer, adapter: SlackAdapter
) -> None:
    with pytest.raises(SendError):
        await send(adapter, Edit((MessageAt(STAFF, "1700000000.000001"),), Content("Hello", speaker=ANA)))
