"""The calls that answer an interaction: they carry its own token and not the bot's.

They go past the SDK's HTTP layer: it would make them wait for the bot's rate limits, which do not hold here
(https://discord.com/developers/docs/topics/rate-limits), and would write the tokens into its log.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import discord

from adapters.discord.api import Api
from adapters.discord.files import multipart
from adapters.discord.house_http import CALL_TIMEOUT, UPLOAD_TIMEOUT
from adapters.discord.interactions import InteractionRef
from adapters.fields import mapping, whole
from adapters.json_text import loads

Json = dict[str, Any]

MESSAGE, LATER_MESSAGE, LATER_UPDATE, CHOICES, FORM = 4, 5, 6, 8, 9
MOST_CHOICES = 25
LOADING = 1 << 7
"""The flag of a message that says 'is thinking'."""


class Callbacks:
    """Answers interactions; raises one of `errors.FAILURES`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def respond(
        self, ref: InteractionRef, kind: int, data: Mapping[str, Any] | None = None,
        files: Sequence[discord.File] = (),
    ) -> Json:  # fmt: skip
        """Give the first response; return the message it made, {} when there is none."""
        body: Json = {"type": kind} | ({"data": dict(data)} if data is not None else {})
        made = await self._call(
            "POST", f"/interactions/{ref.id}/{ref.token}/callback?with_response=true", body, files
        )
        return dict(mapping(mapping(made, "resource"), "message"))

    async def follow_up(
        self, ref: InteractionRef, data: Mapping[str, Any], files: Sequence[discord.File] = ()
    ) -> Json:
        """Say more; directly after a deferral it takes the place of 'is thinking'."""
        return await self._call("POST", f"/webhooks/{ref.application}/{ref.token}?wait=true", data, files)

    async def fill(
        self, ref: InteractionRef, data: Mapping[str, Any], files: Sequence[discord.File] = ()
    ) -> Json:
        """Put the answer where 'is thinking' stands. May be repeated."""
        return await self._call("PATCH", self._original(ref), data, files)

    async def is_waiting(self, ref: InteractionRef) -> bool:
        """Whether the answer was put off and 'is thinking' stands there."""
        try:
            original = await self._call("GET", self._original(ref), None)
        except discord.NotFound:
            return False
        return bool(whole(original, "flags") & LOADING)

    async def drop(self, ref: InteractionRef) -> None:
        """Take 'is thinking' away."""
        await self._call("DELETE", self._original(ref), None)

    async def offer(self, ref: InteractionRef, choices: Sequence[tuple[str, str]]) -> None:
        """Offer (value, label) pairs for the argument that is being typed."""
        offered = [
            {"name": label[:100] or value[:100], "value": value[:100]}
            for value, label in choices[:MOST_CHOICES]
        ]
        await self.respond(ref, CHOICES, {"choices": offered})

    @staticmethod
    def _original(ref: InteractionRef) -> str:
        return f"/webhooks/{ref.application}/{ref.token}/messages/@original"

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None, files: Sequence[discord.File] = ()
    ) -> Json:
        session = await self._api.plain_session()
        url = self._api.settings.api_url.rstrip("/") + path
        for file in files:
            file.reset()
        async with session.request(
            method,
            url,
            timeout=UPLOAD_TIMEOUT if files else CALL_TIMEOUT,
            **_body(body, files),
        ) as response:
            data = _parsed(await response.read())
            if response.status >= 400:
                raise _error(response, data)
        return data


def _body(body: Mapping[str, Any] | None, files: Sequence[discord.File]) -> dict[str, Any]:
    if body is None:
        return {}
    if not files:
        return {"json": dict(body)}
    # Discord does not understand escaped brackets in the names of parts.
    form = aiohttp.FormData(quote_fields=False)
    inner = body.get("data")
    fields = multipart(inner, files) if isinstance(inner, dict) else multipart(body, files)
    if isinstance(inner, dict):
        described = json.loads(fields[0]["value"])
        fields[0]["value"] = json.dumps({**body, "data": described})
    for one in fields:
        form.add_field(**one)
    return {"data": form}


def _parsed(body: bytes) -> Json:
    try:
        data = loads(body) if body else {}
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _error(response: aiohttp.ClientResponse, data: Json) -> discord.HTTPException:
    if response.status == 429:
        return discord.HTTPException(response, data)
    if response.status >= 500:
        return discord.DiscordServerError(response, data)
    if response.status == 404:
        return discord.NotFound(response, data)
    return discord.HTTPException(response, data)
