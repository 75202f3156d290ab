"""The connection to Discord's gateway: the SDK's client, its raw events, and its ends as clean failures."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import discord

from adapters import Lease, LeaseLostError, SetupError
from adapters.discord.errors import FAILURES
from adapters.discord.guilds import FOLLOWED
from adapters.discord.house_http import HouseHttp
from adapters.discord.house_socket import GatewayLostError, hold, reason
from adapters.discord.settings import DiscordSettings
from adapters.discord.shards import Shard
from bot.core.texts import mark

Sink = Callable[[str, dict[str, Any], int], None]
"""(event name, payload, number in the session)."""

IDENTIFY_PAUSE_SECONDS = 5.0
"""Discord lets a bot begin one session in so many seconds, and refuses another."""
_BEGINNING = "session"
"""The name of the lease for that time."""

HEARD = FOLLOWED | {
    "READY",
    "INTERACTION_CREATE",
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_DELETE",
    "MESSAGE_DELETE_BULK",
    "MESSAGE_REACTION_ADD",
    "MESSAGE_REACTION_REMOVE",
    "TYPING_START",
    "MESSAGE_REACTION_REMOVE_ALL",
    "MESSAGE_REACTION_REMOVE_EMOJI",
    "CHANNEL_PINS_UPDATE",
}
"""The events that are passed on; the others are only counted."""

_WRONG_TOKEN = 4004
_INTENTS_REFUSED = (4013, 4014)

HOW_TO_RENEW = mark(
    "Discord refuses the token. Copy it anew from the Bot page of your application at "
    "https://discord.com/developers/applications and set DISCORD_TOKEN."
)


def needed_intents(*, has_message_content: bool, hears_typing: bool = False) -> discord.Intents:
    """What the bot asks to hear: rooms, messages and reactions, and who is writing. Not members, not presences."""
    return discord.Intents(
        guilds=True,
        guild_messages=True,
        dm_messages=True,
        guild_reactions=True,
        dm_reactions=True,
        message_content=has_message_content,
        guild_typing=hears_typing,
        dm_typing=hears_typing,
    )


class Turnstile:
    """Lets sessions begin one after another, in the time that Discord wants between them.

    `lease` is what keeps other processes of this bot from beginning one meanwhile.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._lock = asyncio.Lock()
        self._passing: asyncio.Task[None] | None = None

    async def wait(self) -> None:
        async with self._lock:
            if self._passing is not None:
                await self._passing
            is_open = asyncio.Event()
            self._passing = asyncio.create_task(self._pass(is_open), name="discord turnstile")
            await is_open.wait()

    async def close(self) -> None:
        """Let other processes through."""
        if self._passing is not None:
            self._passing.cancel()
            await asyncio.gather(self._passing, return_exceptions=True)

    async def _pass(self, is_open: asyncio.Event) -> None:
        with suppress(LeaseLostError):
            async with self._lease((_BEGINNING,)):
                is_open.set()
                await asyncio.sleep(IDENTIFY_PAUSE_SECONDS)


class _Parsers(dict[str, Callable[[Any], None]]):
    """What is done with each kind of event: it is passed on, of most kinds without what is in it."""

    def __init__(self, pass_on: Callable[[str, Any], None]) -> None:
        super().__init__({kind: partial(pass_on, kind) for kind in HEARD})
        self._pass_on = pass_on

    def __getitem__(self, kind: str) -> Callable[[Any], None]:
        # The SDK looks up whatever stands there; what is no name at all would end the session.
        return super().__getitem__(kind if isinstance(kind, str) else "")

    def __missing__(self, kind: str) -> Callable[[Any], None]:
        # Every number counts: one that is left out is an event that got lost.
        return lambda _data: self._pass_on(kind, {})


class GatewayClient(discord.Client):
    """The SDK's client for one shard at this adapter's addresses; hands events on as they came."""

    def __init__(
        self,
        settings: DiscordSettings,
        shard: Shard,
        intents: discord.Intents,
        sink: Sink,
        turnstile: Turnstile,
    ) -> None:
        self._settings, self._sink, self._turnstile = settings, sink, turnstile
        super().__init__(
            intents=intents,
            shard_id=None if shard.is_alone else shard.number,
            shard_count=None if shard.is_alone else shard.count,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )

    def _get_state(self, **options: Any) -> Any:
        # The state takes hold of the client's HTTP object, so this is the moment to exchange it.
        self.http = HouseHttp(self.loop, self._settings)
        state = super()._get_state(**options)
        # Ours in place of the SDK's own: those build objects of everything that is said, and nobody here asks for them.
        state.parsers = _Parsers(self._pass_on)
        return state

    def _pass_on(self, kind: str, data: dict[str, Any]) -> None:
        self._sink(kind, data, self.ws.sequence or 0)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Nobody listens to the SDK's own events."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        # Before the first the connection itself was not made yet: the SDK gives one a minute in all.
        if not initial:
            await self._turnstile.wait()


async def listen(
    settings: DiscordSettings,
    shard: Shard,
    sink: Sink,
    turnstile: Turnstile,
    report: Callable[[str, dict[str, object]], None],
    *,
    hears_typing: bool = False,
) -> None:
    """Hold the shard's connection and feed the sink; short gaps are resumed by the SDK.

    Raises SetupError for a token that is refused, and GatewayLostError.
    When Discord refuses the message content intent it goes on without.
    """
    await turnstile.wait()
    for has_message_content in (True, False):
        intents = needed_intents(has_message_content=has_message_content, hears_typing=hears_typing)
        client = GatewayClient(settings, shard, intents, sink, turnstile)
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
        except discord.LoginFailure as error:
            raise SetupError(HOW_TO_RENEW) from error
        except FAILURES as error:
            raise GatewayLostError(f"Discord does not answer at DISCORD_API_URL: {reason(error)}") from error
        await hold(client)
