"""Changing what was said: edits, removals, reactions, and the marks on staff messages."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import discord
from cachetools import LRUCache
from msgspec.structs import replace

from adapters import Attempt
from adapters.discord.directory import Directory
from adapters.discord.errors import (
    FAILURES,
    THREAD_ARCHIVED,
    TOO_MANY_REACTIONS,
    UNKNOWN_CHANNEL,
    UNKNOWN_EMOJI,
    UNKNOWN_MESSAGE,
    code_of,
    is_about_files,
    send_error,
)
from adapters.discord.messages import Messages
from adapters.discord.posting import Loaded, Poster, Target
from adapters.discord.render import Part, drawn
from adapters.discord.rooms import api_channel
from adapters.discord.snowflake import made_at
from adapters.discord.threads import Threads
from adapters.fields import mapping, mappings
from bot.core.content import Content, LostFile
from bot.core.outgoing import Edit, Mark, Outcome, React, Receipt, Remove
from bot.core.places import MessageAt

T = TypeVar("T")

MARKS = {Outcome.SENT: "✅", Outcome.NOTE: "📝", Outcome.FAILED: "⚠️"}
REACTION_UNKNOWN = "reaction_unknown"
_GONE = (UNKNOWN_MESSAGE, UNKNOWN_CHANNEL)


class Changer:
    """Changes messages that are there; raises SendError unless it says otherwise."""

    def __init__(
        self,
        poster: Poster,
        directory: Directory,
        messages: Messages,
        threads: Threads,
        started_at: datetime,
    ) -> None:
        self._poster, self._directory, self._started_at = poster, directory, started_at
        self._messages, self._threads = messages, threads
        self._marks: LRUCache[MessageAt, str] = LRUCache(5_000)

    # Edits

    async def edit(self, outgoing: Edit, attempt: Attempt) -> Receipt:
        """Redraw the parts that are there, add those that are missing, take away those that are too many."""
        parts = await drawn(outgoing.content)
        edited: list[MessageAt] = []
        lost: list[LostFile] = []
        try:
            for at, part in zip(outgoing.messages, parts, strict=False):
                lost += await self._redraw(at, part, has_other_files=outgoing.before is not None)
                edited.append(at)
            for at in outgoing.messages[len(parts) :]:
                await self._delete(at)
        except FAILURES as error:
            raise send_error(error) from error
        missing = parts[len(edited) :]
        if not missing:
            return Receipt(tuple(edited), lost=tuple(lost))
        place = outgoing.messages[0].place
        receipt = await self._poster.say(Target(api_channel(place), place), missing, attempt, edited)
        return replace(receipt, lost=(*lost, *receipt.lost))

    async def _redraw(self, at: MessageAt, part: Part, *, has_other_files: bool) -> list[LostFile]:
        """Change one message; its files are only touched when they are others, or more or fewer than before."""
        if not has_other_files:
            changed = await self._at(at, lambda channel: self._messages.change(channel, at.id, part.payload))
            if len(mappings(changed, "attachments")) == len(part.files):
                return []
        # A message cannot become a voice message; there the voice is a file like any.
        plain = replace(part, is_voice=False)
        async with self._poster.loaded(plain, at.place.channel) as loaded:
            for tried in (loaded, *loaded.lighter):
                try:
                    await self._reload(at, tried)
                except FAILURES as error:
                    if not (tried.files and is_about_files(error, gives_up=False)):
                        raise
                else:
                    return list(tried.lost)
        return []

    async def _reload(self, at: MessageAt, loaded: Loaded) -> None:
        """Change one message and put these files in place of those it has."""
        for file in loaded.files:
            file.reset()
        payload = {**loaded.payload, "attachments": []}
        await self._at(at, lambda channel: self._messages.change(channel, at.id, payload, loaded.files))

    async def redraw_card(self, at: MessageAt, content: Content) -> bool:
        """Redraw a card; False when it is gone. Raises one of `errors.FAILURES`."""
        payload = (await drawn(content))[0].payload
        try:
            await self._at(at, lambda channel: self._messages.change(channel, at.id, payload))
        except discord.NotFound as error:
            if code_of(error) != UNKNOWN_MESSAGE:
                raise
            return False
        return True

    async def _at(self, at: MessageAt, change: Callable[[str], Awaitable[T]]) -> T:
        """Make a change in the channel where the message lies."""
        likely, *others = await self._directory.channels_of(at)
        try:
            return await self._awake(likely, change)
        except discord.NotFound as error:
            if code_of(error) not in _GONE or not others:
                raise
            try:
                return await self._awake(others[0], change)
            except discord.NotFound:
                raise error from None

    async def _awake(self, channel: str, change: Callable[[str], Awaitable[T]]) -> T:
        """Make a change; in an archived thread, where none can be made, wake the thread for as long as it takes."""
        try:
            return await change(channel)
        except discord.HTTPException as error:
            if code_of(error) != THREAD_ARCHIVED:
                raise
        await self._threads.wake(channel)
        try:
            return await change(channel)
        finally:
            await self._threads.archive(channel)

    # Removals

    async def remove(self, outgoing: Remove) -> Receipt:
        try:
            for at in outgoing.messages:
                await self._delete(at)
        except FAILURES as error:
            raise send_error(error) from error
        return Receipt()

    async def _delete(self, at: MessageAt) -> None:
        try:
            await self._at(at, lambda channel: self._messages.delete(channel, at.id))
        except discord.NotFound as error:
            if code_of(error) not in _GONE:
                raise

    # Reactions

    async def react(self, outgoing: React) -> Receipt:
        try:
            emoji = await self._emoji(outgoing)
            if not emoji:
                return Receipt(notices=(REACTION_UNKNOWN,))
            await self._react(outgoing.message, emoji, is_on=outgoing.is_on)
        except discord.HTTPException as error:
            if code_of(error) in (UNKNOWN_EMOJI, TOO_MANY_REACTIONS):
                return Receipt(notices=(REACTION_UNKNOWN,))
            raise send_error(error) from error
        except FAILURES as error:
            raise send_error(error) from error
        return Receipt()

    async def _emoji(self, outgoing: React) -> str:
        emoji = outgoing.emoji
        if len(emoji) > 2 and emoji.startswith(":") and emoji.endswith(":"):
            return await self._directory.custom_emoji(emoji[1:-1], outgoing.message.place.channel)
        return emoji

    async def _react(self, at: MessageAt, emoji: str, *, is_on: bool) -> None:
        """Put the bot's reaction on or take it off; a message that is gone counts as done."""
        try:
            await self._at(at, lambda channel: self._messages.react(channel, at.id, emoji, is_on=is_on))
        except discord.NotFound as error:
            if code_of(error) not in _GONE:
                raise

    async def mark(self, outgoing: Mark) -> Receipt:
        emoji = MARKS[outgoing.outcome]
        try:
            for earlier in await self._earlier_marks(outgoing.message):
                if earlier != emoji:
                    await self._react(outgoing.message, earlier, is_on=False)
            await self._react(outgoing.message, emoji, is_on=True)
        except FAILURES as error:
            raise send_error(error) from error
        self._marks[outgoing.message] = emoji
        return Receipt()

    async def _earlier_marks(self, at: MessageAt) -> list[str]:
        if (known := self._marks.get(at)) is not None:
            return [known]
        if made_at(at.id) > self._started_at:
            return []
        try:
            message = await self._at(at, lambda channel: self._messages.fetch(channel, at.id))
        except discord.HTTPException:
            # A mark too many confuses nobody as much as none at all.
            return []
        return [emoji for emoji in MARKS.values() if _is_mine(message, emoji)]


def _is_mine(message: dict[str, Any], emoji: str) -> bool:
    reactions = mappings(message, "reactions")
    return any(one.get("me") and mapping(one, "emoji").get("name") == emoji for one in reactions)
