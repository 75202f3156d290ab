"""The connection to Discord's gateway: the SDK's client, its raw frames, and its ends as clean failures."""

from collections.abc import Callable
from typing import Any

import discord
import orjson
from discord.gateway import DiscordWebSocket

from adapters import SetupError
from adapters.discord.api import HouseHttp
from adapters.discord.settings import DiscordSettings
from bot.core.texts import mark

Sink = Callable[[str, dict[str, Any], int], None]
"""(event name, payload, number in the session)."""

_DISPATCH = DiscordWebSocket.DISPATCH
_WRONG_TOKEN = 4004
_INTENTS_REFUSED = (4013, 4014)

HOW_TO_RENEW = mark(
    "Discord refuses the token. Copy it anew from the Bot page of your application at "
    "https://discord.com/developers/applications and set DISCORD_TOKEN."
)


class GatewayLostError(Exception):
    """The connection is beyond the SDK's own repair; a new adapter has to make a new one."""


def needed_intents(*, has_message_content: bool) -> discord.Intents:
    """What the bot asks to hear: rooms, messages and reactions. Not members, not presences."""
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        dm_messages=True,
        guild_reactions=True,
        dm_reactions=True,
        message_content=has_message_content,
    )


class GatewayClient(discord.Client):
    """The SDK's client at this adapter's addresses; hands every frame on as it came."""

    def __init__(self, settings: DiscordSettings, intents: discord.Intents, sink: Sink) -> None:
        self._settings, self._sink = settings, sink
        super().__init__(
            intents=intents,
            # No messages are cached: whatever is asked about a message goes by its id.
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            enable_debug_events=True,
        )

    def _get_state(self, **options: Any) -> Any:
        # The state takes hold of the client's HTTP object, so this is the moment to exchange it.
        self.http = HouseHttp(self.loop, self._settings)
        return super()._get_state(**options)

    async def on_socket_raw_receive(self, frame: str | bytes) -> None:
        # One task per frame, started in order; nothing here may wait, or they would overtake each other.
        message = orjson.loads(frame)
        if message.get("op") == _DISPATCH:
            self._sink(message["t"], message["d"], message["s"] or 0)


async def listen(
    settings: DiscordSettings,
    sink: Sink,
    on_client: Callable[[discord.Client], None],
    report: Callable[[str, dict[str, object]], None],
) -> None:
    """Stay connected and feed the sink; short gaps are resumed by the SDK.

    Raises SetupError for a token that is refused and GatewayLostError, or what the SDK raises, for the rest.
    When Discord refuses the message content intent it goes on without.
    """
    for has_message_content in (True, False):
        client = GatewayClient(settings, needed_intents(has_message_content=has_message_content), sink)
        on_client(client)
        try:
            await _connect(client, settings.token.strip())
        except discord.ConnectionClosed as error:
            if error.code == _WRONG_TOKEN:
                raise SetupError(HOW_TO_RENEW) from error
            if error.code not in _INTENTS_REFUSED or not has_message_content:
                raise GatewayLostError(f"closed with {error.code}") from error
            report("discord.message_content_refused", {"code": error.code})
            continue
        raise GatewayLostError("closed")


async def _connect(client: GatewayClient, token: str) -> None:
    async with client:
        try:
            await client.http.static_login(token)
            # Without the SDK's own retries: they fail on a first connection that does not come about, and pause
            # for up to a quarter of an hour. Resuming after a dropped socket is not part of them and stays.
            await client.connect(reconnect=False)
        except discord.LoginFailure as error:
            raise SetupError(HOW_TO_RENEW) from error
        except AttributeError as error:
            if client.ws is not None:
                raise
            # https://github.com/Rapptz/discord.py/issues/10520
            raise GatewayLostError("the first connection failed") from error
