"""Answers to interactions: within three seconds, or put off in time and given later; elsewhere when it is too late."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from enum import Enum, auto
from typing import Any

import discord
from cachetools import LRUCache
from msgspec import Struct, field
from msgspec.structs import replace

from adapters import AdapterContext, Attempt
from adapters.discord.callbacks import FORM, LATER_MESSAGE, LATER_UPDATE, MESSAGE, Callbacks
from adapters.discord.commonmark import escape_commonmark
from adapters.discord.errors import ALREADY_ACKNOWLEDGED, FAILURES, code_of, send_error
from adapters.discord.interactions import InteractionRef
from adapters.discord.posting import Loaded, Poster
from adapters.discord.render import EPHEMERAL, drawn, render, render_form
from adapters.discord.settings import PLATFORM
from bot.core.content import Button, Content, LostFile
from bot.core.events import Handle
from bot.core.outgoing import Answer, OpenForm, Post, Receipt
from bot.core.places import MessageAt, Place, direct_to

PUT_OFF_AFTER_SECONDS = 1.5
"""Of Discord's three; the rest is for the way there and back."""
CLOSE_WITHIN_SECONDS = 1.0
REMEMBERED = 10_000
_INVALID_WEBHOOK_TOKEN = 50027

SendPost = Callable[[Post, Attempt], Awaitable[Receipt]]


class Standing(Enum):
    """How far an interaction was answered."""

    OPEN = auto()
    TRIED = auto()
    """Our answer was sent and its reply lost."""
    WAITING = auto()
    """Put off: 'is thinking' stands there, for its giver alone."""
    TAKEN = auto()
    """Answered, or put off without a sign: more comes as a follow-up."""
    UNKNOWN = auto()
    """It began in another process."""


class _Dialogue(Struct):
    standing: Standing
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    said: dict[str, int] = field(default_factory=dict)
    """For each key, how many parts of its answer were said: a repeat goes on behind them."""


class _TooLateError(Exception):
    """The interaction's token is worth nothing any more."""


class _PutOffElsewhereError(Exception):
    """Another process has put the interaction off."""


class _Unanswered(Struct, frozen=True):
    """An interaction that is put off in time."""

    source: str
    """The message at which it began, or ""."""
    is_shown: asyncio.Event
    """That message shows what came of it."""
    putting_off: asyncio.Task[None]


