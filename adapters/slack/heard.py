"""Something that was heard: what must be asked before it can be told, and how it is told then."""

from collections.abc import Callable

from msgspec import Struct

from adapters.slack.people import Found, Wanted
from bot.core.events import Event


class Heard(Struct, frozen=True):
    lane: str
    """What happens in one lane keeps its order: the channel, or the person."""
    wanted: Wanted
    tell: Callable[[Found], list[Event]]
    cursor: str = ""
    """The name of the room that was read up to `position` by this, or ""."""
    position: str = ""
    begins: str = ""
    """The name of a thread in which everything is heard from now on, as other processes must learn, or ""."""
    length: int = 0
    """Of the text that is read when it is told, in characters or a little more."""
