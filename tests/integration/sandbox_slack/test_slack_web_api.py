"""The Web API answers the real slack_sdk as strictly as Slack does."""

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer
from tests.integration.sandbox_slack.slack_bots import error_of


async def post(
    server: SlackServer, method: str, token: str | None = None, **request: Any
) -> tuple[int, dict[str, Any]]:
    settings = server.bot_settings()
    token = settings["SLACK_BOT_TOKEN"] if token is None else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = settings["SLACK_API_URL"] + method
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, **request) as response:
        return response.status, await response.json()


# -- who may call, and how


async def test_tokens_are_checked(server: SlackServer) -> None:
    settings = server.bot_settings()
    bot, app = settings["SLACK_BOT_TOKEN"], settings["SLACK_APP_TOKEN"]
    for method, token, error in (
        ("auth.test", "", "not_authed"),
        ("auth.test", "xoxb-wrong", "invalid_auth"),
        ("auth.test", app, "not_allowed_token_type"),
        ("apps.connections.open", bot, "not_allowed_token_type"),
        ("apps.connections.open", "xapp-wrong", "invalid_auth"),
        ("no.such.method", bot, "unknown_method"),
    ):
        status, answer = await post(server, method, token)
        assert (status, answer["ok"], answer["error"]) == (200, False, error)
    assert (await post(server, "auth.test", "", data={"token": bot}))[1]["ok"] is True
    # A token inside JSON does not count.
    assert (await post(server, "auth.test", "", json={"token": bot}))[1]["error"] == "not_authed"


async def test_arguments_come_from_query_form_and_json(server: SlackServer) -> None:
    blocks = [{"type": "divider"}]
    for request in (
        {"params": {"channel": "C0HELP", "text": "hi", "blocks": json.dumps(blocks)}},
        {"data": {"channel": "C0HELP", "text": "hi", "blocks": json.dumps(blocks)}},
        {"json": {"channel": "C0HELP", "text": "hi", "blocks": blocks}},
        {"params": {"channel": "C0HELP"}, "data": {"text": "hi", "blocks": json.dumps(blocks)}},
    ):
        answer = (await post(server, "chat.postMessage", **request))[1]
        assert answer["message"]["blocks"][0]["type"] == "divider"
    answer = (await post(server, "conversations.replies", json={"channel": "C0HELP", "ts": "1.0"}))[1]
    assert answer["error"] == "invalid_arguments"
    answer = (await post(server, "chat.postMessage", data="{", headers={"Content-Type": "application/json"}))[
        1
    ]
    assert answer["error"] == "invalid_json"
    answer = (await post(server, "chat.postMessage", json=["a"]))[1]
    assert answer["error"] == "json_not_object"


