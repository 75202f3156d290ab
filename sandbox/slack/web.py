"""The HTTP side of the local Slack: the Web API, uploads and downloads, response URLs and the socket's address."""

import asyncio
import hmac
from dataclasses import dataclass, field
from urllib.parse import quote

import orjson
from aiohttp import BodyPartReader, web
from aiohttp.typedefs import Handler

from sandbox.slack.arguments import read_arguments
from sandbox.slack.methods import METHODS, Call, Method
from sandbox.slack.methods.registry import Platform
from sandbox.slack.model import ApiError, Json, StoredFile
from sandbox.slack.responses import Responses
from sandbox.slack.schemas import Schemas
from sandbox.slack.throttle import Throttle
from sandbox.world import World

LARGEST_REQUEST = 200 * 1024 * 1024
LOSES_REPLIES = frozenset({"chat.postMessage", "files.completeUploadExternal"})
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head>"
    "<body>Sign in to your workspace</body></html>"
)


@dataclass(frozen=True, slots=True)
class Tokens:
    bot: str
    app: str


@dataclass(slots=True)
class Web:
    world: World
    platform: Platform
    tokens: Tokens
    throttle: Throttle
    schemas: Schemas | None
    is_idle: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while no call of the Web API is under way."""
    _under_way: int = 0

    def __post_init__(self) -> None:
        self.is_idle.set()

    def application(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[self._faults])
        app.router.add_route("*", "/api/{method}", self.call)
        app.router.add_get("/link/", self.platform.sockets.serve)
        app.router.add_post("/upload/v1/{secret}", self.upload)
        app.router.add_post("/actions/{team}/{secret}", self.respond)
        app.router.add_get("/files-pri/{file}/{name}", self.private_file)
        app.router.add_get("/files-pri/{file}/download/{name}", self.private_file)
        app.router.add_get("/browser-files/{secret}/{name}", self.browser_file)
        app.router.add_get("/login", self.login)
        return app

    @web.middleware
    async def _faults(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Down is down for everything but the page's own files."""
        if self.world.faults["slack"].is_down and not request.path.startswith("/browser-files/"):
            return web.Response(
                status=503, text="<html><body>Service Unavailable</body></html>", content_type="text/html"
            )
        return await handler(request)

    # -- the Web API

    async def call(self, request: web.Request) -> web.StreamResponse:
        self._under_way += 1
        self.is_idle.clear()
        try:
            return await self._call(request)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self.is_idle.set()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        if (slow := self.world.faults["slack"].slow_seconds) > 0:
            await asyncio.sleep(slow)
        try:
            method, arguments = await self._admit(request, name)
        except ApiError as error:
            return self._answer(name, "", {"ok": False, "error": error.error, **error.details})
        room = str(arguments.get("channel") or arguments.get("channel_id") or "")
        if (refusal := self._refusal(method, room)) is not None:
            return refusal
        try:
            answer = {"ok": True, **method.run(Call(self.platform, arguments))}
        except ApiError as error:
            answer = {"ok": False, "error": error.error, **error.details}
        lost = answer["ok"] and name in LOSES_REPLIES and self.world.faults["slack"].take("lost_replies")
        response = self._answer(name, room, answer, is_lost=bool(lost))
        if lost and request.transport is not None:
            request.transport.abort()
        return response

    async def _admit(self, request: web.Request, name: str) -> tuple[Method, Json]:
        """The method and its arguments, if this caller may call it so."""
        if (method := METHODS.get(name)) is None:
            raise ApiError("unknown_method", req_method=name)
        given = await read_arguments(request, accepts_json=method.accepts_json)
        if method.needs_token:
            self._check_token(method, given.token)
        manifest = self.platform.manifest
        if not manifest.has_scope(*method.scopes):
            provided = ",".join(sorted(manifest.scopes or ()))
            raise ApiError("missing_scope", needed=",".join(method.scopes), provided=provided)
        missing = [key for key in method.required if given.arguments.get(key) in (None, "")]
        if missing:
            lines = [f"[ERROR] missing required field: {key}" for key in missing]
            raise ApiError("invalid_arguments", messages=lines)
        if self.schemas is not None and (lines := self.schemas.problems(name, given.arguments)):
            raise ApiError("invalid_arguments", messages=lines)
        return method, given.arguments

    def _check_token(self, method: Method, token: str) -> None:
        if not token:
            raise ApiError("not_authed")
        wanted, other = self.tokens.bot, self.tokens.app
        if method.takes_app_token:
            wanted, other = other, wanted
        if hmac.compare_digest(token.encode(), other.encode()) and wanted != other:
            raise ApiError("not_allowed_token_type")
        if not hmac.compare_digest(token.encode(), wanted.encode()):
            raise ApiError("invalid_auth")
        if not self.platform.workspace.is_installed:
            raise ApiError("account_inactive")

    def _refusal(self, method: Method, room: str) -> web.Response | None:
        """What the fault switch or the rate limits answer instead of the method."""
        faults = self.world.faults["slack"]
        if method.is_posting and faults.take("server_errors"):
            return self._answer(method.name, room, {"ok": False, "error": "internal_error"}, status=500)
        if method.is_posting and faults.take("edge_limits"):
            page = "<html><body>Too Many Requests</body></html>"
            return web.Response(status=429, text=page, content_type="text/html")
        wait = self.throttle.wait_seconds(method, room)
        if method.is_posting and not wait and faults.take("rate_limited_calls"):
            wait = faults.retry_after_seconds
        if wait:
            # Slack counts in whole seconds.
            headers = {"Retry-After": str(max(1, -int(-wait // 1)))}
            limited = {"ok": False, "error": "ratelimited"}
            return self._answer(method.name, room, limited, status=429, headers=headers)
        return None

    def _answer(
        self,
        name: str,
        room: str,
        answer: Json,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        is_lost: bool = False,
    ) -> web.Response:
        outcome = "ok" if answer["ok"] else answer["error"]
        self.world.journal.add(
            "slack", "call", room, method=name, outcome=outcome, status=status, is_lost=is_lost
        )
        granted = ",".join(sorted(self.platform.manifest.scopes or ()))
        return web.Response(
            body=orjson.dumps(answer),
            status=status,
            content_type="application/json",
            charset="utf-8",
            headers={
                "X-OAuth-Scopes": granted,
                "X-Slack-Req-Id": self.platform.workspace.new_id("R"),
                **(headers or {}),
            },
        )

    # -- response URLs

    async def respond(self, request: web.Request) -> web.Response:
        responses: Responses = self.platform.responses
        try:
            asked = orjson.loads(await request.read() or b"{}")
        except orjson.JSONDecodeError:
            return web.Response(status=400, text="invalid_payload")
        if not isinstance(asked, dict):
            return web.Response(status=400, text="invalid_payload")
        try:
            responses.use(request.match_info["secret"], asked)
        except ApiError as error:
            self.world.journal.add(
                "slack", "call", "", method="response_url", outcome=error.error, status=400
            )
            if error.error in {"used_url", "expired_url"}:
                return web.json_response({"ok": False, "error": error.error}, status=404)
            return web.Response(status=400, text=error.error)
        self.world.journal.add("slack", "call", "", method="response_url", outcome="ok", status=200)
        return web.Response(text="ok")

    # -- files

    async def upload(self, request: web.Request) -> web.Response:
        """The middle step of an upload: the raw bytes, or a form with the file in it."""
        file = self._by_secret(request.match_info["secret"])
        if file is None or file.is_complete:
            return web.Response(status=404, text="upload_not_found")
        content = await _uploaded_bytes(request)
        if len(content) != file.length:
            return web.Response(status=400, text="upload length mismatch")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def private_file(self, request: web.Request) -> web.StreamResponse:
        """What url_private leads to: the file for the bot's token, a login page for anything else."""
        if request.headers.get("Authorization", "") != f"Bearer {self.tokens.bot}":
            raise web.HTTPFound(f"{self.platform.address}/login?redir={quote(request.path)}")
        _, _, file_id = request.match_info["file"].partition("-")
        file = self.platform.workspace.files.get(file_id)
        if not self.platform.manifest.has_scope("files:read") or file is None or file.content is None:
            return web.Response(
                status=404, text="<html><body>File not found</body></html>", content_type="text/html"
            )
        return web.Response(body=file.content, content_type=file.mime)

    async def browser_file(self, request: web.Request) -> web.Response:
        """The same file for the sandbox's page; its name is a secret instead of a token."""
        file = self._by_secret(request.match_info["secret"])
        if file is None or file.content is None:
            raise web.HTTPNotFound
        # What people upload is nobody's code: it must not run on this machine's address.
        headers = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=file.content, content_type=file.mime, headers=headers)

    async def login(self, _request: web.Request) -> web.Response:
        return web.Response(text=LOGIN_PAGE, content_type="text/html")

    def _by_secret(self, secret: str) -> StoredFile | None:
        return next((file for file in self.platform.workspace.files.values() if file.secret == secret), None)


async def _uploaded_bytes(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    reader = await request.multipart()
    async for part in reader:
        if isinstance(part, BodyPartReader):
            return bytes(await part.read())
    return b""
