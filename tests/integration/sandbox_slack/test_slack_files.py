"""Files of the bot and what it may know of other people's."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer
from sandbox.surface import Upload
from tests.integration.sandbox_slack.slack_bots import error_of


async def test_the_bots_upload_becomes_a_message_with_a_file(
    server: SlackServer, client: AsyncWebClient
) -> None:
    root = await server.say("U0CARLA", "C0HELP", "send me the invoice")
    uploaded = await client.files_upload_v2(
        channel="C0HELP", thread_ts=root, content="total: 5", filename="invoice.txt", initial_comment="Here"
    )
    message = server.messages("U0CARLA", f"C0HELP:{root}")[1]
    assert (message.text, message.files[0].name, message.files[0].size) == ("Here", "invoice.txt", 8)
    async with aiohttp.ClientSession() as session, session.get(message.files[0].url) as response:
        assert await response.text() == "total: 5"
        assert response.headers["Content-Security-Policy"] == "sandbox"
    info = (await client.files_info(file=uploaded["file"]["id"]))["file"]
    assert info["shares"]["public"]["C0HELP"][0]["thread_ts"] == root
    await client.files_delete(file=info["id"])
    assert server.messages("U0CARLA", f"C0HELP:{root}")[1].files == ()
    assert await error_of(client.files_info(file=info["id"])) == "file_deleted"


async def test_an_upload_must_be_there_and_whole_before_it_is_completed(
    server: SlackServer, client: AsyncWebClient
) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=5)
    complete = {"files": [{"id": ticket["file_id"]}], "channel_id": "C0HELP"}
    assert await error_of(client.files_completeUploadExternal(**complete)) == "file_not_found"
    async with aiohttp.ClientSession() as session:
        async with session.post(ticket["upload_url"], data=b"too long") as response:
            assert response.status == 400
        async with session.post(ticket["upload_url"], data=b"right") as response:
            assert (response.status, await response.text()) == (200, "OK - 5")
    away = {**complete, "channel_id": "C0RANDOM"}
    assert await error_of(client.files_completeUploadExternal(**away)) == "not_in_channel"
    await client.files_completeUploadExternal(**complete)
    assert await error_of(client.files_completeUploadExternal(**complete)) == "file_not_found"
    empty = client.files_getUploadURLExternal(filename="a.txt", length=0)
    assert await error_of(empty) == "invalid_arguments"


async def test_a_file_shared_where_the_bot_is_not_is_unknown_to_it(
    server: SlackServer, client: AsyncWebClient
) -> None:
    await server.say("U0CARLA", "C0RANDOM", "", files=(Upload("a.txt", "text/plain", b"a"),))
    file_id = server.messages("U0CARLA", "C0RANDOM")[0].files[0].id
    assert await error_of(client.files_info(file=file_id)) == "file_not_found"
