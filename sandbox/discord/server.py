"""The sandbox's Discord: REST, gateway and CDN on one port, and what people do in it."""

import asyncio
import contextlib
import hashlib
from datetime import timedelta

from aiohttp import web

from sandbox.discord import story
from sandbox.discord.assets import Assets
from sandbox.discord.forms import Forms
from sandbox.discord.gateway import Gateway
from sandbox.discord.interactions import Interactions
from sandbox.discord.limits import RateLimits
from sandbox.discord.news import News
from sandbox.discord.posting import Posting
from sandbox.discord.reading import Parts
from sandbox.discord.rest import API, MOST_BODY_BYTES, Rest, Route, refuse_unknown_routes
from sandbox.discord.routes_channels import ChannelRoutes
from sandbox.discord.routes_commands import CommandRoutes
from sandbox.discord.routes_guild import GuildRoutes
from sandbox.discord.routes_interactions import InteractionRoutes
from sandbox.discord.routes_messages import MessageRoutes
from sandbox.discord.routes_self import SelfRoutes
from sandbox.discord.threads import Threads
from sandbox.discord.using import Using
from sandbox.world import World

_LOOK_EVERY_SECONDS = 0.1
_ROUND = timedelta(seconds=1)


class DiscordServer(Using):
    """A whole Discord with one community in it; make one inside a running event loop."""

    def __init__(self, world: World) -> None:
        community = story.found_community(world)
        news = News(community)
        threads = Threads(community, news)
        posting = Posting(community, news, threads)
        # The same token every time: the sandbox opens no door to anything but itself.
        self._token = "sandbox." + hashlib.sha256(community.application_id.encode()).hexdigest()[:38]
        gateway = Gateway(community, self._token)
        news.listeners.append(gateway.announce)
        interactions = Interactions(community, news, posting)
        super().__init__(Parts(community, news, threads, posting, gateway, interactions, Forms(news)))
        self._world = world
        self._rest = Rest(community, self._token)
        self._runner: web.AppRunner | None = None
        self._watch: asyncio.Task[None] | None = None

    # Switches of the developer portal and of the server itself

    @property
    def message_content_allowed(self) -> bool:
        """Whether the portal lets the bot read messages; without it an IDENTIFY that asks is closed with 4014."""
        return self._community.message_content_allowed

    @message_content_allowed.setter
    def message_content_allowed(self, is_allowed: bool) -> None:
        self._community.message_content_allowed = is_allowed

    @property
    def members_allowed(self) -> bool:
        """Whether the portal lets the bot hear of members."""
        return self._community.members_allowed

    @members_allowed.setter
    def members_allowed(self, is_allowed: bool) -> None:
        self._community.members_allowed = is_allowed

    @property
    def presences_allowed(self) -> bool:
        return self._community.presences_allowed

    @presences_allowed.setter
    def presences_allowed(self, is_allowed: bool) -> None:
        self._community.presences_allowed = is_allowed

    @property
    def rate_limits(self) -> RateLimits:
        return self._rest.limits

    @property
    def is_connected(self) -> bool:
        """Whether the bot has a gateway session on an open socket."""
        return self._parts.gateway.is_connected

    # Starting and stopping

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError when the port is taken."""
        app = web.Application(client_max_size=MOST_BODY_BYTES, middlewares=[refuse_unknown_routes])
        app.router.add_get("/gateway/", self._parts.gateway.handle)
        app.router.add_get("/gateway", self._parts.gateway.handle)
        app.router.add_routes(Assets(self._community).routes())
        app.add_subapp(API, self._rest.application(self._routes()))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        bound = runner.addresses[0][1]
        # Whoever listens everywhere is reached on this machine under its own name.
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - compared, not bound
        self._community.base_url = f"http://{shown}:{bound}"
        self._runner = runner
        self._watch = asyncio.create_task(self._keep_watch())
        self._world.faults["discord"].watch(self._on_outage)

    def _routes(self) -> list[Route]:
        parts = self._parts
        community = parts.community
        return [
            *MessageRoutes(community, parts.posting).routes(),
            *ChannelRoutes(community, parts.news, parts.posting, parts.threads).routes(),
            *SelfRoutes(community).routes(),
            *GuildRoutes(community, parts.news).routes(),
            *CommandRoutes(community, parts.news).routes(),
            *InteractionRoutes(community, parts.interactions, parts.posting, parts.forms).routes(),
        ]

    async def stop(self) -> None:
        self._world.faults["discord"].unwatch(self._on_outage)
        runner, self._runner = self._runner, None
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        if runner is not None:
            await self._parts.gateway.close_all()
            await runner.cleanup()

    def _on_outage(self, is_down: bool) -> None:
        if is_down:
            self._parts.gateway.cut_all()

    async def _keep_watch(self) -> None:
        """Do what follows from the clock without any call: archive idle threads, forget sessions."""
        next_round_at = self._world.clock.now()
        # Not an endless loop: on Python 3.11 a cancellation that meets a moving clock is swallowed by wait_for.
        while self._runner is not None:
            if self._world.clock.now() >= next_round_at:
                self._parts.threads.archive_idle()
                self._parts.gateway.forget_expired()
                next_round_at = self._world.clock.now() + _ROUND
            await self._world.clock.wait_for_change(self._world.clock.offset_seconds, _LOOK_EVERY_SECONDS)

    def bot_settings(self) -> dict[str, str]:
        base = self._community.base_url
        return {
            "DISCORD_TOKEN": self._token,
            "DISCORD_API_URL": f"{base}{API}",
            "DISCORD_GATEWAY_URL": base.replace("http", "ws", 1) + "/gateway/",
            "STAFF_SPACE": f"discord:{story.SUPPORT_DESK}",
            "SUPPORT_PLACES": f"discord:{story.HELP},discord:{story.QUESTIONS}",
        }

    # What a tester does to the connection

    async def drop_connections(self) -> None:
        self._parts.gateway.cut_all()

    async def invalidate_session(self, *, is_resumable: bool = False) -> None:
        """Send INVALID_SESSION; unless resumable, the bot must identify anew and whatever it missed is not replayed."""
        await self._parts.gateway.invalidate_sessions(is_resumable=is_resumable)

    def skip_messages(self, count: int) -> None:
        """Number so many of the next messages and never send them: a gap in the sequence."""
        self._parts.gateway.skips = count

    async def ask_to_reconnect(self) -> None:
        """Send RECONNECT (op 7), as Discord does before it restarts a gateway."""
        await self._parts.gateway.ask_to_reconnect()

    async def settle(self, timeout_seconds: float = 5.0) -> None:
        """Wait until the bot has read every event, answered every interaction and no call is under way.

        Returns after the timeout all the same, for a bot that is gone reads nothing.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                # What the bot does makes events of its own, so look again until nothing moved.
                before = None
                while before != (before := (self._rest.served, self._parts.gateway.dispatched)):
                    await self._parts.gateway.flushed()
                    await self._rest.is_idle.wait()
                    for interaction in self._parts.interactions.unanswered:
                        await interaction.answered.wait()
