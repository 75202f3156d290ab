"""Keeping to Telegram's limits: a burst goes at once, a flood is not sent again into a closed door.

A chat takes about one message a second "with short bursts", a group 20 in a minute (core.telegram.org/bots/faq).
Where Telegram draws the line it does not tell beforehand, so a chat is paced from the first time on that the
server said no: pacing every chat always would make every ordinary answer as slow as a flood.
"""

from collections import deque
from collections.abc import Callable

from cachetools import LRUCache
from msgspec import Struct

PER_GROUP_MINUTE = 20
SHORT_WAIT_SECONDS = 1.1
"""A shorter wait is waited out; a longer one goes back to the queue, which has other chats to serve."""
PACED_SECONDS = 600.0
"""How long a chat is paced after the server said no."""
MARGIN_SECONDS = 0.05
"""Telegram counts from when a message arrives, and not every message is equally long on its way."""
_KEPT_CHATS = 10_000


class _Chat(Struct):
    most: int
    """So many messages may be sent ..."""
    seconds: float
    """... in this time."""
    taken: deque[float]
    """When the latest were, and some before them, for when one turns out not to have been sent."""
    held_until: float = 0.0
    paced_until: float = 0.0

    def wait(self, now: float) -> float:
        wait = self.held_until - now
        if now < self.paced_until and len(self.taken) >= self.most:
            wait = max(wait, self.taken[-self.most] + self.seconds - now)
        return max(0.0, wait)


class Pace:
    """What was sent lately, and for how long whom must be left alone, in seconds of a monotonic clock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._chats: LRUCache[str, _Chat] = LRUCache(_KEPT_CHATS)

    def seconds_to_wait(self, chat: str, count: int = 1) -> float:
        """How long until messages may go to this chat; 0 counts these as sent.

        An album counts as many messages as it has, but is never made to wait for more room than one needs.
        """
        now = self._clock()
        state = self._chat(chat)
        wait = state.wait(now)
        if wait <= 0:
            state.taken.extend((now,) * count)
        return wait

    def give_back(self, chat: str, count: int = 1) -> None:
        """Messages that were counted as sent were refused: their places are free again."""
        taken = self._chat(chat).taken
        for _ in range(min(count, len(taken))):
            taken.pop()

    def held_seconds(self, chat: str) -> float:
        """How long the server wants this chat to be left alone; for calls that send nothing new."""
        return max(0.0, self._chat(chat).held_until - self._clock())

    def hold(self, chat: str, seconds: float) -> None:
        """The server refused: leave the chat alone so long, and be slower there for a while."""
        now = self._clock()
        state = self._chat(chat)
        state.held_until = max(state.held_until, now + seconds)
        state.paced_until = now + PACED_SECONDS

    def _chat(self, chat: str) -> _Chat:
        state = self._chats.get(chat)
        if state is None:
            is_group = chat.startswith(("-", "@"))
            most, seconds = (PER_GROUP_MINUTE, 60.0) if is_group else (1, 1.0)
            kept: deque[float] = deque(maxlen=2 * most)
            state = self._chats[chat] = _Chat(most, seconds + MARGIN_SECONDS, kept)
        return state
