"""Reading back what was said, page by page."""

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer


async def test_history_pages_backwards_and_leaves_replies_out(
    server: SlackServer, client: AsyncWebClient
) -> None:
    stamps = [await server.say("U0CARLA", "C0HELP", f"message {number}") for number in range(7)]
    await server.reply_in_thread("U0KURT", "C0HELP", stamps[3], "a reply")
    texts, cursor = [], None
    for _ in range(3):
        page = await client.conversations_history(channel="C0HELP", limit=3, cursor=cursor)
        texts.append([message["text"][-1] for message in page["messages"]])
        cursor = page.get("response_metadata", {}).get("next_cursor")
    assert (texts, cursor) == ([["6", "5", "4"], ["3", "2", "1"], ["0"]], None)
    root = (await client.conversations_history(channel="C0HELP", latest=stamps[3], inclusive=True, limit=1))[
        "messages"
    ][0]
    assert (root["reply_count"], root["reply_users"], root["thread_ts"]) == (1, ["U0KURT"], stamps[3])


async def test_history_after_a_time_pages_forward_from_it(
    server: SlackServer, client: AsyncWebClient
) -> None:
    stamps = [await server.say("U0CARLA", "C0HELP", f"message {number}") for number in range(6)]
    texts, cursor = [], None
    for _ in range(3):
        page = await client.conversations_history(channel="C0HELP", oldest=stamps[0], limit=2, cursor=cursor)
        texts.append([message["text"][-1] for message in page["messages"]])
        cursor = page.get("response_metadata", {}).get("next_cursor")
    assert (texts, cursor) == ([["2", "1"], ["4", "3"], ["5"]], None)
    between = await client.conversations_history(channel="C0HELP", oldest=stamps[1], latest=stamps[4])
    assert [message["text"][-1] for message in between["messages"]] == ["3", "2"]
    inclusive = await client.conversations_history(
        channel="C0HELP", oldest=stamps[1], latest=stamps[4], inclusive=True
    )
    assert [message["text"][-1] for message in inclusive["messages"]] == ["4", "3", "2", "1"]


async def test_replies_come_with_their_root_oldest_first(server: SlackServer, client: AsyncWebClient) -> None:
    root = await server.say("U0CARLA", "C0HELP", "root")
    stamps = [await server.say("U0KURT", f"C0HELP:{root}", f"reply {number}") for number in range(5)]
    texts, cursor = [], None
    for _ in range(3):
        page = await client.conversations_replies(channel="C0HELP", ts=root, limit=3, cursor=cursor)
        texts.append([message["text"] for message in page["messages"]])
        cursor = page.get("response_metadata", {}).get("next_cursor")
    assert texts == [["root", "reply 0", "reply 1"], ["root", "reply 2", "reply 3"], ["root", "reply 4"]]
    later = await client.conversations_replies(channel="C0HELP", ts=stamps[0], oldest=stamps[2])
    assert [message["text"] for message in later["messages"]] == ["root", "reply 3", "reply 4"]
