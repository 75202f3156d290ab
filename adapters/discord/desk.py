"""The staff space: a forum post (or a thread in a text channel) for each ticket, and its state."""

from datetime import datetime
from typing import Any

import discord
from msgspec.structs import replace

from adapters import AdapterContext, Attempt
from adapters.discord.changing import Changer
from adapters.discord.errors import FAILURES, code_of, send_error
from adapters.discord.length import clip
from adapters.discord.posting import CLOCK_MARGIN, Poster, Target
from adapters.discord.render import LONGEST_THREAD_NAME, Part, drawn
from adapters.discord.rooms import api_channel
from adapters.discord.settings import PLATFORM
from adapters.discord.text import to_plain
from adapters.discord.threads import Threads
from adapters.fields import mapping
from bot.core.content import Content, Tone
from bot.core.outgoing import OpenThread, Post, Receipt, Refusal, SendError, SetThread
from bot.core.places import MessageAt, Place


class Desk:
    """Threads of the staff space; raises SendError."""

    def __init__(self, context: AdapterContext, poster: Poster, changer: Changer, threads: Threads) -> None:
        self._context = context
        self._poster, self._changer, self._threads = poster, changer, threads

    async def is_forum(self, place: Place) -> bool:
        """Whether a post to this place has to open a forum post of its own."""
        if place.thread or place.is_direct or not place.channel:
            return False
        try:
            return await self._threads.is_forum(place.channel)
        except FAILURES:
            return False

    async def open_thread(self, outgoing: OpenThread, attempt: Attempt) -> Receipt:
        """Open the ticket's thread with its card."""
        if await self.is_forum(outgoing.space):
            state = _state(outgoing.content)
            return await self._open_post(outgoing.space, outgoing.title, outgoing.content, attempt, state)
        return await self._open_in_channel(outgoing, attempt)

    async def announce(self, outgoing: Post, attempt: Attempt) -> Receipt:
        """Say something in a forum as a whole: a post of its own."""
        content = outgoing.content
        title = content.title or to_plain(content.text, LONGEST_THREAD_NAME) or self._context.texts("News")
        if content.text and content.title == _thread_name(content.title):
            # It stands over the post already.
            content = replace(content, title="")
        return await self._open_post(outgoing.place, title, content, attempt)

    async def _open_post(
        self, space: Place, title: str, content: Content, attempt: Attempt, state: str = ""
    ) -> Receipt:
        name = _thread_name(title)
        parts = await drawn(content)
        is_repeat_possible = False
        thread: dict[str, Any] | None = None
        try:
            if attempt.sent_so_far:
                thread = {"id": attempt.sent_so_far[0].id}
            elif attempt.is_uncertain:
                thread, is_repeat_possible = await self._opened_before(space.channel, name, attempt)
            if thread is None:
                thread = await self._threads.open_post(space.channel, name, parts[0].payload, state)
        except FAILURES as error:
            raise send_error(error) from error
        place = Place(PLATFORM, channel=space.channel, thread=str(thread["id"]))
        # The first message of a forum post has the post's own id.
        card = MessageAt(place, place.thread)
        rest = await self._say_rest(place, parts[1:], attempt, card)
        return Receipt(
            rest.messages, place, is_repeat_possible=is_repeat_possible or rest.is_repeat_possible,
            notices=rest.notices,
        )  # fmt: skip

    async def _opened_before(
        self, forum: str, name: str, attempt: Attempt
    ) -> tuple[dict[str, Any] | None, bool]:
        """The post of an earlier try, and whether nobody could tell."""
        since: datetime = (attempt.first_tried_at or self._context.now()) - CLOCK_MARGIN
        try:
            return await self._threads.find_post(forum, name, since), False
        except FAILURES:
            return None, True

    async def _open_in_channel(self, outgoing: OpenThread, attempt: Attempt) -> Receipt:
        """A card in the channel, and the thread that starts from it."""
        parts = await drawn(outgoing.content)
        channel = outgoing.space.channel
        if attempt.sent_so_far:
            card = attempt.sent_so_far[0]
        else:
            target = Target(channel, Place(PLATFORM, channel=channel))
            said = await self._poster.say(target, parts[:1], attempt)
            if not said.messages:
                # What hangs on no message could be answered by nobody.
                raise SendError("the card is answered with no message", is_uncertain=True)
            card = said.messages[0]
        self._threads.note_opening(card.id, _thread_name(outgoing.title))
        try:
            has_thread = await self._threads.start_from(channel, card.id)
        except FAILURES as error:
            raise send_error(error, () if attempt.sent_so_far else (card,)) from error
        if not has_thread:
            card = await self._beside(card, _thread_name(outgoing.title))
        rest = await self._say_rest(card.place, parts[1:], attempt, card)
        return Receipt(rest.messages, card.place, rest.is_repeat_possible, rest.notices)

    async def _beside(self, card: MessageAt, name: str) -> MessageAt:
        """The card in the place of a thread that does not start from it, where a server knows only such threads."""
        try:
            thread = await self._threads.start_alone(card.place.channel, name)
        except FAILURES as error:
            refused = "no thread can be made in the staff space"
            raise SendError(refused, refusal=Refusal.NOT_ALLOWED) from error
        return MessageAt(Place(PLATFORM, channel=card.place.channel, thread=thread), card.id)

    async def _say_rest(self, place: Place, parts: list[Part], attempt: Attempt, card: MessageAt) -> Receipt:
        """The parts behind the card; an earlier try's parts count from the card on."""
        behind = Attempt(
            attempt.key, attempt.number, attempt.is_uncertain, attempt.first_tried_at, attempt.sent_so_far[1:]
        )
        try:
            return await self._poster.say(Target(api_channel(place), place), parts, behind, [card])
        except SendError as error:
            # The next try must not open another thread.
            error.sent = error.sent if attempt.sent_so_far else (card, *error.sent)
            raise

    async def set_thread(self, outgoing: SetThread) -> Receipt:
        """Redraw the card, then show the state; the title follows when Discord lets it be changed."""
        thread_id = outgoing.place.thread
        try:
            if not thread_id:
                await self._changer.redraw_card(outgoing.card, outgoing.content)
                return Receipt((outgoing.card,))
            thread = await self._threads.fetch(thread_id)
            if mapping(thread, "thread_metadata").get("archived"):
                await self._threads.wake(thread_id)
                thread["thread_metadata"]["archived"] = False
            has_card = await self._changer.redraw_card(outgoing.card, outgoing.content)
            await self._rename(thread, _thread_name(outgoing.title))
            await self._threads.show_state(thread, outgoing.place.channel, outgoing.state)
        except FAILURES as error:
            raise send_error(error) from error
        if not has_card:
            self._context.report("discord.card_gone", {"thread": thread_id})
        return Receipt((outgoing.card,) if has_card else ())

    async def _rename(self, thread: dict[str, Any], name: str) -> None:
        if thread.get("name", name) == name:
            return
        try:
            await self._threads.rename(str(thread["id"]), name)
        except (discord.RateLimited, discord.HTTPException) as error:
            # Discord allows two renames in ten minutes; the title is a label and not worth a lane that waits.
            self._context.report("discord.title_kept", {"thread": str(thread["id"]), "code": code_of(error)})


def _thread_name(title: str) -> str:
    return clip(" ".join(title.split()), LONGEST_THREAD_NAME) or "–"


def _state(content: Content) -> str:
    return content.tone.value if content.tone in (Tone.WAITING, Tone.CLAIMED, Tone.RESOLVED) else "waiting"
