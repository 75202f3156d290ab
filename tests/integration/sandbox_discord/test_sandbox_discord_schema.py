"""Every answer of the sandbox's Discord has the shape of Discord's published OpenAPI description."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import discord
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from sandbox.discord import story
from sandbox.surface import Upload

BESIDE_THE_REPOSITORY = Path(__file__).parents[4] / "shared" / "specs"
SPECS = Path(os.environ.get("ALLHANDS_SPECS", BESIDE_THE_REPOSITORY)) / "discord" / "openapi.min.json"

pytestmark = pytest.mark.skipif(not SPECS.exists(), reason=f"Discord's OpenAPI description is not at {SPECS}")


@cache
def spec() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SPECS.read_text())
    return loaded


@cache
def registry() -> Registry[Any]:
    return Registry().with_resource(
        "spec:", Resource.from_contents(spec(), default_specification=DRAFT202012)
    )


def template(path: str) -> tuple[str, dict[str, Any]]:
    """The described path that this one is an instance of; words beat placeholders."""
    described = sorted(spec()["paths"], key=lambda one: one.count("{"))
    for one in described:
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", one), path):
            return one, spec()["paths"][one]
    raise AssertionError(f"No described path fits {path}")


def complaints(method: str, path: str, status: int, body: Any) -> list[str]:
    """Where this answer departs from the description."""
    name, operations = template(path)
    responses = operations[method.lower()]["responses"]
    described = responses.get(str(status)) or responses.get(f"{status // 100}XX")
    if described is None:
        return [f"{method} {name}: status {status} is not described"]
    if "$ref" in described:
        described = spec()["components"]["responses"][described["$ref"].rpartition("/")[2]]
    content = described.get("content", {}).get("application/json")
    if content is None:
        return [] if body in (b"", None) else [f"{method} {name}: no body is described"]
    if isinstance(body, dict):
        # The description wants numbers for the codes of single fields; Discord sends words there.
        body = {key: value for key, value in body.items() if key != "errors"}
    schema = {"$id": "spec:", **spec(), **content["schema"]}
    error = best_match(Draft202012Validator(schema, registry=registry()).iter_errors(body))
    return [f"{method} {name}: {error.json_path}: {error.message[:300]}"] if error else []


class Checked:
    """Calls that are compared with the description on the way."""

    def __init__(self, api: Any) -> None:
        self._api = api
        self.complaints: list[str] = []

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        answer = await self._api.call(method, path, body, **options)
        self.complaints += complaints(method, path.split("?")[0], answer.status, answer.body)
        return answer.body


async def test_what_is_read_fits_the_description(server, api):
    said = await server.say(story.MIA, story.HELP, "hello", files=(Upload("a b.txt", "text/plain", b"x"),))
    await server.react(story.NOAH, story.HELP, said, "👍")
    await server.say(story.NOAH, story.HELP, "I too", reply_to=said)
    await server.reply_in_thread(story.SAM, story.HELP, said, "in a thread")
    post = await server.open_thread(story.MIA, story.QUESTIONS, "Title", "text")
    await server.close_room(story.SAM, post)
    checked = Checked(api)
    guild = f"/guilds/{story.GUILD}"
    for path in (
        "/users/@me", f"/users/{story.MIA}", "/oauth2/applications/@me", "/applications/@me", "/gateway",
        "/gateway/bot",
        "/users/@me/guilds", guild, f"{guild}/channels", f"{guild}/roles", f"{guild}/members?limit=10",
        f"{guild}/members/search?query=mia", f"{guild}/members/{story.MIA}", f"{guild}/threads/active",
        f"/channels/{story.HELP}", f"/channels/{story.QUESTIONS}", f"/channels/{post}",
        f"/channels/{story.HELP}/messages", f"/channels/{story.HELP}/messages/{said}",
        f"/channels/{said}/messages", f"/channels/{said}/thread-members",
        f"/channels/{story.QUESTIONS}/threads/archived/public", f"/channels/{story.HELP}/messages/{said}/reactions/👍",
        f"/channels/{story.HELP}/messages/pins", f"/applications/{story.APPLICATION}/commands",
        f"/guilds/{story.GUILD}/roles/{story.SUPPORT_ROLE}",
    ):  # fmt: skip
        await checked.call("GET", path)
    assert "\n".join(checked.complaints) == ""


async def test_what_is_written_is_answered_as_described(server, api):
    checked = Checked(api)
    dm = await checked.call("POST", "/users/@me/channels", {"recipient_id": story.MIA})
    await checked.call("POST", f"/channels/{dm['id']}/messages", {"content": "psst"})
    view = discord.ui.View()
    view.add_item(discord.ui.Button(label="Yes", custom_id="yes"))
    view.add_item(discord.ui.Select(custom_id="pick", options=[discord.SelectOption(label="A", value="a")]))
    embed = discord.Embed(title="T", description="D", url="https://a.example", color=5).add_field(
        name="n", value="v"
    )
    embed.set_footer(text="f").set_author(name="a").set_image(url="https://a.example/i.png")
    message = await checked.call(
        "POST",
        f"/channels/{story.HELP}/messages",
        {"content": "hi", "embeds": [embed.to_dict()], "components": view.to_components(), "nonce": "7"},
    )
    at = f"/channels/{story.HELP}/messages/{message['id']}"
    await checked.call("PATCH", at, {"content": "hi again"})
    await checked.call("PUT", f"{at}/reactions/✅/@me")
    await checked.call("DELETE", f"{at}/reactions/✅/@me")
    thread = await checked.call("POST", f"{at}/threads", {"name": "Case"})
    await checked.call("PATCH", f"/channels/{thread['id']}", {"archived": True, "locked": True})
    post = {"name": "Post", "message": {"content": "card"}, "applied_tags": []}
    await checked.call("POST", f"/channels/{story.SUPPORT_DESK}/threads", post)
    await checked.call("POST", f"/channels/{story.HELP}/threads", {"name": "Loose", "type": 11})
    await checked.call("POST", f"/channels/{story.HELP}/typing")
    await checked.call("PUT", f"/channels/{story.HELP}/messages/pins/{message['id']}")
    option = {"name": "title", "description": "d", "type": 3, "required": True, "autocomplete": True}
    command = {"name": "ticket", "description": "d", "type": 1, "options": [option]}
    at_commands = f"/applications/{story.APPLICATION}/commands"
    await checked.call("PUT", at_commands, [command])
    await checked.call("POST", at_commands, {"name": "Make ticket", "type": 3})
    await checked.call("GET", at_commands)
    await checked.call("DELETE", at)
    assert "\n".join(checked.complaints) == ""


async def test_refusals_have_the_described_form(api):
    checked = Checked(api)
    await checked.call("GET", "/channels/1")
    await checked.call("POST", f"/channels/{story.HELP}/messages", {"content": "x" * 2001})
    await checked.call("GET", f"/channels/{story.HELP}/messages/1")
    await checked.call("GET", "/users/@me", headers={})
    assert "\n".join(checked.complaints) == ""


async def test_interaction_answers_fit_the_description(server, bot, api):
    asked: list[discord.Interaction] = []

    @bot.tree.command(name="ticket", description="d")
    async def ticket(interaction: discord.Interaction) -> None:
        asked.append(interaction)
        await interaction.response.defer(ephemeral=True)

    await bot.tree.sync()
    await server.command(story.MIA, story.HELP, "ticket")
    checked = Checked(api)
    at = f"/webhooks/{story.APPLICATION}/{asked[0].token}"
    await checked.call("GET", f"{at}/messages/@original")
    await checked.call("PATCH", f"{at}/messages/@original", {"content": "done"})
    await checked.call("POST", at, {"content": "more", "flags": 64})
    assert "\n".join(checked.complaints) == ""
