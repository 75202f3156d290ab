"""The house's web server. The webhooks check their own signatures; the rest tells nothing about people."""

import binascii
import hmac
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from aiohttp import hdrs, web

from web.articles_page import HEADERS, Wanted
from web.connections import Connections

MAX_BODY_BYTES = 1_000_000
LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
"""A request with one of these was brought by a proxy, from wherever."""

LONGEST_WORD = 200
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
MOST_LANGUAGES = 10

WebhookHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class House(Protocol):
    """What the web server asks the rest of the house."""

    def readiness(self) -> tuple[bool, Mapping[str, object]]:
        """Whether everything works, and the state of each part in words."""
        ...

    def is_connected(self, platform: str) -> bool | None:
        """None for a platform that is switched off."""
        ...

    def metrics(self) -> bytes: ...

    async def articles_page(self, wanted: Wanted, languages: Sequence[str]) -> bytes:
        """The editors' page as HTML, in the first of these languages that is spoken."""
        ...

    def webhook(self, path: str) -> WebhookHandler | None:
        """The handler of a platform that is connected now."""
        ...


class WebServer:
    """Serves until stopped."""

    def __init__(self, house: House, host: str, port: int, metrics_token: str = "") -> None:
        self._house, self._host, self._port = house, host, port
        self._metrics_token = metrics_token
        self._connections: Connections | None = None

    async def start(self) -> int:
        """Listen; returns the port. Raises OSError when it is taken."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/readyz/{platform}", self._readyz_of),
                web.get("/metrics", self._metrics),
                web.get("/articles", self._articles),
                web.post("/slack/events", self._webhook),
                web.post("/telegram/webhook", self._webhook),
            ]
        )
        self._connections = Connections(app)
        return await self._connections.listen(self._host, self._port)

    async def stop(self) -> None:
        if self._connections is not None:
            await self._connections.close()

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _readyz(self, request: web.Request) -> web.Response:
        is_ready, parts = self._house.readiness()
        # Whether it works is for every probe; what keeps it from working is for whoever runs it.
        told = parts if self._is_operator(request) else {}
        return web.json_response(
            {"status": "ready" if is_ready else "not ready", **told}, status=200 if is_ready else 503
        )

    async def _readyz_of(self, request: web.Request) -> web.Response:
        """Whether events of this platform can be taken here: one that is away keeps nobody else's from coming."""
        is_connected = self._house.is_connected(request.match_info["platform"])
        if is_connected is None:
            return web.Response(status=404)
        return web.json_response(
            {"status": "ready" if is_connected else "not ready"}, status=200 if is_connected else 503
        )

    async def _metrics(self, request: web.Request) -> web.Response:
        if not self._is_operator(request):
            return web.Response(status=401, headers={hdrs.WWW_AUTHENTICATE: "Bearer"})
        return web.Response(body=self._house.metrics(), headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _articles(self, request: web.Request) -> web.Response:
        if not self._is_operator(request):
            # A browser asks whoever sits before it; the token is the password, whatever name is given.
            return web.Response(status=401, headers={hdrs.WWW_AUTHENTICATE: 'Basic realm="Allhands", Bearer'})
        wanted = Wanted(request.query.get("word", "")[:LONGEST_WORD], "look" in request.query)
        page = await self._house.articles_page(wanted, _languages_of(request))
        return web.Response(body=page, content_type="text/html", charset="utf-8", headers=HEADERS)

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        handler = self._house.webhook(request.path)
        if handler is None:
            # The platform delivers again later; 404 might make it give up.
            return web.Response(status=503, text="This platform is not connected; try again later.")
        return await handler(request)

    def _is_operator(self, request: web.Request) -> bool:
        """With METRICS_TOKEN whoever knows it, without it whoever asks from this machine itself."""
        if self._metrics_token:
            given = _token_in(request.headers.get(hdrs.AUTHORIZATION, ""))
            return hmac.compare_digest(given, self._metrics_token.encode())
        return request.remote in LOOPBACK and not any(name in request.headers for name in FORWARDED)


def _token_in(header: str) -> bytes:
    """What is given as `Bearer TOKEN`, or as the password of `Basic`; empty for anything else."""
    scheme, _, given = header.encode(errors="surrogateescape").partition(b" ")
    if scheme.lower() == b"bearer":
        return given
    if scheme.lower() != b"basic":
        return b""
    try:
        return b64decode(given, validate=True).partition(b":")[2]
    except binascii.Error:
        return b""


def _languages_of(request: web.Request) -> list[str]:
    """What the browser is set to, as it lists them: the best comes first."""
    listed = request.headers.get(hdrs.ACCEPT_LANGUAGE, "").split(",")[:MOST_LANGUAGES]
    names = (one.partition(";")[0].strip() for one in listed)
    return [name for name in names if _LANGUAGE.fullmatch(name)]
