"""Updates that Telegram brings: answered with 200 when they are stored, and not before."""

import asyncio
import hmac
import re
from collections.abc import Callable
from typing import Any

from aiohttp import web
from telegram.error import BadRequest, InvalidToken, TelegramError

from adapters import AdapterContext
from adapters.fields import number
from adapters.json_text import loads
from adapters.telegram.api import Api
from adapters.telegram.errors import WRONG_TOKEN
from adapters.telegram.hearing import Hearing
from adapters.telegram.receive import ALLOWED_UPDATES, Receiver
from adapters.telegram.request import FloodError, MissingError
from adapters.telegram.setup import refused_token, refused_webhook, wrong_secret, wrong_token

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
MAX_BODY_BYTES = 1024 * 1024
CHECK_SECONDS = 60.0
_MAX_FAILURES = 5


class NoWebhooksError(Exception):
    """The server knows no setWebhook."""


class Webhook:
    def __init__(
        self,
        context: AdapterContext,
        api: Api,
        receiver: Receiver,
        secret: str,
        public_url: str,
    ) -> None:
        self._context, self._api, self._receiver = context, api, receiver
        self._secret = secret
        self.url = public_url.rstrip("/") + PATH
        self._hearing: Hearing | None = None
        self._last_error_at = 0

    async def run(self, hearing: Hearing, on_ready: Callable[[], None]) -> None:
        """Have Telegram deliver here, and see to it that it stays so, until cancelled.

        Raises NoWebhooksError, SetupError for what only a person can mend, ConnectionError when Telegram stays away.
        """
        self._hearing = hearing
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", self._secret):
            raise wrong_secret()
        # What failed before this start is no news.
        self._last_error_at = int(self._context.now().timestamp()) - 1
        await self._set()
        on_ready()
        failures = 0
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self._check()
            except InvalidToken as error:
                raise wrong_token() from error
            except TelegramError as error:
                failures += 1
                if failures >= _MAX_FAILURES:
                    await self._call_in(error)
                    failures = 0
            else:
                failures = 0

    async def _call_in(self, failure: TelegramError) -> None:
        """Ask what every server knows: one that cannot be asked about webhooks brings what there is all the same."""
        try:
            await self._api.call("getMe")
        except WRONG_TOKEN as error:
            raise refused_token(error) from error
        except TelegramError as error:
            raise ConnectionError("Telegram cannot be reached") from error
        self._context.report("telegram.webhook_unchecked", {"error": type(failure).__name__})

    async def _set(self) -> None:
        parameters = {
            "url": self.url,
            "secret_token": self._secret,
            "allowed_updates": list(ALLOWED_UPDATES),
            "drop_pending_updates": False,
        }
        while True:
            try:
                await self._api.call("setWebhook", parameters)
            except FloodError as error:
                # Several processes that start together set the same address; Telegram takes one a second.
                await asyncio.sleep(min(error.retry_after_seconds, CHECK_SECONDS))
            except InvalidToken as error:
                raise wrong_token() from error
            except MissingError as error:
                raise NoWebhooksError from error
            except BadRequest as error:
                raise refused_webhook(str(error)) from error
            else:
                return

    async def _check(self) -> None:
        info = await self._api.look_up("getWebhookInfo")
        if info.get("url") != self.url:
            # Somebody polled with this token, or set another address: without this we would be deaf.
            self._context.report("telegram.webhook_lost", {})
            await self._set()
        failed_at = int(number(info, "last_error_date"))
        if failed_at > self._last_error_at:
            self._last_error_at = failed_at
            fields = {"waiting": info.get("pending_update_count"), "reason": info.get("last_error_message")}
            self._context.report("telegram.webhook_failing", fields)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """403 without the secret, 413 when too large, 500 when it could not be stored: then Telegram repeats it."""
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), self._secret.encode()):
            return web.Response(status=403)
        if self._hearing is None:
            return web.Response(status=503)
        body = await _bounded(request)
        if body is None:
            return web.Response(status=413)
        update = _parsed(body)
        if update is None:
            # It will not become better by being repeated.
            self._context.report("telegram.update_malformed", {"update_id": None})
            return web.Response(status=200)
        try:
            await self._receiver.accept([update], self._hearing)
        except Exception as error:  # noqa: BLE001 - whatever the intake raises, Telegram must bring it again
            self._context.report("telegram.not_stored", {"error": type(error).__name__})
            return web.Response(status=500)
        return web.Response(status=200)


async def _bounded(request: web.Request) -> bytes | None:
    if (request.content_length or 0) > MAX_BODY_BYTES:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        update = loads(body)
    except ValueError:
        return None
    return update if isinstance(update, dict) else None
