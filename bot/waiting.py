"""The start without a database: both may be started at once, so it is waited for, and not for ever."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.assembly import sqlite_file
from bot.library import away, reach
from bot.runtime.catalogue import texts_in
from bot.runtime.metrics import Metrics
from bot.settings import Settings
from web.articles_page import Wanted
from web.server import WebhookHandler, WebServer

log = structlog.get_logger()

WAITS_MINUTES = 3
PAUSE_SECONDS = 1.0


class DatabaseAwayError(Exception):
    """It could not be reached; the words are for the operator."""


class WaitingRoom:
    """Stands where the house will stand, and says on its web server that it is not ready."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._metrics = Metrics()
        self._web: WebServer | None = None
        self.port = 0
        """Of its web server; 0 when the database was there at once and none was needed."""

    async def until_reached(self, told: asyncio.Event, *, minutes: float = WAITS_MINUTES) -> bool:
        """True as soon as the database is there, False when told to stop before.

        Raises DatabaseAwayError when it is not there in time, and at once for what waiting does not mend.
        """
        time = asyncio.get_running_loop().time
        began_at = time()
        try:
            while (error := await asyncio.to_thread(_failure, self._settings)) is not None:
                if not isinstance(error, OperationalError) or sqlite_file(self._settings.database_url):
                    raise DatabaseAwayError(away(error)) from error
                if time() - began_at >= 60 * minutes:
                    raise DatabaseAwayError(away(error, round(minutes))) from error
                if self._web is None:
                    await self._open(error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(told.wait(), PAUSE_SECONDS)
                    return False
            if self._web is not None:
                log.info("database.reached", after_seconds=round(time() - began_at))
            return True
        finally:
            if self._web is not None:
                await self._web.stop()

    async def _open(self, error: Exception) -> None:
        log.warning("database.away", error=type(error).__name__, waits_minutes=WAITS_MINUTES)
        self._web = WebServer(
            self,
            self._settings.http_host,
            self._settings.http_port,
            self._settings.metrics_token.reveal(),
        )
        self.port = await self._web.start()

    # -- what its web server asks

    def readiness(self) -> tuple[bool, Mapping[str, object]]:
        platforms = {name: {"state": "starting"} for name in self._settings.enabled_platforms}
        return False, {"database": "away", "platforms": platforms, "knowledge": "loading"}

    def is_connected(self, platform: str) -> bool | None:
        return False if platform in self._settings.enabled_platforms else None

    def metrics(self) -> bytes:
        return self._metrics.page()

    async def articles_page(self, wanted: Wanted, languages: Sequence[str]) -> bytes:
        texts = texts_in(*languages, self._settings.staff_language, self._settings.default_language)
        return texts.label("The database cannot be reached yet.").encode()

    def webhook(self, path: str) -> WebhookHandler | None:
        return None


def _failure(settings: Settings) -> Exception | None:
    try:
        reach(settings)
    except (OSError, SQLAlchemyError) as error:
        return error
    return None
