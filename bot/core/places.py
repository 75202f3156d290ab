"""Who and where: an account on a platform, a place where something is said, one message there."""

from typing import Self

from msgspec import Struct
from msgspec.structs import replace


class Identity(Struct, frozen=True):
    """One account of a person; unique by all three fields."""

    platform: str
    workspace: str
    """What the id is unique within: the Slack team; "" where ids are unique everywhere."""
    external_id: str

    @property
    def key(self) -> str:
        return f"{self.platform}:{self.workspace}:{self.external_id}"


class Place(Struct, frozen=True):
    """Where something is said, in a form only its adapter understands; equal places are one place.

    A direct chat with a person may be known only by that person until the platform was asked for its
    channel: then `channel` is "" and `person` is set, and the adapter finds the channel when it sends.
    """

    platform: str
    workspace: str = ""
    channel: str = ""
    thread: str = ""
    person: str = ""
    """In a room that many customers share without threads: whose exchange this is (an external id)."""
    is_direct: bool = False
    """A chat between one person and the bot."""

    @property
    def key(self) -> str:
        """The same text for the same place, for unique columns and lanes."""
        return f"{self.platform}|{self.workspace}|{self.channel}|{self.thread}|{self.person}"

    @property
    def room(self) -> Self:
        """The channel as a whole, without thread or person."""
        return replace(self, thread="", person="")

    @property
    def room_key(self) -> str:
        """The key of the channel as a whole."""
        return f"{self.platform}|{self.workspace}|{self.channel}||"

    def lies_in(self, space: "Place") -> bool:
        """True when this place is the space itself or a thread, post or topic in it."""
        return (self.platform, self.channel) == (space.platform, space.channel)


class MessageAt(Struct, frozen=True):
    """One message as a platform knows it."""

    place: Place
    id: str


def direct_to(identity: Identity) -> Place:
    """The direct chat with a person, before its channel is known."""
    return Place(
        platform=identity.platform,
        workspace=identity.workspace,
        person=identity.external_id,
        is_direct=True,
    )
