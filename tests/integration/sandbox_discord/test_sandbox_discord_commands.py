"""How commands are registered, and which ones Discord refuses."""

import pytest

from sandbox.discord import story


def blamed(errors, at=""):
    """The paths of the blamed fields."""
    found = {at} if "_errors" in errors else set()
    for key, node in errors.items():
        if key != "_errors":
            found |= blamed(node, f"{at}.{key}".lstrip("."))
    return found


@pytest.mark.parametrize(
    ("command", "field"),
    [
        pytest.param({"name": "Ticket", "description": "d"}, "name", id="a name in capitals"),
        pytest.param({"name": "a b", "description": "d"}, "name", id="a name of two words"),
        pytest.param({"name": "ticket"}, "description", id="no description"),
        pytest.param({"name": "ticket", "description": "x" * 101}, "description", id="a description of 101"),
        pytest.param(
            {"name": "x", "type": 3, "description": "d"}, "description", id="a menu with a description"
        ),
        pytest.param(
            {
                "name": "x",
                "description": "d",
                "options": [
                    {"name": "a", "description": "d", "type": 3},
                    {"name": "b", "description": "d", "type": 3, "required": True},
                ],
            },
            "options.1",
            id="a required option after an optional one",
        ),
    ],
)
async def test_a_command_is_refused_with(api, command, field):
    answer = await api.call("POST", f"/applications/{story.APPLICATION}/commands", command)
    assert (answer.status, answer.body["code"]) == (400, 50035)
    assert field in blamed(answer.body["errors"])


async def test_a_hundred_commands_are_the_most(api):
    path = f"/applications/{story.APPLICATION}/commands"
    commands = [{"name": f"c{number}", "description": "d"} for number in range(101)]
    answer = await api.call("PUT", path, commands)
    assert (answer.status, answer.body["code"]) == (400, 30032)
    assert (await api.call("PUT", path, commands[:100])).status == 200


async def test_a_sync_keeps_the_ids_of_commands_that_stay(api):
    path = f"/applications/{story.APPLICATION}/commands"
    first = (
        await api.call("PUT", path, [{"name": "a", "description": "d"}, {"name": "b", "description": "d"}])
    ).body
    second = (await api.call("PUT", path, [{"name": "b", "description": "new"}])).body
    assert [one["id"] for one in second] == [first[1]["id"]]


async def test_one_command_can_be_added_changed_and_deleted(server, api):
    path = f"/applications/{story.APPLICATION}/guilds/{story.GUILD}/commands"
    made = await api.call("POST", path, {"name": "claim", "description": "d"})
    assert made.status == 201
    assert (await api.call("POST", path, {"name": "claim", "description": "e"})).status == 200
    changed = await api.call("PATCH", f"{path}/{made.body['id']}", {"description": "Claim a ticket"})
    assert changed.body["description"] == "Claim a ticket"
    assert [command.description for command in server.commands(story.SAM, story.HELP)] == ["Claim a ticket"]
    assert (await api.call("DELETE", f"{path}/{made.body['id']}")).status == 204
    gone = await api.call("GET", f"{path}/{made.body['id']}")
    assert (gone.status, gone.body["code"]) == (404, 10063)
