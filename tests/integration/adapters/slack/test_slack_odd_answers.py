"""Slack's answers with less in them than they should have, or with something else: what is done is done once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from adapters.slack import SlackAdapter, SlackSettings
from adapters.slack.interactions import Reply
from bot.core.content import Button, Content, FileKind, FileRef, Form, FormField, Speaker
from bot.core.events import ButtonPressed, CommandGiven, Handle, MessageReceived, ReactionChanged
from bot.core.outgoing import (
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outcome,
    Outgoing,
    Post,
    React,
    Receipt,
    Remove,
    SendError,
    SetThread,
    ShowHome,
    ThreadState,
)
from bot.core.places import Identity, MessageAt, Place, direct_to
from sandbox.slack import SlackServer
from tests.integration.adapters.slack.minimal_slack import MinimalSlack, serving
from tests.integration.adapters.slack.slack_house import House, send, until
from tests.security.mangled import GONE, changed, paths

DIRECT, DESK = Place("slack", "T1", "D1", is_direct=True), Place("slack", "T1", "C0SUPPORT")
ANN, SAID = Identity("slack", "T1", "U1"), MessageAt(DIRECT, "9.000001")
FILES = (FileRef("discord", "f", "a.png", FileKind.PICTURE),)
FORM = Form("reason", "Why?", "Send", (FormField("why", "Why?"),), subject="7")
NOTHING = dict.fromkeys(("ts", "channel", "message", "user", "members", "messages", "files", "upload_url"))
OBJECTS: dict[str, Any] = {name: {} for name in NOTHING}
LISTS: dict[str, Any] = {name: [None] for name in (*NOTHING, "items", "usergroups")}


class YesSlack(MinimalSlack):
    """Answers every other method with an ok and the same few things."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__()
        self._told = told

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/auth.test", self._auth)
        app.router.add_post("/api/apps.connections.open", self._open)
        app.router.add_get("/socket", self._connect)
        app.router.add_route("*", "/api/{method}", self._agree)
        return app

    async def _agree(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, **self._told})


class TextSlack(YesSlack):
    """Answers with what is no object."""

    async def _agree(self, request: web.Request) -> web.Response:
        self.asked.append((request.match_info["method"], ""))
        return web.Response(body=self._told["body"], content_type=self._told["kind"])


class ForgetfulSlack(MinimalSlack):
    """Keeps what is posted, and does not say under which timestamp."""

    is_away = False

    async def _post(self, request: web.Request) -> web.Response:
        await super()._post(request)
        kept = {**self.posted[-1], "ts": f"{len(self.posted)}.000001", "user": "U0BOT"}
        self.history.setdefault("D1", []).append(kept)
        return web.json_response({"ok": True})

    async def _told_before(self, request: web.Request) -> web.Response:
        return web.Response(status=503) if self.is_away else await super()._told_before(request)


class ThreadedSlack(MinimalSlack):
    """Has threads, in each of which the beginning of the same history is said."""

    def application(self) -> web.Application:
        app = super().application()
        app.router.add_post("/api/conversations.replies", self._replies)
        return app

    async def _replies(self, request: web.Request) -> web.Response:
        self.asked.append(("conversations.replies", str((await request.post()).get("ts"))))
        return web.json_response({"ok": True, "messages": self.history["D1"][:10]})


def settings_of(slack: MinimalSlack) -> SlackSettings:
    return SlackSettings("xoxb-any", "xapp-any", api_url=f"{slack.address}/api/")


@pytest.mark.parametrize("told", [{}, NOTHING, OBJECTS, LISTS], ids=["nothing", "nulls", "objects", "lists"])
async def test_a_server_that_says_yes_to_everything_and_no_more_breaks_nothing(
    server: SlackServer, told: dict[str, Any]
) -> None:
    until_then = (datetime.now(UTC) + timedelta(minutes=1)).timestamp()
    handle = Handle("slack", Reply(trigger="t", trigger_expires_at=until_then).token)
    everything: tuple[Outgoing, ...] = (
        Post(DIRECT, Content(text="hello", buttons=(Button("x", "y"),)), SAID),
        Post(DIRECT, Content(text="hello", speaker=Speaker("Ann"))),
        Post(DIRECT, Content(text="see", files=FILES)),
        Edit((SAID,), Content(text="new")),
        Edit((SAID,), Content(text="longer " * 2_000)),
        Edit((SAID,), Content(text="new", files=FILES), before=()),
        Answer(DESK, ANN, Content(text="x"), handle, is_private=True),
        Answer(DIRECT, ANN, Content(text="x"), handle),
        OpenForm(DIRECT, ANN, FORM, handle),
        OpenForm(DIRECT, ANN, FORM),
        Mark(SAID, Outcome.SENT),
        React(SAID, "👍", True),
        Remove((SAID,), has_files=True),
        ShowHome(ANN, ()),
        SetThread(DESK, MessageAt(DESK, "4.1"), "#1", Content(title="#1"), ThreadState.CLAIMED),
    )
    async with serving(YesSlack(told)) as slack:
        house = House(server)
        adapter = SlackAdapter(house.context(), settings_of(slack))
        async with house.running(adapter):
            for outgoing in everything:
                for is_uncertain in (False, True):
                    assert isinstance(await send(adapter, outgoing, is_uncertain=is_uncertain), Receipt)
            for outgoing in (
                OpenThread(DESK, "#1", Content(title="#1")),
                Post(direct_to(ANN), Content(text="x")),
            ):
                # An answer there could be taken for anything, and where to say it is not known.
                with pytest.raises(SendError) as caught:
                    await send(adapter, outgoing)
                assert not caught.value.is_permanent
            await hears_everything(slack, house)


