"""The sandbox's control API over real HTTP, with platforms on paper behind it."""

import asyncio
import base64
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from sandbox.sandbox import PLATFORMS, Ports, Sandbox
from tests.integration.paper_platform import PaperPlatform

DOCUMENT = Path(__file__).parents[2] / "docs" / "sandbox.md"


def paper_sandbox(**settings: Any) -> Sandbox:
    servers = {name: partial(PaperPlatform, name=name) for name in PLATFORMS}
    return Sandbox(ports=Ports.free(), servers=servers, **settings)


class Api:
    """The control API as a program uses it."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self.session = session
        self.url = url.rstrip("/")

    async def call(self, method: str, path: str, **arguments: Any) -> tuple[int, dict[str, Any]]:
        where = {"params": arguments} if method == "GET" else {"json": arguments}
        async with self.session.request(method, self.url + path, **where) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str, **arguments: Any) -> dict[str, Any]:
        return await self.expect(200, "GET", path, **arguments)

    async def post(self, path: str, **arguments: Any) -> dict[str, Any]:
        return await self.expect(200, "POST", path, **arguments)

    async def expect(self, status: int, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        found, body = await self.call(method, path, **arguments)
        assert found == status, body
        return body


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = paper_sandbox()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Api]:
    async with ClientSession() as session:
        yield Api(session, sandbox.page_url)


def paper(sandbox: Sandbox, platform: str) -> PaperPlatform:
    server = sandbox.servers[platform]
    assert isinstance(server, PaperPlatform)
    return server


# What people can do


async def test_what_a_person_says_is_read_back_in_the_room(api: Api) -> None:
    said = await api.post("/control/telegram/say", person="P1", room="D1", text="Hello?")
    read = await api.get("/control/telegram/messages", person="P1", room="D1")
    assert [(m["id"], m["text"], m["author"]["name"]) for m in read["messages"]] == [
        (said["message"], "Hello?", "Dana")
    ]
    assert "markup" not in read["messages"][0]


async def test_messages_come_with_trees_when_they_are_to_be_drawn(api: Api) -> None:
    await api.post("/control/slack/say", person="P1", room="C1", text="*now*")
    read = await api.get("/control/slack/messages", person="P1", room="C1", markup="true")
    assert read["messages"][0]["markup"] == {"mrkdwn": {"*now*": [{"as": "bold", "of": ["now"]}]}}


async def test_files_arrive_as_json_and_as_a_form(sandbox: Sandbox, api: Api) -> None:
    encoded = base64.b64encode(b"one").decode()
    await api.post(
        "/control/slack/say", person="P1", room="C1", files=[{"name": "a.txt", "content": encoded}]
    )
    form = FormData({"person": "P1", "room": "C1", "text": "two files"})
    form.add_field("file", b"two", filename="b.png", content_type="image/png")
    form.add_field("file", b"three", filename="c.txt", content_type="text/plain")
    async with api.session.post(f"{api.url}/control/slack/say", data=form) as answer:
        assert answer.status == 200
    uploads = [(file.name, file.mime, file.content) for file in paper(sandbox, "slack").uploads]
    assert uploads == [
        ("a.txt", "application/octet-stream", b"one"),
        ("b.png", "image/png", b"two"),
        ("c.txt", "text/plain", b"three"),
    ]


async def test_a_message_can_be_edited_reacted_to_and_deleted(sandbox: Sandbox, api: Api) -> None:
    on_message = {"person": "P1", "room": "C1", "message": "1"}
    await api.post("/control/discord/say", person="P1", room="C1", text="frist")
    await api.post("/control/discord/edit", **on_message, text="first")
    await api.post("/control/discord/react", **on_message, emoji="👍")
    (message,) = paper(sandbox, "discord").said
    assert (message.text, message.is_edited, message.reactions[0].emoji) == ("first", True, "👍")
    await api.post("/control/discord/react", **on_message, emoji="👍", is_on=False)
    assert paper(sandbox, "discord").said[0].reactions == ()
    await api.post("/control/discord/delete", **on_message)
    assert paper(sandbox, "discord").said == []


async def test_a_form_that_a_button_opens_comes_back_with_its_errors_until_it_is_right(api: Api) -> None:
    await api.post("/control/slack/say", person="P1", room="C1", text="?")
    await api.post("/control/slack/press", person="P1", room="C1", message="1", button="yes")
    opened = await api.get("/control/slack/form", person="P1")
    assert opened["form"]["title"] == "Why?"
    refused = await api.post("/control/slack/submit", person="P1", form="F1", values={"why": ""})
    assert refused["form"]["fields"][0]["error"] == "Say why."
    assert await api.post("/control/slack/submit", person="P1", form="F1", values={"why": "so"}) == {
        "form": None
    }


async def test_commands_completion_shortcuts_and_home_reach_the_platform(sandbox: Sandbox, api: Api) -> None:
    await api.post("/control/discord/say", person="P1", room="C1", text="?")
    assert (await api.get("/control/discord/commands", person="P1", room="C1"))["commands"][0][
        "name"
    ] == "help"
    await api.post("/control/discord/command", person="P1", room="C1", name="claim", arguments="42")
    choices = await api.post(
        "/control/discord/complete", person="P1", room="C1", name="claim", option="number", typed="4"
    )
    assert choices == {"choices": [{"value": "42", "label": "Ticket 42 4"}]}
    assert (await api.get("/control/discord/shortcuts", person="P1"))["shortcuts"][0]["name"] == "note"
    await api.post("/control/discord/shortcut", person="P1", room="C1", message="1", name="note")
    assert paper(sandbox, "discord").commanded == [("claim", "42"), ("note", "1")]
    assert (await api.post("/control/slack/open_home", person="P1"))["home"]["text"] == "home of P1"
    assert (await api.post("/control/discord/open_home", person="P1")) == {"home": None}


async def test_people_and_rooms_come_and_go(api: Api) -> None:
    added = await api.post("/control/telegram/people", name="Zoë")
    assert added["person"] in (await api.get("/control/telegram/people"))["people"]
    opened = await api.post(
        "/control/telegram/open_thread", person="P1", room="C1", title="Lamp", text="It hums"
    )
    rooms = (await api.get("/control/telegram/rooms", person="P1"))["rooms"]
    assert {"Bot", "help", "Lamp"} == {room["name"] for room in rooms}
    await api.post("/control/telegram/delete_room", room=opened["room"])
    await api.post("/control/telegram/leave", person="P1", room="C1")
    await api.post("/control/telegram/join", person="P1", room="C9")
    rooms = (await api.get("/control/telegram/rooms", person="P1"))["rooms"]
    assert {"Bot", "C9"} == {room["name"] for room in rooms}
    await api.post("/control/telegram/block_bot", person="P1")
    assert (await api.get("/control/telegram/people"))["people"][0]["about"] == "blocked"
    await api.post("/control/telegram/settle")


async def test_what_a_platform_does_not_have_is_refused(api: Api) -> None:
    refused = await api.expect(409, "POST", "/control/discord/close_topic", person="P1", room="C1")
    assert refused == {"error": "Discord has nothing like close_topic."}


async def test_a_form_that_is_put_away_is_gone(sandbox: Sandbox, api: Api) -> None:
    await api.post("/control/slack/say", person="P1", room="C1", text="?")
    await api.post("/control/slack/press", person="P1", room="C1", message="1", button="yes")
    await api.post("/control/slack/close_form", person="P1", form="F1")
    assert await api.get("/control/slack/form", person="P1") == {"form": None}


# Clear errors


async def test_what_the_platform_refuses_is_a_conflict_in_its_own_words(api: Api) -> None:
    refused = await api.expect(409, "POST", "/control/slack/say", person="nobody", room="C1", text="hi")
    assert refused == {"error": "Nobody here is called nobody."}


@pytest.mark.parametrize(
    ("path", "arguments", "status", "words"),
    [
        pytest.param(
            "/control/slack/say", {"person": "P1"}, 400, "room: Field required", id="an argument missing"
        ),
        pytest.param(
            "/control/slack/join",
            {"person": "P1", "room": "C1", "rom": "x"},
            400,
            "rom: Extra inputs are not permitted",
            id="an argument that does not exist",
        ),
        pytest.param(
            "/control/myspace/settle", {}, 404, "There is no platform 'myspace'", id="an unknown platform"
        ),
        pytest.param("/control/slack/dance", {}, 404, "Not Found", id="an unknown call"),
        pytest.param("/clock", {"seconds": -5}, 400, "seconds: ", id="a clock turned back"),
    ],
)
async def test_a_wrong_call_is_answered_with_what_is_wrong(
    api: Api, path: str, arguments: dict[str, Any], status: int, words: str
) -> None:
    assert words in (await api.expect(status, "POST", path, **arguments))["error"]


async def test_a_body_that_is_not_json_is_refused(api: Api) -> None:
    async with api.session.post(f"{api.url}/control/slack/settle", data="a=b") as answer:
        assert answer.status == 415
    headers = {"Content-Type": "application/json"}
    async with api.session.post(f"{api.url}/control/slack/settle", data="{", headers=headers) as answer:
        assert answer.status == 400
        assert "Invalid JSON" in (await answer.json())["error"]


# The guard


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        pytest.param("GET", {"Host": "evil.example"}, 403, id="a name that was bent to this machine"),
        pytest.param(
            "GET", {"Host": "127.0.0.1.evil.example:80"}, 403, id="a name that only begins like this machine"
        ),
        pytest.param("GET", {"Host": "localhost:9000"}, 200, id="localhost"),
        pytest.param("GET", {"Host": "[::1]:9000"}, 200, id="the IPv6 loopback"),
        pytest.param("POST", {"Origin": "https://evil.example"}, 403, id="another site's page writes"),
        pytest.param("POST", {"Origin": "http://127.0.0.1:1"}, 403, id="a page on another port writes"),
        pytest.param("POST", {"Origin": "null"}, 403, id="a page in a sealed frame writes"),
        pytest.param("POST", {"Sec-Fetch-Site": "cross-site"}, 403, id="the browser says it is another site"),
        pytest.param("POST", {"Sec-Fetch-Site": "same-site"}, 403, id="the browser says it is another port"),
        pytest.param("POST", {"Sec-Fetch-Site": "same-origin"}, 200, id="our own page writes"),
        pytest.param("POST", {}, 200, id="a program writes"),
    ],
)
async def test_only_this_machine_and_our_own_page_may_use_the_api(
    api: Api, method: str, headers: dict[str, str], status: int
) -> None:
    path = "/control/state" if method == "GET" else "/control/slack/settle"
    async with api.session.request(method, api.url + path, headers=headers) as answer:
        assert answer.status == status


async def test_a_page_of_the_sandbox_itself_may_write(api: Api) -> None:
    async with api.session.post(f"{api.url}/control/slack/settle", headers={"Origin": api.url}) as answer:
        assert answer.status == 200


async def test_the_page_lets_in_nothing_from_outside(api: Api) -> None:
    async with api.session.get(f"{api.url}/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        text = await answer.text()
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "img-src 'self' data: blob: http://127.0.0.1:15 http://127.0.0.1:17 http://127.0.0.1:18;" in policy
    assert not re.search(r"(src|href)=\"(https?:)?//", text)
    assert not re.search(r"<script(?![^>]*src=)", text)


@pytest.mark.parametrize("path", ["/../sandbox.py", "/%2e%2e/sandbox.py", "/..%2fsandbox.py", "/nothing.js"])
async def test_files_outside_the_page_are_not_served(api: Api, path: str) -> None:
    async with api.session.get(api.url + path) as answer:
        assert answer.status == 404


# Clock, journal, faults


async def test_who_follows_the_clock_hears_of_an_advance_at_once(api: Api) -> None:
    assert (await api.get("/clock"))["offset_seconds"] == 0
    following = asyncio.create_task(api.get("/clock", known="0", wait="60"))
    await asyncio.sleep(0.05)
    assert not following.done()
    await api.post("/clock", seconds=3600)
    assert (await following)["offset_seconds"] == 3600
    assert (await api.get("/clock", known="0", wait="60"))["offset_seconds"] == 3600


async def test_the_journal_waits_for_what_is_asked_for(api: Api) -> None:
    begin = (await api.get("/control/state"))["last_entry"]
    waiting = asyncio.create_task(
        api.get("/control/journal", after=str(begin), wait="60", kinds="message", platform="discord")
    )
    await api.post("/control/slack/say", person="P1", room="C1", text="elsewhere")
    await api.post("/clock", seconds=1)
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await api.post("/control/discord/say", person="P1", room="C1", text="here")
    (entry,) = (await waiting)["entries"]
    assert (entry["platform"], entry["kind"], entry["room"]) == ("discord", "message", "C1")
    everything = await api.get("/control/journal", after=str(begin))
    assert [found["kind"] for found in everything["entries"]] == ["message", "clock", "message"]
    assert everything["last_entry"] == entry["number"]


async def test_the_event_stream_goes_on_where_it_was_cut(api: Api) -> None:
    async def read(count: int, headers: dict[str, str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async with api.session.get(
            f"{api.url}/control/journal/events?kinds=message", headers=headers
        ) as stream:
            assert stream.content_type == "text/event-stream"
            async for line in stream.content:
                if line.startswith(b"data: "):
                    found.append(json.loads(line[6:]))
                if len(found) == count:
                    break
        return found

    for number in range(3):
        await api.post("/control/slack/say", person="P1", room="C1", text=str(number))
    first = await read(2, {})
    assert [entry["data"]["message"] for entry in first] == ["1", "2"]
    (third,) = await read(1, {"Last-Event-ID": str(first[-1]["number"])})
    assert third["data"]["message"] == "3"


async def test_a_fault_switch_changes_only_what_it_names(sandbox: Sandbox, api: Api) -> None:
    await api.expect(200, "PUT", "/control/telegram/faults", slow_seconds=2)
    await api.expect(200, "PUT", "/control/telegram/faults", lost_replies=1)
    faults = (await api.get("/control/telegram/faults"))["faults"]
    assert (faults["slow_seconds"], faults["lost_replies"], faults["is_down"]) == (2, 1, False)
    assert sandbox.world.faults["telegram"].lost_replies == 1
    assert sandbox.world.faults["slack"].slow_seconds == 0


async def test_a_platform_that_goes_down_cuts_its_sockets_once(sandbox: Sandbox, api: Api) -> None:
    await api.expect(200, "PUT", "/control/discord/faults", is_down=True)
    await api.expect(200, "PUT", "/control/discord/faults", is_down=True)
    assert paper(sandbox, "discord").drops == 1
    await api.post("/control/discord/drop_connections")
    assert paper(sandbox, "discord").drops == 2


# The sandbox as a whole


async def test_the_settings_choose_one_staff_space_and_gather_the_support_places(api: Api) -> None:
    settings = (await api.get("/control/settings"))["settings"]
    assert settings["STAFF_SPACE"] == "slack:S1"
    assert settings["SUPPORT_PLACES"] == "slack:C1,discord:C1,telegram:C1"
    assert {"SLACK_TOKEN", "DISCORD_TOKEN", "TELEGRAM_TOKEN"} <= settings.keys()
    assert settings["CLOCK_URL"] == f"{api.url}/clock"


async def test_a_reset_begins_afresh_and_the_journal_tells(sandbox: Sandbox, api: Api) -> None:
    await api.post("/control/slack/say", person="P1", room="C1", text="old")
    await api.post("/clock", seconds=60)
    before = paper(sandbox, "slack")
    known = (await api.get("/control/state"))["last_entry"]
    await api.post("/control/reset", staff_platform="telegram")
    assert not before.is_running
    assert (await api.get("/control/slack/messages", person="P1", room="C1"))["messages"] == []
    state = await api.get("/control/state")
    assert (state["staff_platform"], state["clock"]["offset_seconds"]) == ("telegram", 0)
    entries = (await api.get("/control/journal", after=str(known)))["entries"]
    assert [entry["kind"] for entry in entries] == ["reset"]
    assert (await api.get("/control/settings"))["settings"]["STAFF_SPACE"] == "telegram:S1"
    refused = await api.expect(409, "POST", "/control/reset", staff_platform="fax")
    assert "There is no platform 'fax'" in refused["error"]


async def test_every_call_is_in_the_document_with_an_example(api: Api) -> None:
    document = DOCUMENT.read_text()
    calls = (await api.get("/control"))["calls"]
    undocumented = []
    for call in calls:
        address = "127.0.0.1:9000" + re.escape(call["path"]).replace(
            r"\{platform\}", "(slack|discord|telegram)"
        )
        verb = {"GET": r"curl -[sN]+ '?", "POST": "curl .*--json .* ?", "PUT": "curl .*-X PUT --json .* ?"}
        if not re.search(rf"{verb[call['method']]}{address}(?![\w/])", document):
            undocumented.append(f"{call['method']} {call['path']}")
        assert call["does"]
    assert undocumented == []
    documented = set(re.findall(r"127\.0\.0\.1:9000(/(?:control|clock)[\w/]*)", document))
    known = {call["path"].replace("{platform}", name) for call in calls for name in PLATFORMS}
    assert documented - known == {"/control"}


# The bot process

ANSWERS = "import os, time; print('up as', os.environ['BOT_NAME'], flush=True); time.sleep(600)"


async def bot_sandbox(script: str) -> Sandbox:
    made = paper_sandbox(
        bot_command=[sys.executable, "-c", script],
        environment=lambda settings, is_fresh: {
            **os.environ,
            "BOT_NAME": f"{settings['STAFF_SPACE']} {is_fresh}",
        },
    )
    await made.start()
    return made


async def log_until(api: Api, words: str) -> list[str]:
    texts: list[str] = []
    last = 0
    while not any(words in text for text in texts):
        lines = (await api.get("/control/bot/log", after=str(last), wait="30"))["lines"]
        texts += [line["text"] for line in lines]
        last = lines[-1]["number"] if lines else last
    return texts


@pytest.fixture
async def with_bot() -> AsyncIterator[Api]:
    sandbox = await bot_sandbox(ANSWERS)
    async with ClientSession() as session:
        yield Api(session, sandbox.page_url)
    await sandbox.stop()


async def test_the_bot_runs_with_the_environment_that_was_built_for_it(with_bot: Api) -> None:
    assert (await with_bot.get("/control/bot"))["bot"]["status"] == "running"
    assert "up as slack:S1 True" in await log_until(with_bot, "up as")


async def test_a_bot_that_was_stopped_stays_down_until_it_is_started_with_what_it_had(with_bot: Api) -> None:
    await log_until(with_bot, "up as")
    stopped = (await with_bot.post("/control/bot/stop"))["bot"]
    assert (stopped["status"], stopped["exit_code"]) == ("stopped", -signal.SIGTERM)
    started = (await with_bot.post("/control/bot/start"))["bot"]
    assert (started["status"], started["starts"]) == ("running", 2)
    assert "up as slack:S1 False" in await log_until(with_bot, "up as slack:S1 False")


async def test_a_killed_bot_is_gone_without_a_word_and_stays_down(with_bot: Api) -> None:
    await log_until(with_bot, "up as")
    pid = (await with_bot.get("/control/bot"))["bot"]["pid"]
    killed = (await with_bot.post("/control/bot/kill"))["bot"]
    assert (killed["status"], killed["exit_code"], killed["pid"]) == ("killed", -signal.SIGKILL, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_bot_that_crashes_comes_back_by_itself(with_bot: Api) -> None:
    await log_until(with_bot, "up as")
    known = (await with_bot.get("/control/state"))["last_entry"]
    first = (await with_bot.get("/control/bot"))["bot"]["pid"]
    os.kill(first, signal.SIGSEGV)
    statuses: list[str] = []
    while statuses[-1:] != ["running"]:
        read = await with_bot.get("/control/journal", after=str(known), kinds="bot", wait="30")
        statuses += [entry["data"]["status"] for entry in read["entries"]]
        known = read["last_entry"]
    assert statuses == ["crashed", "running"]
    assert (await with_bot.get("/control/bot"))["bot"]["pid"] not in (0, first)


async def test_a_reset_starts_the_bot_afresh_with_the_staff_elsewhere(with_bot: Api) -> None:
    await with_bot.post("/control/reset", staff_platform="discord")
    assert "up as discord:S1 True" in await log_until(with_bot, "up as discord")


async def test_a_stubborn_bot_is_killed_when_the_sandbox_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.bot_process.STOP_SECONDS", 0.2)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    sandbox = await bot_sandbox(deaf)
    async with ClientSession() as session:
        await log_until(Api(session, sandbox.page_url), "deaf")
    await sandbox.stop()
    assert sandbox.bot.state.exit_code == -signal.SIGKILL


async def test_a_command_that_cannot_run_says_so_in_the_log() -> None:
    sandbox = paper_sandbox(bot_command=["/nowhere/bot"])
    await sandbox.start()
    try:
        assert "cannot be started" in sandbox.bot.log_after(0)[0].text
    finally:
        await sandbox.stop()


async def test_without_a_bot_starting_one_is_refused_with_what_to_do(api: Api) -> None:
    refused = await api.expect(409, "POST", "/control/bot/start")
    assert "without a bot" in refused["error"]
    assert (await api.get("/control/bot"))["bot"]["status"] == "absent"


async def test_a_very_long_line_of_the_log_is_cut_and_the_bot_never_blocks() -> None:
    script = "print('x' * 3_000_000); print('after')"
    sandbox = await bot_sandbox(script)
    async with ClientSession() as session:
        lines = await log_until(Api(session, sandbox.page_url), "after")
    await sandbox.stop()
    assert max(len(line) for line in lines) <= 4_000


async def test_a_port_that_is_taken_stops_the_start_and_leaves_nothing_behind(sandbox: Sandbox) -> None:
    taken = int(sandbox.page_url.rsplit(":", 1)[1].strip("/"))
    servers = {name: partial(PaperPlatform, name=name) for name in PLATFORMS}
    second = Sandbox(ports=Ports(taken, 0, 0, 0), servers=servers)
    with pytest.raises(OSError, match=str(taken)):
        await second.start()
    assert second.servers == {}
