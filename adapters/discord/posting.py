"""Posting: where a post really goes, in how many parts, and what arrived of it in an earlier try."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import discord
from msgspec import Struct, field
from msgspec.structs import replace

from adapters import AdapterContext, Attempt
from adapters.discord.attachments import VOICE_MESSAGE
from adapters.discord.directory import Directory
from adapters.discord.errors import (
    FAILURES,
    THREAD_ARCHIVED,
    UNKNOWN_CHANNEL,
    code_of,
    is_about_files,
    send_error,
)
from adapters.discord.files import Luggage, pack
from adapters.discord.length import width
from adapters.discord.messages import Messages
from adapters.discord.render import Part, drawn
from adapters.discord.rooms import api_channel
from adapters.discord.settings import PLATFORM
from adapters.discord.text import LONGEST_MESSAGE, to_discord
from adapters.discord.threads import Threads
from adapters.fields import whole
from adapters.luggage import GIVES_UP_AFTER, told
from bot.core.content import Loss, LostFile
from bot.core.outgoing import Post, Receipt
from bot.core.places import MessageAt, Place

LONGEST_NONCE = 25
CLOCK_MARGIN = timedelta(seconds=5)
"""How far our clock and Discord's may be apart when an earlier try is looked for."""

NONCE_KEPT = timedelta(minutes=2)
"""Discord says 'the past few minutes'."""


def nonce_of(key: str, number: int) -> str:
    """The name under which Discord recognises a repeat of part `number`, counted from 0; at most 25 characters."""
    if number == 0 and len(key) <= LONGEST_NONCE:
        return key
    return hashlib.sha256(f"{key}:{number}".encode()).hexdigest()[:LONGEST_NONCE]


class Target(Struct, frozen=True):
    """Where posts to a place really go."""

    channel: str
    place: Place
    answers: str = ""
    """The message they have to answer, where a thread could not be had."""


class Loaded(Struct, frozen=True):
    """One message with its files at hand."""

    payload: dict[str, Any]
    files: Sequence[discord.File] = ()
    lost: Sequence[LostFile] = ()
    lighter: tuple["Loaded", ...] = ()
    """What may be taken where this is refused, in this order: a voice as any file, the words without files."""

    def answering(self, message_id: str) -> "Loaded":
        """The same as a reply; one whose message is gone is posted all the same."""
        if not message_id:
            return self
        reference = {"message_id": message_id, "fail_if_not_exists": False}
        return replace(self, payload={**self.payload, "message_reference": reference})


class Sending(Struct):
    """A post on its way."""

    target: Target
    attempt: Attempt
    messages: list[MessageAt]
    """What has arrived, in this try and before."""
    fresh: list[MessageAt] = field(default_factory=list)
    """What this try brought."""
    lost: list[LostFile] = field(default_factory=list)
    is_repeat_possible: bool = False
    said: int = 0
    """How many parts were said in this try."""

    def arrived(self, message: Mapping[str, Any]) -> None:
        """Note it; some servers say no more than that it is done, which is no reason to say it again."""
        self.said += 1
        if not whole(message, "id"):
            return
        message_id = str(message["id"])
        at = MessageAt(_exchange(self.target.place, message_id), message_id)
        self.messages.append(at)
        self.fresh.append(at)

    def receipt(self) -> Receipt:
        return Receipt(
            tuple(self.messages),
            is_repeat_possible=self.is_repeat_possible,
            lost=tuple(self.lost),
        )


def _exchange(place: Place, message_id: str) -> Place:
    """A message at the top of a channel begins an exchange of its own."""
    return place if place.thread or place.is_direct else replace(place, thread=message_id)


