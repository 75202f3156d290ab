"""Messages at Discord: made, changed, taken back, found again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import discord
from cachetools import LRUCache
from discord.http import Route

from adapters.discord.api import Api, as_object
from adapters.discord.files import multipart
from adapters.discord.parse import said_at
from adapters.discord.snowflake import first_after, is_timed
from adapters.fields import mapping, mappings, whole

Json = dict[str, Any]


class Messages:
    """The calls about messages; knows which key each recent message of this process was sent under."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._keys: LRUCache[str, str] = LRUCache(1_000)

    async def create(
        self, channel: str, payload: Mapping[str, Any], nonce: str, files: Sequence[discord.File] = ()
    ) -> Json:
        """Post; while Discord remembers the nonce (some minutes) a repeat returns the message that is there."""
        # A number needs no quoting.
        number = int(channel) if channel.isdecimal() else channel
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=number)
        made = await self._upload(route, {**payload, "nonce": nonce, "enforce_nonce": True}, files)
        if whole(made, "id"):
            self._keys[str(made["id"])] = nonce
        return made

    async def change(
        self, channel: str, message: str, payload: Mapping[str, Any], files: Sequence[discord.File] = ()
    ) -> Json:
        route = Route(
            "PATCH", "/channels/{channel_id}/messages/{message_id}", channel_id=channel, message_id=message
        )
        return await self._upload(route, payload, files)

    async def _upload(self, route: Route, payload: Mapping[str, Any], files: Sequence[discord.File]) -> Json:
        if files:
            return await self._api.look_up(route, files=list(files), form=multipart(payload, files))
        done = await self._api.call(route, json=payload)
        # Without content: it is done, and there is nothing to say of it.
        return {} if done is None else as_object(done)

    async def fetch(self, channel: str, message: str) -> Json:
        route = Route(
            "GET", "/channels/{channel_id}/messages/{message_id}", channel_id=channel, message_id=message
        )
        return await self._api.look_up(route)

    async def delete(self, channel: str, message: str) -> None:
        route = Route(
            "DELETE", "/channels/{channel_id}/messages/{message_id}", channel_id=channel, message_id=message
        )
        await self._api.call(route)

    async def react(self, channel: str, message: str, emoji: str, *, is_on: bool) -> None:
        route = Route(
            "PUT" if is_on else "DELETE",
            "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me",
            channel_id=channel,
            message_id=message,
            emoji=emoji,
        )
        await self._api.call(route)

    async def after(self, channel: str, message: str, limit: int = 100) -> list[Json]:
        """The messages that follow this id, oldest first, at most 100."""
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel)
        found = await self._api.look_up_all(route, params={"after": message, "limit": limit})
        return sorted(found, key=lambda one: int(one["id"]))

    async def latest(self, channel: str, limit: int = 50) -> list[Json]:
        """The last messages of a channel, oldest first."""
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel)
        found = await self._api.look_up_all(route, params={"limit": limit})
        return sorted(found, key=lambda one: int(one["id"]))

    async def find(
        self, channel: str, payload: Mapping[str, Any], nonce: str, since: datetime, files: int
    ) -> Json | None:
        """Look whether an earlier try arrived: by its nonce, or by what it says where Discord no longer tells it.

        Raises one of `errors.FAILURES` when nobody can tell.
        """
        me = str((await self._api.me())["id"])
        said = await self._said_since(channel, since)
        mine = [one for one in said if str(mapping(one, "author").get("id")) == me]
        for one in mine:
            if str(one.get("nonce") or self._keys.get(str(one["id"])) or "") == nonce:
                return one
        for one in mine:
            is_other = one.get("nonce") or str(one["id"]) in self._keys
            if not is_other and _says_the_same(one, payload, files):
                return one
        return None

    async def _said_since(self, channel: str, since: datetime) -> list[Json]:
        if is_timed(channel):
            return await self.after(channel, first_after(since))
        return [one for one in await self.latest(channel) if said_at(one, since) >= since]


def _says_the_same(message: Mapping[str, Any], payload: Mapping[str, Any], files: int) -> bool:
    def gist(one: Mapping[str, Any]) -> tuple[object, ...]:
        embeds = [(e.get("title"), e.get("description") or "") for e in mappings(one, "embeds")]
        return (str(one.get("content") or "").strip(), embeds)

    # A preview that Discord added to a message without embeds is not part of what was said.
    left = gist(message) if payload.get("embeds") else gist({**message, "embeds": []})
    return left == gist(payload) and len(mappings(message, "attachments")) == files
