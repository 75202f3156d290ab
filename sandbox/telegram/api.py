"""The HTTP side: methods under /bot<token>/, files under /file/bot<token>/ and, for the page, under /files/."""

import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from sandbox.surface import Upload
from sandbox.telegram import account, changing, chat_methods, copying, sending, sending_media, topic_methods
from sandbox.telegram.arguments import LONGEST_REQUEST, Arguments, read_arguments
from sandbox.telegram.errors import ApiError, bad_request, conflict
from sandbox.telegram.inputs import Call
from sandbox.telegram.limits import EdgeError, Limiter, is_posting, meet_faults
from sandbox.telegram.media import LARGEST_DOWNLOAD_BYTES, LARGEST_FETCH_BYTES, urls_in
from sandbox.telegram.model import StoredFile
from sandbox.telegram.polling import DroppedError, Polling
from sandbox.telegram.sending import Method
from sandbox.telegram.state import TelegramState
from sandbox.telegram.webhook import Webhook

FETCH_SECONDS = 10.0
_EDGE_PAGE = "<html><head><title>429 Too Many Requests</title></head></html>"
METHODS: Mapping[str, tuple[str, Method]] = {
    name.lower(): (name, method)
    for module in (account, sending, sending_media, copying, changing, chat_methods, topic_methods)
    for name, method in module.METHODS.items()
}
DELIVERY = {name.lower(): name for name in ("getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo")}


@dataclass(slots=True)
class Api:
    state: TelegramState
    polling: Polling
    webhook: Webhook
    limiter: Limiter = field(default_factory=Limiter)
    has_connected: bool = False
    calls_under_way: int = 0
    """Without getUpdates, which waits by design."""

    def application(self) -> web.Application:
        application = web.Application(client_max_size=LONGEST_REQUEST)
        application.router.add_route("*", "/bot{token}/{method}", self.handle_method)
        application.router.add_get("/file/bot{token}/{path:.+}", self.handle_file)
        application.router.add_get("/files/{unique_id}/{name}", self.handle_page_file)
        application.router.add_route("*", "/{anything:.*}", self.handle_nothing)
        return application

    async def handle_method(self, request: web.Request) -> web.StreamResponse:
        asked = request.match_info["method"]
        method = asked.lower()
        name = DELIVERY.get(method) or (METHODS[method][0] if method in METHODS else asked)
        counted = 0 if method == "getupdates" else 1
        self.calls_under_way += counted
        try:
            result = await self._answer(request, method)
        except ApiError as error:
            self._journal_call(name, error.code)
            return _refusal(error)
        except EdgeError:
            self._journal_call(name, 429)
            return web.Response(status=429, text=_EDGE_PAGE, content_type="text/html")
        except DroppedError:
            self.has_connected = False
            return _cut(request)
        finally:
            self.calls_under_way -= counted
        self._journal_call(name, 0)
        if is_posting(method) and self.state.world.faults["telegram"].take("lost_replies"):
            self.state.world.journal.add("telegram", "fault", what="lost_reply", method=name)
            return _cut(request)
        return _json({"ok": True, "result": result}, 200)

    async def _answer(self, request: web.Request, method: str) -> Any:
        await meet_faults(self.state, method)
        token = urllib.parse.unquote(request.match_info["token"])
        if ":" not in token:
            raise ApiError(404, "Not Found")
        if token != self.state.token:
            raise ApiError(401, "Unauthorized")
        args = await read_arguments(request)
        return await self.call(method, args)

    async def call(self, method: str, args: Arguments) -> Any:
        """Carry out a method (in lower case); raise ApiError as Telegram would."""
        if method in DELIVERY:
            return await self._delivery(method, args)
        if method not in METHODS:
            raise ApiError(404, "Not Found: method not found")
        self.limiter.check(self.state, method, args)
        fetched = {url: await _fetch(kind, url) for kind, url in urls_in(args)}
        return METHODS[method][1](Call(self.state, replace(args, fetched=fetched)))

    async def _delivery(self, method: str, args: Arguments) -> Any:
        match method:
            case "setwebhook":
                if args.text("url"):
                    self.polling.end("webhook")
                return await self.webhook.set(args)
            case "deletewebhook":
                return await self.webhook.delete(args)
            case "getwebhookinfo":
                return self.webhook.info()
        if self.webhook.is_set:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        if not self.has_connected:
            self.has_connected = True
            self.state.world.journal.add("telegram", "connected", how="polling")
        return await self.polling.get_updates(args)

    def _journal_call(self, method: str, error_code: int) -> None:
        self.state.world.journal.add("telegram", "call", method=method, error=error_code)

    async def handle_file(self, request: web.Request) -> web.StreamResponse:
        try:
            await meet_faults(self.state, "file")
        except ApiError as error:
            return _refusal(error)
        stored = self.state.files.by_path.get(request.match_info["path"])
        if request.match_info["token"] != self.state.token:
            return _refusal(ApiError(401, "Unauthorized"))
        if stored is None or stored.size > LARGEST_DOWNLOAD_BYTES:
            return _refusal(ApiError(404, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")

    async def handle_page_file(self, request: web.Request) -> web.StreamResponse:
        stored = self.state.files.by_unique_id.get(request.match_info["unique_id"])
        if stored is None:
            return _refusal(ApiError(404, "Not Found"))
        # Uploaded HTML or SVG must not run as a page of this server.
        headers = {
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",
        }
        return web.Response(body=stored.content, headers=headers | {"Content-Type": stored.mime})

    async def handle_nothing(self, _request: web.Request) -> web.StreamResponse:
        return _refusal(ApiError(404, "Not Found"))


def page_url(state: TelegramState, stored: StoredFile) -> str:
    """Where a browser on this machine loads a file, without the token."""
    name = urllib.parse.quote(stored.name or "file", safe="")
    return f"{state.base_url}/files/{stored.unique_id}/{name}"


def _json(body: Mapping[str, Any], status: int) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


def _refusal(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    response = _json(body, error.code)
    if "retry_after" in error.parameters:
        response.headers["Retry-After"] = str(error.parameters["retry_after"])
    return response


def _cut(request: web.Request) -> web.StreamResponse:
    """Break the connection off instead of answering."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _fetch(kind: str, url: str) -> Upload:
    """What is behind a URL a bot wants sent, or 400."""
    largest = LARGEST_FETCH_BYTES.get(kind, LARGEST_DOWNLOAD_BYTES)
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            if answer.status != 200:
                raise bad_request("failed to get HTTP URL content")
            content = await answer.content.read(largest + 1)
            mime = answer.content_type
            while len(content) <= largest and (more := await answer.content.read(largest)):
                content += more
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise bad_request("failed to get HTTP URL content") from error
    if len(content) > largest:
        raise bad_request("failed to get HTTP URL content")
    name = urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2])
    return Upload(name or "file", mime, content)