async def test_a_post_that_is_not_named_is_found_in_the_history_and_not_posted_again(
    server: SlackServer,
) -> None:
    async with serving(ForgetfulSlack()) as slack:
        adapter = SlackAdapter(House(server).context(), settings_of(slack))
        long = Post(DIRECT, Content(text="longer " * 1_000))
        receipt = await send(adapter, long)
        assert [one.id for one in receipt.messages] == ["1.000001", "2.000001"]
        slack.is_away = True
        with pytest.raises(SendError) as caught:
            await send(adapter, long, key="other")
        assert (caught.value.is_uncertain, len(slack.posted)) == (True, 3)
        slack.is_away = False
        receipt = await send(adapter, long, key="other", is_uncertain=True)
        assert [one.id for one in receipt.messages] == ["3.000001", "4.000001"]
        assert len(slack.posted) == 4
        await adapter.close()


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"[]", b'["x"]', b"null", b'"ok"', b"\xff\xfe", b"{" * 99_999, b"[" * 99_999 + b"]" * 99_999],
    ids=lambda body: repr(body[:8]),
)  # fmt: skip
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html"])
async def test_what_is_no_answer_is_tried_again(server: SlackServer, body: bytes, kind: str) -> None:
    async with serving(TextSlack({"body": body, "kind": kind})) as slack:
        house = House(server)
        adapter = SlackAdapter(house.context(), settings_of(slack))
        for outgoing in (
            Post(DIRECT, Content(text="hello"), SAID),
            Post(DIRECT, Content(text="see", files=FILES)),
            Post(direct_to(ANN), Content(text="x")),
            Edit((SAID,), Content(text="new")),
            Mark(SAID, Outcome.SENT),
        ):
            for is_uncertain in (False, True):
                with pytest.raises(SendError) as caught:
                    await send(adapter, outgoing, is_uncertain=is_uncertain)
                assert not caught.value.is_permanent
        await adapter.check()
        await adapter.close()


async def hears_everything(slack: MinimalSlack, house: House) -> None:
    said = {
        "type": "message",
        "user": "U1",
        "text": "hi <@U2> <#C9> <!subteam^S1>",
        "ts": "1.000001",
        "channel": "D1",
    }
    item = {"type": "message", "channel": "C0SUPPORT", "ts": "3.1"}
    put_on = {"type": "reaction_added", "user": "U1", "reaction": "wave", "item": item, "event_ts": "4.0"}
    press = {
        "type": "block_actions",
        "user": {"id": "U1"},
        "actions": [{"action_id": "yes:1"}],
        "channel": {"id": "D1"},
    }
    await slack.deliver("events_api", {"type": "event_callback", "event": put_on})
    await slack.deliver("slash_commands", {"command": "/human", "user_id": "U1", "channel_id": "D1"})
    await slack.deliver("interactive", press)
    await slack.deliver("events_api", {"type": "event_callback", "event": said})
    for kind in (MessageReceived, CommandGiven, ButtonPressed, ReactionChanged):
        await house.intake.wait_for(kind)


async def test_one_odd_message_in_a_history_does_not_hold_up_the_others(server: SlackServer) -> None:
    whole = {
        "type": "message", "user": "U1", "text": "before", "ts": "1", "thread_ts": "1", "reply_count": 1,
        "reactions": [{"name": "wave", "count": 2, "users": ["U1"]}], "latest_reply": "2", "pinned_to": ["D1"],
        "files": [{"id": "F1", "name": "a"}], "metadata": {"event_type": "x", "event_payload": {"key": "k"}},
        "blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "emoji"}]}]}],
        "edited": {"user": "U1", "ts": "9"},
    }  # fmt: skip
    odd = [
        changed(whole, at, one)
        for one in (None, 7, "x", [], {}, GONE)
        for at in paths(whole)
        if at != ("ts",)
    ]
    messages = [{**one, "ts": f"{number + 10}.000001"} for number, one in enumerate(odd)]
    last = {"type": "message", "user": "U1", "text": "the last one", "ts": "1000.000001"}
    async with serving(ThreadedSlack()) as slack:
        slack.history = {"D1": [None, "x", 7, [], {}, *messages, last]}  # type: ignore[list-item] # odd, as it is meant
        house = House(server)
        house.intake.positions = {"slack|T1|D1||": "1.000001"}
        house.intake.last_heard = datetime.now(UTC)
        async with house.running(SlackAdapter(house.context(), settings_of(slack))):
            await until(lambda: "the last one" in [one.text for one in house.intake.of(MessageReceived)])
            await until(lambda: len(slack.asked) > 150)
        rooms = [str(fields["room"]) for name, fields in house.reports if name == "slack.catch_up_failed"]
        assert not [room for room in rooms if "D1" in room]
