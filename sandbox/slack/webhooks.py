"""HTTP mode: signed requests to the address the app gave, as the Events API and interactivity send them."""

import time
from urllib.parse import urlencode

import aiohttp
import orjson

from sandbox.slack.model import Json
from sandbox.slack.parcels import Parcel, UnansweredError
from sandbox.slack.signatures import signature_headers


class Webhook:
    """The app's request URL. It is used once it has answered Slack's challenge."""

    def __init__(self, signing_secret: str, verification_token: str, url: str = "") -> None:
        self._secret = signing_secret
        self._token = verification_token
        self._session: aiohttp.ClientSession | None = None
        self._verified = ""
        self.url = url

    def open(self) -> None:
        self._session = aiohttp.ClientSession(
            headers={"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def verify(self, timeout_seconds: float) -> None:
        """Send url_verification; raises UnansweredError when the answer is not the challenge."""
        challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
        payload = {"token": self._token, "challenge": challenge, "type": "url_verification"}
        body, content_type = await self._post(orjson.dumps(payload), "application/json", {}, timeout_seconds)
        answer = _answer(body, content_type)
        if challenge not in {answer.get("challenge"), answer.get("text")}:
            raise UnansweredError("url_verification_failed")
        self._verified = self.url

    async def deliver(self, parcel: Parcel, timeout_seconds: float) -> Json:
        """Post the parcel and return what the app answered, {} for nothing.

        Raises UnansweredError with Slack's retry reason: http_timeout, http_error or connection_failed.
        """
        if parcel.kind == "events_api":
            if self._verified != self.url:
                await self.verify(timeout_seconds)
            headers = {}
            if parcel.attempt:
                reason = "http_timeout" if parcel.reason == "timeout" else parcel.reason
                headers = {"X-Slack-Retry-Num": str(parcel.attempt), "X-Slack-Retry-Reason": reason}
            raw, kind = orjson.dumps(parcel.payload), "application/json"
        else:
            is_slash = parcel.kind == "slash_commands"
            fields = parcel.payload if is_slash else {"payload": orjson.dumps(parcel.payload).decode()}
            headers, raw, kind = {}, urlencode(fields).encode(), "application/x-www-form-urlencoded"
        body, content_type = await self._post(raw, kind, headers, timeout_seconds)
        return _answer(body, content_type) if parcel.takes_answer else {}

    async def _post(
        self, raw: bytes, content_type: str, headers: dict[str, str], timeout_seconds: float
    ) -> tuple[bytes, str]:
        if self._session is None:
            raise UnansweredError("connection_failed")
        # The app compares with its own clock, which no sandbox can move: real time, not the sandbox's.
        signed = signature_headers(self._secret, int(time.time()), raw)
        timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        try:
            async with self._session.post(
                self.url,
                data=raw,
                headers={"Content-Type": content_type, **headers, **signed},
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                body = await response.read()
                if not 200 <= response.status < 300:
                    is_final = response.headers.get("X-Slack-No-Retry") == "1"
                    raise UnansweredError("http_error", is_final=is_final)
                return body, response.content_type
        except TimeoutError:
            raise UnansweredError("http_timeout") from None
        except aiohttp.ClientError:
            raise UnansweredError("connection_failed") from None


def _answer(body: bytes, content_type: str) -> Json:
    if not body:
        return {}
    if content_type == "application/json":
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:
            return {}
        return said if isinstance(said, dict) else {}
    return {"text": body.decode(errors="replace")}
