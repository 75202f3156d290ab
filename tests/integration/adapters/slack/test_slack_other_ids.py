"""What a channel is, Slack says; its id is a word without a meaning."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack import SlackAdapter, SlackSettings
from bot.core.events import ButtonPressed, CommandGiven, MessageReceived, ReactionChanged
from bot.core.places import Place
from sandbox.slack import SlackServer
from tests.integration.adapters.slack.minimal_slack import MinimalSlack, serving
from tests.integration.adapters.slack.slack_house import HELP, House, post, until


@pytest.fixture
async def slack() -> AsyncIterator[MinimalSlack]:
    async with serving(MinimalSlack()) as slack:
        yield slack


def adapter_of(house: House, slack: MinimalSlack) -> SlackAdapter:
    settings = SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}/api/")
    return SlackAdapter(house.context(), settings)


def message(channel: str, **changes: Any) -> dict[str, Any]:
    said = {"type": "message", "user": "U1", "text": "hi", "ts": "9.000001", "channel": channel}
    return {"type": "event_callback", "event": {**said, **changes}}


@pytest.mark.parametrize("channel", ["C77", "conversation-3", "G9"])
async def test_a_direct_chat_is_what_slack_calls_one(
    channel: str, slack: MinimalSlack, server: SlackServer
) -> None:
    house = House(server)
    async with house.running(adapter_of(house, slack)) as adapter:
        await until(lambda: slack.socket is not None)
        await slack.deliver("events_api", message(channel, channel_type="im"))
        (said,) = await house.intake.wait_for(MessageReceived)
        assert said.place == Place("slack", "T1", channel, is_direct=True)
        await post(adapter, said.place, "hello")
        reaction = {"type": "reaction_added", "user": "U1", "reaction": "eyes"}
        reaction["item"] = {"type": "message", "channel": channel, "ts": "1.000001"}  # type: ignore[assignment]
        await slack.deliver("events_api", {"type": "event_callback", "event": reaction})
        (reacted,) = await house.intake.wait_for(ReactionChanged)
    assert reacted.message.place == said.place
    assert (slack.posted[0]["channel"], "thread_ts" in slack.posted[0]) == (channel, False)
    assert slack.asked == []


@pytest.mark.parametrize("kind", ["channel", "group", "mpim"])
async def test_an_id_that_begins_like_one_makes_no_direct_chat(
    kind: str, slack: MinimalSlack, server: SlackServer
) -> None:
    house = House(server)
    async with house.running(adapter_of(house, slack)):
        await until(lambda: slack.socket is not None)
        await slack.deliver("events_api", message("D5", channel_type=kind))
        await slack.deliver("events_api", message("D5", channel_type=kind, ts="9.5", text="<@U0BOT> help"))
        (said,) = await house.intake.wait_for(MessageReceived)
    assert (said.text, said.place) == ("help", Place("slack", "T1", "D5", "9.5"))


async def test_a_room_of_the_settings_is_no_direct_chat(slack: MinimalSlack, server: SlackServer) -> None:
    house = House(server, help_place=Place("slack", channel="D0HELP"))
    async with house.running(adapter_of(house, slack)):
        await until(lambda: slack.socket is not None)
        await slack.deliver("events_api", message("D0HELP"))
        (said,) = await house.intake.wait_for(MessageReceived)
    assert said.place == Place("slack", "T1", "D0HELP", "9.000001")


async def test_where_nobody_says_it_slack_is_asked(slack: MinimalSlack, server: SlackServer) -> None:
    slack.channels = {"X1": {"is_im": True}, "X2": {"is_im": False}}
    house = House(server)
    async with house.running(adapter_of(house, slack)):
        await until(lambda: slack.socket is not None)
        for number, channel in enumerate(("X1", "X2", "X1", "X1")):
            await slack.deliver("events_api", message(channel, ts=f"9.{number}", text=str(number)))
        said = await house.intake.wait_for(MessageReceived, 3)
    assert [one.text for one in said] == ["0", "2", "3"]
    assert sorted(slack.asked) == [("conversations.info", "X1"), ("conversations.info", "X2")]


async def test_a_press_is_where_its_chat_is(slack: MinimalSlack, server: SlackServer) -> None:
    press = {"type": "block_actions", "user": {"id": "U1"}, "actions": [{"action_id": "yes:1"}]}
    press |= {"channel": {"id": "X1", "name": "directmessage"}, "message": {"ts": "3.1"}}
    slash = {"command": "/human", "user_id": "U1", "channel_id": "X2", "channel_name": "directmessage"}
    house = House(server)
    async with house.running(adapter_of(house, slack)):
        await until(lambda: slack.socket is not None)
        await slack.deliver("interactive", press)
        (pressed,) = await house.intake.wait_for(ButtonPressed)
        await slack.deliver("slash_commands", slash)
        (given,) = await house.intake.wait_for(CommandGiven)
    assert pressed.place == Place("slack", "T1", "X1", is_direct=True)
    assert given.place == Place("slack", "T1", "X2", is_direct=True)
    assert ("conversations.info", "X1") not in slack.asked


async def test_what_was_said_in_a_direct_chat_meanwhile_is_heard(
    slack: MinimalSlack, server: SlackServer
) -> None:
    slack.channels = {"X1": {"is_im": True}}
    slack.history = {"X1": [message("X1", text="is anybody there?")["event"]]}
    house = House(server)
    house.intake.positions = {"slack|T1|X1||": "8.000001"}
    house.intake.last_heard = server.world.clock.now()
    async with house.running(adapter_of(house, slack)):
        (said,) = await house.intake.wait_for(MessageReceived)
    assert (said.text, said.place) == ("is anybody there?", Place("slack", "T1", "X1", is_direct=True))


async def test_people_and_channels_are_mentioned_by_any_id(slack: MinimalSlack, server: SlackServer) -> None:
    slack.people["person_7"] = "Ana"
    house = House(server)
    async with house.running(adapter_of(house, slack)):
        await until(lambda: slack.socket is not None)
        await slack.deliver("events_api", message(HELP.channel, text="ask <@person_7>"))
        (said,) = await house.intake.wait_for(MessageReceived)
    assert said.text == "ask @Ana"
