"""A server that knows only what is indispensable is enough."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from adapters import SetupError
from adapters.slack import SlackAdapter, SlackSettings
from bot.core.content import Button, Content
from bot.core.events import ButtonPressed, CommandGiven, MessageReceived
from bot.core.outgoing import Answer, SendError
from bot.core.places import Place
from sandbox.slack import SlackServer
from tests.integration.adapters.slack.minimal_slack import MinimalSlack, serving
from tests.integration.adapters.slack.slack_house import House, post, send, until


@pytest.fixture
async def slack() -> AsyncIterator[MinimalSlack]:
    async with serving(MinimalSlack()) as slack:
        yield slack


async def test_the_smallest_slack_is_enough_to_hear_and_to_answer(
    slack: MinimalSlack, server: SlackServer
) -> None:
    house = House(server)
    house.intake.last_heard = datetime.now(UTC)
    settings = SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}/api/")
    adapter, ready = SlackAdapter(house.context(), settings), asyncio.Event()
    task = asyncio.create_task(adapter.run(ready.set))
    await ready.wait()
    await until(lambda: slack.socket is not None)

    message = {"type": "message", "user": "U1", "text": "hi", "ts": "1.000001", "channel": "D1"}
    await slack.deliver("events_api", {"type": "event_callback", "event": message})
    (said,) = await house.intake.wait_for(MessageReceived)
    assert (said.text, said.author.name, said.place.is_direct) == ("hi", "U1", True)

    receipt = await post(adapter, said.place, Content(text="hello", buttons=(Button("Yes", "yes", "1"),)))
    assert receipt.messages[0].id == "1.000001"
    assert slack.posted[0]["text"] == "hello"

    press = {
        "type": "block_actions",
        "user": {"id": "U1"},
        "actions": [{"action_id": "yes:1"}],
        "channel": {"id": "D1"},
    }
    await slack.deliver("interactive", press)
    (pressed,) = await house.intake.wait_for(ButtonPressed)
    assert (pressed.action, pressed.subject, pressed.place) == ("yes", "1", said.place)

    slash = {
        "command": "/human",
        "user_id": "U1",
        "channel_id": "C1",
        "response_url": f"{slack.address}/response",
    }
    await slack.deliver("slash_commands", slash)
    (given,) = await house.intake.wait_for(CommandGiven)
    assert given.place == Place("slack", "T1", "C1")
    await send(adapter, Answer(given.place, given.author.identity, Content(text="soon"), given.handle))
    assert slack.answered[0]["text"] == "soon"

    await until(lambda: len(slack.acknowledged) == 3)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await adapter.close()


async def test_a_server_that_takes_only_posts_is_asked_by_post(
    slack: MinimalSlack, server: SlackServer
) -> None:
    slack.people["U1"] = "mia"
    house = House(server)
    settings = SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}/api/")
    adapter = SlackAdapter(house.context(), settings)
    async with house.running(adapter):
        await until(lambda: slack.socket is not None)
        for ts in ("1.000001", "2.000001"):
            message = {"type": "message", "user": "U1", "text": "hi", "ts": ts, "channel": "D1"}
            await slack.deliver("events_api", {"type": "event_callback", "event": message})
        said = await house.intake.wait_for(MessageReceived, 2)
    assert [one.author.name for one in said] == ["mia", "mia"]


async def test_who_is_put_off_by_a_part_of_a_second_asks_again(
    slack: MinimalSlack, server: SlackServer
) -> None:
    slack.people["U1"], slack.pauses = "mia", ["0.05", "0"]
    house = House(server)
    settings = SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}/api/")
    async with house.running(SlackAdapter(house.context(), settings)):
        await until(lambda: slack.socket is not None)
        message = {"type": "message", "user": "U1", "text": "hi", "ts": "1.000001", "channel": "D1"}
        await slack.deliver("events_api", {"type": "event_callback", "event": message})
        (said,) = await house.intake.wait_for(MessageReceived)
    assert said.author.name == "mia"


async def test_what_only_a_page_answers_was_perhaps_said(slack: MinimalSlack, server: SlackServer) -> None:
    slack.page = "<html>Please sign in to this network.</html>"
    house = House(server)
    settings = SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}/api/")
    adapter = SlackAdapter(house.context(), settings)
    with pytest.raises(SendError) as caught:
        await post(adapter, Place("slack", "T1", "D1", is_direct=True), "hello")
    assert (caught.value.refusal, caught.value.is_uncertain) == (None, True)
    await adapter.close()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/gone", "http://nowhere.invalid/x", "no address", "/response"]
)
async def test_an_answer_goes_elsewhere_where_its_own_address_leads_nowhere(
    url: str, slack: MinimalSlack, server: SlackServer
) -> None:
    house = House(server)
    adapter = SlackAdapter(
        house.context(), SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}/api/")
    )
    async with house.running(adapter):
        await until(lambda: slack.socket is not None)
        slash = {"command": "/human", "user_id": "U1", "channel_id": "C1", "response_url": url}
        await slack.deliver("slash_commands", slash)
        (given,) = await house.intake.wait_for(CommandGiven)
        await send(adapter, Answer(given.place, given.author.identity, Content(text="soon"), given.handle))
    assert [one["text"] for one in (*slack.posted, *slack.answered)] == ["soon"]
    assert bool(slack.answered) is (url == "/response")


async def test_a_server_without_socket_mode_is_a_sentence(slack: MinimalSlack, server: SlackServer) -> None:
    slack.has_no_sockets = True
    settings = SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}/api/")
    adapter = SlackAdapter(House(server).context(), settings)
    with pytest.raises(SetupError, match=r"no Socket Mode \(unknown_method\)"):
        await adapter.run(lambda: None)
    (finding,) = [one for one in await adapter.check() if not one.is_ok and one.is_fatal]
    assert "SLACK_SIGNING_SECRET" in finding.advice
    await adapter.close()


@pytest.mark.parametrize("path", ["/elsewhere/", "/page/"])
async def test_an_address_that_leads_elsewhere_is_no_wrong_token(
    path: str, slack: MinimalSlack, server: SlackServer
) -> None:
    settings = SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}{path}")
    adapter = SlackAdapter(House(server).context(), settings)
    with pytest.raises(SetupError, match="SLACK_API_URL"):
        await adapter.run(lambda: None)
    (finding,) = await adapter.check()
    await adapter.close()
    assert "SLACK_API_URL" in finding.advice
    assert "TOKEN" not in finding.advice


async def test_the_doctor_knows_what_a_server_cannot_tell(slack: MinimalSlack, server: SlackServer) -> None:
    settings = SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}/api/")
    adapter = SlackAdapter(House(server).context(), settings)
    findings = await adapter.check()
    await adapter.close()
    assert findings[0].what == "Slack: signed in as U0BOT in T1"
    assert [one.what for one in findings if one.is_fatal and not one.is_ok] == []
    assert any("http_404" in one.what for one in findings)


async def test_a_server_that_refuses_what_it_does_not_know_gets_less(
    slack: MinimalSlack, server: SlackServer
) -> None:
    slack.is_strict = True
    settings = SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}/api/")
    adapter = SlackAdapter(House(server).context(), settings)
    content = Content(text="hello", buttons=(Button("Yes", "yes", "1"),))
    await post(adapter, Place("slack", "T1", "D1", is_direct=True), content)
    await adapter.close()
    (said,) = slack.posted
    assert said["text"] == "hello"
    assert [block["type"] for block in said["blocks"]] == ["section", "actions"]
