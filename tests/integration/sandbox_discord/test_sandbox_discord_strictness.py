"""What Discord refuses, with the status and code it refuses it with."""

import asyncio
import io
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest

from sandbox.discord import DiscordServer, story
from sandbox.world import World

TOO_LONG_EMBEDS = [{"description": "x" * 3001}, {"description": "x" * 3000}]


def button(**changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "OK", "custom_id": "ok"} | changes


def rows(*components: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": 1, "components": [one]} for one in components]


def select(**changes: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "pick", "options": [{"label": "A", "value": "a"}]} | changes


OPTIONS = [{"label": f"{number}", "value": f"{number}"} for number in range(26)]


def blamed(errors: dict[str, Any], at: str = "") -> dict[str, str]:
    """Each blamed field with the code of its first error."""
    found: dict[str, str] = {}
    for key, node in errors.items():
        if key == "_errors":
            found[at] = node[0]["code"]
        else:
            found |= blamed(node, f"{at}.{key}".lstrip("."))
    return found


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        pytest.param({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH", id="2001 characters"),
        pytest.param({"embeds": [{"title": "x"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH", id="eleven embeds"),
        pytest.param(
            {"embeds": TOO_LONG_EMBEDS}, "embeds", "MAX_EMBED_SIZE_EXCEEDED", id="6001 characters in embeds"
        ),
        pytest.param(
            {"embeds": [{}]}, "embeds.0.description", "BASE_TYPE_REQUIRED", id="an embed with nothing in it"
        ),
        pytest.param(
            {"embeds": [{"title": "x" * 257}]},
            "embeds.0.title",
            "BASE_TYPE_MAX_LENGTH",
            id="an embed title of 257",
        ),
        pytest.param(
            {"embeds": [{"fields": [{"name": "n", "value": ""}]}]},
            "embeds.0.fields.0.value",
            "BASE_TYPE_REQUIRED",
            id="an embed field without a value",
        ),
        pytest.param(
            {"embeds": [{"title": "x", "url": "javascript:alert(1)"}]},
            "embeds.0.url",
            "URL_TYPE_INVALID_SCHEME",
            id="an embed with a script for an address",
        ),
        pytest.param(
            {"components": rows(*[button(custom_id=f"{one}") for one in range(6)])},
            "components",
            "BASE_TYPE_BAD_LENGTH",
            id="six rows",
        ),
        pytest.param(
            {"components": [{"type": 1, "components": [button(custom_id=f"{one}") for one in range(6)]}]},
            "components.0.components",
            "BASE_TYPE_BAD_LENGTH",
            id="six buttons in a row",
        ),
        pytest.param(
            {"components": rows(button(custom_id="x" * 101))},
            "components.0.components.0.custom_id",
            "BASE_TYPE_BAD_LENGTH",
            id="a custom_id of 101",
        ),
        pytest.param(
            {"components": rows(button(label="x" * 81))},
            "components.0.components.0.label",
            "BASE_TYPE_MAX_LENGTH",
            id="a label of 81",
        ),
        pytest.param(
            {"components": rows(button(), button())},
            "components",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
            id="one id twice",
        ),
        pytest.param(
            {"components": rows(button(style=5))},
            "components.0.components.0.url",
            "BUTTON_COMPONENT_URL_REQUIRED",
            id="a link without an address",
        ),
        pytest.param(
            {"components": rows(select(options=OPTIONS))},
            "components.0.components.0.options",
            "BASE_TYPE_BAD_LENGTH",
            id="26 options",
        ),
        pytest.param(
            {"components": [button()]}, "components.0.type", "BASE_TYPE_CHOICES", id="a button without a row"
        ),
        pytest.param(
            {"components": [{"type": 10, "content": f"{one}"} for one in range(41)], "flags": 1 << 15},
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            id="41 components of the second version",
        ),
        pytest.param(
            {"components": [{"type": 10, "content": "x"}], "flags": 1 << 15, "content": "y"},
            "content",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            id="content beside components of the second version",
        ),
        pytest.param(
            {"content": "x", "nonce": "x" * 26}, "nonce", "BASE_TYPE_MAX_LENGTH", id="a nonce of 26"
        ),
        pytest.param(
            {"content": "x", "message_reference": {"message_id": "1"}},
            "message_reference",
            "REPLIES_UNKNOWN_MESSAGE",
            id="a reply to nothing",
        ),
        pytest.param(
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "allowed_mentions",
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
            id="mentions allowed in two ways",
        ),
        pytest.param({"content": ["x"]}, "content", "STRING_TYPE_CONVERT", id="content that is no text"),
        pytest.param({"embeds": {"title": "x"}}, "embeds", "LIST_TYPE_CONVERT", id="embeds that are no list"),
        pytest.param(
            {"embeds": [{"title": "x", "fields": ["y"]}]},
            "embeds.0.fields.0",
            "MODEL_TYPE_CONVERT",
            id="an embed field that is no object",
        ),
        pytest.param(
            {"components": rows(select(options=["x"]))},
            "components.0.components.0.options.0",
            "MODEL_TYPE_CONVERT",
            id="an option that is no object",
        ),
        pytest.param(
            {"components": ["x"]}, "components.0", "MODEL_TYPE_CONVERT", id="a component that is no object"
        ),
    ],
)
async def test_a_message_is_refused_with(server, api, body, field, code):
    answer = await api.say(story.HELP, **body)
    assert (answer.status, answer.body["code"], answer.body["message"]) == (400, 50035, "Invalid Form Body")
    assert blamed(answer.body["errors"])[field] == code
    assert server.messages(story.MIA, story.HELP) == []


async def test_the_most_that_fits_is_taken(server, api):
    row = [
        {"type": 1, "components": [button(custom_id=f"{row}{one}") for one in range(5)]} for row in range(5)
    ]
    answer = await api.say(
        story.HELP, content="😀" * 2000, components=row, embeds=[{"description": "x" * 4096}]
    )
    assert answer.status == 200
    assert len(answer.body["content"]) == 2000


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        pytest.param("GET", "/channels/1", None, 404, 10003, id="unknown channel"),
        pytest.param("GET", "/guilds/1", None, 404, 10004, id="unknown guild"),
        pytest.param("GET", "/users/1", None, 404, 10013, id="unknown user"),
        pytest.param(
            "GET", f"/guilds/{story.GUILD}/members/1", None, 404, 10013, id="unknown user as a member"
        ),
        pytest.param("GET", f"/channels/{story.HELP}/messages/1", None, 404, 10008, id="unknown message"),
        pytest.param("POST", f"/channels/{story.HELP}/messages", {}, 400, 50006, id="empty message"),
        pytest.param(
            "POST", f"/channels/{story.HELP}/messages", {"content": "  "}, 400, 50006, id="blank message"
        ),
        pytest.param(
            "POST",
            f"/channels/{story.QUESTIONS}/messages",
            {"content": "x"},
            400,
            50008,
            id="message in a forum",
        ),
        pytest.param("PATCH", f"/channels/{story.HELP}", {"name": "x"}, 403, 50013, id="renaming a channel"),
        pytest.param("DELETE", f"/channels/{story.HELP}", None, 403, 50013, id="deleting a channel"),
        pytest.param(
            "PUT", f"/channels/{story.HELP}/permissions/1", {"type": 0}, 403, 50013, id="changing permissions"
        ),
        pytest.param(
            "PUT",
            f"/guilds/{story.GUILD}/members/{story.MIA}/roles/{story.SUPPORT_ROLE}",
            None,
            403,
            50013,
            id="handing out a role",
        ),
        pytest.param("POST", "/users/@me/channels", {"recipient_id": "x"}, 400, 50035, id="a DM with nobody"),
        pytest.param("GET", "/no/such/route", None, 404, 0, id="no such route"),
        pytest.param("DELETE", "/users/@me", None, 405, 0, id="a method the route has not"),
        pytest.param(
            "GET", f"/channels/{story.HELP}/messages?limit=101", None, 400, 50035, id="a page of 101"
        ),
        pytest.param("GET", f"/channels/{story.HELP}/messages?after=x", None, 400, 50035, id="after no id"),
        pytest.param("POST", "/interactions/1/x/callback", {"type": 4}, 404, 10062, id="unknown interaction"),
        pytest.param(
            "POST", f"/webhooks/{story.APPLICATION}/x", {"content": "x"}, 401, 50027, id="unknown token"
        ),
        pytest.param("POST", "/webhooks/1/x", {"content": "x"}, 404, 10015, id="unknown webhook"),
        pytest.param(
            "GET", "/applications/1/commands", None, 404, 10002, id="another application's commands"
        ),
        pytest.param(
            "POST",
            f"/channels/{story.SUPPORT_DESK}/threads",
            {"name": "x" * 101, "message": {"content": "x"}},
            400,
            50035,
            id="a title of 101",
        ),
        pytest.param(
            "POST",
            f"/channels/{story.SUPPORT_DESK}/threads",
            {"name": "x", "message": {"content": "x"}, "applied_tags": ["1"] * 6},
            400,
            50035,
            id="six tags",
        ),
        pytest.param(
            "POST", f"/channels/{story.SUPPORT_DESK}/threads", {"name": "x"}, 400, 50035, id="a silent post"
        ),
        pytest.param(
            "POST",
            f"/channels/{story.HELP}/messages/bulk-delete",
            {"messages": ["1"]},
            400,
            50016,
            id="a bulk of one",
        ),
    ],
)
async def test_calls_are_refused_for(api, method, path, body, status, code):
    answer = await api.call(method, path, body)
    assert (answer.status, answer.body["code"]) == (status, code)


async def test_without_the_right_token_nothing_is_answered(api):
    for headers in ({}, {"Authorization": "Bot wrong"}, {"Authorization": api.headers["Authorization"][4:]}):
        answer = await api.call("GET", "/users/@me", headers=headers)
        assert (answer.status, answer.body) == (401, {"message": "401: Unauthorized", "code": 0})


async def test_json_answers_say_exactly_application_json_and_carry_rate_limits(api):
    for path in ("/users/@me", "/channels/1"):
        answer = await api.call("GET", path)
        assert answer.headers["Content-Type"] == "application/json"
        assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset-After"} <= set(
            answer.headers
        )
        assert answer.headers["X-RateLimit-Bucket"]


async def test_a_body_that_is_no_json_is_refused(api):
    answer = await api.call(
        "POST", f"/channels/{story.HELP}/messages", data=b"{nonsense", headers=api.headers
    )
    assert (answer.status, answer.body["code"]) == (400, 50109)


async def test_ids_are_taken_as_numbers_and_given_as_texts(server, api):
    said = await server.say(story.MIA, story.HELP, "hello")
    reference = {"message_id": int(said), "channel_id": int(story.HELP)}
    answer = await api.say(story.HELP, content="hi", message_reference=reference)
    assert answer.body["referenced_message"]["id"] == said
    opened = await api.call("POST", "/users/@me/channels", {"recipient_id": int(story.MIA)})
    assert opened.body["id"] == server.rooms(story.MIA)[0].id


async def test_a_file_of_more_than_ten_mebibytes_is_too_large(api):
    form = aiohttp.FormData()
    form.add_field("payload_json", '{"content": "big"}')
    form.add_field("files[0]", io.BytesIO(b"x" * (10 * 1024 * 1024 + 1)), filename="big.bin")
    answer = await api.call("POST", f"/channels/{story.HELP}/messages", data=form)
    assert (answer.status, answer.body["code"]) == (413, 40005)


async def test_other_people_s_messages_cannot_be_edited_but_a_moderator_can_delete_them(server, bot):
    said = await server.say(story.MIA, story.HELP, "mine")
    message = await bot.hears_text("mine")
    with pytest.raises(discord.Forbidden) as refusal:
        await bot.http.edit_message(
            int(story.HELP), int(said), params=discord.http.handle_message_parameters("x")
        )
    assert refusal.value.code == 50005
    await message.delete()
    assert server.messages(story.MIA, story.HELP) == []


async def test_a_message_cannot_be_emptied(server, api):
    message = (await api.say(story.HELP, content="x")).body
    answer = await api.call("PATCH", f"/channels/{story.HELP}/messages/{message['id']}", {"content": ""})
    assert (answer.status, answer.body["code"]) == (400, 50006)


@pytest.mark.parametrize(
    ("right", "code"),
    [("VIEW_CHANNEL", 50001), ("SEND_MESSAGES", 50013)],
)
async def test_a_right_that_was_taken_away_is_missed(server, api, right, code):
    await server.set_bot_right(right, is_allowed=False, room=story.HELP)
    answer = await api.say(story.HELP, content="x")
    assert (answer.status, answer.body["code"]) == (403, code)
    await server.set_bot_right(right, is_allowed=True, room=story.HELP)
    assert (await api.say(story.HELP, content="x")).status == 200


async def test_a_message_has_one_thread_only(server, api):
    message = (await api.say(story.HELP, content="x")).body
    path = f"/channels/{story.HELP}/messages/{message['id']}/threads"
    assert (await api.call("POST", path, {"name": "first"})).status == 201
    answer = await api.call("POST", path, {"name": "second"})
    assert (answer.status, answer.body["code"]) == (400, 160004)


@pytest.mark.parametrize("emoji", ["x", "<:a:1>", "thumbsup"])
async def test_what_is_no_emoji_is_no_reaction(server, api, emoji):
    message = (await api.say(story.HELP, content="x")).body
    path = f"/channels/{story.HELP}/messages/{message['id']}/reactions/{emoji}/@me"
    answer = await api.call("PUT", path)
    assert (answer.status, answer.body["code"]) == (400, 10014)


@pytest.mark.parametrize("emoji", ["👀", "✅", "❤️", "🇩🇰", "👍🏽", "👩‍💻", "1️⃣", "ℹ️", "⏳", "📝"])
async def test_what_is_an_emoji_is_a_reaction(server, api, emoji):
    message = (await api.say(story.HELP, content="x")).body
    path = f"/channels/{story.HELP}/messages/{message['id']}/reactions/{emoji}/@me"
    assert (await api.call("PUT", path)).status == 204
    assert [one.emoji for one in server.messages(story.MIA, story.HELP)[-1].reactions] == [emoji]


async def test_ids_grow_with_the_clock_even_when_it_jumps(server: DiscordServer, world: World):
    first = await server.say(story.MIA, story.HELP, "x")
    world.clock.advance(3600)
    second = await server.say(story.MIA, story.HELP, "x")
    born = [discord.utils.snowflake_time(int(one)) for one in (first, second)]
    assert born[1] - born[0] >= timedelta(hours=1)
    ids = [int(await server.say(story.MIA, story.HELP, "x")) for _ in range(100)]
    assert ids == sorted(set(ids))


async def test_a_server_stops_at_once_while_the_clock_moves(world: World):
    server = DiscordServer(world)
    await server.start("127.0.0.1", 0)
    await asyncio.sleep(0)
    world.clock.advance(1)
    async with asyncio.timeout(5):
        await server.stop()