async def test_missing_arguments_are_named(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.api_call("chat.update", json={"text": "hi"})
    response = refused.value.response
    assert response["error"] == "invalid_arguments"
    assert response["response_metadata"]["messages"] == [
        "[ERROR] missing required field: channel",
        "[ERROR] missing required field: ts",
    ]


# -- chat


async def test_posting_is_refused_where_the_bot_cannot_speak(
    server: SlackServer, client: AsyncWebClient
) -> None:
    server.workspace.channels["C0SECRET"] = type(server.workspace.channels["C0HELP"])(
        "C0SECRET", "secret", "group", ["U0ANA"]
    )
    server.workspace.channels["C0HELP"].is_archived = True
    for channel, error in (
        ("C0NOWHERE", "channel_not_found"),
        ("C0SECRET", "channel_not_found"),
        ("C0RANDOM", "not_in_channel"),
        ("C0HELP", "is_archived"),
    ):
        assert await error_of(client.chat_postMessage(channel=channel, text="hi")) == error


async def test_posting_to_a_person_opens_the_direct_message(client: AsyncWebClient) -> None:
    assert (await client.chat_postMessage(channel="U0CARLA", text="hi"))["channel"] == "D0CARLA"
    assert (await client.chat_postMessage(channel="#help", text="hi"))["channel"] == "C0HELP"
    opened = await client.conversations_open(users=["U0CARLA"])
    assert opened["channel"]["id"] == "D0CARLA"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param({}, "no_text", id="nothing to say"),
        pytest.param({"text": "  "}, "no_text", id="only spaces"),
        pytest.param({"text": "hi", "thread_ts": "1.000001"}, "thread_not_found", id="no such thread"),
        pytest.param({"text": "hi", "blocks": "{"}, "invalid_blocks_format", id="blocks that are no JSON"),
        pytest.param({"text": "hi", "blocks": "{}"}, "invalid_blocks_format", id="blocks that are no list"),
        pytest.param(
            {"text": "hi", "metadata": {"a": 1}}, "invalid_metadata_format", id="metadata of no type"
        ),
        pytest.param({"text": "hi", "attachments": [1]}, "invalid_attachments", id="strange attachments"),
        pytest.param({"text": "hi", "attachments": [{}] * 101}, "too_many_attachments", id="101 attachments"),
        pytest.param({"text": "hi", "markdown_text": "*hi*"}, "markdown_text_conflict", id="two texts"),
    ],
)
async def test_a_message_that_cannot_be_is_refused(
    client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    given = {"channel": "C0HELP", **arguments}
    assert await error_of(client.api_call("chat.postMessage", json=given)) == error


async def test_long_text_is_cut_when_posted_and_refused_when_updated(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0HELP", text="x" * 100_000)
    assert len(posted["message"]["text"]) == 40_000
    update = client.chat_update(channel="C0HELP", ts=posted["ts"], text="x" * 4001)
    assert await error_of(update) == "msg_too_long"


async def test_the_bot_changes_and_deletes_only_its_own(server: SlackServer, client: AsyncWebClient) -> None:
    theirs = await server.say("U0CARLA", "C0HELP", "mine")
    mine = (await client.chat_postMessage(channel="C0HELP", text="mine"))["ts"]
    assert await error_of(client.chat_update(channel="C0HELP", ts=theirs, text="x")) == "cant_update_message"
    assert await error_of(client.chat_delete(channel="C0HELP", ts=theirs)) == "cant_delete_message"
    updated = await client.chat_update(channel="C0HELP", ts=mine, text="changed")
    assert updated["message"]["edited"]["user"] == "B0ALLHANDS"
    await client.chat_delete(channel="C0HELP", ts=mine)
    assert await error_of(client.chat_update(channel="C0HELP", ts=mine, text="x")) == "message_not_found"
    assert await error_of(client.chat_delete(channel="C0HELP", ts=mine)) == "message_not_found"


async def test_metadata_is_kept_and_shown_when_asked_for(client: AsyncWebClient) -> None:
    metadata = {"event_type": "outbox", "event_payload": {"outbox_id": "42"}}
    posted = await client.chat_postMessage(channel="C0HELP", text="hi", metadata=metadata)
    reply = {"channel": "C0HELP", "thread_ts": posted["ts"], "text": "re", "metadata": metadata}
    await client.chat_postMessage(**reply)
    for with_metadata in (True, False):
        history = await client.conversations_history(channel="C0HELP", include_all_metadata=with_metadata)
        replies = await client.conversations_replies(
            channel="C0HELP", ts=posted["ts"], include_all_metadata=with_metadata
        )
        shown = [message.get("metadata") for message in [*history["messages"], *replies["messages"]]]
        assert shown == [metadata if with_metadata else None] * 3


async def test_an_ephemeral_reaches_one_member_and_no_history(
    server: SlackServer, client: AsyncWebClient
) -> None:
    await client.chat_postEphemeral(channel="C0HELP", user="U0CARLA", text="psst")
    assert [m.text for m in server.messages("U0CARLA", "C0HELP")] == ["psst"]
    assert server.messages("U0KURT", "C0HELP") == []
    assert (await client.conversations_history(channel="C0HELP"))["messages"] == []
    outsider = client.chat_postEphemeral(channel="C0SUPPORT", user="U0CARLA", text="psst")
    assert await error_of(outsider) == "user_not_in_channel"


async def test_a_disguised_message_is_a_bot_message(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0HELP", text="hi", username="Ana", icon_emoji=":cat:")
    message = posted["message"]
    assert (message["subtype"], message["username"]) == ("bot_message", "Ana")
    assert message["bot_id"] == "B0ALLHANDS"
    assert "user" not in message


async def test_permalinks_name_channel_message_and_thread(client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel="C0HELP", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="C0HELP", text="reply", thread_ts=root))["ts"]
    link = (await client.chat_getPermalink(channel="C0HELP", message_ts=reply))["permalink"]
    bare = reply.replace(".", "")
    assert link.endswith(f"/archives/C0HELP/p{bare}?thread_ts={root}&cid=C0HELP")


async def test_stray_signs_are_escaped_and_bare_links_made_links(client: AsyncWebClient) -> None:
    text = "a < b & c > d, see https://example.org/x. <!channel> <@U0BEN> `https://code`"
    posted = await client.chat_postMessage(channel="C0HELP", text=text)
    assert posted["message"]["text"] == (
        "a &lt; b &amp; c &gt; d, see <https://example.org/x>. <!channel> <@U0BEN> `https://code`"
    )
    elements = posted["message"]["blocks"][0]["elements"][0]["elements"]
    assert [one["type"] for one in elements if one["type"] != "text"] == ["link", "broadcast", "user"]


# -- what is not there


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("conversations.history", {"channel": "C0RANDOM"}, "not_in_channel"),
        ("conversations.history", {"channel": "C0HELP", "limit": "1000"}, "invalid_limit"),
        ("conversations.history", {"channel": "C0HELP", "oldest": "yesterday"}, "invalid_ts_oldest"),
        ("conversations.history", {"channel": "C0HELP", "latest": "-1"}, "invalid_ts_latest"),
        ("conversations.history", {"channel": "C0HELP", "cursor": "abc"}, "invalid_cursor"),
        ("conversations.replies", {"channel": "C0HELP", "ts": "1.000001"}, "thread_not_found"),
        ("conversations.info", {"channel": "C0NOWHERE"}, "channel_not_found"),
        ("conversations.list", {"types": "secret_channel"}, "invalid_types"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("conversations.open", {"users": "U0ALLHANDS"}, "invalid_user_combination"),
        ("conversations.join", {"channel": "C0SUPPORT"}, "method_not_supported_for_channel_type"),
        ("conversations.join", {"channel": "D0CARLA"}, "method_not_supported_for_channel_type"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "nobody@example.org"}, "users_not_found"),
        ("bots.info", {"bot": "B0NOBODY"}, "bot_not_found"),
        ("files.info", {"file": "F0NOTHING"}, "file_not_found"),
        (
            "reactions.add",
            {"channel": "C0HELP", "timestamp": "1.000001", "name": "eyes"},
            "message_not_found",
        ),
        ("reactions.add", {"channel": "C0HELP", "timestamp": "soon", "name": "eyes"}, "bad_timestamp"),
        ("reactions.add", {"channel": "C0HELP", "name": "eyes"}, "no_item_specified"),
        ("reactions.add", {"channel": "C0HELP", "timestamp": "1.0", "name": "no such"}, "invalid_name"),
        ("pins.add", {"channel": "C0HELP", "timestamp": "1.000001"}, "message_not_found"),
        ("views.publish", {"user_id": "U0NOBODY", "view": "{}"}, "invalid_arguments"),
        ("views.update", {"view_id": "V0NOTHING", "view": "{}"}, "not_found"),
        ("api.test", {"error": "my_error"}, "my_error"),
    ],
)
async def test_what_is_not_there_has_slacks_own_name(
    server: SlackServer, method: str, arguments: dict[str, str], error: str
) -> None:
    assert (await post(server, method, data=arguments))[1]["error"] == error


