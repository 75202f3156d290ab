"""People of the town: what they say, press and see, in the words of a test."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.surface import Message, Room, Server

if TYPE_CHECKING:
    from tests.acceptance.town import Town

SENT = ("white_check_mark", "✅", "👌")
NOTE = ("memo", "📝", "✍")
FAILED = ("warning", "⚠️", "⚠", "💔")


def plain(text: str) -> str:
    """Without the markup of Discord's and Slack's plain texts."""
    return re.sub(r"[*_]", "", text)


def _has(text: str, words: Sequence[str]) -> bool:
    return all(plain(one) in plain(text) for one in words)


class Dweller:
    """One person on one platform, in one room."""

    def __init__(self, town: "Town", platform: str, person: str, room: str) -> None:
        self.town, self.platform, self.id, self.room = town, platform, person, room

    def __str__(self) -> str:
        return f"{self.name} on {self.platform} in {self.room}"

    @property
    def server(self) -> Server:
        return self.town.servers[self.platform]

    @property
    def name(self) -> str:
        return next(one.name for one in self.server.people() if one.id == self.id)

    @property
    def called(self) -> str:
        """The beginning of the name, which every platform shows."""
        return self.name.split()[0]

    def at(self, room: str) -> "Dweller":
        return Dweller(self.town, self.platform, self.id, room)

    def in_direct(self) -> "Dweller":
        """The same person in their direct chat with the bot."""
        return self.at(next(one.id for one in self.rooms() if one.kind == "dm"))

    def rooms(self) -> list[Room]:
        return self.server.rooms(self.id)

    # -- what they do

    async def says(self, text: str, **more: Any) -> str:
        return await self.server.say(self.id, self.room, text, **more)

    async def edits(self, message: str, text: str) -> None:
        await self.server.edit(self.id, self.room, message, text)

    async def deletes(self, message: str) -> None:
        await self.server.delete(self.id, self.room, message)

    async def reacts(self, message: str, emoji: str, *, is_on: bool = True) -> None:
        await self.server.react(self.id, self.room, message, emoji, is_on=is_on)

    async def gives(self, command: str, arguments: str = "") -> None:
        name = self.town.command_name(self.platform, command)
        await self.server.command(self.id, self.room, name, arguments)

    async def presses(self, label: str) -> None:
        """Press the newest button with this label, as soon as there is one."""
        message = await self.sees_one(
            lambda one: any(button.label == label for button in one.buttons), f"a button {label}"
        )
        button = next(one for one in message.buttons if one.label == label)
        await self.server.press(self.id, self.room, message.id, button.id)

    async def fills_in(self, words: str) -> None:
        """Answer the one question of the form in front of this person; where there are no forms, its message."""
        if self.platform == "telegram":
            question = await self.sees("Reply to this message with your answer")
            await self.says(words, reply_to=question.id)
            return
        form = await self.town.until(lambda: self.server.form(self.id), f"a form for {self.id}")
        await self.server.submit(self.id, form.id, {form.fields[0].id: words})

    # -- what they see

    def messages(self) -> list[Message]:
        return self.server.messages(self.id, self.room)

    def heard(self) -> list[Message]:
        """What the bot said in this room."""
        return [one for one in self.messages() if one.author.is_bot]

    def count(self, *words: str) -> int:
        """In how many messages of the bot all of these words stand."""
        return sum(_has(one.text, words) for one in self.heard())

    async def sees(self, *words: str) -> Message:
        """The newest message that contains all of these words; waits for it."""
        return await self.sees_one(lambda one: _has(one.text, words), f"{words}")

    async def hears(self, *words: str) -> Message:
        """The newest message of the bot that contains all of these words; waits for it."""
        return await self.sees_one(lambda one: one.author.is_bot and _has(one.text, words), f"{words}")

    async def sees_one(self, matches: Callable[[Message], bool], name: str) -> Message:
        """The newest message for which this is true; waits for it."""

        def newest() -> Message | None:
            return next((one for one in reversed(self.messages()) if matches(one)), None)

        found: Message = await self.town.until(newest, lambda: f"{self} sees {name}\n{self.transcript()}")
        return found

    async def is_told(self, *words: str) -> None:
        """In a message that they see here, or in the line that Telegram shows over a chat."""

        def told() -> bool:
            shown = [one.text for one in self.messages()]
            return any(_has(one, words) for one in [*shown, *self.town.toasts(self.platform, self.id)])

        await self.town.until(told, lambda: f"{self} is told {words}\n{self.transcript()}")

    async def sees_gone(self, words: str) -> None:
        def gone() -> bool:
            return not any(words in plain(one.text) for one in self.messages())

        await self.town.until(gone, f"{words!r} is gone from {self.platform} {self.room}")

    async def sees_reaction(self, message: str, emoji: Sequence[str], *, is_on: bool = True) -> None:
        """One of these emoji stands on the message, put there by the bot; or none does any more."""

        def stands() -> bool:
            return is_on == any(
                reaction.emoji in emoji
                for one in self.messages()
                if one.id == message
                for reaction in one.reactions
            )

        await self.town.until(stands, lambda: f"{emoji} on {message}: {is_on}\n{self.transcript()}")

    def transcript(self) -> str:
        """The room as this person sees it, for a failing test."""
        return "\n".join(
            f"  {one.author.name}: {one.text[:400]!r} {[button.label for button in one.buttons]} "
            f"{[file.name for file in one.files]} {[reaction.emoji for reaction in one.reactions]}"
            for one in self.messages()[-12:]
        )
