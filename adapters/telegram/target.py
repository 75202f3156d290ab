"""Where in Telegram a place is: the chat, and what makes a message appear in the right exchange there."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from adapters.telegram.parse import CARD_THREAD
from bot.core.outgoing import Refusal, SendError
from bot.core.places import MessageAt, Place


class Target(Struct, frozen=True):
    place: Place
    """Exact: the channel is known."""
    topic: int | None = None
    card: int | None = None
    """In a staff group without topics: the message that the exchange hangs on."""

    @property
    def chat(self) -> str:
        return self.place.channel

    def address(self) -> dict[str, Any]:
        where: dict[str, Any] = {"chat_id": chat_id(self.chat)}
        if self.topic is not None:
            where["message_thread_id"] = self.topic
        return where

    def moved_to(self, chat: int) -> "Target":
        """The same in the supergroup that the group became."""
        return replace(self, place=replace(self.place, channel=str(chat)))

    def message(self, id_: object) -> MessageAt:
        return MessageAt(self.place, str(id_))


def target_of(place: Place) -> Target:
    """Raises SendError for a place that no message of Telegram can have named."""
    if place.is_direct or not place.channel:
        chat = place.channel or place.person
        return Target(Place(place.platform, channel=_checked(chat), is_direct=True))
    _checked(place.channel)
    if place.thread.startswith(CARD_THREAD):
        return Target(place, card=message_number(place.thread.removeprefix(CARD_THREAD)))
    return Target(place, topic=message_number(place.thread) if place.thread else None)


def chat_id(chat: str) -> int | str:
    return int(chat) if chat.lstrip("-").isdecimal() else chat


def message_number(id_: str) -> int:
    """Raises SendError when it is no message id of Telegram."""
    if not id_.isdecimal():
        raise SendError(f"{id_!r} is no message of Telegram", refusal=Refusal.INVALID)
    return int(id_)


def _checked(chat: str) -> str:
    if not chat.lstrip("-").isdecimal() and not chat.startswith("@"):
        raise SendError(f"{chat!r} is no chat of Telegram", refusal=Refusal.PLACE_GONE)
    return chat
