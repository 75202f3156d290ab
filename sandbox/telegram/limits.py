"""Faults that hit a call, and Telegram's own rate limits for who wants them."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import ApiError, too_many_requests
from sandbox.telegram.model import Chat
from sandbox.telegram.state import TelegramState

PER_GROUP_AND_MINUTE = 20
PER_CHAT_AND_SECOND = 1
PER_SECOND = 30


class EdgeError(Exception):
    """The web server in front of the Bot API refuses, with a page of its own."""


def is_posting(method: str) -> bool:
    """Whether a method (in lower case) puts a message into a chat."""
    names = ("send", "copymessage", "forwardmessage", "createforumtopic")
    return method.startswith(names) and method != "sendchataction"


async def meet_faults(state: TelegramState, method: str) -> None:
    """Wait, or raise the error that a fault wants for this call."""
    faults = state.world.faults["telegram"]
    if faults.slow_seconds:
        await asyncio.sleep(faults.slow_seconds)
    if faults.is_down:
        raise ApiError(503, "Service Unavailable")
    if not is_posting(method):
        return
    if faults.take("rate_limited_calls"):
        state.world.journal.add("telegram", "fault", what="rate_limited", method=method)
        raise too_many_requests(faults.retry_after_seconds)
    if faults.take("edge_limits"):
        state.world.journal.add("telegram", "fault", what="edge_limit", method=method)
        raise EdgeError
    if faults.take("server_errors"):
        state.world.journal.add("telegram", "fault", what="server_error", method=method)
        raise ApiError(500, "Internal Server Error")


@dataclass(slots=True)
class Window:
    """Calls of the last while; full when it holds as many as are allowed."""

    most: int
    seconds: float
    calls: deque[float] = field(default_factory=deque)

    def seconds_to_wait(self, now: float) -> float:
        while self.calls and self.calls[0] <= now - self.seconds:
            self.calls.popleft()
        return self.calls[0] + self.seconds - now if len(self.calls) >= self.most else 0.0


@dataclass(slots=True)
class Limiter:
    """What Telegram's FAQ says of sending: 30 a second, one a second to a chat, 20 a minute to a group."""

    is_on: bool = False
    everywhere: Window = field(default_factory=lambda: Window(PER_SECOND, 1.0))
    chats: dict[int, Window] = field(default_factory=dict)
    groups: dict[int, Window] = field(default_factory=dict)

    def check(self, state: TelegramState, method: str, args: Arguments) -> None:
        """Count a posting call, or raise 429 with the time to wait."""
        if not self.is_on or not is_posting(method):
            return
        chat = state.find_chat(args.text("chat_id"))
        if chat is None:
            return
        now = state.world.clock.now().timestamp()
        windows = self._windows(chat)
        wait = max(window.seconds_to_wait(now) for window in windows)
        if wait > 0:
            raise too_many_requests(wait)
        for window in windows:
            window.calls.append(now)

    def _windows(self, chat: Chat) -> list[Window]:
        windows = [self.everywhere, self.chats.setdefault(chat.id, Window(PER_CHAT_AND_SECOND, 1.0))]
        if chat.type != "private":
            windows.append(self.groups.setdefault(chat.id, Window(PER_GROUP_AND_MINUTE, 60.0)))
        return windows