class Poster:
    """Posts contents; raises SendError."""

    def __init__(
        self, context: AdapterContext, directory: Directory, messages: Messages, threads: Threads
    ) -> None:
        self._context = context
        self._directory, self._messages, self._threads = directory, messages, threads

    async def post(self, outgoing: Post, attempt: Attempt) -> Receipt:
        try:
            target = await self._target(outgoing.place)
        except FAILURES as error:
            raise send_error(error) from error
        if outgoing.reply_to is not None and not target.answers:
            target = replace(target, answers=await self._answered(outgoing.reply_to, target))
        return await self.say(target, await drawn(outgoing.content), attempt)

    async def _answered(self, message: MessageAt, target: Target) -> str:
        """The message to answer; "" when it lies in another channel, which Discord does not allow."""
        channels = await self._directory.channels_of(message)
        return message.id if channels[0] == target.channel else ""

    async def _target(self, place: Place) -> Target:
        """Find the channel of a place, opening a direct chat where only the person is known."""
        if not place.channel:
            channel = await self._directory.direct(place.person)
            return Target(channel, Place(PLATFORM, channel=channel, is_direct=True))
        target = Target(api_channel(place), replace(place, person="") if place.person else place)
        if place.thread and self._threads.is_opening(place.thread):
            return await self._thread_of(target)
        return target

    async def _thread_of(self, target: Target) -> Target:
        """The thread of a message that has none yet, or the channel around it with the message to answer."""
        parent, message = target.place.channel, target.place.thread
        if await self._threads.start_from(parent, message):
            return target
        return Target(parent, target.place, answers=message)

    async def say(
        self, target: Target, parts: Sequence[Part], attempt: Attempt, before: Sequence[MessageAt] = ()
    ) -> Receipt:
        """Post the parts in order, behind those that are there: `before`, and what an earlier try brought."""
        sending = Sending(target, attempt, [*before, *attempt.sent_so_far])
        left = parts[len(attempt.sent_so_far) :]
        try:
            for number, part in enumerate(left):
                if not part.files:
                    await self._say_part(sending, Loaded(part.payload), is_first=number == 0)
                    continue
                async with self.loaded(part, target.channel) as loaded:
                    await self._say_loaded(sending, loaded, is_first=number == 0)
        except FAILURES as error:
            raise send_error(error, tuple(sending.fresh)) from error
        return sending.receipt()

    @asynccontextmanager
    async def loaded(self, part: Part, channel: str) -> AsyncIterator[Loaded]:
        """The part with its files; what cannot come along is named in the text."""
        limit = await self._directory.upload_limit(channel) if part.files else 0
        async with pack(self._context.open_file, part.files, limit) as luggage:
            yield self._loaded(part, luggage)

    def _loaded(self, part: Part, luggage: Luggage) -> Loaded:
        payload = self._telling(part, luggage.lost)
        plain = Loaded(payload, luggage.files, luggage.lost)
        if not luggage.files:
            return plain
        losses = luggage.all_lost(Loss.REFUSED)
        empty = Loaded(self._telling(part, losses), (), losses)
        if not part.is_voice:
            return replace(plain, lighter=(empty,))
        flags = part.payload.get("flags", 0) | VOICE_MESSAGE
        heard = {**payload, "flags": flags, "voice": luggage.voice()}
        return Loaded(heard, luggage.files, luggage.lost, (plain, empty))

    def _telling(self, part: Part, losses: Sequence[LostFile]) -> dict[str, Any]:
        """The message with a line for each file that is not with it."""
        payload = part.payload
        if not losses:
            return payload
        text = payload["content"]
        room = LONGEST_MESSAGE - width(text) - 1
        lines = to_discord(told(losses, self._context.words_for(part.language)), room)[:1] if room > 0 else []
        return {**payload, "content": "\n".join(filter(None, (text, *lines)))}

    async def _say_loaded(self, sending: Sending, part: Loaded, *, is_first: bool) -> None:
        """Say it, and where its files are what is refused, say it without them."""
        for tried in (part, *part.lighter):
            for file in tried.files:
                file.reset()
            try:
                await self._say_part(sending, tried, is_first=is_first)
            except FAILURES as error:
                gives_up = sending.attempt.number >= GIVES_UP_AFTER
                if not (tried.files and is_about_files(error, gives_up=gives_up)):
                    raise
                continue
            sending.lost += tried.lost
            return

    async def _say_part(self, sending: Sending, part: Loaded, *, is_first: bool) -> None:
        # As many as were said before and are said now, whether or not they have ids.
        nonce = nonce_of(sending.attempt.key, len(sending.messages) - len(sending.fresh) + sending.said)
        if is_first and sending.attempt.is_uncertain:
            found = await self._arrived_before(sending, part, nonce)
            if found is not None:
                sending.arrived(found)
                return
        channel = sending.target.channel
        answer = part.answering(sending.target.answers if not sending.messages else "")
        try:
            made = await self._messages.create(channel, answer.payload, nonce, part.files)
        except discord.HTTPException as error:
            made = await self._say_elsewhere(sending, part, nonce, error)
        if not whole(made, "id"):
            # Without its id it could neither be changed nor answered.
            made = dict(await self._arrived_before(sending, part, nonce) or {})
        sending.arrived(made)

    async def _arrived_before(self, sending: Sending, part: Loaded, nonce: str) -> Mapping[str, Any] | None:
        first_tried_at = sending.attempt.first_tried_at or self._context.now()
        since = first_tried_at - CLOCK_MARGIN
        channel = sending.target.channel
        try:
            return await self._messages.find(channel, part.payload, nonce, since, len(part.files))
        except FAILURES:
            # Nobody can tell; while Discord remembers the nonce, it tells by itself.
            sending.is_repeat_possible = self._context.now() - first_tried_at > NONCE_KEPT
            return None

    async def _say_elsewhere(
        self, sending: Sending, part: Loaded, nonce: str, error: discord.HTTPException
    ) -> dict[str, Any]:
        """Mend what can be mended: a thread that is not there yet, or one that cannot be woken by a post."""
        if code_of(error) == THREAD_ARCHIVED:
            await self._threads.wake(sending.target.channel)
        elif code_of(error) == UNKNOWN_CHANNEL and sending.target.place.thread and not sending.fresh:
            sending.target = await self._begin_thread(sending.target, error)
        else:
            raise error
        answer = part.answering(sending.target.answers if not sending.messages else "")
        return await self._messages.create(sending.target.channel, answer.payload, nonce, part.files)

    async def _begin_thread(self, target: Target, error: discord.HTTPException) -> Target:
        # No thread, and no message to start one from: what is gone is the place.
        if await self._threads.is_forum(target.place.channel):
            raise error
        try:
            return await self._thread_of(target)
        except discord.HTTPException:
            raise error from None
