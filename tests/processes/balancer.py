"""The load balancer in front of the processes: each request to the next one, and past one that cannot be reached."""

from collections import Counter
from collections.abc import Sequence

import aiohttp
from aiohttp import web


class Balancer:
    def __init__(self) -> None:
        self.ports: tuple[int, ...] = ()
        """Who gets requests at the moment."""
        self.served: Counter[int] = Counter()
        """How many requests each has answered."""
        self.port = 0
        self._turn = 0
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Balancer":
        app = web.Application()
        app.router.add_post("/{path:.*}", self._forward)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        # A new connection for each: whoever is not there any more is noticed at once.
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _next(self) -> Sequence[int]:
        """Everybody once, beginning with whose turn it is."""
        if not self.ports:
            return ()
        self._turn = (self._turn + 1) % len(self.ports)
        return self.ports[self._turn :] + self.ports[: self._turn]

    async def _forward(self, request: web.Request) -> web.Response:
        assert self._session is not None
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        for port in self._next():
            address = f"http://127.0.0.1:{port}{request.path_qs}"
            try:
                async with self._session.post(address, data=body, headers=headers) as answer:
                    answered = await answer.read()
            except aiohttp.ClientError:
                # Killed before or while it answered: whether it took the event or not, another may be given it.
                continue
            self.served[port] += 1
            return web.Response(status=answer.status, body=answered, content_type=answer.content_type)
        return web.Response(status=503)
