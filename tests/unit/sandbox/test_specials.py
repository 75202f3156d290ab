"""What people say besides words and files is checked as strictly as their apps would."""

from typing import Any

import pytest

from sandbox.discord import DiscordServer
from sandbox.slack import SlackServer
from sandbox.surface import SurfaceError, Upload
from sandbox.telegram import TelegramServer
from sandbox.telegram.special import KINDS, special_content
from sandbox.world import World

PLACE = {"latitude": 52.5, "longitude": 13.4}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"location": PLACE, "dice": {"emoji": "🎲", "value": 1}}, id="two things at once"),
        pytest.param({"hologram": {}}, id="something unknown"),
        pytest.param({"location": {"latitude": 52.5}}, id="a field missing"),
        pytest.param({"location": {**PLACE, "height": 3}}, id="a field too many"),
        pytest.param({"location": {"latitude": "52.5", "longitude": 13.4}}, id="a text for a number"),
        pytest.param({"dice": {"emoji": "🎲", "value": True}}, id="a truth for a number"),
        pytest.param({"poll": {"question": "?", "options": []}}, id="an empty list"),
        pytest.param({"poll": {"question": "?", "options": ["a"]}}, id="a list of other things"),
        pytest.param({"venue": {"location": 5, "title": "T", "address": "A"}}, id="a number for fields"),
    ],
)
def test_telegram_says_nothing_that_no_app_could_say(given: dict[str, Any]) -> None:
    with pytest.raises(SurfaceError):
        special_content(given)


def test_a_venue_is_a_location_too_and_a_number_may_be_whole() -> None:
    content = special_content(
        {"venue": {"location": {"latitude": 52, "longitude": 13}, "title": "T", "address": "A"}}
    )
    assert content["location"] == content["venue"]["location"]
    assert "venue" in KINDS


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"canvas": {}},
        {"canvas": {"title": ""}},
        {"external": {"title": "t"}},
        {"poll": {}},
        {"forward": {"room": "C0HELP", "message": "9.9"}},
    ],
)
async def test_slack_says_nothing_that_no_client_could_say(content: dict[str, Any]) -> None:
    with pytest.raises(SurfaceError):
        await SlackServer(World()).send("U0CARLA", "C0HELP", content)


async def test_what_is_forwarded_on_discord_comes_with_all_that_is_in_it() -> None:
    server = DiscordServer(World())
    person = server.people()[0].id
    room = server.rooms(person)[0].id
    said = await server.say(person, room, "look", files=(Upload("a.txt", "text/plain", b"x"),))
    await server.send(person, room, {"forward": {"room": room, "message": said}})
    native = server.messages(person, room)[-1].native
    (snapshot,) = native["message_snapshots"]
    assert (native["content"], native["message_reference"]["type"]) == ("", 1)
    assert [one["filename"] for one in snapshot["message"]["attachments"]] == ["a.txt"]
    for content in (
        {"poll": {"question": "?", "answers": []}},
        {"forward": {"room": room, "message": "1"}},
        {"x": {}},
    ):
        with pytest.raises(SurfaceError):
            await server.send(person, room, content)


async def test_a_voice_on_discord_stands_alone() -> None:
    server = DiscordServer(World())
    person = server.people()[0].id
    room = server.rooms(person)[0].id
    voice = Upload("v.ogg", "audio/ogg", b"OggS", "voice", 3)
    await server.say(person, room, "", files=(voice,))
    native = server.messages(person, room)[-1].native
    assert native["flags"] & 1 << 13
    assert native["attachments"][0]["duration_secs"] == 3
    for text, files in (("words", (voice,)), ("", (voice, voice))):
        with pytest.raises(SurfaceError):
            await server.say(person, room, text, files=files)


async def test_files_are_changed_only_as_the_apps_can() -> None:
    telegram = TelegramServer(World())
    dana = "510000004"
    said = await telegram.say(dana, dana, "see", files=(Upload("a.bin", "", b"a"),))
    await telegram.change_files(dana, dana, said, add=(Upload("b.bin", "", b"bb"),))
    changed = telegram.messages(dana, dana)[-1]
    assert (changed.text, [file.name for file in changed.files], changed.is_edited) == (
        "see",
        ["b.bin"],
        True,
    )
    with pytest.raises(SurfaceError):
        await telegram.change_files(dana, dana, said)
    slack = SlackServer(World())
    ts = await slack.say("U0CARLA", "C0HELP", "see", files=(Upload("a.txt", "text/plain", b"a"),))
    with pytest.raises(SurfaceError):
        await slack.change_files("U0CARLA", "C0HELP", ts, add=(Upload("b.txt", "text/plain", b"b"),))
    with pytest.raises(SurfaceError):
        await slack.change_files("U0CARLA", "C0HELP", ts, remove=("F0OTHER",))
