"""What happens to a message after it was said, each as a walk: one person does it, the other one sees it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.core.fidelity import NATIVE
from sandbox.surface import Message
from tests.acceptance.dwellers import Dweller

THUMB = {"slack": "thumbsup", "discord": "👍", "telegram": "👍"}
THUMBS = ("+1", "thumbsup", "👍")
EARLIER = "Edited: earlier words"
LONG = {"slack": 1_400, "telegram": 681, "discord": 331}
"""How many words of six letters people write at once."""


@dataclass(frozen=True, slots=True)
class Walk:
    writer: Dweller
    reader: Dweller
    is_to_staff: bool
    shown: str
    """What the page says of the reader's platform."""
    number: int

    def words(self, what: str) -> str:
        """Words that nobody else says."""
        return f"{what} {self.number}th by {self.writer.name}"

    async def said_by_reader(self, what: str) -> tuple[str, Message]:
        """A message of the reader: its id, and the copy that the writer has."""
        said = await self.reader.says(self.words(what))
        return said, await self.writer.hears(self.words(what))


async def edit(walk: Walk) -> None:
    said = await walk.writer.says(walk.words("The tabel"))
    copy = await walk.reader.hears(walk.words("The tabel"))
    await walk.writer.edits(said, walk.words("The table"))
    edited = await walk.reader.hears(walk.words("The table"))
    assert edited.id == copy.id, walk.reader.transcript()
    await walk.reader.sees_gone(walk.words("The tabel"))


async def earlier(walk: Walk) -> None:
    said = await walk.writer.says(walk.words("First words"))
    await walk.reader.hears(walk.words("First words"))
    for text in ("Second words", "Third words"):
        await walk.writer.edits(said, walk.words(text))
        copy = await walk.reader.hears(walk.words(text))
    assert [button.label for button in copy.buttons] == ([EARLIER] if walk.is_to_staff else [])
    if walk.is_to_staff:
        await walk.reader.server.press(walk.reader.id, walk.reader.room, copy.id, copy.buttons[0].id)
        await walk.reader.is_told("Earlier words", walk.words("First words"), walk.words("Second words"))


async def other_length(walk: Walk) -> None:
    said = await walk.writer.says(walk.words("Not much"))
    await walk.reader.hears(walk.words("Not much"))
    long = words_of(LONG["discord"], walk.number)
    seen = len(walk.reader.messages())
    await walk.writer.edits(said, long)
    await reads(walk, long)
    await walk.writer.edits(said, walk.words("Not much again"))
    await walk.reader.hears(walk.words("Not much again"))
    await reads(walk, "")
    assert len(walk.reader.messages()) == seen, walk.reader.transcript()


async def deletion(walk: Walk) -> None:
    said = await walk.writer.says(walk.words("Oops"))
    await walk.reader.hears(walk.words("Oops"))
    await walk.writer.deletes(said)
    if walk.is_to_staff:
        await walk.reader.hears(walk.words("Oops"), "deleted by its author")
    else:
        await walk.reader.sees_gone(walk.words("Oops"))


async def reaction(walk: Walk) -> None:
    said, copy = await walk.said_by_reader("Is that right?")
    await walk.writer.reacts(copy.id, THUMB[walk.writer.platform])
    await walk.reader.sees_reaction(said, THUMBS)


async def reaction_off(walk: Walk) -> None:
    said, copy = await walk.said_by_reader("Is that wrong?")
    await walk.writer.reacts(copy.id, THUMB[walk.writer.platform])
    await walk.reader.sees_reaction(said, THUMBS)
    await walk.writer.reacts(copy.id, THUMB[walk.writer.platform], is_on=False)
    await walk.reader.sees_reaction(said, THUMBS, is_on=False)


async def reply(walk: Walk) -> None:
    asked, copy = await walk.said_by_reader("First question")
    await walk.said_by_reader("Second question")
    await walk.writer.says(walk.words("About the first"), reply_to=copy.id)
    points_at(walk, await walk.reader.hears(walk.words("About the first")), asked)


def points_at(walk: Walk, message: Message, at: str) -> None:
    """It is shown as an answer to that message, in the way of the platform."""
    if walk.reader.platform == "slack":
        assert at.replace(".", "") in str(message.native), f"no link to {at}: {message.native}"
    else:
        assert message.reply_to == at, walk.reader.transcript()


