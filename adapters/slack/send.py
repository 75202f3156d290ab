"""Performing what the desk asks for: one operation in, one receipt or SendError out."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from cachetools import LRUCache
from msgspec.structs import replace
from slack_sdk.errors import SlackApiError

from adapters import AdapterContext, Attempt
from adapters.slack import emoji_names, uploads
from adapters.slack.answers import Answers
from adapters.slack.api import SLACK_ERRORS, Api, error_code
from adapters.slack.elsewhere import without_reading
from adapters.slack.payloads import Json
from adapters.slack.positions import Positions
from adapters.slack.posts import Poster, drawn
from adapters.slack.refusals import BLOCK_ERRORS
from adapters.slack.render import Part
from adapters.slack.scope import Memory, time_of
from bot.core.content import Content, Tone
from bot.core.outgoing import (
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outcome,
    Outgoing,
    Post,
    React,
    Receipt,
    Remove,
    SetThread,
    ShowHome,
)
from bot.core.places import MessageAt

_MARKS = {Outcome.SENT: "white_check_mark", Outcome.NOTE: "memo", Outcome.FAILED: "warning"}
_DONE = frozenset(
    {"already_reacted", "no_reaction", "message_not_found", "thread_not_found", "channel_not_found"}
)
"""What these would have brought about is so already, or there is nothing left to do it to."""
_FILE_GONE = frozenset({"file_not_found", "file_deleted", "cant_delete_file"})
_UNKNOWN_REACTION = frozenset({"invalid_name", "too_many_emoji", "too_many_reactions"})
_MOST_MARKS = 20_000
_FRESH = timedelta(minutes=1)


class Sender:
    """Performs operations of every kind; raises SendError."""

    def __init__(
        self,
        api: Api,
        poster: Poster,
        answers: Answers,
        memory: Memory,
        positions: Positions,
        context: AdapterContext,
    ) -> None:
        self._api = api
        self._memory = memory
        self._poster = poster
        self._answers = answers
        self._positions = positions
        self._context = context
        self._marks: LRUCache[tuple[str, str], Outcome] = LRUCache(_MOST_MARKS)

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        match outgoing:
            case Post():
                return await self._post(outgoing, attempt)
            case Edit():
                return await self._edit(outgoing, attempt)
            case SetThread():
                return await self._set_thread(outgoing)
            case Remove():
                return await self._remove(outgoing)
            case React():
                return await self._react(outgoing)
            case Mark():
                return await self._mark(outgoing)
            case OpenThread():
                return await self._open_thread(outgoing, attempt)
            case Answer() | OpenForm() | ShowHome():
                return await self._answers.perform(outgoing, attempt)

    # -- messages

    async def _post(self, post: Post, attempt: Attempt) -> Receipt:
        lead = await self._answered(post, post.reply_to) if post.reply_to is not None else ""
        receipt = await self._poster.post(post.place, post.content, attempt, lead=lead)
        await self._read_up_to(receipt)
        return receipt

    async def _answered(self, post: Post, answered: MessageAt) -> str:
        """A link to the message that is answered: Slack has no quoting, and within a thread no replies.

        Left out for the message said last, to which the answer belongs anyway.
        """
        if answered.id == post.place.thread:
            return ""
        if (
            self._positions.at(post.place.key) == answered.id
            or self._positions.at(post.place.room.key) == answered.id
        ):
            return ""
        try:
            found = await self._api.reading.chat_getPermalink(
                channel=answered.place.channel, message_ts=answered.id
            )
            words = self._context.words_for(post.content.language)("in reply to this message")
            return f"↪ <{found['permalink']}|{words}>"
        except (*SLACK_ERRORS, KeyError):
            # The answer matters more than what it points to.
            return ""

    async def _open_thread(self, opening: OpenThread, attempt: Attempt) -> Receipt:
        """Post the card; what does not fit on it follows in its thread."""
        space = replace(opening.space, thread="", person="")
        card = _card(opening.title, opening.content)
        receipt = await self._poster.post(space, card, attempt, begins_thread=True)
        await self._read_up_to(receipt)
        return replace(receipt, place=receipt.messages[0].place)

    async def _set_thread(self, setting: SetThread) -> Receipt:
        """Redraw the card: on Slack it is all that shows the state of a thread."""
        tone = setting.content.tone
        content = replace(setting.content, tone=Tone(setting.state.value) if tone is Tone.PLAIN else tone)
        shown = await drawn(_card(setting.title, content), is_card=True)
        return await self._update(setting.card, shown[0])

    async def _read_up_to(self, receipt: Receipt) -> None:
        """Begin to keep a position for a thread that the bot speaks in: what is said there later concerns it."""
        for message in receipt.messages[-1:]:
            if message.place.is_direct or self._positions.at(message.place.key):
                continue
            try:
                await self._begin_position(message)
            except Exception as error:  # noqa: BLE001 - the message is sent; whatever the store says must not send it again
                self._context.report("slack.position_not_stored", {"error": type(error).__name__})

    async def _begin_position(self, message: MessageAt) -> None:
        if not self._positions.is_loaded:
            # What is sent before anything was read must not step over what is still to be read.
            self._positions.load(without_reading(await self._context.intake.cursors())[0])
        name = message.place.key
        if not self._positions.at(name):
            cursor = self._positions.step(name, message.id)
            await self._context.intake.accept([], cursor=cursor)
            self._positions.stored(cursor)

    async def _edit(self, edit: Edit, attempt: Attempt) -> Receipt:
        """Redraw what is there, post what is more and take away what is left over."""
        messages, content = edit.messages, edit.content
        shown = await self._poster.redrawn(messages[0], content)
        has_other_files = edit.before is not None
        had_files = edit.before if edit.before is not None else content.files
        # Files follow the text as one message of their own, which cannot be changed, only put up anew.
        files = tuple(messages[-1:]) if had_files and len(messages) > min(1, len(shown)) else ()
        texts = messages[: len(messages) - len(files)]
        for message, part in zip(texts, shown, strict=False):
            await self._update(message, part)
        extra, more = texts[len(shown) :], shown[len(texts) :]
        gone = (*extra, *files) if has_other_files else extra
        if gone:
            await self._remove(Remove(tuple(gone), has_files=bool(files) and has_other_files))
        kept = () if has_other_files else files
        new_files = content.files if has_other_files else ()
        if not (more or new_files):
            return Receipt((*texts[: len(shown)], *kept))
        place = (texts or messages)[-1].place
        receipt = await self._poster.post_parts(place, more, new_files, attempt)
        return replace(receipt, messages=(*texts[: len(shown)], *receipt.messages, *kept))

    async def _update(self, message: MessageAt, part: Part) -> Receipt:
        try:
            await self._chat_update(message, part)
        except SLACK_ERRORS as error:
            if error_code(error) not in BLOCK_ERRORS:
                raise self._poster.failure(error, is_harmless=True) from error
            await self._call(self._chat_update(message, part.plain))
        return Receipt((message,))

    async def _chat_update(self, message: MessageAt, part: Part) -> Json:
        changed: Json = {
            "channel": message.place.channel,
            "ts": message.id,
            "text": part.text,
            "blocks": part.blocks,
        }
        return await self._api.say("chat.update", changed)

    async def _remove(self, remove: Remove) -> Receipt:
        for message in remove.messages:
            # A file stays in the workspace when its message goes; and who may see it there is not ours to say.
            for file_id in await uploads.files_in(self._api, message) if remove.has_files else ():
                await self._call(self._api.saying.files_delete(file=file_id), also=_FILE_GONE)
            gone = {"channel": message.place.channel, "ts": message.id}
            await self._call(self._api.say("chat.delete", gone))
        return Receipt()

    # -- reactions

    async def _react(self, react: React) -> Receipt:
        name = emoji_names.to_name(react.emoji)
        if name is None:
            return Receipt(notices=("reaction_unknown",))
        is_known = await self._put_reaction(react.message, name, is_on=react.is_on)
        return Receipt(notices=() if is_known else ("reaction_unknown",))

    async def _put_reaction(self, message: MessageAt, name: str, *, is_on: bool) -> bool:
        """False when Slack does not know the emoji."""
        method = "reactions.add" if is_on else "reactions.remove"
        reaction = {"channel": message.place.channel, "timestamp": message.id, "name": name}
        code = await self._call(self._api.say(method, reaction), also=_UNKNOWN_REACTION)
        return code not in _UNKNOWN_REACTION

    async def _mark(self, mark: Mark) -> Receipt:
        at = (mark.message.place.channel, mark.message.id)
        earlier = self._marks.get(at)
        if earlier is mark.outcome:
            return Receipt()
        others = [name for outcome, name in _MARKS.items() if outcome is not mark.outcome]
        if earlier is None and self._was_just_said(mark.message):
            others = []
        await asyncio.gather(*(self._put_reaction(mark.message, name, is_on=False) for name in others))
        await self._put_reaction(mark.message, _MARKS[mark.outcome], is_on=True)
        self._marks[at] = mark.outcome
        return Receipt()

    def _was_just_said(self, message: MessageAt) -> bool:
        """True for what this process heard itself a moment ago: it carries no mark of an earlier one."""
        if self._memory.thread_of(message.place.channel, message.id) is None:
            return False
        now = self._context.now()
        return now - time_of(message.id, now) < _FRESH

    async def _call(self, call: Awaitable[Any], also: frozenset[str] = frozenset()) -> str:
        """Make a call whose repeat does no harm; returns the error code that counts as done, or ""."""
        try:
            await call
        except SlackApiError as error:
            code = error_code(error)
            if code in _DONE or code in also:
                return code
            raise self._poster.failure(error, is_harmless=True) from error
        except SLACK_ERRORS as error:
            raise self._poster.failure(error, is_harmless=True) from error
        return ""


def _card(title: str, content: Content) -> Content:
    return content if content.title else replace(content, title=title)
