"""What the jobs of a batch are about to do, as far as it is known before they run."""

from msgspec import Struct

from bot.core.places import Identity, MessageAt, Place


class Said(Struct, frozen=True):
    """A message is about to be stored and handled."""

    platform: str
    event_id: str
    lanes: tuple[str, ...]
    """Where something may wait before it or for it."""
    place: Place
    message: MessageAt
    identity: Identity


class Settled(Struct, frozen=True):
    """An action is about to be settled; something may wait in the lane of what it came to."""

    action_id: int
    lane: str = ""


Expected = Said | Settled
