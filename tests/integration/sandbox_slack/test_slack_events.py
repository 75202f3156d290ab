"""What people do arrives at the real Bolt, by socket and by HTTP."""

from typing import Any

import aiohttp
import pytest

from sandbox.slack import SlackServer
from sandbox.surface import Upload
from tests.integration.sandbox_slack.slack_bots import Bots, until

MODES = pytest.mark.parametrize("mode", ["socket", "http"])


@MODES
async def test_a_message_is_answered_in_its_thread(server: SlackServer, bots: Bots, mode: str) -> None:
    bot = bots.make()

    @bot.app.message("where is my chair")
    async def answer(message, say):
        await say("On its *way*", thread_ts=message["ts"])

    await bots.connect(mode, bot)
    ts = await server.say("U0CARLA", "C0HELP", "where is my chair")
    await until(lambda: len(server.messages("U0CARLA", f"C0HELP:{ts}")) == 2)
    root, reply = server.messages("U0CARLA", f"C0HELP:{ts}")
    assert (root.author.name, root.text) == ("Carla Jensen", "where is my chair")
    assert (reply.author.is_bot, reply.text, reply.reply_to) == (True, "On its way", ts)
    assert [message.thread for message in server.messages("U0CARLA", "C0HELP")] == [f"C0HELP:{ts}"]
    assert [room.name for room in server.rooms("U0CARLA") if room.kind == "thread"] == ["where is my chair"]


@MODES
async def test_a_message_event_has_what_handlers_use(server: SlackServer, bots: Bots, mode: str) -> None:
    bot = await bots.connect(mode)
    ts = await server.say("U0CARLA", "C0HELP", "hello *you*")
    await server.settle()
    (body,) = bot.heard
    assert body["event"].pop("client_msg_id")
    assert body["event"].pop("blocks")[0]["elements"][0]["elements"][1]["style"] == {"bold": True}
    assert body["event"] == {
        "type": "message",
        "user": "U0CARLA",
        "text": "hello *you*",
        "ts": ts,
        "event_ts": ts,
        "team": "T0JUNIPER",
        "channel": "C0HELP",
        "channel_type": "channel",
    }
    assert body["authorizations"][0]["user_id"] == "U0ALLHANDS"
    assert (body["team_id"], body["api_app_id"]) == ("T0JUNIPER", "A0ALLHANDS")


@pytest.mark.parametrize(("room", "kind"), [("C0HELP", "channel"), ("C0SUPPORT", "group"), ("D0ANA", "im")])
async def test_each_kind_of_channel_says_what_it_is(
    server: SlackServer, bots: Bots, room: str, kind: str
) -> None:
    bot = await bots.connect("socket")
    await server.say("U0ANA", room, "hello")
    await server.settle()
    assert [(event["channel"], event["channel_type"]) for event in bot.events("message")] == [(room, kind)]


async def test_the_bot_hears_nothing_of_a_channel_it_is_not_in(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    await server.say("U0CARLA", "C0RANDOM", "psst <@U0ALLHANDS> @allhands")
    await server.settle()
    assert bot.heard == []
    shown = server.messages("U0CARLA", "C0RANDOM")[-1]
    assert (shown.is_private, shown.author.name) == (True, "Slackbot")


@MODES
async def test_edits_and_deletions_are_told_with_what_was_before(
    server: SlackServer, bots: Bots, mode: str
) -> None:
    bot = await bots.connect(mode)
    ts = await server.say("U0CARLA", "C0HELP", "teh chair")
    await server.edit("U0CARLA", "C0HELP", ts, "the chair")
    await server.settle()
    await server.delete("U0CARLA", "C0HELP", ts)
    await server.settle()
    changed, deleted = (event for event in bot.events("message") if "subtype" in event)
    assert changed["subtype"] == "message_changed"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("teh chair", "the chair")
    assert changed["message"]["edited"]["user"] == "U0CARLA"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)
    assert deleted["previous_message"]["text"] == "the chair"
    assert server.messages("U0CARLA", "C0HELP") == []


