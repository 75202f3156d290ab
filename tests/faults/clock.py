"""The time that the bot under test follows: the sandbox's, and what a wrong clock makes of it."""

import asyncio
import contextlib
from datetime import timedelta
from types import TracebackType

from aiohttp import web

from sandbox.world import World

_LOOK_EVERY_SECONDS = 0.1


class FaultyClock:
    """Answers as the sandbox's `/clock` does; `skew` is by how much this machine's clock is wrong."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.skew = timedelta()
        self._runner: web.AppRunner | None = None

    @property
    def offset_seconds(self) -> float:
        return self._world.clock.offset_seconds + self.skew.total_seconds()

    @property
    def url(self) -> str:
        if self._runner is None:
            raise LookupError("the clock does not run")
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/clock"

    async def __aenter__(self) -> "FaultyClock":
        app = web.Application()
        app.router.add_get("/clock", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        known = float(request.query.get("known", "nan"))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(float(request.query.get("wait", "0"))):
                while self.offset_seconds == known:
                    await asyncio.sleep(_LOOK_EVERY_SECONDS)
        return web.json_response({"offset_seconds": self.offset_seconds})
