"""The Events API over HTTP: signed requests, refused when they are unsigned, old, altered or too large."""

import hashlib
import hmac
import re
import time
from collections.abc import Callable

import orjson
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from adapters import WebhookHandler
from adapters.slack.malformed import OnMalformed
from adapters.slack.payloads import Json
from adapters.slack.receive import Take

MOST_BYTES = 1_000_000
_MOST_AGE_SECONDS = 300
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{1,12}")


def webhook(
    signing_secret: str, take: Take, app: Callable[[], AsyncApp], on_malformed: OnMalformed
) -> WebhookHandler:
    """Return the handler for events, commands and interactions, which Slack all sends to one address.

    Events are most of it and are answered here; Bolt answers everything else.
    """
    secret = signing_secret.encode()

    async def handle(request: web.Request) -> web.StreamResponse:
        if not _may_be_signed(request):
            # Not a byte of the body is read for whoever cannot be Slack.
            return web.Response(status=401)
        body = await _read(request)
        if body is None:
            return web.Response(status=413)
        if not _is_signed(secret, request, body):
            return web.Response(status=401)
        if (event := _event_in(body)) is not None:
            return await _answer(take, event)
        try:
            bolt_request = AsyncBoltRequest(
                body=body.decode(), query=request.query_string, headers={**request.headers}
            )
            answer = await app().async_dispatch(bolt_request)
        except Exception as error:  # noqa: BLE001 - what fails in storing Bolt answers itself: this was its reading
            on_malformed(None, type(error).__name__)
            return web.Response(status=400)
        return await to_aiohttp_response(answer)

    return handle


async def _answer(take: Take, event: Json) -> web.StreamResponse:
    try:
        await take(event)
    except Exception:  # noqa: BLE001 - whatever it was, nothing was stored: Slack delivers again
        return web.Response(status=500)
    return web.Response()


def _event_in(body: bytes) -> Json | None:
    """The payload of an event; None for everything else that Slack sends."""
    if not body.startswith(b"{"):
        return None
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        # Half a character, for one, which Bolt's parser takes.
        return None
    return payload if payload.get("type") == "event_callback" else None


def _may_be_signed(request: web.Request) -> bool:
    """False where the headers alone tell that no body could make the signature right."""
    time_given = request.headers.get("X-Slack-Request-Timestamp", "")
    if not _SIGNATURE.fullmatch(request.headers.get("X-Slack-Signature", "")):
        return False
    return bool(_TIME.fullmatch(time_given)) and abs(time.time() - int(time_given)) <= _MOST_AGE_SECONDS


async def _read(request: web.Request) -> bytes | None:
    """The body, or None when it is larger than anything Slack sends."""
    if (request.content_length or 0) > MOST_BYTES:
        return None
    content = request.content
    body = await content.readany()
    while not content.at_eof():
        if len(body) > MOST_BYTES:
            return None
        body += await content.readany()
    return body if len(body) <= MOST_BYTES else None


def _is_signed(secret: bytes, request: web.Request, body: bytes) -> bool:
    """True for Slack's signature over these bytes; how old they are was looked at before.

    docs.slack.dev/authentication/verifying-requests-from-slack
    """
    stamp = request.headers["X-Slack-Request-Timestamp"].encode()
    digest = hmac.digest(secret, b"v0:%b:%b" % (stamp, body), hashlib.sha256)
    return hmac.compare_digest(f"v0={digest.hex()}", request.headers["X-Slack-Signature"])