async def test_an_edit_that_changes_nothing_is_not_told(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    ts = await server.say("U0CARLA", "C0HELP", "the chair & <https://example.org|table> for @Ben")
    native = server.messages("U0CARLA", "C0HELP")[0].native["text"]
    await server.edit("U0CARLA", "C0HELP", ts, native)
    await server.settle()
    assert len(bot.heard) == 1


async def test_the_deleted_root_of_a_thread_leaves_a_stone_until_its_replies_are_gone(
    server: SlackServer, bots: Bots
) -> None:
    bot = await bots.connect("socket")
    ts = await server.say("U0CARLA", "C0HELP", "root")
    reply = await server.reply_in_thread("U0KURT", "C0HELP", ts, "reply")
    await server.delete("U0CARLA", "C0HELP", ts)
    await server.settle()
    assert bot.events("message")[-1]["message"]["subtype"] == "tombstone"
    assert [m.text for m in server.messages("U0KURT", "C0HELP")] == ["This message was deleted."]
    await server.delete("U0KURT", f"C0HELP:{ts}", reply)
    assert server.messages("U0KURT", "C0HELP") == []


async def test_a_deleted_thread_is_gone_with_all_its_messages(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    room = await server.open_thread("U0ANA", "C0SUPPORT", "Ticket 1", "the chair")
    await server.say("U0BEN", room, "mine")
    await server.delete_room(room)
    await server.settle()
    gone = [
        event["deleted_ts"] for event in bot.events("message") if event.get("subtype") == "message_deleted"
    ]
    assert len(gone) == 2
    assert gone[1] == room.partition(":")[2]
    assert server.messages("U0ANA", "C0SUPPORT") == []


@MODES
async def test_reactions_are_told_when_they_come_and_go(server: SlackServer, bots: Bots, mode: str) -> None:
    bot = await bots.connect(mode)
    ts = await server.say("U0CARLA", "C0HELP", "hello")
    await server.react("U0KURT", "C0HELP", ts, ":ticket:")
    await server.settle()
    await server.react("U0KURT", "C0HELP", ts, "ticket", is_on=False)
    await server.settle()
    (added,), (removed,) = bot.events("reaction_added"), bot.events("reaction_removed")
    assert (added["user"], added["reaction"], added["item_user"]) == ("U0KURT", "ticket", "U0CARLA")
    assert added["item"] == {"type": "message", "channel": "C0HELP", "ts": ts}
    assert removed["reaction"] == "ticket"
    assert server.messages("U0CARLA", "C0HELP")[0].reactions == ()


@MODES
async def test_a_mention_is_told_twice_under_different_event_ids(
    server: SlackServer, bots: Bots, mode: str
) -> None:
    bot = await bots.connect(mode)
    ts = await server.say("U0CARLA", "C0HELP", "@Allhands where is my chair?")
    await server.settle()
    kinds = {body["event"]["type"]: body for body in bot.heard}
    assert set(kinds) == {"message", "app_mention"}
    assert kinds["message"]["event_id"] != kinds["app_mention"]["event_id"]
    mention = kinds["app_mention"]["event"]
    assert (mention["text"], mention["ts"]) == ("<@U0ALLHANDS> where is my chair?", ts)
    assert (mention["channel"], mention["user"]) == ("C0HELP", "U0CARLA")


async def test_a_mention_in_a_direct_message_is_a_message_only(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    await server.say("U0CARLA", "D0CARLA", "@allhands hi")
    await server.settle()
    assert [body["event"]["type"] for body in bot.heard] == ["message"]


async def fetch(url: str, token: str) -> tuple[str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.content_type, await response.read()


@MODES
async def test_a_file_of_a_person_can_be_loaded_with_the_bots_token_only(
    server: SlackServer, bots: Bots, mode: str
) -> None:
    bot = await bots.connect(mode)
    upload = Upload("log.txt", "text/plain", b"it broke")
    await server.say("U0CARLA", "D0CARLA", "here is the log", files=(upload,))
    await server.settle()
    (event,) = bot.events("message")
    assert (event["subtype"], event["text"]) == ("file_share", "here is the log")
    (file,) = event["files"]
    assert (file["name"], file["mimetype"], file["size"]) == ("log.txt", "text/plain", 8)
    token = server.bot_settings()["SLACK_BOT_TOKEN"]
    assert await fetch(file["url_private"], token) == ("text/plain", b"it broke")
    for wrong in ("", "xoxb-wrong"):
        content_type, page = await fetch(file["url_private"], wrong)
        assert content_type == "text/html"
        assert b"Sign in" in page
    shown = server.messages("U0CARLA", "D0CARLA")[0].files[0]
    assert await fetch(shown.url, "") == ("text/plain", b"it broke")


@pytest.mark.parametrize(
    ("upload", "name", "mime"),
    [
        (Upload("my log #1 50%.txt", "text/plain; charset=utf-8", b"x"), "my log #1 50%.txt", "text/plain"),
        (
            Upload("../../etc/passwd", "evil\r\nX-Header: 1", b"x"),
            "_.._etc_passwd",
            "application/octet-stream",
        ),
        (Upload("..", "image/png", b"x"), "file", "image/png"),
    ],
)
async def test_a_file_with_a_hostile_name_can_still_be_loaded(
    server: SlackServer, upload: Upload, name: str, mime: str
) -> None:
    await server.say("U0CARLA", "D0CARLA", "", files=(upload,))
    (message,) = server.messages("U0CARLA", "D0CARLA")
    assert message.files[0].name == name
    token = server.bot_settings()["SLACK_BOT_TOKEN"]
    for url in (message.files[0].url, message.native["files"][0]["url_private_download"]):
        assert await fetch(url, token) == (mime, b"x")


async def test_what_the_bot_says_comes_back_to_it_with_its_bot_id(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    await bot.client.chat_postMessage(channel="C0HELP", text="hello")
    await server.settle()
    (event,) = bot.events("message")
    assert (event["bot_id"], event["app_id"], event["user"]) == ("B0ALLHANDS", "A0ALLHANDS", "U0ALLHANDS")
    assert "client_msg_id" not in event
    identity = await bot.client.auth_test()
    assert (identity["bot_id"], identity["user_id"]) == ("B0ALLHANDS", "U0ALLHANDS")


async def test_people_coming_and_going_are_told(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    zoe = server.add_person("Zoë Young")
    await server.leave(zoe.id, "C0HELP")
    await server.settle()
    await server.join(zoe.id, "C0HELP")
    await server.invite("U0ANA", "C0SUPPORT", zoe.id)
    await server.settle()
    assert [event["user"]["real_name"] for event in bot.events("team_join")] == ["Zoë Young"]
    assert [event["channel"] for event in bot.events("member_left_channel")] == ["C0HELP"]
    joined = bot.events("member_joined_channel")
    assert [(event["channel"], event.get("inviter")) for event in joined] == [
        ("C0HELP", None),
        ("C0SUPPORT", "U0ANA"),
    ]
    assert {event.get("subtype") for event in bot.events("message")} == {"channel_join", "channel_leave"}
    assert [room.id for room in server.rooms(zoe.id)] == ["D0ZOE", "C0SUPPORT", "C0HELP", "C0RANDOM"]


async def test_the_bot_hears_that_it_was_invited_and_of_the_channel_from_then_on(
    server: SlackServer, bots: Bots
) -> None:
    bot = await bots.connect("socket")
    await server.invite("U0CARLA", "C0RANDOM", "U0ALLHANDS")
    await server.say("U0CARLA", "C0RANDOM", "welcome")
    await server.settle()
    assert [event["user"] for event in bot.events("member_joined_channel")] == ["U0ALLHANDS"]
    assert bot.events("message")[-1]["text"] == "welcome"


async def test_a_thread_reply_names_its_root_and_the_roots_author(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    ts = await server.say("U0CARLA", "C0HELP", "root")
    await server.say("U0KURT", f"C0HELP:{ts}", "reply")
    await server.settle()
    reply = bot.events("message")[1]
    assert (reply["thread_ts"], reply["parent_user_id"]) == (ts, "U0CARLA")


async def test_timestamps_are_unique_and_follow_the_sandboxs_clock(server: SlackServer) -> None:
    stamps = [await server.say("U0CARLA", "C0HELP", "hello") for _ in range(50)]
    server.world.clock.advance(86_400)
    stamps.append(await server.say("U0CARLA", "C0HELP", "a day later"))
    assert len(set(stamps)) == 51
    assert stamps == sorted(stamps, key=float)
    assert float(stamps[-1]) - float(stamps[-2]) >= 86_399


async def test_events_match_the_published_samples(server: SlackServer, bots: Bots, samples: Any) -> None:
    bot = await bots.connect("socket")
    ts = await server.say("U0CARLA", "C0HELP", "@allhands hi", files=(Upload("a.txt", "text/plain", b"a"),))
    await server.edit("U0CARLA", "C0HELP", ts, "hi")
    await server.react("U0KURT", "C0HELP", ts, "wave")
    await server.delete("U0CARLA", "C0HELP", ts)
    await server.leave("U0KURT", "C0HELP")
    await server.join("U0KURT", "C0HELP")
    await server.open_home("U0CARLA")
    server.add_person("Zoe")
    await server.settle()
    assert len(bot.heard) >= 8
    unknown = {kind: keys for body in bot.heard for kind, keys in samples.unknown_keys(body) if keys}
    assert unknown == {}