# -- reactions and pins


async def test_reactions_come_once_and_go_once(server: SlackServer, client: AsyncWebClient) -> None:
    ts = await server.say("U0CARLA", "C0HELP", "hello")
    item = {"channel": "C0HELP", "timestamp": ts, "name": "eyes"}
    await client.reactions_add(**item)
    assert await error_of(client.reactions_add(**item)) == "already_reacted"
    await server.react("U0CARLA", "C0HELP", ts, "eyes")
    got = await client.reactions_get(channel="C0HELP", timestamp=ts, full=True)
    assert got["message"]["reactions"] == [{"name": "eyes", "users": ["U0ALLHANDS", "U0CARLA"], "count": 2}]
    await client.reactions_remove(**item)
    assert await error_of(client.reactions_remove(**item)) == "no_reaction"
    for number in range(22):
        await client.reactions_add(channel="C0HELP", timestamp=ts, name=f"custom{number}")
    too_many = client.reactions_add(channel="C0HELP", timestamp=ts, name="custom23")
    assert await error_of(too_many) == "too_many_emoji"


async def test_pins_are_added_listed_and_removed(server: SlackServer, client: AsyncWebClient) -> None:
    ts = await server.say("U0CARLA", "C0HELP", "hello")
    await client.pins_add(channel="C0HELP", timestamp=ts)
    assert await error_of(client.pins_add(channel="C0HELP", timestamp=ts)) == "already_pinned"
    pins = await client.pins_list(channel="C0HELP")
    assert [item["message"]["ts"] for item in pins["items"]] == [ts]
    assert server.messages("U0CARLA", "C0HELP")[0].native["pinned_to"] == ["C0HELP"]
    await client.pins_remove(channel="C0HELP", timestamp=ts)
    assert await error_of(client.pins_remove(channel="C0HELP", timestamp=ts)) == "no_pin"


