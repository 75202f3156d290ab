"""What every REST call goes through: the token, the faults a person switched on, rate limits, errors, the journal."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import BodyPartReader, web

from sandbox.discord.community import Community
from sandbox.discord.draft import MOST_FILE_BYTES, MOST_FILES
from sandbox.discord.errors import (
    ENTITY_TOO_LARGE,
    INTERNAL,
    INVALID_JSON,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    UNAUTHORIZED,
    UNAVAILABLE,
    ApiError,
    Refusal,
)
from sandbox.discord.limits import RateLimits, Spent
from sandbox.discord.model import Json
from sandbox.surface import Upload

API = "/api/v10"
MOST_BODY_BYTES = MOST_FILES * MOST_FILE_BYTES + 1024 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_OPEN_ROUTES = ("/gateway", "/interactions/", "/webhooks/")


@dataclass(frozen=True, slots=True)
class Deed:
    """What a route means for the faults: whether it posts, and whether it makes a message that could get lost."""

    posts: bool = False
    creates: bool = False


POSTING = Deed(posts=True)
CREATING = Deed(posts=True, creates=True)


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    """Below /api/v10, in aiohttp's form."""
    handler: Handler
    deed: Deed = Deed()


def answer(data: Any, status: int = 200) -> web.Response:
    """JSON whose content type is exactly application/json: clients take anything else for text."""
    return web.Response(status=status, body=orjson.dumps(data), content_type="application/json")


def no_content() -> web.Response:
    return web.Response(status=204)


async def read_json(request: web.Request) -> Json:
    """The body as an object; an empty body is an empty object. Raises ApiError 50109."""
    raw = await request.read()
    return _as_object(raw) if raw else {}


def _as_object(raw: bytes) -> Json:
    body = _as_value(raw)
    if not isinstance(body, dict):
        raise ApiError(INVALID_JSON)
    return body


def _as_value(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise ApiError(INVALID_JSON) from None


async def read_json_value(request: web.Request) -> Any:
    """The body as whatever JSON it is."""
    return _as_value(await request.read())


async def read_message_body(request: web.Request) -> tuple[Json, dict[int, Upload]]:
    """The JSON and the files (files[n]) of a call that may be multipart."""
    if not request.content_type.startswith("multipart/"):
        return await read_json(request), {}
    body: Json = {}
    uploads: dict[int, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = bytes(await part.read(decode=True))
        name = part.name or ""
        if name == "payload_json":
            body = _as_object(content)
        elif name.startswith("file"):
            number = name.removeprefix("files[").removesuffix("]")
            index = int(number) if number.isdigit() else len(uploads)
            uploads[index] = Upload(part.filename or "file", part.headers.get("Content-Type", ""), content)
    return body, uploads


class Rest:
    """Wraps handlers into the behaviour that all routes share."""

    def __init__(self, community: Community, token: str) -> None:
        self._community = community
        self._token = token
        self.limits = RateLimits()
        self.is_idle = asyncio.Event()
        """Set while no call is under way."""
        self.is_idle.set()
        self.served = 0
        """How many calls were answered so far."""
        self._in_flight = 0

    def application(self, routes: list[Route]) -> web.Application:
        """An application to be mounted under /api/v10."""
        app = web.Application(client_max_size=MOST_BODY_BYTES)
        for route in routes:
            app.router.add_route(route.method, route.path, self._guarded(route))
        return app

    def _guarded(self, route: Route) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            self._in_flight += 1
            self.is_idle.clear()
            try:
                return await self._serve(route, request)
            finally:
                self._in_flight -= 1
                self.served += 1
                if not self._in_flight:
                    self.is_idle.set()

        return handle

    async def _serve(self, route: Route, request: web.Request) -> web.StreamResponse:
        faults = self._community.world.faults["discord"]
        if faults.slow_seconds:
            await asyncio.sleep(faults.slow_seconds)
        spent = self.limits.spend(route.method, route.path, dict(request.match_info))
        response: web.StreamResponse
        try:
            response = self._faulty(route, spent) or await self._handled(route, request)
        except ApiError as error:
            response = answer(error.as_json(), error.refusal.status)
        except web.HTTPRequestEntityTooLarge:
            response = _refused(ENTITY_TOO_LARGE)
        response.headers.update(spent.headers())
        self._community.world.journal.add(
            "discord",
            "call",
            request.match_info.get("channel_id", ""),
            method=request.method,
            route=route.path,
            status=response.status,
        )
        if route.deed.creates and response.status < 300 and faults.take("lost_replies"):
            self._note_fault("lost_replies")
            if request.transport is not None:
                request.transport.abort()
        return response

    def _faulty(self, route: Route, spent: Spent) -> web.Response | None:
        """The answer a fault gives instead of doing anything."""
        faults = self._community.world.faults["discord"]
        if faults.is_down:
            return _refused(UNAVAILABLE)
        if spent.is_over:
            return _limited(spent.reset_after, scope="user")
        if route.deed.posts and faults.take("rate_limited_calls"):
            self._note_fault("rate_limited_calls")
            return _limited(faults.retry_after_seconds, scope="shared")
        if route.deed.posts and faults.take("edge_limits"):
            self._note_fault("edge_limits")
            # Cloudflare's own page: no Via, no JSON.
            return web.Response(status=429, text="error code: 1015", content_type="text/plain")
        if route.deed.posts and faults.take("server_errors"):
            self._note_fault("server_errors")
            return _refused(INTERNAL)
        return None

    def _note_fault(self, name: str) -> None:
        self._community.world.journal.add("discord", "fault", "", name=name)

    async def _handled(self, route: Route, request: web.Request) -> web.StreamResponse:
        is_open = any(route.path.startswith(start) for start in _OPEN_ROUTES) and route.path != "/gateway/bot"
        if not is_open and request.headers.get("Authorization") != f"Bot {self._token}":
            raise ApiError(UNAUTHORIZED)
        return await route.handler(request)


@web.middleware
async def refuse_unknown_routes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer in Discord's own form where the API has no such route, or not for this method."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
        if not request.path.startswith(API):
            raise
        return _refused(NOT_FOUND if isinstance(error, web.HTTPNotFound) else METHOD_NOT_ALLOWED)


def _refused(refusal: Refusal) -> web.Response:
    return answer(ApiError(refusal).as_json(), refusal.status)


def _limited(retry_after: float, *, scope: str) -> web.Response:
    response = answer(
        {"message": "You are being rate limited.", "retry_after": retry_after, "global": False},
        status=429,
    )
    # Without Via clients believe that a proxy in front of Discord has banned them.
    response.headers["Via"] = "1.1 google"
    response.headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    response.headers["X-RateLimit-Scope"] = scope
    return response
