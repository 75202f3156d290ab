"""The SDK's socket to the gateway, for servers that leave out what only the SDK insists on.

https://discord.com/developers/docs/events/gateway-events#ready: Discord tells where to resume a session; a server with
one address need not. And what comes with RESUMED means nothing to anybody.
"""

import asyncio
from contextlib import suppress
from typing import Any

import discord
import orjson
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from adapters.discord.errors import FAILURES
from adapters.json_text import loads

_DIAL_SECONDS = 60.0


class GatewayLostError(ConnectionError):
    """The connection is beyond the SDK's own repair; a new adapter has to make a new one."""


class HouseSocket(DiscordWebSocket):
    """Hands on to the SDK what it knows how to read."""

    async def received_message(self, msg: Any, /) -> None:
        if isinstance(msg, bytes):
            msg = self._decompressor.decompress(msg)
            if msg is None:
                return
        try:
            await self._read(msg)
        except (ValueError, AttributeError):
            # A new session would only bring it again. What went wrong elsewhere goes on its way.
            if (mended := _mended(msg)) is None:
                raise
            if mended:
                await self._read(mended)

    async def _read(self, told: str) -> None:
        if '"READY"' in told or '"RESUMED"' in told:
            told = _completed(told, str(self.gateway))
        await super().received_message(told)


def _mended(told: str) -> str | None:
    """What the SDK can read of a payload that it could not; "" for what is none, None where that was not the reason."""
    with suppress(ValueError):
        if isinstance(orjson.loads(told), dict):
            return None
    with suppress(ValueError):
        payload = loads(told)
        return orjson.dumps(payload).decode() if isinstance(payload, dict) else ""
    return ""


def _completed(told: str, gateway: str) -> str:
    """The payload with what the SDK reads of it; one that begins or goes on with no session stays as it is."""
    payload = orjson.loads(told)
    kind, data = payload.get("t"), payload.get("d")
    if kind == "READY" and isinstance(data, dict):
        filled = {
            "session_id": data.get("session_id") or "",
            "resume_gateway_url": data.get("resume_gateway_url") or gateway,
        }
        return orjson.dumps({**payload, "s": payload.get("s"), "d": {**data, **filled}}).decode()
    if kind == "RESUMED" and not isinstance(data, dict):
        return orjson.dumps({**payload, "d": {}}).decode()
    return told


async def hold(client: discord.Client) -> None:
    """Keep the client's connection, resumed after short gaps, until it is cancelled.

    Raises GatewayLostError, or discord.ConnectionClosed for what the gateway refuses.
    As the SDK's own `connect`, whose first try fails with an AttributeError (https://github.com/Rapptz/discord.py/issues/10520).
    """
    given: dict[str, Any] = {"initial": True, "shard_id": client.shard_id}
    while True:
        try:
            async with asyncio.timeout(_DIAL_SECONDS):
                client.ws = await HouseSocket.from_client(client, **given)
            given["initial"] = False
            while True:
                await client.ws.poll_event()
        except ReconnectWebSocket as again:
            if client.ws is None:
                raise GatewayLostError("the gateway hung up before it said anything") from again
            known = client.ws.session_id
            given.update(gateway=client.ws.gateway, session=known, sequence=client.ws.sequence)
            given["resume"] = again.resume and bool(known)
        except discord.ConnectionClosed:
            raise
        except FAILURES as error:
            raise GatewayLostError(
                f"the gateway is not reached at DISCORD_GATEWAY_URL: {reason(error)}"
            ) from error


def reason(error: BaseException) -> str:
    """What went wrong, in a word, and with which status."""
    status = getattr(error, "status", None)
    return f"{type(error).__name__} {status}" if status else type(error).__name__
