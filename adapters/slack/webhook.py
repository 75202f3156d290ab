"""The Events API over HTTP: signed requests, refused when they are unsigned, old, altered or too large."""

import re
import time
from collections.abc import Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from adapters import WebhookHandler

MOST_BYTES = 1_000_000
_CHUNK = 64 * 1024
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIME = re.compile(r"[0-9]{1,12}")
_VALID_SECONDS = 5 * 60


def webhook(signing_secret: str, app: Callable[[], AsyncApp]) -> WebhookHandler:
    """Return the handler for events, commands and interactions, which Slack all sends to one address."""
    verifier = SignatureVerifier(signing_secret)

    async def handle(request: web.Request) -> web.StreamResponse:
        if not _may_be_signed(request):
            # Not a byte of the body is read for whoever cannot be Slack.
            return web.Response(status=401)
        body = await _read(request)
        if body is None:
            return web.Response(status=413)
        if not _is_signed(verifier, request, body):
            return web.Response(status=401)
        try:
            bolt_request = AsyncBoltRequest(
                body=body.decode(), query=request.query_string, headers={**request.headers}
            )
        except ValueError:
            return web.Response(status=400)
        return await to_aiohttp_response(await app().async_dispatch(bolt_request))

    return handle


def _may_be_signed(request: web.Request) -> bool:
    """False where the headers alone tell that no body could make the signature right."""
    time_given = request.headers.get("X-Slack-Request-Timestamp", "")
    if not _SIGNATURE.fullmatch(request.headers.get("X-Slack-Signature", "")):
        return False
    return bool(_TIME.fullmatch(time_given)) and abs(time.time() - int(time_given)) <= _VALID_SECONDS


async def _read(request: web.Request) -> bytes | None:
    """The body, or None when it is larger than anything Slack sends."""
    if (request.content_length or 0) > MOST_BYTES:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _is_signed(verifier: SignatureVerifier, request: web.Request, body: bytes) -> bool:
    """True for Slack's signature over these bytes, made within the last five minutes."""
    try:
        return verifier.is_valid(
            body,
            request.headers.get("X-Slack-Request-Timestamp"),
            request.headers.get("X-Slack-Signature"),
        )
    except (ValueError, TypeError):
        # A time that is no number, a signature that is no ASCII, a body that is no text.
        return False