async def in_parts(walk: Walk) -> None:
    long = words_of(LONG[walk.reader.platform], walk.number)
    said = await walk.reader.says(long)
    turned = replace(walk, writer=walk.reader, reader=walk.writer)
    parts = await reads(turned, long)
    assert len(parts) > 1 or (walk.reader.platform, walk.writer.platform) in SHORT_ENOUGH
    await walk.writer.reacts(parts[-1].id, THUMB[walk.writer.platform])
    await walk.reader.sees_reaction(said, THUMBS)
    await walk.said_by_reader("Something else")
    await walk.writer.says(walk.words("About the end"), reply_to=parts[-1].id)
    points_at(walk, await walk.reader.hears(walk.words("About the end")), said)
    await walk.reader.edits(said, walk.words("Shorter"))
    await walk.writer.hears(walk.words("Shorter"))
    await reads(turned, "")


SHORT_ENOUGH = {("discord", "slack"), ("discord", "telegram")}
"""What people can say at once on the first is one message on the second."""


def words_of(count: int, number: int) -> str:
    return f"{number}th " + " ".join(f"w{at:04d}" for at in range(count))


async def reads(walk: Walk, long: str) -> list[Message]:
    """The messages that hold the numbered words, as soon as these are all there, in order, and nothing else is."""

    def found() -> list[Message]:
        return [one for one in walk.reader.heard() if re.search(r"\bw\d{4}\b", one.text)]

    def is_there() -> bool:
        wanted = re.findall(r"w\d{4}", long)
        return re.findall(r"\bw\d{4}\b", " ".join(one.text for one in found())) == wanted

    await walk.reader.town.until(is_there, lambda: f"{len(found())} parts\n{walk.reader.transcript()}")
    return found()


async def forward(walk: Walk) -> None:
    _, copy = await walk.said_by_reader("The source")
    source = {"room": walk.writer.room, "message": copy.id}
    await walk.writer.server.send(walk.writer.id, walk.writer.room, {"forward": source})
    await walk.reader.hears("Forwarded from", walk.words("The source"))


async def pin(walk: Walk) -> None:
    said, copy = await walk.said_by_reader("Worth a pin")
    await walk.said_by_reader("Worth nothing")
    await walk.writer.server.pin(walk.writer.id, walk.writer.room, copy.id)
    points_at(walk, await walk.reader.hears(*told_of_pin(walk)), said)


def told_of_pin(walk: Walk) -> tuple[str, ...]:
    return (
        (walk.writer.called, "pinned this message") if walk.is_to_staff else ("Our team pinned this message",)
    )


async def unpin(walk: Walk) -> None:
    said, copy = await walk.said_by_reader("Worth it for a while")
    await walk.said_by_reader("Worth it for ever")
    await walk.writer.server.pin(walk.writer.id, walk.writer.room, copy.id)
    before = walk.reader.count("is not pinned any more")
    await walk.writer.server.pin(walk.writer.id, walk.writer.room, copy.id, is_on=False)
    await walk.reader.town.until(
        lambda: walk.reader.count("is not pinned any more") == before + 1, walk.reader.transcript
    )
    points_at(walk, await walk.reader.hears("is not pinned any more"), said)


LIVES: dict[str, Callable[[Walk], Awaitable[None]]] = {
    "edit": edit,
    "earlier": earlier,
    "other_length": other_length,
    "deletion": deletion,
    "reaction": reaction,
    "reaction_off": reaction_off,
    "reply": reply,
    "in_parts": in_parts,
    "forward": forward,
    "pin": pin,
    "unpin": unpin,
}
"""What can be seen at once; the rest happens while the bot is away."""
SHOWN = {
    "edit": {NATIVE},
    "earlier": {"behind a button, for staff alone"},
    "other_length": {"in as many messages as it needs"},
    "deletion": {"taken away from customers, marked for staff"},
    "reaction": {NATIVE},
    "reaction_off": {"taken off"},
    "reply": {NATIVE, "with a link to the message"},
    "in_parts": {"to the whole message"},
    "forward": {"with the name of its origin"},
    "pin": {"as a note on the message"},
    "unpin": {"as a note on the message"},
}
"""What the walks look for, in the words of the page."""
HAS_NO_REPLIES = ("reply", "in_parts")
"""Whoever writes in a thread of Slack's channels cannot answer one of its messages."""
