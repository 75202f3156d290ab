"""Texts that are too long, and texts that want to do harm: a clear outcome, and never a ping."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.discord import DiscordServer
from sandbox.discord.draft import Draft as DiscordDraft
from sandbox.slack import SlackServer
from sandbox.slack.happenings import Draft as SlackDraft
from sandbox.telegram import TelegramServer, history
from tests.acceptance.dwellers import SENT, Dweller
from tests.acceptance.seen_markup import pings
from tests.acceptance.town import PLATFORMS, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = {"discord": 2_000, "slack": 4_000, "telegram": 4_096}
Line = tuple[Dweller, Dweller]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PLATFORMS)
async def line(request: pytest.FixtureRequest, shared_town: Town) -> AsyncIterator[Line]:
    customer = shared_town.newcomer(request.param)
    yield customer, await shared_town.claimed(customer, f"Please help {customer.name}")


def both_ways(line: Line) -> tuple[Line, Line]:
    customer, agent = line
    return (customer, agent), (agent, customer)


def numbered(name: str, first: int, count: int) -> str:
    """Words that can be told apart; seven hundred of them are a good ten thousand characters."""
    return " ".join(f"{name}{number:07d}x" for number in range(first, first + count))


def words_in(reader: Dweller, name: str) -> list[str]:
    return [word for one in reader.heard() for word in re.findall(rf"{name}\d+x", one.text)]


async def reads(reader: Dweller, name: str, text: str) -> int:
    """All of the text stands there, once and in order, within the platform's limits; in how many messages."""
    wanted = text.split()
    await reader.town.until(
        lambda: words_in(reader, name) == wanted,
        lambda: f"{len(wanted)} words of {name} for {reader}, there are {len(words_in(reader, name))}",
    )
    parts = [one for one in reader.heard() if re.search(rf"{name}\d+x", one.text)]
    assert all(len(one.text) <= LIMITS[reader.platform] for one in parts)
    return len(parts)


async def test_a_long_text_is_split_and_edited_as_one(line: Line) -> None:
    for writer, reader in both_ways(line):
        if writer.platform != "slack":
            continue  # elsewhere nobody can write so much into one message
        name = "w" if writer is line[0] else "v"
        text = numbered(name, 0, 1_000)
        assert len(text) > 9_900
        message = await writer.says(text)
        assert await reads(reader, name, text) > 1
        shorter = numbered(name, 5_000, 450)
        await writer.edits(message, shorter)
        await reads(reader, name, shorter)
        longer = numbered(name, 7_000, 800)
        await writer.edits(message, longer)
        await reads(reader, name, longer)
        await writer.deletes(message)
        if reader is line[0]:
            assert await reads(reader, name, "") == 0, "every part is gone"


async def test_whichever_part_is_answered_or_reacted_to_the_message_is_meant(line: Line) -> None:
    for writer, reader in both_ways(line):
        if writer.platform != "slack" or reader.platform == "slack":
            continue  # nobody else can write so much; a thread of Slack has no replies of its own
        name = "r" if writer is line[0] else "q"
        text = numbered(name, 0, 900)
        message = await writer.says(text)
        assert await reads(reader, name, text) > 2
        parts = [one for one in reader.heard() if re.search(rf"{name}\d+x", one.text)]
        # An answer to the newest message needs no link on Slack.
        await writer.says(f"Besides, says {name}")
        await reader.hears(f"Besides, says {name}")
        for number, part in enumerate((parts[0], parts[1], parts[-1])):
            await reader.says(f"About part {number} of {name}", reply_to=part.id)
            answered = await writer.hears(f"About part {number} of {name}")
            assert message.replace(".", "") in str(answered.native), "a link to the message"
        await reader.reacts(parts[1].id, "👍")
        await writer.sees_reaction(message, ("+1", "thumbsup"))


