"""What people can do on the surface, and what Slack's client would not let them do."""

from collections.abc import Awaitable, Callable

import pytest

from sandbox.slack import SlackServer
from sandbox.surface import Server, SurfaceError
from sandbox.world import World


def test_the_server_is_what_the_sandbox_expects(world: World) -> None:
    server: Server = SlackServer(world)
    assert server.name == "slack"


async def test_the_story_begins_with_its_people_and_rooms(server: SlackServer) -> None:
    assert [(person.id, person.name) for person in server.people()] == [
        ("U0CARLA", "Carla Jensen"),
        ("U0KURT", "Kurt Meyer"),
        ("U0ANA", "Ana Kovač"),
        ("U0BEN", "Ben Ortiz"),
        ("U0PRIYA", "Priya Shah"),
    ]
    assert [(room.id, room.name, room.kind) for room in server.rooms("U0ANA")] == [
        ("D0ANA", "Allhands", "dm"),
        ("C0SUPPORT", "#support-desk", "channel"),
        ("C0HELP", "#help", "channel"),
        ("C0RANDOM", "#random", "channel"),
    ]
    assert "C0SUPPORT" not in [room.id for room in server.rooms("U0CARLA")]


def test_the_bot_finds_the_server_by_its_settings(server: SlackServer) -> None:
    settings = server.bot_settings()
    assert settings["SLACK_API_URL"] == f"{server.address}/api/"
    assert (settings["STAFF_SPACE"], settings["SUPPORT_PLACES"]) == ("slack:C0SUPPORT", "slack:C0HELP")
    assert settings["SLACK_BOT_TOKEN"].startswith("xoxb-")
    assert settings["SLACK_APP_TOKEN"].startswith("xapp-")
    assert settings["SLACK_SIGNING_SECRET"]


async def test_a_port_that_is_taken_is_an_error(server: SlackServer) -> None:
    port = int(server.address.rpartition(":")[2])
    second = SlackServer(World())
    with pytest.raises(OSError, match="address already in use"):
        await second.start("127.0.0.1", port)
    await second.stop()


Refused = Callable[[SlackServer, str], Awaitable[object]]


@pytest.mark.parametrize(
    ("attempt", "complaint"),
    [
        pytest.param(lambda s, _: s.say("U0CARLA", "C0SUPPORT", "hi"), "private", id="a private channel"),
        pytest.param(lambda s, _: s.say("U0CARLA", "D0ANA", "hi"), "private", id="somebody else's messages"),
        pytest.param(lambda s, _: s.say("U0NOBODY", "C0HELP", "hi"), "nobody called", id="nobody"),
        pytest.param(lambda s, _: s.say("U0CARLA", "C0NOWHERE", "hi"), "no room", id="no such room"),
        pytest.param(lambda s, _: s.say("U0CARLA", "C0HELP", " "), "empty message", id="nothing"),
        pytest.param(lambda s, _: s.say("U0CARLA", "C0HELP", "x" * 40_001), "40000", id="too much"),
        pytest.param(
            lambda s, _: s.say("U0CARLA", "C0HELP", "/human"), "is a command", id="a command as text"
        ),
        pytest.param(
            lambda s, _: s.say("U0CARLA", "C0HELP:1.000001", "hi"), "thread is gone", id="no such thread"
        ),
        pytest.param(
            lambda s, ts: s.edit("U0KURT", "C0HELP", ts, "x"), "only their own", id="another's edit"
        ),
        pytest.param(
            lambda s, ts: s.delete("U0KURT", "C0HELP", ts), "only their own", id="another's deletion"
        ),
        pytest.param(
            lambda s, _: s.delete("U0CARLA", "C0HELP", "1.0"), "message is gone", id="a gone message"
        ),
        pytest.param(
            lambda s, ts: s.react("U0CARLA", "C0HELP", ts, "no such"), "invalid_name", id="no emoji"
        ),
        pytest.param(
            lambda s, ts: s.react("U0CARLA", "C0HELP", ts, "eyes", is_on=False),
            "no_reaction",
            id="no reaction",
        ),
        pytest.param(
            lambda s, ts: s.press("U0CARLA", "C0HELP", ts, "go"), "no 'go' to press", id="no button"
        ),
        pytest.param(lambda s, _: s.submit("U0CARLA", "V0NONE", {}), "not open any more", id="no form"),
        pytest.param(lambda s, _: s.join("U0CARLA", "C0SUPPORT"), "private", id="joining a private channel"),
        pytest.param(lambda s, _: s.leave("U0CARLA", "D0CARLA"), "cannot be left", id="leaving a DM"),
        pytest.param(lambda s, _: s.delete_room("C0HELP"), "Only threads", id="deleting a channel"),
        pytest.param(
            lambda s, _: s.command("U0CARLA", "C0SUPPORT", "human"), "private", id="command elsewhere"
        ),
    ],
)
async def test_what_a_client_would_not_do_is_refused_with_a_reason(
    server: SlackServer, attempt: Refused, complaint: str
) -> None:
    ts = await server.say("U0CARLA", "C0HELP", "hello")
    with pytest.raises(SurfaceError, match=complaint):
        await attempt(server, ts)


