"""The local Telegram: Bot API for the bot, surface for people, one object per instance."""

import asyncio

from aiohttp import web

from sandbox.telegram.api import Api
from sandbox.telegram.polling import Polling
from sandbox.telegram.story import FANS, FORUM, SUPPORT_DESK, build_state
from sandbox.telegram.surface import TelegramSurface
from sandbox.telegram.webhook import Webhook
from sandbox.world import World

CHECK_SECONDS = 0.05


class TelegramServer(TelegramSurface):
    """A Bot API on loopback with the people of Juniper & Pine. Make one inside a running event loop."""

    def __init__(self, world: World) -> None:
        super().__init__(build_state(world))
        self.world = world
        self._polling = Polling(self.state)
        self._webhook = Webhook(self.state)
        self._api = Api(self.state, self._polling, self._webhook)
        self._webhook.execute = self._api.call
        self._runner: web.AppRunner | None = None

    @property
    def has_privacy_mode(self) -> bool:
        """Group privacy as BotFather sets it; off at first."""
        return self.state.has_privacy_mode

    @has_privacy_mode.setter
    def has_privacy_mode(self, is_on: bool) -> None:
        self.state.has_privacy_mode = is_on

    @property
    def has_real_limits(self) -> bool:
        """Whether Telegram's own rate limits apply; off at first."""
        return self._api.limiter.is_on

    @has_real_limits.setter
    def has_real_limits(self, is_on: bool) -> None:
        self._api.limiter.is_on = is_on

    async def start(self, host: str, port: int) -> None:
        runner = web.AppRunner(self._api.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        bound = runner.addresses[0][1]
        # A server that listens everywhere is reached on loopback.
        shown = "127.0.0.1" if host in {"", "0.0.0.0"} else host  # noqa: S104 - compared, not bound
        self.state.base_url = f"http://{shown}:{bound}"
        self.state.world.faults["telegram"].watch(self._on_outage)

    def _on_outage(self, is_down: bool) -> None:
        if is_down:
            self._polling.end("dropped")

    async def stop(self) -> None:
        self.state.world.faults["telegram"].unwatch(self._on_outage)
        self._polling.end("dropped")
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        # Behind the last call, which may have set it.
        await self._webhook.close()

    def bot_settings(self) -> dict[str, str]:
        return {
            "TELEGRAM_TOKEN": self.state.token,
            "TELEGRAM_API_URL": self.state.base_url,
            "STAFF_SPACE": f"telegram:{SUPPORT_DESK}",
            "SUPPORT_PLACES": f"telegram:{FANS},telegram:{FORUM}",
        }

    async def drop_connections(self) -> None:
        self._polling.end("dropped")
        server = self._runner.server if self._runner is not None else None
        for connection in server.connections if server is not None else []:
            if connection.transport is not None:
                connection.transport.abort()

    async def settle(self, timeout_seconds: float = 5.0) -> None:
        """Wait until every update was confirmed and no call is under way; raises TimeoutError."""
        async with asyncio.timeout(timeout_seconds):
            while not self.state.updates.is_settled or self._api.calls_under_way:
                changed = self.state.updates.changed
                try:
                    await asyncio.wait_for(changed.wait(), CHECK_SECONDS)
                except TimeoutError:
                    continue
