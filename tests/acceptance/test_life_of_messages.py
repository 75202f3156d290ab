"""docs/fidelity.md is true of what happens to messages: done wherever it can be, seen on each of the three."""

from collections.abc import AsyncIterator
from itertools import count

import pytest
import pytest_asyncio

from bot.core.fidelity import LIFE, Kind
from sandbox.slack import SlackServer
from scripts.fidelity import TABLES
from tests.acceptance.dwellers import Dweller
from tests.acceptance.lives import HAS_NO_REPLIES, LIVES, SHOWN, THUMB, THUMBS, Walk
from tests.acceptance.town import PLATFORMS, Town

Line = tuple[Dweller, Dweller]
"""A customer, and the agent who helps them in the ticket's thread."""

AWAY = "_away"
module_loop = pytest.mark.asyncio(loop_scope="module")
_numbers = count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PLATFORMS)
async def line(request: pytest.FixtureRequest, shared_town: Town) -> AsyncIterator[Line]:
    customer = shared_town.newcomer(request.param)
    yield customer, await shared_town.claimed(customer, f"Please help {customer.name}")


def is_said(kind: str, platform: str) -> bool:
    return TABLES[platform.capitalize()][kind].is_said


def test_every_kind_is_walked() -> None:
    assert {kind.name for kind in LIFE.kinds if not kind.name.endswith(AWAY)} == LIVES.keys()


@module_loop
@pytest.mark.parametrize(
    "kind", [kind for kind in LIFE.kinds if kind.name in LIVES], ids=lambda kind: kind.name
)
async def test_what_happens_to_a_message_is_shown_as_the_page_says(line: Line, kind: Kind) -> None:
    customer, agent = line
    for writer, reader in ((customer, agent), (agent, customer)):
        if not is_said(kind.name, writer.platform):
            continue
        if kind.name in HAS_NO_REPLIES and writer.platform == "slack" and ":" in writer.room:
            continue
        shown = TABLES[reader.platform.capitalize()][kind.name].shown
        assert shown in SHOWN[kind.name]
        await LIVES[kind.name](Walk(writer, reader, reader is agent, shown, next(_numbers)))


@module_loop
async def test_what_happened_while_the_bot_was_away_is_shown_as_if_it_had_been_there(
    line: Line, shared_town: Town
) -> None:
    customer, agent = line
    walks = [
        Walk(customer, agent, True, "", next(_numbers)),
        Walk(agent, customer, False, "", next(_numbers)),
    ]
    said = [await _before(walk) for walk in walks]
    pins = [walk.reader.count("📌") for walk in walks]
    await shared_town.settle()
    await shared_town.close_house()
    slack = shared_town.servers["slack"]
    assert isinstance(slack, SlackServer)
    # Slack may deliver what nobody acknowledged, and does not promise it.
    slack.drop_undelivered = True
    for walk, messages in zip(walks, said, strict=True):
        await _while_away(walk, messages)
    slack.drop_undelivered = False
    await shared_town.open_house()
    for walk, messages, pinned in zip(walks, said, pins, strict=True):
        await _after(walk, messages, pinned)


async def _before(walk: Walk) -> dict[str, str]:
    """The messages that something will happen to: own ones by their kind, and the other's under its copy's."""
    said = {}
    for kind in ("edit_away", "deletion_away"):
        said[kind] = await walk.writer.says(walk.words(kind))
        await walk.reader.hears(walk.words(kind))
    for kind in ("reaction_away", "pin_away"):
        said[f"{kind} seen"], copy = await walk.said_by_reader(kind)
        said[kind] = copy.id
    return said


async def _while_away(walk: Walk, said: dict[str, str]) -> None:
    writer = walk.writer
    await writer.edits(said["edit_away"], walk.words("Edited"))
    if is_said("deletion_away", writer.platform):
        await writer.deletes(said["deletion_away"])
    await writer.reacts(said["reaction_away"], THUMB[writer.platform])
    await writer.server.pin(writer.id, writer.room, said["pin_away"])


async def _after(walk: Walk, said: dict[str, str], pins: int) -> None:
    reader = walk.reader
    await reader.hears(walk.words("Edited"))
    if is_said("deletion_away", walk.writer.platform):
        if walk.is_to_staff:
            await reader.hears(walk.words("deletion_away"), "deleted by its author")
        else:
            await reader.sees_gone(walk.words("deletion_away"))
    await reader.sees_reaction(said["reaction_away seen"], THUMBS)
    await reader.town.until(lambda: reader.count("📌") == pins + 1, reader.transcript)
