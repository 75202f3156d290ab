"""Where the bot is, whom it is, and which places concern it: what reading a payload depends on."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Self

from cachetools import LRUCache
from msgspec import Struct, field

from adapters import Translate, in_english
from adapters.slack.commands import CommandNames
from adapters.slack.kinds import Kinds
from bot.core.places import MessageAt, Place

PLATFORM = "slack"
_MESSAGES, _THREADS = 5_000, 20_000
"""Remembered ones. Each takes a third of a kilobyte, and people react to what was said lately."""
_MOST_PLACES = 4_000


class Me(Struct, frozen=True):
    """The bot in its workspace, as auth.test says."""

    team_id: str
    user_id: str
    bot_id: str = ""
    scopes: frozenset[str] | None = None
    """What the token may do; None when the server does not say."""


class Rooms(Struct, frozen=True):
    """The channels named in the settings, by their ids."""

    staff: str = ""
    support: frozenset[str] = frozenset()
    colleagues: frozenset[str] = frozenset()

    @classmethod
    def of(cls, staff: Place | None, support: Iterable[Place], colleagues: Iterable[Place]) -> Self:
        """Pick this platform's channels out of the desk's places."""
        return cls(
            staff.channel if staff is not None and staff.platform == PLATFORM else "",
            frozenset(place.channel for place in support if place.platform == PLATFORM),
            frozenset(place.channel for place in colleagues if place.platform == PLATFORM),
        )

    def holds(self, channel: str) -> bool:
        return channel == self.staff or channel in self.support or channel in self.colleagues


class Memory:
    """Which thread a message lies in, which threads concern the bot and which channels are direct chats.

    Each for as long as there is room.

    Slack names no thread with a reaction. Where a forgotten message lies is asked for again.
    """

    def __init__(self, messages: int = _MESSAGES, threads: int = _THREADS) -> None:
        self._threads: LRUCache[tuple[str, str], str] = LRUCache(messages)
        self._heard: LRUCache[tuple[str, str], None] = LRUCache(threads)
        self.kinds = Kinds()

    def note_message(self, channel: str, ts: str, thread: str) -> None:
        self._threads[channel, ts] = thread

    def thread_of(self, channel: str, ts: str) -> str | None:
        return self._threads.get((channel, ts))

    def note_heard(self, channel: str, thread: str) -> None:
        """From now on everything in this thread concerns the bot."""
        self._heard[channel, thread] = None

    def is_heard(self, channel: str, thread: str) -> bool:
        return (channel, thread) in self._heard


class Scope(Struct, frozen=True):
    me: Me
    rooms: Rooms
    names: CommandNames
    memory: Memory = field(default_factory=Memory)
    texts: Translate = in_english
    """The catalogue, for what can only be told in words."""

    def place(self, channel: str, thread: str = "") -> Place:
        """A channel's thread, or a direct chat as a whole: there threads are not exchanges of their own."""
        is_direct = self.is_direct(channel)
        return _place(self.me.team_id, channel, "" if is_direct else thread, is_direct)

    def message_at(self, channel: str, ts: str, thread: str) -> MessageAt:
        return MessageAt(self.place(channel, thread or ts), ts)

    def is_listed(self, channel: str) -> bool:
        """True where everything that is said concerns the bot."""
        return channel == self.rooms.staff or channel in self.rooms.support or self.is_direct(channel)

    def is_direct(self, channel: str) -> bool:
        """True for a chat between one person and the bot, as far as Slack has said."""
        return not self.rooms.holds(channel) and self.memory.kinds.is_direct(channel)

    def is_in_question(self, channel: str) -> bool:
        """True for a channel that may be a direct chat, for all that is known here."""
        return not self.rooms.holds(channel) and self.memory.kinds.is_in_question(channel)


@lru_cache(_MOST_PLACES)
def _place(team: str, channel: str, thread: str, is_direct: bool) -> Place:
    return Place(PLATFORM, team, channel, thread, is_direct=is_direct)


def room_of(name: str) -> tuple[str, str]:
    """(channel, thread) of a cursor's name, which is a place's key."""
    fields = [*name.split("|"), "", "", "", ""]
    return fields[2], fields[3]


def time_of(ts: str, default: datetime) -> datetime:
    """The moment in a Slack timestamp, or the default when it is none."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return default


@lru_cache(_MOST_PLACES)
def order_of(ts: str) -> tuple[int, int]:
    """A key that sorts Slack timestamps by time; (0, 0) for what is none."""
    seconds, _, micros = ts.partition(".")
    try:
        return int(seconds), int(micros.ljust(6, "0") or 0)
    except ValueError:
        return 0, 0