async def test_who_left_a_channel_reads_on_but_speaks_no_more(server: SlackServer) -> None:
    await server.leave("U0CARLA", "C0RANDOM")
    server.messages("U0CARLA", "C0RANDOM")
    with pytest.raises(SurfaceError, match="join it first"):
        await server.say("U0CARLA", "C0RANDOM", "hi")
    await server.join("U0CARLA", "C0RANDOM")
    await server.say("U0CARLA", "C0RANDOM", "back again")


async def test_who_left_the_workspace_does_nothing_until_they_are_back(server: SlackServer) -> None:
    await server.block_bot("U0CARLA")
    with pytest.raises(SurfaceError, match="has left this workspace"):
        await server.say("U0CARLA", "D0CARLA", "hi")
    await server.block_bot("U0CARLA", is_blocked=False)
    await server.say("U0CARLA", "D0CARLA", "hi")


async def test_an_answer_to_a_message_goes_into_its_thread(server: SlackServer) -> None:
    root = await server.say("U0CARLA", "C0HELP", "question")
    first = await server.say("U0KURT", "C0HELP", "answer", reply_to=root)
    second = await server.reply_in_thread("U0CARLA", f"C0HELP:{root}", first, "thanks")
    assert [m.id for m in server.messages("U0CARLA", f"C0HELP:{root}")] == [root, first, second]
    assert [m.id for m in server.messages("U0CARLA", "C0HELP")] == [root]


async def test_two_people_of_one_name_are_two_people(server: SlackServer) -> None:
    first, second = server.add_person("Zoe Young"), server.add_person("Zoe Old", rooms=("C0SUPPORT",))
    assert first.id != second.id
    assert "C0SUPPORT" in [room.id for room in server.rooms(second.id)]
    await server.say(second.id, f"D{second.id[1:]}", "hello")


async def test_the_journal_tells_the_page_what_to_redraw(server: SlackServer) -> None:
    root = await server.say("U0CARLA", "C0HELP", "hello")
    await server.say("U0KURT", f"C0HELP:{root}", "reply")
    await server.edit("U0CARLA", "C0HELP", root, "hello!")
    await server.react("U0KURT", "C0HELP", root, "wave")
    await server.delete("U0CARLA", "C0HELP", root)
    entries = [(entry.kind, entry.room) for entry in server.world.journal.entries]
    assert entries == [
        ("message", "C0HELP"),
        ("message", f"C0HELP:{root}"),
        ("thread", "C0HELP"),
        ("edited", "C0HELP"),
        ("reaction", "C0HELP"),
        ("deleted", "C0HELP"),
    ]