async def test_the_longest_message_of_each_platform_arrives_whole(line: Line) -> None:
    for writer, reader in both_ways(line):
        name = "c" if writer is line[0] else "a"
        text = numbered(name, 0, 395 if writer.platform == "telegram" else 195)
        await writer.says(text)
        await reads(reader, name, text)


def mentions(town: Town) -> str:
    """Everything that could call somebody on any of the three platforms."""
    discord, slack, telegram = town.servers["discord"], town.servers["slack"], town.servers["telegram"]
    assert isinstance(discord, DiscordServer)
    role = next(iter(discord._community.roles))
    people = [*discord.people(), *slack.people(), *telegram.people()]
    return (
        "@everyone @here @channel @tom_baker @allhands_bot <!channel> <!here|x> <!subteam^S1> <#C0HELP> "
        f"<@&{role}> {' '.join(f'<@{one.id}> <@!{one.id}>' for one in people)} "
        f"[call](tg://user?id={telegram.people()[0].id}) ||@everyone|| `@everyone` **@here**"
    )


async def test_nobody_is_called_by_what_somebody_wrote(line: Line) -> None:
    for writer, reader in both_ways(line):
        mark = f"calling from {writer.name}"
        await writer.says(f"{mark} {mentions(writer.town)}"[: LIMITS["discord"] - 50])
        copy = await reader.hears(mark)
        assert pings(reader.platform, copy) == []
        assert "everyone" in copy.text, "it is shown all the same"


HOSTILE = {
    "half open": "**bold _italic ~~strike `code ||hidden [text](http://",
    "deep": "> " * 60 + "quoted",
    "nested marks": "*" * 300 + "x" + "_" * 300,
    "brackets": "[" * 200 + "](" * 200,
    "fences": "```\n~~~\n```py\n~~~",
    "invisible": "a\u200b\u200d\ufeff\u2060b \u202egnp.exe\u202c \u2066x\u2069",
    "marks on marks": "Z" + "\u0301" * 400,
    "emoji": "👩‍👩‍👧‍👦" * 100 + "🇭🇷" * 50,
    "slack escapes": "&lt;!channel&gt; &amp;lt; <https://example.org|<!here>>",
    "html": "<b onclick=alert(1)>x</b><script>alert(1)</script> &#60;",
    "html in telegram": "</a></b></code><tg-spoiler>",
    "link without end": "https://example.org/" + "a" * 900,
    "table": "|a|b|\n|-|-|\n|1|2|",
    "rules": "---\n***\n# title\n\n===\n1) one\n+ two",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_markup_arrives_as_words(line: Line, text: str) -> None:
    for number, (writer, reader) in enumerate(both_ways(line)):
        mark = f"mark{number}{abs(hash(text))}"
        sent = await writer.says(f"{mark}\n{text}\nand{mark}")
        await reader.hears(mark)
        await reader.hears(f"and{mark}")
        if reader is line[0]:
            await writer.sees_reaction(sent, SENT)


async def posted(writer: Dweller, text: str) -> None:
    """As a client would that knows no limits."""
    server = writer.server
    if isinstance(server, SlackServer):
        channel, _, thread = writer.room.partition(":")
        draft = SlackDraft(text, thread_ts=thread)
        server.happenings.post(server.workspace.channels[channel], writer.id, draft)
    elif isinstance(server, DiscordServer):
        channel = server._community.channels[writer.room]
        server._parts.posting.post(DiscordDraft(content=text), writer.id, channel)
    elif isinstance(server, TelegramServer):
        chat, _, topic = writer.room.partition(":")
        content = {"text": text}
        draft = history.Draft(content=content, topic_id=int(topic or 0))
        history.post(server.state, server.state.chats[int(chat)], int(writer.id), draft)


async def test_a_hundred_thousand_characters_arrive_whole(line: Line) -> None:
    for writer, reader in both_ways(line):
        name = "h" if writer is line[0] else "g"
        text = numbered(name, 0, 10_050)
        assert len(text) > 100_000
        await posted(writer, text)
        assert await reads(reader, name, text) > 20
