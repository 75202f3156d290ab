"""python-telegram-bot's Bot, spoken to in the Bot API's own words."""

import logging
from collections.abc import Mapping
from typing import Any

from telegram import Bot

from adapters.addresses import leads_to
from adapters.telegram.request import READ_SECONDS, AiohttpRequest, FaultError

UPLOAD_SECONDS = 180.0


def bot_url(token: str, api_url: str) -> str:
    """Where all methods are; holds the token, so it must not be shown."""
    return f"{api_url.rstrip('/')}/bot{token}"


class Api(Bot):
    """The SDK's transport, uploads and errors with plain dictionaries for what goes in and comes out.

    Its typed methods build an object for every value in an answer, at three times the price of the call, and
    fail on servers that leave out fields we never read.
    """

    def __init__(self, token: str, api_url: str, transport: AiohttpRequest) -> None:
        url = bot_url(token, api_url)
        files_url = f"{api_url.rstrip('/')}/file/bot{token}"
        # On its lowest level the SDK logs every text and, with the address, the token.
        logger = logging.getLogger("telegram")
        logger.setLevel(max(logger.level, logging.INFO))
        self._transport = transport
        super().__init__(
            token,
            # Braces in an address would be taken for places to fill in.
            base_url=lambda _token: url,
            base_file_url=lambda _token: files_url,
            request=transport,
            get_updates_request=transport,
        )

    async def call(
        self,
        method: str,
        parameters: dict[str, Any] | None = None,
        *,
        read_seconds: float = READ_SECONDS,
        is_upload: bool = False,
    ) -> Any:
        """Call a method by its Bot API name; raises TelegramError."""
        if is_upload:
            return await self._post(
                method, dict(parameters or {}), read_timeout=UPLOAD_SECONDS, write_timeout=UPLOAD_SECONDS
            )
        return await self._transport.ask(method, parameters or {}, read_seconds)

    async def look_up(self, method: str, parameters: dict[str, Any] | None = None) -> Mapping[str, Any]:
        """Call a method that answers with an object; raises TelegramError, also when something else comes."""
        found = await self.call(method, parameters)
        if not isinstance(found, Mapping):
            raise FaultError(f"{method} is answered with no object")
        return found

    def file_url(self, path: str) -> str:
        """Where a file's content lies; holds the token, so it must not be shown."""
        if leads_to(path, str(self._base_file_url)):
            return path
        return f"{self._base_file_url}/{path.lstrip('/')}"
