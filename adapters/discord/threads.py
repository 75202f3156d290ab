"""Threads and forum posts: where a post goes, opening one for a ticket, showing the ticket's state on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import discord
from cachetools import LRUCache
from discord.http import Route

from adapters import AdapterContext
from adapters.discord.api import Api
from adapters.discord.directory import Directory
from adapters.discord.errors import (
    FAILURES,
    TAG_REQUIRED,
    THREAD_EXISTS,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
    OddAnswerError,
    code_of,
)
from adapters.discord.messages import Messages
from adapters.discord.parse import names_in
from adapters.discord.render import LONGEST_THREAD_NAME
from adapters.discord.rooms import RoomKind
from adapters.discord.snowflake import is_timed, made_at
from adapters.discord.text import to_commonmark, to_plain
from adapters.fields import mapping, mappings, whole
from bot.core.outgoing import ThreadState
from bot.core.texts import mark

Json = dict[str, Any]

REST_MINUTES = 10_080
"""A week without a word before Discord puts a thread to rest by itself."""
_PUBLIC_THREAD = 11
_REQUIRES_TAG = 1 << 4
"""The flag REQUIRE_TAG of a channel (docs.discord.com/developers/resources/channel)."""
_STATES = frozenset(state.value for state in ThreadState)
_NOT_NOW = (401, 429, 500, 502, 503, 504)


class Threads:
    """The calls about threads."""

    def __init__(self, context: AdapterContext, api: Api, directory: Directory, messages: Messages) -> None:
        self._api, self._directory, self._messages = api, directory, messages
        self._texts_in, self._report = context.texts_in, context.report
        self._openings: LRUCache[str, str] = LRUCache(1_000)

    def note_opening(self, message_id: str, text: str) -> None:
        """A top-level message came in: when the bot answers it, a thread starts there, named after the text."""
        self._openings[message_id] = to_plain(text, LONGEST_THREAD_NAME)

    def is_opening(self, message_id: str) -> bool:
        """Whether the message came in lately and has no thread yet, as far as is known."""
        return message_id in self._openings

    async def start_from(self, channel: str, message_id: str) -> bool:
        """Start the thread of a message; False when there cannot be one, so that the bot answers in the channel.

        Raises the refusal when the message or the channel is gone.
        """
        name = self._openings.pop(message_id, None) or await self._name_for(channel, message_id)
        route = Route(
            "POST",
            "/channels/{channel_id}/messages/{message_id}/threads",
            channel_id=channel,
            message_id=message_id,
        )
        try:
            await self._api.call(route, json={"name": name, "auto_archive_duration": REST_MINUTES})
        except discord.HTTPException as error:
            if code_of(error) == THREAD_EXISTS:
                return True
            if code_of(error) in (UNKNOWN_CHANNEL, UNKNOWN_MESSAGE) or error.status in _NOT_NOW:
                raise
            self._report("discord.no_thread", {"channel": channel, "code": code_of(error)})
            return False
        return True

    async def start_alone(self, channel: str, name: str) -> str:
        """Start a thread that hangs on no message; return its id."""
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=channel)
        payload = {"name": name, "type": _PUBLIC_THREAD, "auto_archive_duration": REST_MINUTES}
        return str(_opened(await self._api.look_up(route, json=payload))["id"])

    async def _name_for(self, channel: str, message_id: str) -> str:
        try:
            message = await self._messages.fetch(channel, message_id)
        except FAILURES:
            message = {}
        text = to_commonmark(str(message.get("content") or ""), names_in(message, self._directory.name))
        return to_plain(text, LONGEST_THREAD_NAME) or self._texts_in("")(mark("Your question"))

    async def open_post(self, forum: str, name: str, message: Mapping[str, Any], state: str = "") -> Json:
        """Open a forum post, tagged with the state where the forum has such a tag; return the thread object."""
        tags = await self._tags(forum)
        payload: Json = {
            "name": name,
            "auto_archive_duration": REST_MINUTES,
            "message": dict(message),
            "applied_tags": [tag_id for tag_name, tag_id in tags if tag_name == state],
        }
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=forum)
        try:
            opened = await self._api.look_up(route, json=payload)
        except discord.HTTPException as error:
            if code_of(error) != TAG_REQUIRED or not tags:
                raise
            opened = await self._api.look_up(route, json={**payload, "applied_tags": [tags[0][1]]})
        return _opened(opened)

    async def _tags(self, forum: str) -> list[tuple[str, str]]:
        """(name in lower case, id) of the tags the bot may apply; none when the forum cannot be asked."""
        try:
            channel = await self._directory.channel(forum)
        except FAILURES:
            return []
        tags = (one for one in mappings(channel, "available_tags") if one.get("id"))
        return [(str(one.get("name")).lower(), str(one["id"])) for one in tags if not one.get("moderated")]

    async def find_post(self, forum: str, name: str, since: datetime) -> Json | None:
        """The post that an earlier try opened under this name; raises when the threads cannot be listed."""
        me = str((await self._api.me())["id"])
        for room in self._directory.guilds.threads_in(forum):
            if (room.owner, room.name) == (me, name) and _is_since(room.id, since):
                return {"id": room.id}
        guild = await self._directory.guild_of(forum)
        route = Route("GET", "/guilds/{guild_id}/threads/active", guild_id=guild)
        found = await self._api.look_up(route)
        for thread in mappings(found, "threads"):
            is_ours = str(thread.get("parent_id")) == forum and str(thread.get("owner_id")) == me
            if is_ours and thread.get("name") == name and _is_since(str(thread["id"]), since):
                return dict(thread)
        return None

    async def is_forum(self, channel: str) -> bool:
        return (await self._directory.room(channel)).kind is RoomKind.FORUM

    async def fetch(self, thread: str) -> Json:
        """The thread as it stands now; no more than its id where it cannot be asked. Raises when it is gone."""
        try:
            return dict(await self._directory.channel(thread, is_fresh=True))
        except discord.HTTPException as error:
            if code_of(error) == UNKNOWN_CHANNEL or error.status in _NOT_NOW:
                raise
        return {"id": thread}

    async def wake(self, thread: str) -> None:
        """Take the thread out of the archive, where nothing in it can be changed."""
        await self._patch(thread, {"archived": False})

    async def archive(self, thread: str) -> None:
        await self._patch(thread, {"archived": True})

    async def show_state(self, thread: Mapping[str, Any], parent: str, state: ThreadState) -> None:
        """Bring tags and archive in line with the state; resolved threads rest, but are not locked."""
        is_resolved = state is ThreadState.RESOLVED
        tags = thread.get("applied_tags")
        applied = [str(tag) for tag in tags] if isinstance(tags, list) else []
        wanted = await self._tags_for(parent, applied, state)
        is_archived = mapping(thread, "thread_metadata").get("archived")
        change: Json = {}
        if wanted != applied:
            change["applied_tags"] = wanted
        if is_archived is not is_resolved or change:
            change["archived"] = is_resolved
        if change:
            await self._patch(str(thread["id"]), change)

    async def _tags_for(self, parent: str, applied: list[str], state: ThreadState) -> list[str]:
        tags = await self._tags(parent)
        states = {tag_id for name, tag_id in tags if name in _STATES}
        wanted = [tag_id for name, tag_id in tags if name == state.value]
        # Discord takes five tags; those that people chose stay as long as there is room.
        kept = [*wanted, *(tag for tag in applied if tag not in states)][:5]
        # A forum without a tag for this state must not show another one's, but some take no post without any.
        return kept if kept or (tags and not await self._needs_tags(parent)) else applied

    async def _needs_tags(self, forum: str) -> bool:
        return bool(whole(await self._directory.channel(forum), "flags") & _REQUIRES_TAG)

    async def rename(self, thread: str, name: str) -> None:
        await self._patch(thread, {"name": name})

    async def _patch(self, thread: str, change: Json) -> None:
        await self._api.call(Route("PATCH", "/channels/{channel_id}", channel_id=thread), json=change)


def _opened(thread: Json) -> Json:
    """The thread, if it can be written to; it may have been opened where it cannot."""
    if not whole(thread, "id"):
        raise OddAnswerError("no thread")
    return thread


def _is_since(thread: str, since: datetime) -> bool:
    # Where ids tell no time the name has to be enough; it carries the ticket's number.
    return made_at(thread) >= since or not is_timed(thread)
