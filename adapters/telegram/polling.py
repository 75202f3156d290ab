"""Long polling whose offset moves in the same transaction that stores the updates.

Telegram forgets an update when the next call asks for a higher offset; the SDK's own updater asks before
anything is stored, and a crash then loses up to a hundred messages. Of several processes one polls: the holder of
the lease.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from telegram.error import Conflict, InvalidToken, TelegramError

from adapters import AdapterContext, Cursor
from adapters.telegram.api import Api
from adapters.telegram.errors import WRONG_TOKEN, words
from adapters.telegram.hearing import Hearing
from adapters.telegram.receive import ALLOWED_UPDATES, Receiver
from adapters.telegram.request import FloodError, MissingError
from adapters.telegram.setup import no_polling, refused_token, wrong_token

CURSOR = "updates"
POLL_SECONDS = 50
"""The longest that Telegram waits (tdlib/telegram-bot-api, LONG_POLL_MAX_TIMEOUT)."""
_MARGIN_SECONDS = 10.0
_MAX_FAILURES = 4
"""In a row; then the supervisor takes over, and says that the platform is away."""
_CONFLICT_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 60.0
_HASTY_SECONDS = 0.5
"""The least time between polls that bring nothing new: some servers know no long polls, or no offsets."""
HANDOVER_PAUSE_SECONDS = 1.0


class Polling:
    def __init__(self, context: AdapterContext, api: Api, receiver: Receiver) -> None:
        self._context, self._api, self._receiver = context, api, receiver
        self._offset = 0
        self._failures = 0
        self._conflicts = 0
        self._refusals = 0
        self._is_taking_over = False
        """Nothing was received since the lease was won: another process's last poll may still hang."""

    async def run(self, hearing: Hearing, on_ready: Callable[[], None]) -> None:
        """Poll when it is this process's turn, until cancelled.

        Raises LeaseLostError, ConnectionError when Telegram stays away, SetupError on a wrong token.
        """
        async with self._context.lease([CURSOR]):
            await self._receive(hearing, on_ready)

    async def _receive(self, hearing: Hearing, on_ready: Callable[[], None]) -> None:
        # Not read before: until a moment ago another process may have moved it.
        position = (await self._context.intake.cursors()).get(CURSOR, "")
        self._offset = int(position) if position.isdecimal() else 0
        await self._delete_webhook()
        self._is_taking_over = True
        while True:
            asked_at, seconds = asyncio.get_running_loop().time(), 0 if self._is_taking_over else POLL_SECONDS
            updates = await self._poll(seconds)
            if updates is None:
                continue
            if self._is_taking_over:
                self._is_taking_over = False
                on_ready()
            offset = self._offset
            if updates:
                await self._store(updates, hearing)
            if seconds and self._offset == offset:
                await asyncio.sleep(asked_at + _HASTY_SECONDS - asyncio.get_running_loop().time())

    async def _poll(self, seconds: int) -> list[dict[str, Any]] | None:
        """None after a failure that has had its pause."""
        parameters = {
            "offset": self._offset or None,
            "timeout": seconds,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        try:
            updates = await self._api.call("getUpdates", parameters, read_seconds=seconds + _MARGIN_SECONDS)
        except InvalidToken as error:
            raise wrong_token() from error
        except MissingError as error:
            await self._meet_missing(error)
        except FloodError as error:
            # Longer than this nobody is left without an answer: to ask once a minute does no harm.
            pause = min(error.retry_after_seconds, _LONGEST_PAUSE_SECONDS)
            self._context.report("telegram.poll_put_off", {"pause_seconds": pause})
            await asyncio.sleep(pause)
        except Conflict as error:
            await self._meet_conflict(error)
        except TelegramError as error:
            await self._meet_failure(error)
        else:
            self._failures = self._conflicts = 0
            return updates if isinstance(updates, list) else []
        return None

    async def _meet_conflict(self, error: Conflict) -> None:
        if "webhook" in words(error) and not self._conflicts:
            self._conflicts += 1
            self._context.report("telegram.webhook_in_the_way", {})
            await self._delete_webhook()
            return
        self._conflicts += 1
        if self._is_taking_over and self._conflicts * HANDOVER_PAUSE_SECONDS <= POLL_SECONDS:
            await asyncio.sleep(HANDOVER_PAUSE_SECONDS)
            return
        pause = min(_LONGEST_PAUSE_SECONDS, _CONFLICT_PAUSE_SECONDS * 2 ** min(self._conflicts - 1, 6))
        # Two programs that poll with one token take turns, and each sees half of the messages.
        self._context.report(
            "telegram.other_poller",
            {
                "advice": "another program polls with this bot's token and has another database: stop it",
                "pause_seconds": pause,
            },
        )
        await asyncio.sleep(pause)

    async def _meet_missing(self, missing: MissingError) -> None:
        """There is no such method, or no such bot any more: what every server knows tells which."""
        try:
            await self._api.call("getMe")
        except WRONG_TOKEN as error:
            raise refused_token(error) from error
        except TelegramError as error:
            await self._meet_failure(error)
        else:
            raise no_polling() from missing

    async def _meet_failure(self, error: TelegramError) -> None:
        self._failures += 1
        self._context.report(
            "telegram.poll_failed", {"error": type(error).__name__, "failures": self._failures}
        )
        if self._failures >= _MAX_FAILURES:
            raise ConnectionError("Telegram cannot be reached") from error
        await asyncio.sleep(0.25 * 2 ** (self._failures - 1))

    async def _delete_webhook(self) -> None:
        """Telegram polls only without a webhook; what waits for delivery is kept."""
        try:
            await self._api.call("deleteWebhook", {"drop_pending_updates": False})
        except InvalidToken as error:
            raise wrong_token() from error
        except TelegramError as error:
            # A server that has no webhooks polls all the same; one that is away will say so to the poll.
            self._context.report("telegram.webhook_not_deleted", {"error": type(error).__name__})

    async def _store(self, updates: Sequence[dict[str, Any]], hearing: Hearing) -> None:
        """Store the batch and move on; when it cannot be stored, ask for the same updates again."""
        ids = [id_ for update in updates if isinstance(id_ := _id(update), int)]
        if not ids:
            self._context.report("telegram.update_malformed", {"update_id": None})
            await asyncio.sleep(1.0)
            return
        offset = max(ids) + 1
        try:
            await self._receiver.accept(updates, hearing, Cursor(CURSOR, str(offset)))
        except Exception as error:  # noqa: BLE001 - whatever the intake raises, nothing is acknowledged and it is tried again
            self._refusals += 1
            self._context.report("telegram.not_stored", {"error": type(error).__name__})
            await asyncio.sleep(min(10.0, 0.25 * 2 ** min(self._refusals, 8)))
            return
        self._refusals = 0
        self._offset = offset


def _id(update: object) -> object:
    return update.get("update_id") if isinstance(update, dict) else None
