"""A server that knows only what is indispensable is enough."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from adapters import SetupError
from adapters.slack import SlackAdapter, SlackSettings
from bot.core.content import Button, Content
from bot.core.events import ButtonPressed, CommandGiven, MessageReceived
from bot.core.outgoing import Answer, SendError
from bot.core.places import Place
from sandbox.slack import SlackServer
from tests.integration.adapters.slack.slack_house import House, post, send, until


@dataclass
class MinimalSlack:
    """auth.test, apps.connections.open, chat.postMessage and one socket; every other method is a 404 page."""

    posted: list[dict[str, Any]] = field(default_factory=list)
    answered: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    address: str = ""
    has_no_sockets: bool = False
    is_strict: bool = False
    page: str = ""
    """Stands in place of an answer to what is posted."""
    people: dict[str, str] = field(default_factory=dict)
    """Names by id; it tells them by POST only."""

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/auth.test", self._auth)
        app.router.add_post("/api/apps.connections.open", self._open)
        app.router.add_post("/api/chat.postMessage", self._post)
        app.router.add_post("/api/users.info", self._user)
        app.router.add_post("/api/chat.postEphemeral", self._post)
        app.router.add_post("/response", self._respond)
        app.router.add_get("/socket", self._connect)
        return app

    async def _auth(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "user_id": "U0BOT", "team_id": "T1"})

    async def _open(self, _request: web.Request) -> web.Response:
        if self.has_no_sockets:
            return web.json_response({"ok": False, "error": "unknown_method"})
        return web.json_response({"ok": True, "url": f"{self.address.replace('http', 'ws')}/socket"})

    async def _post(self, request: web.Request) -> web.Response:
        if self.page:
            return web.Response(text=self.page, content_type="text/html")
        message = await request.json()
        if self.is_strict and message.keys() - {"channel", "text", "blocks", "thread_ts"}:
            return web.json_response({"ok": False, "error": "invalid_arguments"})
        self.posted.append(message)
        return web.json_response({"ok": True, "channel": "D1", "ts": f"{len(self.posted)}.000001"})

    async def _user(self, request: web.Request) -> web.Response:
        user = str((await request.post()).get("user"))
        if user not in self.people:
            return web.Response(status=404, text="404 Not Found")
        return web.json_response({"ok": True, "user": {"id": user, "name": self.people[user]}})

    async def _respond(self, request: web.Request) -> web.Response:
        self.answered.append(await request.json())
        return web.Response(text="ok")

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        self.socket = web.WebSocketResponse()
        await self.socket.prepare(request)
        async for frame in self.socket:
            self.acknowledged.append(json.loads(frame.data)["envelope_id"])
        return self.socket

    async def deliver(self, kind: str, payload: dict[str, Any]) -> None:
        assert self.socket is not None
        envelope = {"envelope_id": f"{kind}-1", "type": kind, "payload": payload}
        await self.socket.send_json(envelope)


@pytest.fixture
async def slack() -> AsyncIterator[MinimalSlack]:
    slack = MinimalSlack()
    runner = web.AppRunner(slack.application(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield slack
    await runner.cleanup()


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
    with pytest.raises(SetupError, match=r"SLACK_APP_TOKEN \(unknown_method\)"):
        await adapter.run(lambda: None)
    await adapter.close()


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
