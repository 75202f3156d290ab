"""What the bot listens to and who it is: everything parsing needs to know besides the payload."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from adapters import Translate, in_english
from adapters.telegram.markers import Markers
from bot.core.commands import Command
from bot.core.places import Place

PLATFORM = "telegram"
START = "start"
"""What Telegram sends when a person opens the chat; its payload comes from a link."""


class Hearing(Struct, frozen=True):
    bot_id: int
    username: str
    markers: Markers
    staff: str = ""
    """The staff space's chat id, or "" when it is on another platform."""
    support: Sequence[Place] = ()
    colleagues: frozenset[str] = frozenset()
    commands: Mapping[str, str] = field(default_factory=dict)
    """As typed on Telegram, without slash and prefix: the command's own name."""
    prefix: str = ""
    started_at: datetime | None = None
    """What was said before is news from the time away."""
    texts: Translate = in_english
    """The catalogue, for what can only be told in words."""
    remembered: Callable[[str, str], tuple[str, ...]] = lambda _chat, _message: ()
    """The words of the marker of a message that was sent since the start, by its chat and id."""

    def is_support(self, chat: str, thread: str) -> bool:
        return any(place.channel == chat and place.thread in ("", thread) for place in self.support)

    def is_ours(self, place: Place) -> bool:
        """The staff space and support places, where everything that is said concerns the bot."""
        return place.channel == self.staff or self.is_support(place.channel, place.thread)

    def command(self, typed: str, *, is_direct: bool) -> str:
        """The command's own name; "" when it is none of ours."""
        name = telegram_name(typed)
        if name == START:
            return START
        if (
            self.prefix
            and name.startswith(self.prefix)
            and (known := self.commands.get(name[len(self.prefix) :]))
        ):
            return known
        # In a private chat no other bot could be meant.
        return self.commands.get(name, "") if is_direct or not self.prefix else ""


def telegram_name(name: str) -> str:
    """A command's name in the form Telegram allows: a-z, 0-9 and _, at most 32 characters."""
    lowered = name.lower().replace("-", "_")
    return "".join(c for c in lowered if c == "_" or (c.isascii() and c.isalnum()))[:32]


def command_names(commands: Sequence[Command]) -> dict[str, str]:
    return {telegram_name(command.name): command.name for command in commands}


def ours(places: Sequence[Place]) -> tuple[Place, ...]:
    return tuple(place for place in places if place.platform == PLATFORM)