class Answers:
    """Keeps the three-second promise and performs Answer and OpenForm."""

    def __init__(self, context: AdapterContext, callbacks: Callbacks, poster: Poster, post: SendPost) -> None:
        self._context, self._callbacks, self._poster, self._post = context, callbacks, poster, post
        self._dialogues: LRUCache[str, _Dialogue] = LRUCache(REMEMBERED)
        self._unanswered: dict[InteractionRef, _Unanswered] = {}

    def begin(self, ref: InteractionRef, source: str = "") -> None:
        """An interaction came in, at a message if it names one: it will be put off in time unless it is answered."""
        self._dialogues[ref.id] = _Dialogue(Standing.OPEN)
        is_shown = asyncio.Event()
        task = asyncio.create_task(self._put_off_in_time(ref, is_shown), name=f"discord interaction {ref.id}")
        self._unanswered[ref] = _Unanswered(source, is_shown, task)
        task.add_done_callback(lambda _: self._unanswered.pop(ref, None))

    def settle(self, messages: Collection[str]) -> None:
        """These messages show what came of whatever was pressed there: nobody has to look at a button that spins."""
        for one in self._unanswered.values():
            if one.source in messages:
                one.is_shown.set()

    async def close(self) -> None:
        """Put off what is still open: it is the next process that will answer it."""
        waiting = dict(self._unanswered)
        for one in waiting.values():
            one.putting_off.cancel()
        await asyncio.gather(*(one.putting_off for one in waiting.values()), return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_SECONDS):
                await asyncio.gather(*map(self._put_off_open, waiting))

    async def _put_off_in_time(self, ref: InteractionRef, is_shown: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PUT_OFF_AFTER_SECONDS):
                await is_shown.wait()
        await self._put_off_open(ref)

    async def _put_off_open(self, ref: InteractionRef) -> None:
        dialogue = self._dialogue(ref)
        async with dialogue.lock:
            if dialogue.standing is not Standing.OPEN:
                return
            try:
                await self._put_off(ref, dialogue)
            except FAILURES as error:
                if code_of(error) == ALREADY_ACKNOWLEDGED:
                    # Another process has answered, which is as good.
                    dialogue.standing = Standing.UNKNOWN
                    return
                self._context.report(
                    "discord.defer_failed", {"code": code_of(error), "error": type(error).__name__}
                )

    async def _put_off(self, ref: InteractionRef, dialogue: _Dialogue) -> None:
        if ref.has_source:
            await self._callbacks.respond(ref, LATER_UPDATE)
            dialogue.standing = Standing.TAKEN
        else:
            await self._callbacks.respond(ref, LATER_MESSAGE, {"flags": EPHEMERAL})
            dialogue.standing = Standing.WAITING

    def _dialogue(self, ref: InteractionRef) -> _Dialogue:
        dialogue = self._dialogues.get(ref.id)
        if dialogue is None:
            dialogue = _Dialogue(Standing.UNKNOWN)
            self._dialogues[ref.id] = dialogue
        return dialogue

    async def apologise(self, ref: InteractionRef, text: str) -> None:
        """Say privately that something could not be done; nothing when even that cannot be said."""
        dialogue = self._dialogue(ref)
        async with dialogue.lock:
            with suppress(*FAILURES, _TooLateError, _PutOffElsewhereError):
                await self._say(ref, dialogue, Loaded(_private(render(Content(text))[0].payload)))

    # Answers

    async def answer(self, outgoing: Answer, attempt: Attempt) -> Receipt:
        ref = self._usable(outgoing.handle)
        if ref is None:
            return await self._elsewhere(outgoing, attempt)
        dialogue = self._dialogue(ref)
        async with dialogue.lock:
            try:
                try:
                    return await self._answer_as_it_stands(ref, dialogue, outgoing, attempt)
                except _PutOffElsewhereError:
                    dialogue.standing = Standing.WAITING
                    return await self._answer_as_it_stands(ref, dialogue, outgoing, attempt)
            except _TooLateError:
                return await self._elsewhere(outgoing, attempt)
            except FAILURES as error:
                raise send_error(error) from error

    async def _answer_as_it_stands(
        self, ref: InteractionRef, dialogue: _Dialogue, outgoing: Answer, attempt: Attempt
    ) -> Receipt:
        if dialogue.standing is Standing.WAITING and not outgoing.is_private:
            return await self._in_public(ref, dialogue, outgoing, attempt)
        return await self._answer(ref, dialogue, outgoing, attempt)

    def _usable(self, handle: Handle | None) -> InteractionRef | None:
        if handle is None or (handle.expires_at is not None and handle.expires_at <= self._context.now()):
            return None
        try:
            return InteractionRef.decode(handle.token)
        except ValueError:
            return None

    async def _elsewhere(self, outgoing: Answer, attempt: Attempt) -> Receipt:
        place = direct_to(outgoing.identity) if outgoing.is_private else outgoing.place
        return await self._post(Post(place, outgoing.content), attempt)

    async def _in_public(
        self, ref: InteractionRef, dialogue: _Dialogue, outgoing: Answer, attempt: Attempt
    ) -> Receipt:
        # What was put off for one pair of eyes cannot become visible to all; a post beside it can.
        receipt = await self._elsewhere(outgoing, attempt)
        with suppress(*FAILURES):
            await self._callbacks.drop(ref)
        dialogue.standing = Standing.TAKEN
        return receipt

    async def _answer(
        self, ref: InteractionRef, dialogue: _Dialogue, outgoing: Answer, attempt: Attempt
    ) -> Receipt:
        messages: list[MessageAt] = []
        lost: list[LostFile] = []
        is_repeat_possible = attempt.is_uncertain and dialogue.standing is Standing.TAKEN
        done = dialogue.said.setdefault(attempt.key, 0)
        for part in (await drawn(outgoing.content))[done:]:
            async with self._poster.loaded(part, outgoing.place.channel) as loaded:
                lost += loaded.lost
                payload = _private(loaded.payload) if outgoing.is_private else loaded.payload
                made = await self._say(ref, dialogue, replace(loaded, payload=payload))
            dialogue.said[attempt.key] += 1
            if not outgoing.is_private and made.get("id"):
                messages.append(MessageAt(_place_of(made, outgoing.place), str(made["id"])))
        return Receipt(tuple(messages), None, is_repeat_possible, lost=tuple(lost))

    async def _say(self, ref: InteractionRef, dialogue: _Dialogue, part: Loaded) -> dict[str, Any]:
        """Say one message in the way that the interaction's standing leaves open."""
        try:
            match dialogue.standing:
                case Standing.WAITING:
                    made = await self._callbacks.fill(ref, part.payload, part.files)
                case Standing.TAKEN:
                    return await self._callbacks.follow_up(ref, part.payload, part.files)
                case _:
                    made = await self._respond(ref, dialogue, part)
        except discord.HTTPException as error:
            if error.status == 404 or code_of(error) == _INVALID_WEBHOOK_TOKEN:
                raise _TooLateError from error
            raise
        dialogue.standing = Standing.TAKEN
        return made

    async def _respond(self, ref: InteractionRef, dialogue: _Dialogue, part: Loaded) -> dict[str, Any]:
        was_tried = dialogue.standing is Standing.TRIED
        was_open = dialogue.standing is Standing.OPEN
        if was_open:
            # Should the reply be lost, the next try must not put the answer off, and knows what a refusal means.
            dialogue.standing = Standing.TRIED
        try:
            return await self._callbacks.respond(ref, MESSAGE, part.payload, part.files)
        except discord.HTTPException as error:
            if code_of(error) != ALREADY_ACKNOWLEDGED:
                if was_open and error.status < 500:
                    dialogue.standing = Standing.OPEN
                raise
        if was_tried:
            return {}
        if await self._callbacks.is_waiting(ref):
            raise _PutOffElsewhereError
        return await self._callbacks.follow_up(ref, part.payload, part.files)

    # Forms

    async def open_form(self, outgoing: OpenForm, attempt: Attempt) -> Receipt:
        """Open the form as a modal; when it is too late for one, ask to press or give the command again."""
        ref = self._usable(outgoing.handle)
        if ref is None:
            return await self._ask_as_text(outgoing, attempt)
        dialogue = self._dialogue(ref)
        async with dialogue.lock:
            if dialogue.standing in (Standing.WAITING, Standing.TAKEN):
                return await self._ask_again(ref, dialogue, outgoing, attempt)
            try:
                return await self._open(ref, dialogue, outgoing, attempt)
            except FAILURES as error:
                raise send_error(error) from error

    async def _open(
        self, ref: InteractionRef, dialogue: _Dialogue, outgoing: OpenForm, attempt: Attempt
    ) -> Receipt:
        was_tried = dialogue.standing is Standing.TRIED
        dialogue.standing = Standing.TRIED
        try:
            await self._callbacks.respond(ref, FORM, render_form(outgoing.form))
        except discord.HTTPException as error:
            if error.status == 404:
                return await self._ask_as_text(outgoing, attempt)
            if code_of(error) != ALREADY_ACKNOWLEDGED:
                raise
            dialogue.standing = Standing.TAKEN
            # After a lost reply the refusal says that the form is open.
            return Receipt() if was_tried else await self._ask_again(ref, dialogue, outgoing, attempt)
        dialogue.standing = Standing.TAKEN
        return Receipt()

    async def _ask_again(
        self, ref: InteractionRef, dialogue: _Dialogue, outgoing: OpenForm, attempt: Attempt
    ) -> Receipt:
        """Too late for a modal: offer the same button once more, or ask for the command once more."""
        texts = self._context.words_for(outgoing.form.language)
        content = Content(texts("That took a moment too long. Please try it once more."))
        if ref.custom_id:
            action, _, subject = ref.custom_id.partition(":")
            content = replace(content, buttons=(Button(outgoing.form.title, action, subject),))
        try:
            await self._say(ref, dialogue, Loaded(_private(render(content)[0].payload)))
        except _TooLateError:
            return await self._ask_as_text(outgoing, attempt)
        except FAILURES as error:
            raise send_error(error) from error
        return Receipt()

    async def _ask_as_text(self, outgoing: OpenForm, attempt: Attempt) -> Receipt:
        """Without an interaction there are no forms: ask the first question as a message to reply to."""
        form = outgoing.form
        text = f"**{escape_commonmark(form.title)}**\n\n{escape_commonmark(form.fields[0].label)}"
        return await self._post(Post(outgoing.place, Content(text)), attempt)


def _private(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {**payload, "flags": int(payload.get("flags") or 0) | EPHEMERAL}


def _place_of(message: Mapping[str, Any], place: Place) -> Place:
    channel = str(message.get("channel_id") or "")
    if channel not in ("", place.thread, place.channel):
        return Place(PLATFORM, channel=channel)
    return place if place.thread or place.is_direct else replace(place, thread=str(message["id"]))
