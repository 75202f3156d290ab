"""Delivery to a webhook: in order within a chat, several chats at once, again and again until it is taken."""

import asyncio
import random
import re
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import orjson

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.links import checked_link
from sandbox.telegram.polling import remember_kinds
from sandbox.telegram.state import TelegramState
from sandbox.telegram.update_queue import DEFAULT_KINDS, Update

USUAL_CONNECTIONS, MOST_CONNECTIONS = 40, 100
LONGEST_SECRET = 256
ANSWER_SECONDS = 60.0
LONGEST_DELAY_SECONDS = 60
LONGEST_RETRY_AFTER_SECONDS = 3600
DOWN_CHECK_SECONDS = 0.1
NOT_IN_ANSWERS = frozenset({"setwebhook", "deletewebhook", "close", "logout"})


@dataclass(frozen=True, slots=True)
class Settings:
    url: str
    secret: str = ""
    most_connections: int = USUAL_CONNECTIONS


@dataclass(slots=True)
class Webhook:
    state: TelegramState
    settings: Settings | None = None
    execute: Callable[[str, Arguments], Awaitable[Any]] | None = None
    """Carries out a method that a webhook answers with."""
    last_error: str = ""
    last_error_at: int = 0
    _lanes: dict[int, deque[Update]] = field(default_factory=dict)
    _workers: set[asyncio.Task[None]] = field(default_factory=set)
    _connections: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(USUAL_CONNECTIONS))
    _session: aiohttp.ClientSession | None = None
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Several processes of a bot set the webhook at the same time."""

    @property
    def is_set(self) -> bool:
        return self.settings is not None

    async def set(self, args: Arguments) -> bool:
        """Deliver to this address from now on; 400 for one that Telegram would refuse."""
        url = args.text("url")
        if not url:
            return await self.delete(args)
        secret = args.text("secret_token")
        # The real service asks for HTTPS; here everything is on loopback, where nobody has a certificate.
        if not checked_link(url.replace("//localhost", "//127.0.0.1", 1)):
            raise bad_request("invalid webhook URL specified")
        if len(secret) > LONGEST_SECRET:
            raise bad_request("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad_request("secret token contains unallowed characters")
        remember_kinds(self.state.updates, args)
        most = min(max(args.number("max_connections", USUAL_CONNECTIONS), 1), MOST_CONNECTIONS)
        async with self._changing:
            await self._close()
            if args.flag("drop_pending_updates"):
                self.state.updates.clear()
            self.settings = Settings(url, secret, most)
            self._start()
        self.state.world.journal.add("telegram", "connected", how="webhook")
        return True

    async def delete(self, args: Arguments) -> bool:
        async with self._changing:
            await self._close()
            self.settings = None
            self.last_error, self.last_error_at = "", 0
            if args.flag("drop_pending_updates"):
                self.state.updates.clear()
        return True

    def info(self) -> dict[str, Any]:
        self.state.updates.forget_old()
        view: dict[str, Any] = {
            "url": self.settings.url if self.settings else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.state.updates.waiting),
        }
        if self.settings:
            view["max_connections"] = self.settings.most_connections
        if self.last_error_at:
            view |= {"last_error_date": self.last_error_at, "last_error_message": self.last_error}
        if self.state.updates.wanted != DEFAULT_KINDS:
            view["allowed_updates"] = sorted(self.state.updates.wanted)
        return view

    def _start(self) -> None:
        settings = self.settings
        if settings is None:
            return
        self._connections = asyncio.Semaphore(settings.most_connections)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
        self.state.updates.listeners.append(self._enqueue)
        for update in list(self.state.updates.waiting.values()):
            self._enqueue(update)

    async def close(self) -> None:
        """Stop delivering; what was not taken stays in the queue."""
        async with self._changing:
            await self._close()

    async def _close(self) -> None:
        if self._enqueue in self.state.updates.listeners:
            self.state.updates.listeners.remove(self._enqueue)
        # A copy: each worker takes itself out of the set as it ends.
        workers, self._workers = list(self._workers), set()
        for worker in workers:
            worker.cancel()
        for worker in workers:
            with suppress(asyncio.CancelledError):
                await worker
        self._lanes.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _enqueue(self, update: Update) -> None:
        lane = self._lanes.get(update.chat_id)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.chat_id] = deque([update])
        worker = asyncio.create_task(self._work(update.chat_id))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, chat_id: int) -> None:
        """Deliver one chat's updates one after the other."""
        lane = self._lanes[chat_id]
        while lane:
            update = lane[0]
            await self._deliver(update)
            if self.state.updates.is_to_repeat(update):
                await self._deliver(update)
            self.state.updates.confirm(update)
            lane.popleft()
        del self._lanes[chat_id]

    async def _deliver(self, update: Update) -> None:
        """Send it until it is taken or too old.

        The first repeat comes at once, then after 2, 4, 8, ... seconds (tdlib/telegram-bot-api, WebhookActor.cpp).
        """
        delay = 1
        failures = 0
        while self._is_waiting(update):
            retry_after = await self._attempt(update)
            if retry_after is None:
                return
            pause = retry_after
            if not retry_after and failures:
                delay = min(delay * 2, random.randint(LONGEST_DELAY_SECONDS, 2 * LONGEST_DELAY_SECONDS))  # noqa: S311 - spreads load
                pause = delay
            failures += 1
            await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        """Wait on the sandbox's clock, which a person may move forward."""
        clock = self.state.world.clock
        until = clock.now() + timedelta(seconds=seconds)
        while (left := (until - clock.now()).total_seconds()) > 0:
            await clock.wait_for_change(clock.offset_seconds, left)

    def _is_waiting(self, update: Update) -> bool:
        self.state.updates.forget_old()
        return update.id in self.state.updates.waiting

    async def _attempt(self, update: Update) -> int | None:
        """None when it was taken, else the seconds the other side asks us to wait."""
        settings, session = self.settings, self._session
        if settings is None or session is None:
            return None
        await self._until_up()
        headers = {"Content-Type": "application/json"}
        if settings.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = settings.secret
        try:
            async with (
                self._connections,
                session.post(
                    settings.url, data=orjson.dumps(update.as_json()), headers=headers, allow_redirects=False
                ) as answer,
            ):
                body = await answer.read()
                if 200 <= answer.status < 300:
                    await self._carry_out(answer.content_type, body)
                    return None
                self._failed(f"Wrong response from the webhook: {answer.status} {answer.reason}")
                asked = answer.headers.get("Retry-After", "")
                return min(int(asked), LONGEST_RETRY_AFTER_SECONDS) if asked.isdecimal() else 0
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self._failed("Connection timed out" if isinstance(error, TimeoutError) else "Connection refused")
            return 0

    async def _carry_out(self, content_type: str, body: bytes) -> None:
        """A webhook may answer with a method to call; how that goes it never learns."""
        if content_type != "application/json" or self.execute is None:
            return
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError:
            return
        method = str(answer.get("method", "")).lower() if isinstance(answer, dict) else ""
        if not method or method in NOT_IN_ANSWERS or method.startswith("get"):
            return
        with suppress(ApiError):
            await self.execute(method, Arguments(answer))

    async def _until_up(self) -> None:
        faults = self.state.world.faults["telegram"]
        while faults.is_down:  # noqa: ASYNC110 - a fault switch is a plain attribute that nobody can await
            await asyncio.sleep(DOWN_CHECK_SECONDS)

    def _failed(self, reason: str) -> None:
        self.last_error = reason
        self.last_error_at = self.state.now()