# -- who and where


async def test_people_and_channels_are_listed_page_by_page(client: AsyncWebClient) -> None:
    names = [user["name"] async for page in await client.users_list(limit=3) for user in page["members"]]
    assert names == ["carla", "kurt", "ana", "ben", "priya", "allhands", "slackbot"]
    kinds = "public_channel,private_channel,im"
    channels = [
        channel["id"]
        async for page in await client.conversations_list(types=kinds, limit=3)
        for channel in page["channels"]
    ]
    assert channels[:3] == ["C0SUPPORT", "C0HELP", "C0RANDOM"]
    assert len(channels) == 8
    mine = await client.users_conversations(types="public_channel,private_channel")
    assert [channel["id"] for channel in mine["channels"]] == ["C0SUPPORT", "C0HELP"]
    staff = await client.conversations_members(channel="C0SUPPORT")
    assert staff["members"] == ["U0ANA", "U0BEN", "U0ALLHANDS"]


async def test_a_channel_says_what_it_is(client: AsyncWebClient) -> None:
    support = (await client.conversations_info(channel="C0SUPPORT", include_num_members=True))["channel"]
    assert (support["is_private"], support["is_member"], support["num_members"]) == (True, True, 3)
    dm = (await client.conversations_info(channel="D0CARLA"))["channel"]
    assert (dm["is_im"], dm["user"], dm["is_user_deleted"]) == (True, "U0CARLA", False)


async def test_the_bot_joins_and_leaves_public_channels(server: SlackServer, client: AsyncWebClient) -> None:
    await client.conversations_join(channel="C0RANDOM")
    again = await client.conversations_join(channel="C0RANDOM")
    assert again["warning"] == "already_in_channel"
    await client.chat_postMessage(channel="C0RANDOM", text="hi")
    await client.conversations_leave(channel="C0RANDOM")
    assert await error_of(client.chat_postMessage(channel="C0RANDOM", text="hi")) == "not_in_channel"


async def test_a_person_who_left_the_workspace_can_be_written_to_but_not_opened(
    server: SlackServer, client: AsyncWebClient
) -> None:
    await server.block_bot("U0CARLA")
    assert (await client.users_info(user="U0CARLA"))["user"]["deleted"] is True
    assert await error_of(client.conversations_open(users="U0CARLA")) == "user_disabled"
    assert (await client.chat_postMessage(channel="D0CARLA", text="hi"))["ok"] is True


# -- assistant


async def test_a_status_lasts_until_the_next_message_of_the_thread(
    server: SlackServer, client: AsyncWebClient
) -> None:
    root = await server.say("U0CARLA", "D0CARLA", "hello")
    await client.assistant_threads_setStatus(channel_id="D0CARLA", thread_ts=root, status="is thinking...")
    assert server.workspace.statuses == {("D0CARLA", root): "is thinking..."}
    await client.chat_postMessage(channel="D0CARLA", thread_ts=root, text="Done")
    assert server.workspace.statuses == {}
    prompts = [{"title": "Where", "message": "Where is my order?"}]
    await client.assistant_threads_setSuggestedPrompts(channel_id="D0CARLA", thread_ts=root, prompts=prompts)
    assert server.workspace.prompts == {f"D0CARLA:{root}": prompts}
    wrong = client.assistant_threads_setStatus(channel_id="D0CARLA", thread_ts="1.000001", status="x")
    assert await error_of(wrong) == "invalid_thread_ts"
